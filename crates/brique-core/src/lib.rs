//! The words of Brique: what a module is, what a loss is, and what passes between them.
//!
//! * [`Module`]: goes forward, and hands its error back. The report's five methods for users, kernels for authors.
//! * [`Loss`]: how far a prediction is from its target, and the gradient of that.
//! * [`Parameter`]: a value and the gradient accumulated for it.
//! * [`Shape`]: the inner shape of one example. [`Reduction`]: how a batch of losses becomes one number.
//! * [`Error`]: where something did not fit, and the [`Fault`] that says what.
//!
//! One training step goes one way:
//!
//! ```text
//! x ──forward──▶ ŷ ──loss.forward──▶ L          a number, for the record
//!                └──loss.backward──▶ δ          ∂L/∂ŷ              overwrites
//! x, δ ──backward_update_gradient──▶ ∇W         (∂f/∂W)ᵀ δ         adds to the gradient
//! x, δ ──backward_delta──▶ δ_x                  (∂f/∂x)ᵀ δ         overwrites
//! ∇W ──update_parameters──▶ W                   W − step · ∇W
//! ```
//!
//! Modules remember nothing: everything that a backward pass needs is in its arguments, so a prediction between the
//! passes cannot change a gradient, and a module used twice in a network is right.
//!
//! This crate knows no layer, no chance and no file.

mod error;
mod loss;
mod module;
mod parameter;
mod reduction;
mod shape;

pub use error::{Error, Fault};
pub use loss::Loss;
pub use module::Module;
pub use parameter::Parameter;
pub use reduction::Reduction;
pub use shape::Shape;
