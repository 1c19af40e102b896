//! Copies of the parameters of a network.

use brique_core::{Fault, Module};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

/// A copy of the values of all parameters of a module, in the module's own order, to store or to restore later.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_tensor::ndarray::array;
/// use brique_train::Weights;
///
/// let mut linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// let weights = Weights::of(&linear);
/// linear.visit_parameters_mut(&mut |parameter| parameter.value_mut().fill(0.0));
/// weights.restore(&mut linear)?;
/// assert_eq!(linear.weight(), array![[3.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Weights<T: Scalar = f64> {
    values: Vec<Array2<T>>,
}

impl<T: Scalar> Weights<T> {
    /// Copies the current parameters.
    #[must_use]
    pub fn of(module: &dyn Module<T>) -> Self {
        let mut values = Vec::new();
        module.visit_parameters(&mut |parameter| values.push(parameter.value().to_owned()));
        Self { values }
    }

    /// Creates weights from these values, one matrix per parameter in the order of
    /// [`Module::visit_parameters`](brique_core::Module::visit_parameters).
    ///
    /// ```
    /// use brique_layers::Linear;
    /// use brique_tensor::ndarray::array;
    /// use brique_train::Weights;
    ///
    /// let mut linear = Linear::from_parameters(array![[0.0], [0.0]])?;
    /// Weights::new(vec![array![[3.0], [0.5]]]).restore(&mut linear)?;
    /// assert_eq!(linear.weight(), array![[3.0]]);
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    #[must_use]
    pub fn new(values: Vec<Array2<T>>) -> Self {
        Self { values }
    }

    /// Returns the values, in the module's order.
    #[must_use]
    pub fn values(&self) -> &[Array2<T>] {
        &self.values
    }

    /// Copies the parameters again, into the existing matrices; allocates only if the shapes differ.
    pub fn refresh(&mut self, module: &dyn Module<T>) {
        if !self.fits(module) {
            *self = Self::of(module);
            return;
        }
        let mut values = self.values.iter_mut();
        module.visit_parameters(&mut |parameter| {
            if let Some(value) = values.next() {
                value.assign(parameter.value());
            }
        });
    }

    /// Copies the values back into the module. Gradients are not changed.
    ///
    /// # Errors
    ///
    /// If the number or the shapes of the module's parameters differ. Nothing has changed then.
    pub fn restore(&self, module: &mut dyn Module<T>) -> Result<(), brique_core::Error> {
        if !self.fits(module) {
            let shapes =
                |values: &[Array2<T>]| format!("{:?}", values.iter().map(Array2::dim).collect::<Vec<_>>());
            let fault = Fault::Value {
                argument: "the shapes of the parameters".into(),
                found: shapes(&Self::of(module).values),
                expected: format!("{}, those of the weights to restore", shapes(&self.values)).into(),
            };
            return Err(brique_core::Error::new(&*module, "restore", fault));
        }
        let mut values = self.values.iter();
        module.visit_parameters_mut(&mut |parameter| {
            if let Some(value) = values.next() {
                parameter.value_mut().assign(value);
            }
        });
        Ok(())
    }

    fn fits(&self, module: &dyn Module<T>) -> bool {
        let mut shapes = self.values.iter().map(Array2::dim);
        let mut fits = true;
        module.visit_parameters(&mut |parameter| fits &= shapes.next() == Some(parameter.shape()));
        fits && shapes.next().is_none()
    }
}
