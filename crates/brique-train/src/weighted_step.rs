//! A training step on examples with weights.

use brique_core::{Loss, Module, WeightedLoss};
use brique_optim::Optimizer;
use brique_tensor::ndarray::ArrayRef1;
use brique_tensor::{Matrix, Scalar};

use crate::{Error, Stepper};

impl<T: Scalar> Stepper<T> {
    /// Makes one step as [`step`](Self::step), with a weight for each example, and returns the weighted loss before the
    /// step, `Σ_i w_i · ℓ_i / d`. [`WeightedLoss`] defines it.
    ///
    /// A step on a batch that is not larger than an earlier one allocates nothing.
    ///
    /// # Errors
    ///
    /// As [`step`](Self::step), and if there is not one weight per example, or a weight is negative, NaN or infinite.
    ///
    /// ```
    /// use brique_layers::{Linear, Sequential};
    /// use brique_losses::MSELoss;
    /// use brique_optim::SGD;
    /// use brique_tensor::ndarray::array;
    /// use brique_train::Stepper;
    ///
    /// let linear = Linear::from_parameters(array![[0.0], [0.0]])?;
    /// let mut network: Sequential = Sequential::new(1).then(linear)?;
    /// // The third example is an outlier. Its weight is 0.
    /// let (x, y) = (array![[0.0], [1.0], [2.0]], array![[1.0], [3.0], [99.0]]);
    /// let weights = array![1.0, 1.0, 0.0];
    /// let (loss, mut sgd) = (MSELoss::new(), SGD::new(0.5)?);
    /// let mut stepper = Stepper::new();
    /// for _ in 0..200 {
    ///     stepper.step_weighted(&mut network, &loss, &mut sgd, &x, &y, &weights)?;
    /// }
    /// let value = stepper.step_weighted(&mut network, &loss, &mut sgd, &x, &y, &weights)?;
    /// assert!(value < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn step_weighted(
        &mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        x: &Matrix<T>,
        y: &Matrix<T>,
        weights: &ArrayRef1<T>,
    ) -> Result<T, Error> {
        self.step(network, &WeightedLoss::new(loss, weights), optimizer, x, y)
    }
}
