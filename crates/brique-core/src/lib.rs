//! The traits that every module and every loss of Brique implements, and the types that they share.
//!
//! Start with [`Module`] and [`Loss`]. To use existing modules and losses, start with the crates `brique-layers` and
//! `brique-losses`.
//!
//! * [`Module`]: computes an output, and the gradients with respect to its input and its parameters. Users call five
//!   methods; authors of modules write kernels.
//! * [`Workspace`]: the reused buffers of a training loop, for any module. Authors use [`Memory`], [`Node`] and
//!   [`Plan`].
//! * [`Description`]: a module as plain data. A [`Registry`] builds the module from it again.
//! * [`Loss`]: measures how far a prediction is from its target, and computes the gradient of that. [`WeightedLoss`]:
//!   a loss whose examples have weights.
//! * [`Parameter`]: a value and its accumulated gradient.
//! * [`Shape`]: the shape of one example, without the batch size. [`Reduction`]: how the losses of a batch are reduced
//!   to one number.
//! * [`Error`]: the module or loss and the operation that failed, and the [`Fault`] that gives the reason.
//!
//! One training step:
//!
//! ```text
//! x ──forward──▶ ŷ ──loss.forward──▶ L          a number, to report
//!                └──loss.backward──▶ δ          ∂L/∂ŷ              overwrites
//! x, δ ──backward_update_gradient──▶ ∇W         (∂f/∂W)ᵀ δ         adds to the gradient
//! x, δ ──backward_delta──▶ δ_x                  (∂f/∂x)ᵀ δ         overwrites
//! ∇W ──update_parameters──▶ W                   W − step · ∇W
//! ```
//!
//! A module stores no inputs or outputs between the passes: a backward pass gets everything that it needs in its
//! arguments. A prediction between the two passes therefore cannot change a gradient, and a module that is used twice
//! in a network gets correct gradients.
//!
//! This crate contains no concrete modules, no random numbers and no file access.

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
mod single_pass;
mod tensor;
mod weighted;
mod workspace;

pub use description::{Attribute, AttributeValue, Description, InnerDescription, TensorDescription};
pub use error::{Error, Fault};
pub use loss::Loss;
pub use module::Module;
pub use parameter::Parameter;
pub use path::{Step, begin_step, visit_modules, visit_tensors, visit_tensors_mut};
pub use reduction::Reduction;
pub use registry::{InnerModules, Registry};
pub use shape::Shape;
pub use tensor::{Layout, Tensor, TensorMut};
pub use weighted::WeightedLoss;
pub use workspace::{Gradient, Link, Memory, Node, Plan, Workspace};

/// The crate of the arrays in the signatures of this crate, in the version that it uses.
#[doc(no_inline)]
pub use brique_tensor::ndarray;
