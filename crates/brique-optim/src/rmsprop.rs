//! `RMSprop`.

use brique_core::{Description, Module};
use brique_tensor::{Scalar, compile_once};

use crate::base::{Base, decayed};
use crate::error::{check_below_one, check_not_negative, check_positive};
use crate::methods::optimizer_methods;
use crate::{Error, Optimizer, State};

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
/// Defaults: α = 0.99, ε = 10⁻⁸, μ = 0, λ = 0. The state has the buffer `square_avg`, v, and with a momentum the buffer
/// `momentum_buffer`, b.
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
    base: Base<T>,
    alpha: f64,
    eps: f64,
    momentum: f64,
}

impl<T: Scalar> RMSprop<T> {
    /// Creates `RMSprop` with this learning rate, and PyTorch's defaults.
    ///
    /// # Errors
    ///
    /// If `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        let base = Base::new("RMSprop", learning_rate)?;
        Ok(Self {
            base,
            alpha: 0.99,
            eps: 1e-8,
            momentum: 0.0,
        })
    }

    /// Sets α, the share of the running mean that remains after a step.
    ///
    /// # Errors
    ///
    /// If `alpha` is not in [0, 1).
    pub fn alpha(mut self, alpha: f64) -> Result<Self, Error> {
        check_below_one(self.base.name, "alpha", alpha)?;
        self.alpha = alpha;
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

    /// Sets the momentum μ; 0 is none.
    ///
    /// # Errors
    ///
    /// If `momentum` is negative, NaN, or not finite in `T`.
    pub fn momentum(mut self, momentum: f64) -> Result<Self, Error> {
        check_not_negative::<T>(self.base.name, "momentum", momentum)?;
        self.momentum = momentum;
        Ok(self)
    }

    fn buffers(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 {
            &BUFFERS[..1]
        } else {
            &BUFFERS
        }
    }
}

const BUFFERS: [&str; 2] = ["square_avg", "momentum_buffer"];

optimizer_methods!(RMSprop, Self::buffers, |rmsprop, description| description
    .attribute("alpha", rmsprop.alpha)
    .attribute("eps", rmsprop.eps)
    .attribute("momentum", rmsprop.momentum));

compile_once! {
    fn step<T: Scalar>(rmsprop: &mut RMSprop<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        let (alpha, rest) = (T::from_f64(rmsprop.alpha), T::from_f64(1.0 - rmsprop.alpha));
        let (rate, eps) = (T::from_f64(rmsprop.base.learning_rate), T::from_f64(rmsprop.eps));
        let momentum = T::from_f64(rmsprop.momentum);
        if rmsprop.momentum == 0.0 {
            return rmsprop.base.step(module, [BUFFERS[0]], |rows| {
                let decay = T::from_f64(rows.decay);
                rows.update(move |p, g, [v]| {
                    let g = decayed(g, p, decay);
                    let v = alpha * v + rest * g * g;
                    (p - rate * g / (v.sqrt() + eps), [v])
                });
            });
        }
        rmsprop.base.step(module, BUFFERS, |rows| {
            let decay = T::from_f64(rows.decay);
            rows.update(move |p, g, [v, b]| {
                let g = decayed(g, p, decay);
                let v = alpha * v + rest * g * g;
                let b = momentum * b + g / (v.sqrt() + eps);
                (p - rate * b, [v, b])
            });
        })
    }
}
