//! `RMSprop`.

use brique_core::Module;
use brique_tensor::ndarray::Zip;
use brique_tensor::{Scalar, compile_once};

use crate::error::{check_below_one, check_not_negative, check_positive};
use crate::update::{Decay, decayed, for_each_rows};
use crate::{Error, Optimizer, State};

const NAME: &str = "RMSprop";
const BUFFERS: [&str; 2] = ["square_avg", "momentum_buffer"];

/// `RMSprop`: the gradient divided by the root of a running mean of its square.
///
/// With g = `∇p + λ · p`, starting from v = 0 and b = 0:
///
/// ```text
/// v ← α · v + (1 − α) · g²
/// p ← p − lr · g / (√v + ε)             without a momentum
/// b ← μ · b + g / (√v + ε)
/// p ← p − lr · b                        with the momentum μ
/// ```
///
/// Defaults: α = 0.99, ε = 10⁻⁸, μ = 0, λ = 0. The state has the buffer `square_avg`, v, and `momentum_buffer`, b, where
/// there is a momentum.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{Optimizer, RMSprop};
/// use brique_tensor::ndarray::array;
///
/// let mut linear: Linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[1.0]])?; // ∇ = [2, 1]
/// let mut rmsprop = RMSprop::new(0.1)?.alpha(0.75)?;
/// rmsprop.step(&mut linear)?; // √v = [1, 0.5]
/// assert!((linear.weight()[[0, 0]] - 2.8).abs() < 1e-7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: PyTorch's `RMSprop`, not centred; Tieleman and Hinton, lecture 6.5 of *Neural Networks for Machine
/// Learning*, 2012.
#[derive(Debug, Clone, PartialEq)]
pub struct RMSprop<T: Scalar = f64> {
    learning_rate: f64,
    alpha: f64,
    eps: f64,
    momentum: f64,
    decay: Decay,
    state: State<T>,
}

impl<T: Scalar> RMSprop<T> {
    /// `RMSprop` with this learning rate, and PyTorch's defaults.
    ///
    /// # Errors
    ///
    /// Where `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        check_not_negative::<T>(NAME, "learning_rate", learning_rate)?;
        Ok(Self {
            learning_rate,
            alpha: 0.99,
            eps: 1e-8,
            momentum: 0.0,
            decay: Decay::default(),
            state: State::default(),
        })
    }

    /// With α, the share of the running mean that a step keeps.
    ///
    /// # Errors
    ///
    /// Where `alpha` is not in [0, 1).
    pub fn alpha(mut self, alpha: f64) -> Result<Self, Error> {
        check_below_one(NAME, "alpha", alpha)?;
        self.alpha = alpha;
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

    /// With the momentum μ; 0 is none.
    ///
    /// # Errors
    ///
    /// Where `momentum` is negative, NaN, or not finite in `T`.
    pub fn momentum(mut self, momentum: f64) -> Result<Self, Error> {
        check_not_negative::<T>(NAME, "momentum", momentum)?;
        self.momentum = momentum;
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

compile_once! {
    fn descend<T: Scalar>(optimizer: &mut RMSprop<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        optimizer.state.begin_step(NAME, &BUFFERS[..1], module)?;
        let (alpha, rest) = (T::from_f64(optimizer.alpha), T::from_f64(1.0 - optimizer.alpha));
        let (rate, eps) = (T::from_f64(optimizer.learning_rate), T::from_f64(optimizer.eps));
        for_each_rows(module, optimizer.state.values_mut(), optimizer.decay, |rows| {
            let decay = T::from_f64(rows.decay);
            let [v] = rows.buffers;
            Zip::from(rows.value)
                .and(rows.gradient)
                .and(v)
                .for_each(|p, &g, v| {
                    let g = decayed(g, *p, decay);
                    *v = alpha * *v + rest * g * g;
                    *p -= rate * g / (v.sqrt() + eps);
                });
        });
        Ok(())
    }

    fn descend_with_momentum<T: Scalar>(optimizer: &mut RMSprop<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        optimizer.state.begin_step(NAME, &BUFFERS, module)?;
        let (alpha, rest) = (T::from_f64(optimizer.alpha), T::from_f64(1.0 - optimizer.alpha));
        let (rate, eps) = (T::from_f64(optimizer.learning_rate), T::from_f64(optimizer.eps));
        let momentum = T::from_f64(optimizer.momentum);
        for_each_rows(module, optimizer.state.values_mut(), optimizer.decay, |rows| {
            let decay = T::from_f64(rows.decay);
            let [v, b] = rows.buffers;
            Zip::from(rows.value)
                .and(rows.gradient)
                .and(v)
                .and(b)
                .for_each(|p, &g, v, b| {
                    let g = decayed(g, *p, decay);
                    *v = alpha * *v + rest * g * g;
                    *b = momentum * *b + g / (v.sqrt() + eps);
                    *p -= rate * *b;
                });
        });
        Ok(())
    }
}

impl<T: Scalar> Optimizer<T> for RMSprop<T> {
    fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error> {
        if self.momentum == 0.0 {
            descend(self, module)
        } else {
            descend_with_momentum(self, module)
        }
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
        let count = if self.momentum == 0.0 { 1 } else { 2 };
        self.state.replace(NAME, &BUFFERS[..count], state)
    }
}
