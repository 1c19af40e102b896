//! Checks that modules and losses, Brique's and your own, compute correct gradients.
//!
//! Start with [`Judge`], which runs all checks; the example below shows it.
//!
//! * [`GradientCheck`] compares both backward passes with central differences and returns a [`Report`] that shows the
//!   worst entry.
//! * [`module_laws`] and [`loss_laws`] contain the laws that every module and every loss must obey, one function for
//!   each law.
//! * [`composite_laws`] checks that a composite module passes every call on to the modules inside it.
//! * [`strategies`] provides `proptest` strategies for shapes and numbers, chosen so that they reveal mistakes.
//! * [`Judge`] runs all of these checks on modules and losses of many shapes.
//! * [`Failure`] reports which check failed, on what, with the numbers that show the failure.
//!
//! The last statement of this example runs every check on a new module:
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
//!     fn delta_kernel(
//!         &self,
//!         input: &Matrix,
//!         delta: &Matrix,
//!         input_delta: &mut Matrix,
//!         _: &mut Memory,
//!     ) {
//!         let values = Zip::from(input_delta).and(input).and(delta);
//!         values.for_each(|d, &x, &delta| *d = 2.0 * x * delta);
//!     }
//! }
//!
//! let modules = strategies::size().prop_map(|inputs| (Square, inputs));
//! let judgement = Judge::new(1).modules(modules)?;
//! assert!(judgement.entries() > 100);
//! # Ok::<(), brique_gradcheck::Failure>(())
//! ```
//!
//! The checks cannot detect three kinds of mistakes: a forward pass that computes another function than intended, with
//! correct gradients of that function (detect it with exact values from an independent source); a parameter that
//! neither `own_parameters` nor `own_parameters_mut` visits; a mistake that occurs in `f32` only.
//!
//! Source: Torch7's `nn.Jacobian`, PyTorch's `torch.autograd.gradcheck`, and Caffe's `GradientChecker`, which handled
//! kinks.

pub mod composite_laws;
mod descent;
mod differences;
mod excerpt;
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

/// The example of CONTRIBUTING.md, included so that its code is compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../../CONTRIBUTING.md")]
struct Contributing;
