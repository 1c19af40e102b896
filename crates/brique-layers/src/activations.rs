//! Modules that take each number by itself.

#![allow(
    clippy::inline_always,
    reason = "what is inlined into a loop for a vector unit is compiled for it, and nothing else is"
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

pub use elu::Elu;
pub use gelu::Gelu;
pub use leaky_relu::LeakyReLU;
pub use log_sigmoid::LogSigmoid;
pub use relu::ReLU;
pub use sigmoid::Sigmoid;
pub use silu::Silu;
pub use softplus::Softplus;
pub use tanh::Tanh;

/// Makes a module of an [`Elementwise`](brique_tensor::Elementwise) function; one that `keeps_slope` has most of
/// its work in common with its slope, and computes both on the way forward.
macro_rules! module {
    ($module:ty, keeps_slope) => {
        $crate::activations::module!($module, {
            fn forward_keeping_kernel(
                &self,
                input: &brique_tensor::Matrix<T>,
                output: &mut brique_tensor::Matrix<T>,
                kept: &mut brique_tensor::Matrix<T>,
            ) {
                brique_tensor::elementwise_forward_with_slope(*self, input, output, kept);
            }

            fn delta_from_kept_kernel(
                &self,
                _: &brique_tensor::Matrix<T>,
                delta: &brique_tensor::Matrix<T>,
                input_delta: &mut brique_tensor::Matrix<T>,
            ) {
                brique_tensor::update(input_delta, delta, |slope, delta| slope * delta);
            }
        });
    };
    ($module:ty) => {
        $crate::activations::module!($module, {});
    };
    ($module:ty, { $($kept:item)* }) => {
        impl<T: brique_tensor::Scalar> brique_core::Module<T> for $module {
            fn output_shape(
                &self,
                input: brique_core::Shape,
            ) -> Result<brique_core::Shape, brique_core::Fault> {
                Ok(input)
            }

            fn forward_kernel(
                &self,
                input: &brique_tensor::Matrix<T>,
                output: &mut brique_tensor::Matrix<T>,
            ) {
                brique_tensor::elementwise_forward(*self, input, output);
            }

            fn delta_kernel(
                &self,
                input: &brique_tensor::Matrix<T>,
                delta: &brique_tensor::Matrix<T>,
                input_delta: &mut brique_tensor::Matrix<T>,
            ) {
                brique_tensor::elementwise_delta(*self, input, delta, input_delta);
            }

            $($kept)*
        }
    };
}
use module;
