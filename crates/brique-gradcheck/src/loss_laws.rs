//! The laws that every loss satisfies. Each law can be called on its own.
//!
//! Each law takes a loss, a target y and a prediction ŷ. [`LOSS_LAWS`] lists the laws by name. [`reductions_agree`]
//! takes a function that creates the loss for each reduction.
//!
//! ```
//! use brique_core::{Loss, Reduction};
//! use brique_gradcheck::{Failure, loss_laws};
//! # use brique_tensor::{Matrix, ndarray::{ArrayRef1, Axis}};
//! # #[derive(Debug)]
//! # struct TotalError;
//! # impl std::fmt::Display for TotalError {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
//! #         write!(f, "TotalError")
//! #     }
//! # }
//! # impl Loss for TotalError {
//! #     fn reduction(&self) -> Reduction { Reduction::Sum }
//! #     fn forward_kernel(&self, y: &Matrix, yhat: &Matrix) -> f64 { (yhat - y).sum() }
//! #     fn backward_kernel(&self, _: &Matrix, _: &Matrix, delta: &mut Matrix) {
//! #         delta.fill(1.0);
//! #     }
//! #     fn per_example_kernel(
//! #         &self, y: &Matrix, yhat: &Matrix, losses: &mut ArrayRef1<f64>
//! #     ) {
//! #         losses.assign(&(y - yhat).sum_axis(Axis(1))); // the other way round
//! #     }
//! # }
//! use brique_tensor::ndarray::array;
//!
//! let (y, yhat) = (array![[1.0, 2.0]], array![[1.5, 2.25]]);
//! loss_laws::a_gradient_step_lowers_the_loss(&TotalError, &y, &yhat)?;
//! let failure = loss_laws::examples_add_up(&TotalError, &y, &yhat).unwrap_err();
//! assert_eq!(
//!     failure.to_string(),
//!     "TotalError breaks the law examples_add_up: forward gives 7.5e-1, \
//!      the losses of the examples add up to -7.5e-1"
//! );
//! # Ok::<(), Failure>(())
//! ```

mod batches;
mod doors;
mod numbers;
mod reductions;
mod results;
mod state;

use brique_core::Loss;
use brique_tensor::Matrix;

pub use batches::{layout_changes_nothing, rows_do_not_see_one_another};
pub use doors::wrong_shapes_are_errors;
pub use numbers::{a_gradient_step_lowers_the_loss, finite_predictions_give_numbers, nan_stays_nan};
pub use reductions::{an_empty_batch_has_no_mean, examples_add_up, reductions_agree};
pub(crate) use results::is_no_mean;
pub use state::{kernels_overwrite, results_depend_on_arguments_only};

use crate::Failure;

/// A law: returns an error if a loss violates it at a target and a prediction.
pub type LossLaw = fn(&dyn Loss<f64>, &Matrix, &Matrix) -> Result<(), Failure>;

macro_rules! by_name {
    ($($law:ident),+ $(,)?) => { &[$((stringify!($law), $law as LossLaw)),+] };
}

/// The laws of every loss, by name.
pub const LOSS_LAWS: &[(&str, LossLaw)] = by_name![
    kernels_overwrite,
    results_depend_on_arguments_only,
    rows_do_not_see_one_another,
    examples_add_up,
    layout_changes_nothing,
    an_empty_batch_has_no_mean,
    wrong_shapes_are_errors,
    nan_stays_nan,
    finite_predictions_give_numbers,
    a_gradient_step_lowers_the_loss,
];
