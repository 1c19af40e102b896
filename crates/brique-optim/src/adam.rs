//! Adam, and the step that `AdamW` shares with it.

use brique_core::Module;
use brique_tensor::ndarray::Zip;
use brique_tensor::{Scalar, compile_once};

use crate::error::{check_below_one, check_not_negative, check_positive};
use crate::update::{Decay, decayed, for_each_rows};
use crate::{Error, Optimizer, State};

pub(crate) const BUFFERS: [&str; 2] = ["exp_avg", "exp_avg_sq"];

/// Adam: running means of the gradient and of its square, without the bias of their start at 0.
///
/// At step t = 1, 2, …, with g = `∇p + λ · p`, starting from m = v = 0:
///
/// ```text
/// m ← β₁ · m + (1 − β₁) · g
/// v ← β₂ · v + (1 − β₂) · g²
/// p ← p − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// ```
///
/// Defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, λ = 0. The state has the buffers `exp_avg`, m, and `exp_avg_sq`, v.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{Adam, Optimizer};
/// use brique_tensor::ndarray::array;
///
/// let mut linear: Linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[-1.0]])?; // ∇ = [−2, −1]
/// let mut adam = Adam::new(0.25)?;
/// adam.step(&mut linear)?; // the first step is lr · sign ∇, but for ε
/// assert!((linear.weight()[[0, 0]] - 3.25).abs() < 1e-7);
/// assert!((linear.bias()[0] - 0.75).abs() < 1e-7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, 2015; PyTorch's `Adam`.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam<T: Scalar = f64> {
    core: AdamCore<T>,
}

impl<T: Scalar> Adam<T> {
    /// Adam with this learning rate, and PyTorch's defaults.
    ///
    /// # Errors
    ///
    /// Where `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        let core = AdamCore::new("Adam", learning_rate, Decay::default())?;
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

    /// With the weight decay λ, which enters the gradient. Loshchilov and Hutter's is [`AdamW`](crate::AdamW)'s.
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

impl<T: Scalar> Optimizer<T> for Adam<T> {
    fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error> {
        step(&mut self.core, module, |_, decay| (decay, 1.0))
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

/// What [`Adam`] and [`AdamW`](crate::AdamW) have in common: all but what a decay does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AdamCore<T: Scalar> {
    pub(crate) name: &'static str,
    pub(crate) learning_rate: f64,
    betas: [f64; 2],
    eps: f64,
    pub(crate) decay: Decay,
    pub(crate) state: State<T>,
}

impl<T: Scalar> AdamCore<T> {
    pub(crate) fn new(name: &'static str, learning_rate: f64, decay: Decay) -> Result<Self, Error> {
        check_not_negative::<T>(name, "learning_rate", learning_rate)?;
        Ok(Self {
            name,
            learning_rate,
            betas: [0.9, 0.999],
            eps: 1e-8,
            decay,
            state: State::default(),
        })
    }

    pub(crate) fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
        check_not_negative::<T>(self.name, "learning_rate", rate)?;
        self.learning_rate = rate;
        Ok(())
    }

    pub(crate) fn set_betas(&mut self, beta1: f64, beta2: f64) -> Result<(), Error> {
        check_below_one(self.name, "beta1", beta1)?;
        check_below_one(self.name, "beta2", beta2)?;
        self.betas = [beta1, beta2];
        Ok(())
    }

    pub(crate) fn set_eps(&mut self, eps: f64) -> Result<(), Error> {
        check_positive::<T>(self.name, "eps", eps)?;
        self.eps = eps;
        Ok(())
    }

    pub(crate) fn set_weight_decay(&mut self, decay: f64) -> Result<(), Error> {
        check_not_negative::<T>(self.name, "weight_decay", decay)?;
        self.decay.rate = decay;
        Ok(())
    }
}

compile_once! {
    /// One step; `decay_of` says, of the learning rate and a decay, how much of a parameter enters its gradient and how
    /// much of it is kept.
    pub(crate) fn step<T: Scalar>(
        core: &mut AdamCore<T>,
        module: &mut dyn Module<T>,
        decay_of: fn(f64, f64) -> (f64, f64)
    ) -> Result<(), Error> {
        core.state.begin_step(core.name, &BUFFERS, module)?;
        let corrections = core.betas.map(|beta| bias_correction(beta, core.state.steps));
        let rate = T::from_f64(core.learning_rate / corrections[0]);
        let scale = T::from_f64(1.0 / corrections[1].sqrt());
        let eps = T::from_f64(core.eps);
        let [beta1, beta2] = core.betas.map(T::from_f64);
        let [rest1, rest2] = core.betas.map(|beta| T::from_f64(1.0 - beta));
        for_each_rows(module, core.state.values_mut(), core.decay, |rows| {
            let (decay, kept) = decay_of(core.learning_rate, rows.decay);
            let (decay, kept) = (T::from_f64(decay), T::from_f64(kept));
            let [m, v] = rows.buffers;
            Zip::from(rows.value)
                .and(rows.gradient)
                .and(m)
                .and(v)
                .for_each(|p, &g, m, v| {
                    let g = decayed(g, *p, decay);
                    *m = beta1 * *m + rest1 * g;
                    *v = beta2 * *v + rest2 * g * g;
                    *p = kept * *p - rate * *m / (v.sqrt() * scale + eps);
                });
        });
        Ok(())
    }
}

/// `1 − βᵗ` to the last digits also where βᵗ is near 1: 1 − β is exact, and the difference is never taken.
fn bias_correction(beta: f64, steps: u64) -> f64 {
    -(steps as f64 * (beta - 1.0).ln_1p()).exp_m1()
}
