//! The kernels for both types of number.

use std::cell::RefCell;

use crate::compile_once::{Compiled, Signature};
use crate::kernels::Kernels;
use crate::multiply_adds;
use crate::product::operands::Product;
use crate::product::pack::Panels;
use crate::simd_level::dispatch;
use crate::softmax::{self, function::Function};
use crate::sum::ColumnSums;

macro_rules! compiled {
    ($number:ident) => {
        impl Kernels for $number {
            #[inline]
            fn select<S: Signature>(compiled: &Compiled<S>) -> S::Of<Self> {
                compiled.$number
            }

            fn multiply(product: Product<'_, Self>) {
                thread_local! {
                    static PANELS: RefCell<Panels<$number>> = const { RefCell::new(Panels::new()) };
                }
                PANELS.with_borrow_mut(|panels| dispatch((product, panels)));
            }

            fn along_rows(function: Function, columns: usize, x: &[Self], delta: &[Self], y: &mut [Self]) {
                softmax::compute(function, columns, x, delta, y);
            }

            fn add_column_sums(numbers: &[Self], rows: usize, sums: &mut [Self]) {
                dispatch(ColumnSums {
                    numbers,
                    rows,
                    sums,
                });
            }

            fn multiply_adds(rounds: usize) -> u64 {
                multiply_adds::compute::<Self>(rounds)
            }
        }
    };
}

compiled!(f32);
compiled!(f64);
