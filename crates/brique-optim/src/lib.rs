//! Optimisers, which update the parameters of a module from its gradients; schedules of the learning rate; gradient
//! clipping.
//!
//! Start with [`SGD`] or [`Adam`], and with the method [`Optimizer::step`].
//!
//! * [`Optimizer`]: the trait with the method `step`. [`SGD`], [`Adam`], [`AdamW`], [`RMSprop`] and [`Adagrad`]
//!   implement it, with PyTorch's definitions and defaults.
//! * [`CustomOptimizer`]: an optimiser of your own from its formula. [`Base`]: what all optimisers share.
//! * [`State`]: the whole state of an optimiser, as plain data that can be saved and restored.
//! * [`clip_norm`], [`clip_value`]: gradient clipping. [`gradient_norm`]: the norm of all gradients.
//! * [`Schedule`]: the learning rate as a function of the step. [`ReduceOnPlateau`]: as a function of the losses so
//!   far.
//!
//! A training loop by hand:
//!
//! ```
//! use brique_core::{Loss, Module};
//! use brique_layers::{Init, Linear};
//! use brique_losses::MSELoss;
//! use brique_optim::{Adam, Optimizer, Schedule, clip_norm};
//! use brique_random::portable;
//! use brique_tensor::ndarray::array;
//!
//! let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [5.0]]);
//! let mut linear: Linear = Linear::new(1, 1, Init::StandardNormal, &mut portable(1))?;
//! let loss = MSELoss::new();
//! let (base, schedule) = (0.1, Schedule::cosine(0.0)?);
//! let mut adam = Adam::new(base)?;
//! for step in 0..500 {
//!     let delta = loss.backward(&y, &linear.forward(&x)?)?;
//!     linear.zero_grad();
//!     linear.backward_update_gradient(&x, &delta)?;
//!     clip_norm(&mut linear, 10.0)?;
//!     adam.set_learning_rate(base * schedule.factor(step, 500))?;
//!     adam.step(&mut linear)?;
//! }
//! assert!((linear.weight()[[0, 0]] - 2.0).abs() < 1e-3);
//! assert!((linear.bias()[0] - 1.0).abs() < 1e-3);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An optimiser computes element by element: a NaN in a gradient changes only the element of the parameter at the same
//! position. The first step creates the state; later steps allocate nothing.

mod adagrad;
mod adam;
mod adam_w;
mod base;
mod clip;
mod custom;
mod error;
mod methods;
mod moments;
mod optimizer;
mod plateau;
mod rmsprop;
mod schedule;
mod sgd;
mod state;

pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adam_w::AdamW;
pub use base::{Base, ParameterRows};
pub use clip::{clip_norm, clip_value, gradient_norm};
pub use custom::CustomOptimizer;
pub use error::Error;
pub use optimizer::Optimizer;
pub use plateau::{PlateauState, ReduceOnPlateau};
pub use rmsprop::RMSprop;
pub use schedule::Schedule;
pub use sgd::SGD;
pub use state::{Buffer, State};
