//! An optimiser from a formula.

use std::fmt;

use brique_core::{Description, Module};
use brique_tensor::Scalar;

use crate::{Base, Error, Optimizer, ParameterRows, State};

/// An optimiser of your own, from the formula that updates a parameter.
///
/// The formula is a closure. It receives the values of a parameter, its gradient and its buffers, which are 0 before the
/// first step, and the learning rate. If it has options besides the learning rate, write a type that contains a
/// [`Base`]: a checkpoint then recognises them.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{CustomOptimizer, Optimizer};
/// use brique_tensor::ndarray::array;
///
/// let mut sign_descent = CustomOptimizer::new("SignDescent", 0.5, ["mean"], |rows, rate: f64| {
///     rows.update(move |p, g, [mean]| {
///         let mean = 0.9 * mean + 0.1 * g;
///         (p - rate * mean.signum(), [mean])
///     });
/// })?;
/// let mut linear: Linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[-1.0]])?; // ∇ = [-2, -1]
/// sign_descent.step(&mut linear)?;
/// assert_eq!(linear.parameters().value(), array![[3.5], [1.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CustomOptimizer<T: Scalar, F, const N: usize> {
    base: Base<T>,
    buffers: [&'static str; N],
    formula: F,
}

impl<T, F, const N: usize> CustomOptimizer<T, F, N>
where
    T: Scalar,
    F: FnMut(ParameterRows<'_, T, N>, T) + Send,
{
    /// Creates an optimiser with this name, this learning rate and these buffers for each parameter.
    ///
    /// # Errors
    ///
    /// If `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(
        name: &'static str,
        learning_rate: f64,
        buffers: [&'static str; N],
        formula: F,
    ) -> Result<Self, Error> {
        Ok(Self {
            base: Base::new(name, learning_rate)?,
            buffers,
            formula,
        })
    }
}

impl<T, F, const N: usize> Optimizer<T> for CustomOptimizer<T, F, N>
where
    T: Scalar,
    F: FnMut(ParameterRows<'_, T, N>, T) + Send,
{
    fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error> {
        let rate = T::from_f64(self.base.learning_rate());
        let formula = &mut self.formula;
        self.base.step(module, self.buffers, |rows| formula(rows, rate))
    }

    fn learning_rate(&self) -> f64 {
        self.base.learning_rate()
    }

    fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
        self.base.set_learning_rate(rate)
    }

    fn state(&self) -> &State<T> {
        self.base.state()
    }

    fn set_state(&mut self, state: State<T>) -> Result<(), Error> {
        self.base.set_state(&self.buffers, state)
    }

    fn description(&self) -> Description {
        self.base.description()
    }
}

impl<T: Scalar, F, const N: usize> fmt::Debug for CustomOptimizer<T, F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomOptimizer")
            .field("base", &self.base)
            .field("buffers", &self.buffers)
            .finish_non_exhaustive()
    }
}
