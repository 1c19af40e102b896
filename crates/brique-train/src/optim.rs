//! Training with the interface of the report's course.

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_optim::SGD;
use brique_tensor::{Matrix, Scalar};

use crate::{Error, Fit, FitError, History, Stepper};

/// A network, a loss and a step size; `step(x, y)` makes one step of plain gradient descent on a batch.
///
/// ```
/// use brique_layers::{Linear, Sequential};
/// use brique_losses::MSELoss;
/// use brique_tensor::ndarray::array;
/// use brique_train::Optim;
///
/// let linear = Linear::from_parameters(array![[0.0], [0.0]])?;
/// let mut network: Sequential = Sequential::new(1).then(linear)?;
/// let loss = MSELoss::new();
/// let mut optim = Optim::new(&mut network, &loss, 0.1)?;
/// let (x, y) = (array![[0.0], [1.0]], array![[1.0], [3.0]]);
/// assert_eq!(optim.step(&x, &y)?, 5.0); // the loss before the step
/// assert!(optim.step(&x, &y)? < 5.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: the course's `Optim(net, loss, eps)`.
#[derive(Debug)]
pub struct Optim<'a, T: Scalar = f64> {
    network: &'a mut dyn Module<T>,
    loss: &'a dyn Loss<T>,
    descent: SGD<T>,
    stepper: Stepper<T>,
}

impl<'a, T: Scalar> Optim<'a, T> {
    /// Creates an optimiser for `network` that makes gradient steps of size `eps` on `loss`.
    ///
    /// # Errors
    ///
    /// If `eps` is negative or not a finite number.
    pub fn new(network: &'a mut dyn Module<T>, loss: &'a dyn Loss<T>, eps: f64) -> Result<Self, Error> {
        let descent = SGD::new(eps)?;
        Ok(Self {
            network,
            loss,
            descent,
            stepper: Stepper::default(),
        })
    }

    /// Makes one step on the batch `x` with its targets `y` and returns the loss before the step.
    ///
    /// # Errors
    ///
    /// As [`Stepper::step`].
    pub fn step(&mut self, x: &Matrix<T>, y: &Matrix<T>) -> Result<T, Error> {
        self.stepper
            .step(self.network, self.loss, &mut self.descent, x, y)
    }
}

/// Trains by stochastic gradient descent: goes `epochs` times over all of `data`, in an order drawn from `seed`, and
/// makes one step of `optim` for each mini-batch of `batch` examples.
///
/// ```
/// use brique_datasets::line;
/// use brique_layers::{Init, Linear, Sequential};
/// use brique_losses::MSELoss;
/// use brique_random::portable;
/// use brique_train::{Optim, sgd};
///
/// let mut rng = portable(1);
/// let linear = Linear::new(1, 1, Init::StandardNormal, &mut rng)?;
/// let mut network: Sequential = Sequential::new(1).then(linear)?;
/// let loss = MSELoss::new();
/// let mut optim = Optim::new(&mut network, &loss, 0.01)?;
/// let history = sgd(&mut optim, &line(&mut rng), 20, 300, 7)?;
/// assert!(history.losses().last() < history.losses().next());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: the course's `SGD(net, data, batch, epochs)`.
///
/// # Errors
///
/// As [`Fit::run`].
pub fn sgd<T: Scalar>(
    optim: &mut Optim<'_, T>,
    data: &Dataset<T>,
    batch: usize,
    epochs: usize,
    seed: u64,
) -> Result<History, FitError> {
    let Optim {
        network,
        loss,
        descent,
        ..
    } = optim;
    Fit::new(epochs, batch)
        .shuffle(seed)
        .run(&mut **network, *loss, descent, data)
}
