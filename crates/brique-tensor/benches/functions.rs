//! Functions of one number and their derivatives, on matrices of one row: `cargo bench -p brique-tensor --bench functions`.
#![allow(missing_docs, reason = "benches are run, not published")]

use brique_tensor::ndarray::Array2;
use brique_tensor::{Elementwise, Scalar, Simd, elementwise_delta, elementwise_forward, inlined};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// From a small layer of one example to a wide one of a batch.
const SIZES: [usize; 3] = [64, 1024, 16_384];

/// A function of `inlined`, and its derivative.
macro_rules! function {
    ($name:ident, $value:ident, $derivative:ident) => {
        #[derive(Clone, Copy, Default)]
        struct $name;

        #[allow(
            clippy::inline_always,
            reason = "as every function that is made vectors of"
        )]
        impl<T: Scalar> Elementwise<T> for $name {
            #[inline(always)]
            fn value<S: Simd>(self, simd: S, x: T) -> T {
                inlined::$value(simd, x)
            }

            #[inline(always)]
            fn derivative<S: Simd>(self, simd: S, x: T) -> T {
                inlined::$derivative(simd, x)
            }
        }
    };
}

function!(Tanh, tanh, tanh_derivative);
function!(Sigmoid, sigmoid, sigmoid_derivative);
function!(Exp, exp, exp);
function!(Softplus, softplus, sigmoid);

/// Numbers from −5 to 5.
fn numbers<T: Scalar>(n: usize) -> Array2<T> {
    Array2::from_shape_fn((1, n), |(_, j)| {
        T::from_f64((j * 7919 % 1000) as f64 / 100.0 - 5.0)
    })
}

macro_rules! benches {
    ($module:ident, $number:ty) => {
        mod $module {
            use super::*;

            #[divan::bench(types = [Tanh, Sigmoid, Exp, Softplus], args = SIZES)]
            fn value<F: Elementwise<$number> + Default>(bencher: Bencher, n: usize) {
                let (x, mut y) = (numbers(n), numbers(n));
                bencher
                    .counter(ItemsCount::new(n))
                    .bench_local(|| elementwise_forward(F::default(), black_box(&x), black_box(&mut y)));
            }

            #[divan::bench(types = [Tanh, Sigmoid, Exp], args = SIZES)]
            fn derivative<F: Elementwise<$number> + Default>(bencher: Bencher, n: usize) {
                let (x, delta, mut delta_x) = (numbers(n), numbers(n), numbers(n));
                bencher.counter(ItemsCount::new(n)).bench_local(|| {
                    elementwise_delta(
                        F::default(),
                        black_box(&x),
                        black_box(&delta),
                        black_box(&mut delta_x),
                    );
                });
            }
        }
    };
}

benches!(of_f32, f32);
benches!(of_f64, f64);
