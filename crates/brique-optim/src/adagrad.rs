//! Adagrad.

use brique_core::Module;
use brique_tensor::ndarray::Zip;
use brique_tensor::{Scalar, compile_once};

use crate::error::{check_not_negative, check_positive};
use crate::update::{Decay, decayed, for_each_rows};
use crate::{Error, Optimizer, State};

const NAME: &str = "Adagrad";
const BUFFERS: [&str; 1] = ["sum"];

/// Adagrad: the gradient divided by the root of the sum of all its squares so far.
///
/// At step t = 1, 2, …, with g = `∇p + λ · p`, starting from s = 0:
///
/// ```text
/// s ← s + g²
/// p ← p − lr / (1 + (t − 1) · η) · g / (√s + ε)
/// ```
///
/// Defaults: ε = 10⁻¹⁰, the decay of the learning rate η = 0, λ = 0. The state has the buffer `sum`, s.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{Adagrad, Optimizer};
/// use brique_tensor::ndarray::array;
///
/// let mut linear: Linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[1.0]])?; // ∇ = [2, 1]
/// let mut adagrad = Adagrad::new(0.5)?;
/// adagrad.step(&mut linear)?; // √s = [2, 1]
/// assert!((linear.weight()[[0, 0]] - 2.5).abs() < 1e-9);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Duchi, Hazan and Singer, *Adaptive Subgradient Methods for Online Learning and Stochastic Optimization*,
/// 2011; PyTorch's `Adagrad`.
#[derive(Debug, Clone, PartialEq)]
pub struct Adagrad<T: Scalar = f64> {
    learning_rate: f64,
    lr_decay: f64,
    eps: f64,
    decay: Decay,
    state: State<T>,
}

impl<T: Scalar> Adagrad<T> {
    /// Adagrad with this learning rate, and PyTorch's defaults.
    ///
    /// # Errors
    ///
    /// Where `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        check_not_negative::<T>(NAME, "learning_rate", learning_rate)?;
        Ok(Self {
            learning_rate,
            lr_decay: 0.0,
            eps: 1e-10,
            decay: Decay::default(),
            state: State::default(),
        })
    }

    /// With η, the decay of the learning rate.
    ///
    /// # Errors
    ///
    /// Where `lr_decay` is negative, NaN, or not finite in `T`.
    pub fn lr_decay(mut self, lr_decay: f64) -> Result<Self, Error> {
        check_not_negative::<T>(NAME, "lr_decay", lr_decay)?;
        self.lr_decay = lr_decay;
        Ok(self)
    }

    /// With ε, which keeps the denominator from 0.
    ///
    /// # Errors
    ///
    /// Where `eps` is not above 0 and finite, in `T`.
    pub fn eps(mut self, eps: f64) -> Result<Self, Error> {
        check_positive::<T>(NAME, "eps", eps)?;
        self.eps = eps;
        Ok(self)
    }

    /// With the weight decay λ.
    ///
    /// # Errors
    ///
    /// Where `decay` is negative, NaN, or not finite in `T`.
    pub fn weight_decay(mut self, decay: f64) -> Result<Self, Error> {
        check_not_negative::<T>(NAME, "weight_decay", decay)?;
        self.decay.rate = decay;
        Ok(self)
    }

    /// Lets the weights decay alone: rows beyond [`weight_rows`](brique_core::Parameter::weight_rows) do not.
    #[must_use]
    pub fn decay_weights_only(mut self) -> Self {
        self.decay.weights_only = true;
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

impl<T: Scalar> Optimizer<T> for Adagrad<T> {
    fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error> {
        step(self, module)
    }

    fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
        check_not_negative::<T>(NAME, "learning_rate", rate)?;
        self.learning_rate = rate;
        Ok(())
    }

    fn state(&self) -> &State<T> {
        &self.state
    }

    fn set_state(&mut self, state: State<T>) -> Result<(), Error> {
        self.state.replace(NAME, &BUFFERS, state)
    }
}

compile_once! {
    fn step<T: Scalar>(optimizer: &mut Adagrad<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        let before = optimizer.state.steps as f64;
        optimizer.state.begin_step(NAME, &BUFFERS, module)?;
        let rate = T::from_f64(optimizer.learning_rate / (1.0 + before * optimizer.lr_decay));
        let eps = T::from_f64(optimizer.eps);
        for_each_rows(module, optimizer.state.values_mut(), optimizer.decay, |rows| {
            let decay = T::from_f64(rows.decay);
            let [s] = rows.buffers;
            Zip::from(rows.value)
                .and(rows.gradient)
                .and(s)
                .for_each(|p, &g, s| {
                    let g = decayed(g, *p, decay);
                    *s += g * g;
                    *p -= rate * g / (s.sqrt() + eps);
                });
        });
        Ok(())
    }
}
