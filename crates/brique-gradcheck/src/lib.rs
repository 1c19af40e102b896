//! Is this gradient the gradient? What judges Brique's own modules and losses, for yours.
//!
//! * [`GradientCheck`]: both backward passes against central differences; a [`Report`] that shows the worst entry.
//! * [`module_laws`], [`loss_laws`]: the laws of the contract, each a function of its own.
//! * [`composite_laws`]: what a composite module passes on to the modules inside it.
//! * [`strategies`]: `proptest` strategies for shapes and numbers, with those that hide mistakes least.
//! * [`Judge`]: all of it at once, over modules and losses of every shape.
//! * [`Failure`]: what failed, in which check, with the numbers to see it by.
//!
//! A module of your own, through all of it in a line:
//!
//! ```
//! use std::fmt;
//!
//! use brique_core::{Fault, Memory, Module, Shape};
//! use brique_gradcheck::{Judge, strategies};
//! use brique_tensor::Matrix;
//! use brique_tensor::ndarray::Zip;
//! use proptest::prelude::*;
//!
//! /// y = x², element by element.
//! #[derive(Debug)]
//! struct Square;
//!
//! impl fmt::Display for Square {
//!     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
//!         write!(f, "Square")
//!     }
//! }
//!
//! impl Module for Square {
//!     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
//!         Ok(input)
//!     }
//!     fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, _: &mut Memory) {
//!         Zip::from(output).and(input).for_each(|y, &x| *y = x * x);
//!     }
//!     fn delta_kernel(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, _: &mut Memory) {
//!         Zip::from(input_delta).and(input).and(delta).for_each(|d, &x, &delta| *d = 2.0 * x * delta);
//!     }
//! }
//!
//! let judgement = Judge::new(1).modules(strategies::size().prop_map(|inputs| (Square, inputs)))?;
//! assert!(judgement.entries() > 100);
//! # Ok::<(), brique_gradcheck::Failure>(())
//! ```
//!
//! What the checks cannot see: a forward pass that is consistently another function than its author meant, which takes
//! exact values from elsewhere; a parameter that neither visitor shows; and anything in `f32`.
//!
//! Source: Torch7's `nn.Jacobian`, PyTorch's `torch.autograd.gradcheck`, Caffe's `GradientChecker`, which knew of kinks.

pub mod composite_laws;
mod descent;
mod differences;
mod failure;
mod gradient;
mod judge;
mod judgement;
pub mod loss_laws;
mod matrices;
pub mod module_laws;
mod report;
mod snapshot;
pub mod strategies;
mod verdict;

pub use failure::Failure;
pub use gradient::GradientCheck;
pub use judge::Judge;
pub use judgement::Judgement;
pub use proptest;
pub use report::{Entry, Report, TensorReport};

/// The example of CONTRIBUTING.md, so that its code is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../CONTRIBUTING.md")]
struct Contributing;
