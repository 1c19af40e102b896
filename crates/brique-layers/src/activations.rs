//! Modules that take each number by itself.

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

/// Makes a module of a type with `value(x)` and `slope(x)`: `y = value(x)`, `δ_x = slope(x) · δ`, element by element.
macro_rules! elementwise {
    ($module:ty) => {
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
                brique_tensor::ndarray::Zip::from(output)
                    .and(input)
                    .for_each(|y, &x| *y = self.value(x));
            }

            fn delta_kernel(
                &self,
                input: &brique_tensor::Matrix<T>,
                delta: &brique_tensor::Matrix<T>,
                input_delta: &mut brique_tensor::Matrix<T>,
            ) {
                let zip = brique_tensor::ndarray::Zip::from(input_delta)
                    .and(input)
                    .and(delta);
                zip.for_each(|input_delta, &x, &delta| *input_delta = self.slope(x) * delta);
            }
        }
    };
}
use elementwise;
