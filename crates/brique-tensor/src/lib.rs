//! The numerical functions, called kernels, with which every other crate of Brique computes.
//!
//! Start with [`Matrix`] and [`Scalar`], the types of most arguments. Authors of modules also need [`Elementwise`] or
//! [`affine_forward`].
//!
//! * [`Scalar`]: `f32` or `f64`, nothing else.
//! * [`Matrix`]: a borrowed two-dimensional array, one example per row.
//!   Owned arrays, views and slices of a batch all dereference to it.
//! * [`affine_forward`], [`affine_delta`], [`affine_gradient`]: the three products of a linear layer,
//!   with the bias as the last row of its parameters.
//! * [`convolution_forward`], [`convolution_delta`], [`convolution_gradient`]: the three passes of a [`Convolution`].
//!   [`max_pool_forward`], [`average_pool_forward`] and their deltas: a [`Pool`].
//! * [`exp`], [`tanh`], [`sigmoid`], [`softplus`], [`log_sum_exp`]: functions of one number and their derivatives,
//!   accurate in the tails. [`Elementwise`] applies such a function to whole matrices; [`inlined`] has functions to
//!   write one with.
//! * [`aligned_zeros`], [`aligned`]: matrices that begin at a cache line, which makes loading SIMD vectors fastest.
//! * [`SimdLevel`]: the instruction set that kernels use, by default the best of the processor.
//! * [`pairwise_sum`], [`add_column_sums`]: sums whose rounding error grows with log n, not with n.
//!
//! This is the only crate of the workspace with code written for speed. Its functions write into the caller's buffers,
//! and panic if the shapes are not those in their documentation. `brique-core` checks shapes on entry and returns
//! errors instead.
//!
//! ```
//! use brique_tensor::affine_forward;
//! use brique_tensor::ndarray::{Array2, array};
//!
//! let x = array![[1.0, 2.0], [3.0, 4.0]];
//! let parameters = array![[10.0], [1.0], [0.5]]; // two weights, then the bias
//! let mut y = Array2::zeros((2, 1));
//! affine_forward(&x, &parameters, &mut y);
//! assert_eq!(y, array![[12.5], [34.5]]);
//! ```

mod affine;
mod aligned;
mod by_rows;
mod compile_once;
mod compiled;
mod convolution;
mod copy_rows;
mod elementwise;
mod exponential;
mod finite;
mod functions;
pub mod inlined;
mod kernels;
mod memory;
mod multiply_adds;
mod pages;
mod pairs;
mod pairwise;
mod pool;
mod product;
mod row_groups;
mod scalar;
mod simd;
mod simd_level;
mod simd_number;
mod softmax;
mod sum;
mod threads;
mod transpose;
mod update;
mod windows;

pub use affine::{affine_delta, affine_forward, affine_gradient, affine_overwrite_gradient};
pub use aligned::{aligned, aligned_zeros};
#[doc(hidden)]
pub use compile_once::{Compiled, Signature};
pub use convolution::{
    Convolution, convolution_delta, convolution_forward, convolution_gradient, convolution_overwrite_gradient,
};
pub use copy_rows::copy_rows;
pub use elementwise::{
    Elementwise, elementwise_delta, elementwise_forward, elementwise_forward_with_derivative,
};
pub use finite::all_finite;
pub use functions::{
    exp, exp_m1, exp_of_difference, largest, ln_1p_of_positive, log_sum_exp, normal_density,
    normal_distribution, sigmoid, sigmoid_derivative, softplus, tanh, tanh_derivative,
};
#[doc(hidden)]
pub use kernels::Kernels;
pub use memory::is_allocatable;
#[doc(hidden)]
pub use multiply_adds::multiply_adds;
pub use ndarray;
pub use pairs::{combine, sum_of_pairs};
pub use pairwise::pairwise_sum;
pub use pool::{Pool, average_pool_delta, average_pool_forward, max_pool_delta, max_pool_forward};
pub use row_groups::RowGroups;
pub use scalar::Scalar;
pub use simd::Simd;
#[doc(hidden)]
pub use simd::{Vector, Work};
#[doc(hidden)]
pub use simd_level::dispatch;
pub use simd_level::{SimdLevel, SimdLevelError};
pub use softmax::{
    log_softmax_delta, log_softmax_forward, softmax_delta, softmax_delta_from_output, softmax_forward,
};
pub use sum::add_column_sums;
pub use threads::{Threads, ThreadsError};
pub use update::{update, update_with_buffers};
pub use windows::WindowAxis;

/// Functions that only the tests of this crate call.
#[doc(hidden)]
pub mod internals {
    pub use crate::product::{
        Onto, multiply, multiply_in_parts, multiply_to_finite, reference::multiply as multiply_by_definition,
    };
}

/// A borrowed matrix, one example per row: the parameter type of all functions, for any owner of the numbers.
///
/// `&Array2<T>`, `&ArrayView2<T>` and a slice of rows all coerce to `&Matrix<T>`.
/// Kernels write through a `&mut Matrix<T>` and never change its shape or strides.
///
/// ```
/// use brique_tensor::Matrix;
/// use brique_tensor::ndarray::{array, s};
///
/// fn examples(x: &Matrix) -> usize {
///     x.nrows()
/// }
///
/// let x = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
/// assert_eq!(examples(&x), 3);
/// assert_eq!(examples(&x.slice(s![..2, ..])), 2);
/// ```
pub type Matrix<T = f64> = ndarray::ArrayRef2<T>;
