//! The contract of an optimiser.

use std::fmt::Debug;

use brique_core::{Description, Module};
use brique_tensor::Scalar;

use crate::{Error, State};

/// A rule that makes the next parameters of a module from its gradients, and what the rule remembers.
///
/// The trait is object-safe: a training loop takes `&mut dyn Optimizer`. An optimiser goes with one module, whose
/// parameters it tells apart by their order.
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
    /// Updates every parameter of `module` from its accumulated gradient, which stays until
    /// [`zero_grad`](Module::zero_grad).
    ///
    /// The first step makes the state for the module's parameters; later steps allocate nothing. Gradients are taken as
    /// they are: a NaN among them goes into its parameter and its state, NaN in, NaN out.
    ///
    /// # Errors
    ///
    /// If the parameters of `module` are not those of the state, in number or shape, or options were changed to some
    /// that need another state. Nothing has changed then.
    fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error>;

    /// The learning rate of the next step.
    fn learning_rate(&self) -> f64;

    /// Sets the learning rate of the next step: what a [`Schedule`](crate::Schedule) does between steps.
    ///
    /// # Errors
    ///
    /// If `rate` is negative, NaN, or not finite in `T`. It stays what it was then.
    fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error>;

    /// What the optimiser remembers of the steps so far. Its options are not part of it.
    fn state(&self) -> &State<T>;

    /// Returns the name and the options as plain data, for files and for comparisons. An option that is on or off is 1
    /// or 0. The default implementation returns the name of the type, without options.
    fn description(&self) -> Description {
        Description::of_type::<Self>()
    }

    /// Puts a state back: the next step continues, bit for bit, where the state was taken out.
    ///
    /// # Errors
    ///
    /// If the state is another optimiser's, or its buffers do not fit one another. The old one stays then.
    fn set_state(&mut self, state: State<T>) -> Result<(), Error>;
}
