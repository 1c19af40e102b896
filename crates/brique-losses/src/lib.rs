//! Losses: how far a prediction is from its target.
//!
//! Every loss takes the target first, reduces a batch as its [`Reduction`] says, and gives the course's vector of
//! per-example losses too. The mean of a batch lives here and nowhere else.
//!
//! ```
//! use brique_core::Loss;
//! use brique_losses::MSELoss;
//! use brique_tensor::ndarray::array;
//!
//! let (y, yhat) = (array![[1.0], [2.0]], array![[1.0], [5.0]]);
//! let loss = MSELoss::default();
//! assert_eq!(loss.forward(&y, &yhat)?, 4.5);
//! assert_eq!(loss.backward(&y, &yhat)?, array![[0.0], [3.0]]);
//! # Ok::<(), brique_core::Error>(())
//! ```

mod mse;

pub use brique_core::Reduction;
pub use mse::MSELoss;
