//! The kernels that are compiled once, in this crate, and not again in every crate that calls them.

use crate::Scalar;
use crate::compile_once::{Compiled, Signature};
use crate::convolution::{Forward, GradientSums, InputDelta};
use crate::product::operands::Product;
use crate::softmax::function::Function;

/// A type of number for which the kernels are compiled.
pub trait Kernels: Sized {
    /// Returns the function for this type of number.
    #[doc(hidden)]
    fn select<S: Signature>(compiled: &Compiled<S>) -> S::Of<Self>
    where
        Self: Scalar;

    /// Computes a product, with the panels of this thread.
    #[doc(hidden)]
    fn multiply(product: Product<'_, Self>);

    /// Computes the forward pass of a convolution, with the buffers of this thread.
    #[doc(hidden)]
    fn convolution_forward(forward: Forward<'_, Self>);

    /// Computes the delta of a convolution, with the buffers of this thread.
    #[doc(hidden)]
    fn convolution_delta(delta: InputDelta<'_, Self>);

    /// Computes the gradient of a convolution, with the buffers of this thread.
    #[doc(hidden)]
    fn convolution_gradient(gradient: GradientSums<'_, Self>);

    /// Computes a function along rows of `columns` numbers.
    #[doc(hidden)]
    fn along_rows(function: Function, columns: usize, x: &[Self], delta: &[Self], y: &mut [Self]);

    /// Adds the sum of each column of `numbers`, which are stored row by row, to the corresponding element of `sums`.
    #[doc(hidden)]
    fn add_column_sums(numbers: &[Self], rows: usize, sums: &mut [Self]);

    /// Does multiply-adds on SIMD vectors and returns the number of operations.
    #[doc(hidden)]
    fn multiply_adds(rounds: usize) -> u64;
}
