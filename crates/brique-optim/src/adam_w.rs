//! Adam with a weight decay of its own.

use brique_core::Module;
use brique_tensor::Scalar;

use crate::adam::{AdamCore, BUFFERS, step};
use crate::update::Decay;
use crate::{Error, Optimizer, State};

/// [`Adam`](crate::Adam) with a decoupled weight decay: parameters shrink by themselves, and their decay stays out of
/// the running means.
///
/// ```text
/// p ← (1 − lr · λ) · p
/// ```
///
/// and then the step of Adam with g = `∇p`. Defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, λ = 0.01. The state has the
/// buffers `exp_avg`, m, and `exp_avg_sq`, v.
///
/// ```
/// use brique_layers::Linear;
/// use brique_optim::{AdamW, Optimizer};
/// use brique_tensor::ndarray::array;
///
/// let mut linear = Linear::from_parameters(array![[4.0], [8.0]])?; // and no gradient
/// let mut adam_w = AdamW::new(0.5)?.weight_decay(0.5)?.decay_weights_only();
/// adam_w.step(&mut linear)?;
/// assert_eq!(linear.parameters().value(), array![[3.0], [8.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019; PyTorch's `AdamW`.
#[derive(Debug, Clone, PartialEq)]
pub struct AdamW<T: Scalar = f64> {
    core: AdamCore<T>,
}

impl<T: Scalar> AdamW<T> {
    /// `AdamW` with this learning rate, and PyTorch's defaults.
    ///
    /// # Errors
    ///
    /// Where `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        let decay = Decay {
            rate: 0.01,
            weights_only: false,
        };
        let core = AdamCore::new("AdamW", learning_rate, decay)?;
        Ok(Self { core })
    }

    /// With β₁ and β₂.
    ///
    /// # Errors
    ///
    /// Where one of them is not in [0, 1).
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Result<Self, Error> {
        self.core.set_betas(beta1, beta2)?;
        Ok(self)
    }

    /// With ε, which keeps the denominator from 0.
    ///
    /// # Errors
    ///
    /// Where `eps` is not above 0 and finite, in `T`.
    pub fn eps(mut self, eps: f64) -> Result<Self, Error> {
        self.core.set_eps(eps)?;
        Ok(self)
    }

    /// With the weight decay λ.
    ///
    /// # Errors
    ///
    /// Where `decay` is negative, NaN, or not finite in `T`.
    pub fn weight_decay(mut self, decay: f64) -> Result<Self, Error> {
        self.core.set_weight_decay(decay)?;
        Ok(self)
    }

    /// Lets the weights decay alone: rows beyond [`weight_rows`](brique_core::Parameter::weight_rows) do not.
    #[must_use]
    pub fn decay_weights_only(mut self) -> Self {
        self.core.decay.weights_only = true;
        self
    }

    /// With the state of an earlier optimiser of these options.
    ///
    /// # Errors
    ///
    /// As [`set_state`](Optimizer::set_state).
    pub fn with_state(mut self, state: State<T>) -> Result<Self, Error> {
        self.set_state(state)?;
        Ok(self)
    }
}

impl<T: Scalar> Optimizer<T> for AdamW<T> {
    fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error> {
        step(&mut self.core, module, |learning_rate, decay| {
            (0.0, 1.0 - learning_rate * decay)
        })
    }

    fn learning_rate(&self) -> f64 {
        self.core.learning_rate
    }

    fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
        self.core.set_learning_rate(rate)
    }

    fn state(&self) -> &State<T> {
        &self.core.state
    }

    fn set_state(&mut self, state: State<T>) -> Result<(), Error> {
        self.core.state.replace(self.core.name, &BUFFERS, state)
    }
}
