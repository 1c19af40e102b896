//! The contract of Brique: what a module is, what a loss is, and what passes between them.
//!
//! * [`Module`]: computes an output, and propagates the gradient to its input and its parameters. The report's five methods
//!   for users, kernels for authors.
//! * [`Workspace`]: the memory of a training loop, for any module; [`Memory`], [`Node`] and [`Plan`] are what authors see of it.
//! * [`Description`]: a module as plain data; a [`Registry`] builds it again.
//! * [`Loss`]: how far a prediction is from its target, and the gradient of that.
//! * [`Parameter`]: a value and the gradient accumulated for it.
//! * [`Shape`]: the inner shape of one example. [`Reduction`]: how a batch of losses becomes one number.
//! * [`Error`]: where something did not fit, and the [`Fault`] that says what.
//!
//! One training step goes one way:
//!
//! ```text
//! x ──forward──▶ ŷ ──loss.forward──▶ L          a number, for the history
//!                └──loss.backward──▶ δ          ∂L/∂ŷ              overwrites
//! x, δ ──backward_update_gradient──▶ ∇W         (∂f/∂W)ᵀ δ         adds to the gradient
//! x, δ ──backward_delta──▶ δ_x                  (∂f/∂x)ᵀ δ         overwrites
//! ∇W ──update_parameters──▶ W                   W − step · ∇W
//! ```
//!
//! Modules remember nothing: everything that a backward pass needs is in its arguments, so a prediction between the
//! passes cannot change a gradient, and a module used twice in a network is right.
//!
//! This crate knows no concrete module, no randomness and no files.

mod boxed;
mod check;
mod description;
mod error;
mod loss;
mod module;
mod parameter;
mod path;
mod reduction;
mod registry;
mod shape;
mod workspace;

pub use description::{Attribute, AttributeValue, Description, InnerDescription, TensorDescription};
pub use error::{Error, Fault};
pub use loss::Loss;
pub use module::Module;
pub use parameter::Parameter;
pub use path::{Step, visit_modules, visit_tensors, visit_tensors_mut};
pub use reduction::Reduction;
pub use registry::{InnerModules, Registry};
pub use shape::Shape;
pub use workspace::{Gradient, Memory, Node, Plan, Workspace};
