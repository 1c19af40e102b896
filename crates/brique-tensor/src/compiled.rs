//! The kernels for both types of number.

use std::cell::RefCell;

use crate::compile_once::{Compiled, Signature};
use crate::convolution::{Forward, GradientSums, InputDelta, scratch::Scratch};
use crate::kernels::Kernels;
use crate::multiply_adds;
use crate::product::operands::Product;
use crate::product::pack::Panels;
use crate::simd_level::dispatch;
use crate::softmax::{self, function::Function};
use crate::sum::ColumnSums;

/// Numbers for whose convolutions each thread has buffers.
trait WithScratch: Sized {
    /// Calls `work` with the buffers of this thread.
    fn with_scratch(work: impl FnOnce(&mut Scratch<Self>));
}

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

            fn convolution_forward(forward: Forward<'_, Self>) {
                Self::with_scratch(|scratch| dispatch((forward, scratch)));
            }

            fn convolution_delta(delta: InputDelta<'_, Self>) {
                Self::with_scratch(|scratch| dispatch((delta, scratch)));
            }

            fn convolution_gradient(gradient: GradientSums<'_, Self>) {
                Self::with_scratch(|scratch| dispatch((gradient, scratch)));
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

        impl WithScratch for $number {
            fn with_scratch(work: impl FnOnce(&mut Scratch<Self>)) {
                thread_local! {
                    static SCRATCH: RefCell<Scratch<$number>> = const { RefCell::new(Scratch::new()) };
                }
                SCRATCH.with_borrow_mut(work);
            }
        }
    };
}

compiled!(f32);
compiled!(f64);
