//! The modules from which networks are built: linear layers, activations, normalisation, dropout, and composite
//! modules.
//!
//! Start with [`Linear`] and [`Sequential`]. The methods of all modules are those of [`Module`](brique_core::Module).
//!
//! * [`Linear`]: one matrix of parameters whose last row is the bias. [`Init`]: the distribution of its initial
//!   parameters.
//! * [`Tanh`], [`Sigmoid`], [`ReLU`], [`LeakyReLU`], [`ELU`], [`SiLU`], [`GELU`], [`Softplus`], [`LogSigmoid`]:
//!   activation functions, applied element by element.
//! * [`Softmax`], [`LogSoftmax`], [`LayerNorm`]: applied to each example separately.
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
mod dropout;
mod init;
mod layer_norm;
mod linear;
mod registry;
mod residual;
mod sequential;
mod softmax;

pub use activations::{ELU, GELU, LeakyReLU, LogSigmoid, ReLU, SiLU, Sigmoid, Softplus, Tanh};
pub use brique_core::Workspace;
pub use concat::Concat;
pub use dropout::Dropout;
pub use init::Init;
pub use layer_norm::LayerNorm;
pub use linear::Linear;
pub use registry::registry;
pub use residual::Residual;
pub use sequential::Sequential;
pub use softmax::{LogSoftmax, Softmax};

/// The crate of the arrays in the signatures of this crate, in the version that it uses.
#[doc(no_inline)]
pub use brique_tensor::ndarray;
