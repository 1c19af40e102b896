//! The laws that every module satisfies. Each law can be called on its own.
//!
//! Each law takes a module, an input x of shape (batch, in) and a δ of shape (batch, out), and restores the module's
//! parameters and gradients. [`MODULE_LAWS`] lists the laws by name. [`LINEAR_LAWS`] lists the two adjoint identities,
//! which hold for linear modules only.
//!
//! ```
//! use brique_core::Module;
//! use brique_gradcheck::{Failure, module_laws};
//! # use brique_core::{Fault, Memory, Parameter, Shape};
//! # use brique_tensor::Matrix;
//! # #[derive(Debug)]
//! # struct Scale(Parameter);
//! # impl std::fmt::Display for Scale {
//! #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
//! #         write!(f, "Scale")
//! #     }
//! # }
//! # impl Module for Scale {
//! #     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> { Ok(input) }
//! #     fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) {
//! #         y.assign(&(x * self.0.value()[[0, 0]]));
//! #     }
//! #     fn delta_kernel(
//! #         &self, _: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory
//! #     ) {
//! #         d.assign(&(delta * self.0.value()[[0, 0]]));
//! #     }
//! #     fn gradient_kernel(&mut self, x: &Matrix, delta: &Matrix, _: &mut Memory) {
//! #         self.0.gradient_mut()[[0, 0]] = (x * delta).sum(); // should be +=
//! #     }
//! #     fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) { visit(&self.0); }
//! #     fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
//! #         visit(&mut self.0);
//! #     }
//! # }
//! use brique_tensor::ndarray::array;
//!
//! // Its gradient kernel overwrites the gradient instead of adding to it.
//! let mut scale = Scale(Parameter::new(array![[3.0]]));
//! let (x, delta) = (array![[1.0, 2.0]], array![[0.5, -1.5]]);
//! module_laws::forward_changes_nothing(&mut scale, &x, &delta)?;
//! let failure =
//!     module_laws::accumulate_twice_is_double(&mut scale, &x, &delta).unwrap_err();
//! assert_eq!(
//!     failure.to_string(),
//!     "Scale breaks the law accumulate_twice_is_double: the gradient of parameter 0 \
//!      after two passes has -2.5e0 at (0, 0), expected -5e0"
//! );
//! # Ok::<(), Failure>(())
//! ```

mod accumulation;
mod adjoints;
mod batches;
mod doors;
mod numbers;
mod passes;
mod saved;
mod state;

use brique_core::Module;
use brique_tensor::Matrix;

pub use accumulation::{
    accumulate_twice_is_double, kernels_overwrite, overwritten_gradients_forget, update_parameters_subtracts,
    zero_grad_forgets,
};
pub use adjoints::{adjoint_in_the_input, adjoint_in_the_parameters};
pub use batches::{
    a_batch_is_its_rows, an_empty_batch_is_a_batch, layout_changes_nothing, rows_do_not_see_one_another,
};
pub use doors::wrong_shapes_are_errors;
pub use numbers::{a_gradient_step_lowers_the_loss, large_numbers_stay_numbers, nan_stays_nan};
pub use saved::{a_prediction_is_not_random, saved_values_change_no_result, saved_values_keep_their_digits};
pub use state::{
    backward_delta_changes_nothing, backward_update_gradient_changes_gradients_only, forward_changes_nothing,
    inner_modules_are_included, results_depend_on_arguments_only, visitors_agree,
};

use crate::Failure;

/// A law: returns an error if a module violates it at an input and a δ.
pub type ModuleLaw = fn(&mut dyn Module<f64>, &Matrix, &Matrix) -> Result<(), Failure>;

macro_rules! by_name {
    ($($law:ident),+ $(,)?) => { &[$((stringify!($law), $law as ModuleLaw)),+] };
}

/// The laws of every module, by name.
pub const MODULE_LAWS: &[(&str, ModuleLaw)] = by_name![
    visitors_agree,
    inner_modules_are_included,
    forward_changes_nothing,
    backward_delta_changes_nothing,
    backward_update_gradient_changes_gradients_only,
    kernels_overwrite,
    saved_values_change_no_result,
    saved_values_keep_their_digits,
    a_prediction_is_not_random,
    accumulate_twice_is_double,
    zero_grad_forgets,
    overwritten_gradients_forget,
    update_parameters_subtracts,
    results_depend_on_arguments_only,
    rows_do_not_see_one_another,
    a_batch_is_its_rows,
    layout_changes_nothing,
    an_empty_batch_is_a_batch,
    wrong_shapes_are_errors,
    nan_stays_nan,
    large_numbers_stay_numbers,
    a_gradient_step_lowers_the_loss,
];

/// The laws of linear modules, by name.
pub const LINEAR_LAWS: &[(&str, ModuleLaw)] = by_name![adjoint_in_the_input, adjoint_in_the_parameters];
