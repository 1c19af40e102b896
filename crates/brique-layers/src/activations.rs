//! Activation functions: modules that work element by element.

#![allow(
    clippy::inline_always,
    reason = "a function is compiled for the instruction set of a loop only if it is inlined into the loop"
)]

mod elu;
mod gelu;
mod leaky_relu;
mod log_sigmoid;
mod relu;
mod sigmoid;
mod silu;
mod softplus;
mod tanh;

pub use elu::ELU;
pub use gelu::GELU;
pub use leaky_relu::LeakyReLU;
pub use log_sigmoid::LogSigmoid;
pub use relu::ReLU;
pub use sigmoid::Sigmoid;
pub use silu::SiLU;
pub use softplus::Softplus;
pub use tanh::Tanh;

use brique_core::{Error, Fault};
use brique_tensor::Scalar;

/// Checks that an option is finite, also in `f32`: a module computes with both types of number.
fn check_finite(module: &'static str, argument: &'static str, value: f64) -> Result<(), Error> {
    let expected = if !value.is_finite() {
        "a finite number"
    } else if !<f32 as Scalar>::from_f64(value).is_finite() {
        "a number that is finite in f32"
    } else {
        return Ok(());
    };
    let fault = Fault::Value {
        argument: argument.into(),
        found: value.to_string(),
        expected: expected.into(),
    };
    Err(Error::new(module, "new", fault))
}

/// Implements `Module` for an [`Elementwise`](brique_tensor::Elementwise) function, with its description. With
/// `saves_derivative`, the forward pass computes and saves the derivative too: for a function that shares most of its
/// work with its derivative.
macro_rules! module {
    ($module:ty, saves_derivative, $describe:expr) => {
        $crate::activations::module!($module, $describe, {
            fn plan_memory(&self, input: brique_core::Shape, plan: &mut brique_core::Plan<'_, T>) {
                plan.save_in_delta(input);
            }

            fn forward_kernel(
                &self,
                input: &brique_tensor::Matrix<T>,
                output: &mut brique_tensor::Matrix<T>,
                memory: &mut brique_core::Memory<T>,
            ) {
                brique_tensor::compile_once! {
                    fn forward<T: Scalar>(
                        f: $module,
                        input: &brique_tensor::Matrix<T>,
                        output: &mut brique_tensor::Matrix<T>,
                        memory: &mut brique_core::Memory<T>
                    ) {
                        match memory.save() {
                            Some(mut derivative) => brique_tensor::elementwise_forward_with_derivative(
                                f, input, output, &mut derivative,
                            ),
                            None => brique_tensor::elementwise_forward(f, input, output),
                        }
                    }
                }
                forward(*self, input, output, memory);
            }

            fn delta_kernel(
                &self,
                _: &brique_tensor::Matrix<T>,
                delta: &brique_tensor::Matrix<T>,
                input_delta: &mut brique_tensor::Matrix<T>,
                _: &mut brique_core::Memory<T>,
            ) {
                $crate::arithmetic::multiply(input_delta, delta);
            }
        });
    };
    ($module:ty, $describe:expr) => {
        $crate::activations::module!($module, $describe, {
            fn forward_kernel(
                &self,
                input: &brique_tensor::Matrix<T>,
                output: &mut brique_tensor::Matrix<T>,
                _: &mut brique_core::Memory<T>,
            ) {
                brique_tensor::compile_once! {
                    fn forward<T: Scalar>(
                        f: $module,
                        input: &brique_tensor::Matrix<T>,
                        output: &mut brique_tensor::Matrix<T>
                    ) {
                        brique_tensor::elementwise_forward(f, input, output);
                    }
                }
                forward(*self, input, output);
            }

            fn delta_kernel(
                &self,
                input: &brique_tensor::Matrix<T>,
                delta: &brique_tensor::Matrix<T>,
                input_delta: &mut brique_tensor::Matrix<T>,
                _: &mut brique_core::Memory<T>,
            ) {
                brique_tensor::compile_once! {
                    fn propagate<T: Scalar>(
                        f: $module,
                        input: &brique_tensor::Matrix<T>,
                        delta: &brique_tensor::Matrix<T>,
                        input_delta: &mut brique_tensor::Matrix<T>
                    ) {
                        brique_tensor::elementwise_delta(f, input, delta, input_delta);
                    }
                }
                propagate(*self, input, delta, input_delta);
            }
        });
    };
    ($module:ty, $describe:expr, { $($kernels:item)* }) => {
        impl<T: brique_tensor::Scalar> brique_core::Module<T> for $module {
            fn output_shape(
                &self,
                input: brique_core::Shape,
            ) -> Result<brique_core::Shape, brique_core::Fault> {
                Ok(input)
            }

            $($kernels)*

            fn description(&self) -> brique_core::Description {
                let describe: fn(&Self) -> brique_core::Description = $describe;
                describe(self)
            }
        }

        impl std::fmt::Display for $module {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                brique_core::Module::<f64>::description(self).fmt(f)
            }
        }
    };
}
use module;
