//! Adagrad.

use brique_core::{Description, Module};
use brique_tensor::{Scalar, compile_once};

use crate::base::{Base, decayed};
use crate::error::{check_not_negative, check_positive};
use crate::methods::optimizer_methods;
use crate::{Error, Optimizer, State};

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
    base: Base<T>,
    lr_decay: f64,
    eps: f64,
}

impl<T: Scalar> Adagrad<T> {
    /// Creates Adagrad with this learning rate, and PyTorch's defaults.
    ///
    /// # Errors
    ///
    /// If `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        let base = Base::new("Adagrad", learning_rate)?;
        Ok(Self {
            base,
            lr_decay: 0.0,
            eps: 1e-10,
        })
    }

    /// Sets η, the decay of the learning rate.
    ///
    /// # Errors
    ///
    /// If `lr_decay` is negative, NaN, or not finite in `T`.
    pub fn lr_decay(mut self, lr_decay: f64) -> Result<Self, Error> {
        check_not_negative::<T>(self.base.name, "lr_decay", lr_decay)?;
        self.lr_decay = lr_decay;
        Ok(self)
    }

    /// Sets ε, which keeps the denominator away from 0.
    ///
    /// # Errors
    ///
    /// If `eps` is not above 0 and finite, in `T`.
    pub fn eps(mut self, eps: f64) -> Result<Self, Error> {
        check_positive::<T>(self.base.name, "eps", eps)?;
        self.eps = eps;
        Ok(self)
    }
}

const BUFFERS: [&str; 1] = ["sum"];

optimizer_methods!(Adagrad, |_| &BUFFERS, |adagrad, description| description
    .attribute("lr_decay", adagrad.lr_decay)
    .attribute("eps", adagrad.eps));

compile_once! {
    fn step<T: Scalar>(adagrad: &mut Adagrad<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        let steps_before = adagrad.base.state.steps as f64;
        let rate = T::from_f64(adagrad.base.learning_rate / (1.0 + steps_before * adagrad.lr_decay));
        let eps = T::from_f64(adagrad.eps);
        adagrad.base.step(module, BUFFERS, |rows| {
            let decay = T::from_f64(rows.decay);
            rows.update(move |p, g, [s]| {
                let g = decayed(g, p, decay);
                let s = s + g * g;
                (p - rate * g / (s.sqrt() + eps), [s])
            });
        })
    }
}
