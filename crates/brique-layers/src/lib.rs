//! The modules from which networks are built: linear layers, convolutions, pools, activations, normalisation, dropout, and
//! composite modules.
//!
//! Start with [`Linear`] and [`Sequential`]. The methods of all modules are those of [`Module`](brique_core::Module).
//!
//! * [`Linear`]: one matrix of parameters whose last row is the bias. [`Init`]: the distribution of its initial
//!   parameters.
//! * [`Conv1D`], [`Conv2D`]: convolutions along one or two axes, with a [`Window`], the channels last, and groups.
//! * [`MaxPool1D`], [`MaxPool2D`], [`AvgPool1D`], [`AvgPool2D`], [`GlobalAvgPool`]: the largest number or the mean of each
//!   window, or of all positions.
//! * [`Flatten`], [`Reshape`]: other shapes for the same values.
//! * [`Tanh`], [`Sigmoid`], [`ReLU`], [`LeakyReLU`], [`ELU`], [`SiLU`], [`GELU`], [`Softplus`], [`LogSigmoid`]:
//!   activation functions, applied element by element.
//! * [`Softmax`], [`LogSoftmax`], [`LayerNorm`], [`GroupNorm`]: applied to each example separately. There is no batch
//!   normalisation: [`GroupNorm`] says why.
//! * [`Dropout`]: applies a random mask in training, and does nothing in prediction.
//! * [`Sequential`]: modules one after the other; [`Residual`]: x + f(x); [`Concat`]: branches side by side.
//! * [`Workspace`]: the reused buffers of a training loop. [`registry`]: builds modules from their descriptions.
//!
//! A training loop by hand, with the report's method names:
//!
//! ```
//! use brique_core::{Loss, Module};
//! use brique_layers::{Init, Linear};
//! use brique_layers::ndarray::array;
//! use brique_losses::MSELoss;
//! use brique_random::portable;
//!
//! let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
//! let mut linear: Linear = Linear::new(1, 1, Init::StandardNormal, &mut portable(1))?;
//! let loss = MSELoss::new();
//! for _ in 0..500 {
//!     let yhat = linear.forward(&x)?;
//!     let delta = loss.backward(&y, &yhat)?;
//!     linear.zero_grad();
//!     linear.backward_update_gradient(&x, &delta)?;
//!     linear.update_parameters(0.1)?;
//! }
//! assert!((linear.weight()[[0, 0]] - 2.0).abs() < 1e-6);
//! assert!((linear.bias()[0] - 1.0).abs() < 1e-6);
//! # Ok::<(), brique_core::Error>(())
//! ```

mod activations;
mod addressable;
mod arithmetic;
mod concat;
mod conv;
mod dropout;
mod flatten;
mod group_norm;
mod init;
mod layer_norm;
mod linear;
mod per_axis;
mod pools;
mod registry;
mod residual;
mod sequential;
mod softmax;
mod window;

pub use activations::{ELU, GELU, LeakyReLU, LogSigmoid, ReLU, SiLU, Sigmoid, Softplus, Tanh};
pub use brique_core::Workspace;
pub use concat::Concat;
pub use conv::{Conv, Conv1D, Conv2D};
pub use dropout::Dropout;
pub use flatten::{Flatten, Reshape};
pub use group_norm::GroupNorm;
pub use init::Init;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use per_axis::PerAxis;
pub use pools::{AvgPool, AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool, MaxPool1D, MaxPool2D};
pub use registry::registry;
pub use residual::Residual;
pub use sequential::Sequential;
pub use softmax::{LogSoftmax, Softmax};
pub use window::Window;

/// The crate of the arrays in the signatures of this crate, in the version that it uses.
#[doc(no_inline)]
pub use brique_tensor::ndarray;
