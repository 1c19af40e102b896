//! The contract of an optimiser.

use std::fmt::Debug;

use brique_core::{Description, Module};
use brique_tensor::Scalar;

use crate::{Error, State};

/// Computes the next parameters of a module from its gradients.
///
/// The trait is object-safe: a training loop takes `&mut dyn Optimizer`. An optimiser belongs to one module, because it
/// has a state for each parameter; it identifies the parameters by their order.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{Optimizer, SGD};
/// use brique_tensor::ndarray::array;
///
/// let mut linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[1.0]])?; // ∇ = [2, 1]
/// let mut optimizer: Box<dyn Optimizer> = Box::new(SGD::new(0.5)?);
/// optimizer.step(&mut linear)?;
/// assert_eq!(linear.parameters().value(), array![[2.0], [0.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Optimizer<T: Scalar = f64>: Debug + Send {
    /// Updates every parameter of `module` from its accumulated gradient. The gradients do not change:
    /// [`zero_grad`](Module::zero_grad) resets them.
    ///
    /// The first step allocates the state; later steps allocate nothing. Gradients are not checked: a NaN in a gradient
    /// makes the same element of the parameter and of its state NaN.
    ///
    /// # Errors
    ///
    /// If the parameters of `module` differ from those of the state in number or shape, or an option was changed to one
    /// that needs other buffers. In that case nothing has changed.
    fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error>;

    /// Returns the learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate of the next step. With a [`Schedule`](crate::Schedule), a training loop calls it before
    /// every step.
    ///
    /// # Errors
    ///
    /// If `rate` is negative, NaN, or not finite in `T`. In that case the rate has not changed.
    fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error>;

    /// Returns the state: the number of steps so far and the buffers. The options are not part of it.
    fn state(&self) -> &State<T>;

    /// Returns the name and the options as plain data, for files and for comparisons. An option that is on or off is 1
    /// or 0. The default implementation returns the name of the type, without options.
    fn description(&self) -> Description {
        Description::of_type::<Self>()
    }

    /// Replaces the state. The next step gives the same bits as the step that followed when the state was read.
    ///
    /// # Errors
    ///
    /// If the state has the buffers of another optimiser, or its buffers have different shapes. In that case the state
    /// has not changed.
    fn set_state(&mut self, state: State<T>) -> Result<(), Error>;
}
