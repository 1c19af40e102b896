//! Losses: they measure how far predictions are from their targets, and compute the gradient with respect to the
//! predictions.
//!
//! Start with [`MSELoss`] for numbers and [`CrossEntropyLoss`] for classes. The methods of all losses are those of
//! [`Loss`](brique_core::Loss).
//!
//! Every loss takes the target as the first argument. [`forward`](brique_core::Loss::forward) reduces the losses of a
//! batch to one number according to the [`Reduction`]; [`per_example`](brique_core::Loss::per_example) returns the loss
//! of each example. Only losses take a mean over the batch; modules add over it.
//!
//! | loss | of | targets |
//! |---|---|---|
//! | [`MSELoss`], [`L1Loss`], [`HuberLoss`] | numbers | numbers |
//! | [`CrossEntropyLoss`] | logits of c classes | class indices, one-hot rows or probabilities |
//! | [`NLLLoss`] | log-probabilities of c classes | class indices |
//! | [`BCEWithLogitsLoss`] | logits | from 0 to 1 |
//! | [`BCELoss`] | probabilities | from 0 to 1 |
//! | [`HingeLoss`] | scores | −1 or 1 |
//! | [`ElementwiseLoss`] | a formula of your own | of the shape of the predictions |
//!
//! [`probabilities`](brique_core::Loss::probabilities) turns the predictions of the four losses of classes and
//! probabilities into probabilities: a softmax for [`CrossEntropyLoss`], a sigmoid for [`BCEWithLogitsLoss`], an
//! exponential for [`NLLLoss`], and no change for [`BCELoss`]. [`WeightedLoss`] gives each example a weight.
//!
//! A target that the loss does not accept is an error that names its position. A prediction that is NaN gives NaN.
//!
//! ```
//! use brique_core::Loss;
//! use brique_losses::MSELoss;
//! use brique_tensor::ndarray::array;
//!
//! let (y, yhat) = (array![[1.0], [2.0]], array![[1.0], [5.0]]);
//! let loss = MSELoss::new();
//! assert_eq!(loss.forward(&y, &yhat)?, 4.5);
//! assert_eq!(loss.backward(&y, &yhat)?, array![[0.0], [3.0]]);
//! # Ok::<(), brique_core::Error>(())
//! ```

mod bce;
mod bce_with_logits;
mod checks;
mod classes;
mod cross_entropy;
mod elementwise;
mod elementwise_loss;
mod hinge;
mod huber;
mod l1;
mod mse;
mod nll;
mod options;
mod probabilities;

pub use bce::BCELoss;
pub use bce_with_logits::BCEWithLogitsLoss;
pub use brique_core::{Reduction, WeightedLoss};
pub use cross_entropy::CrossEntropyLoss;
pub use elementwise_loss::ElementwiseLoss;
pub use hinge::HingeLoss;
pub use huber::HuberLoss;
pub use l1::L1Loss;
pub use mse::MSELoss;
pub use nll::NLLLoss;
