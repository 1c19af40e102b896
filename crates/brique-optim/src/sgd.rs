//! Stochastic gradient descent.

use brique_core::{Description, Module};
use brique_tensor::{Scalar, compile_once};

use crate::base::{Base, decayed};
use crate::error::{check_not_negative, check_positive};
use crate::methods::optimizer_methods;
use crate::{Error, Optimizer, State};

/// Gradient descent `p ← p − lr · g`, with momentum, Nesterov's momentum and weight decay as options.
///
/// With a weight decay λ, g is `∇p + λ · p`. With a momentum μ, starting from v = 0:
///
/// ```text
/// v ← μ · v + g
/// p ← p − lr · v              momentum
/// p ← p − lr · (g + μ · v)    Nesterov's
/// ```
///
/// With a momentum the state has the buffer `momentum_buffer`, v; without, it has no buffer.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{Optimizer, SGD};
/// use brique_tensor::ndarray::array;
///
/// let mut linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[1.0]])?; // ∇ = [2, 1]
/// let mut sgd = SGD::new(0.5)?.momentum(0.5)?;
/// sgd.step(&mut linear)?; // v = [2, 1]
/// sgd.step(&mut linear)?; // v = [3, 1.5]
/// assert_eq!(linear.parameters().value(), array![[0.5], [-0.75]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: PyTorch's `SGD` with `dampening=0`; Sutskever et al., *On the importance of initialization and momentum in
/// deep learning*, 2013.
#[derive(Debug, Clone, PartialEq)]
pub struct SGD<T: Scalar = f64> {
    base: Base<T>,
    momentum: f64,
    nesterov: bool,
}

impl<T: Scalar> SGD<T> {
    /// Creates plain gradient descent with this learning rate.
    ///
    /// # Errors
    ///
    /// If `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        let base = Base::new("SGD", learning_rate)?;
        Ok(Self {
            base,
            momentum: 0.0,
            nesterov: false,
        })
    }

    /// Sets the momentum μ; 0 is none.
    ///
    /// # Errors
    ///
    /// If `momentum` is negative, NaN, or not finite in `T`.
    pub fn momentum(mut self, momentum: f64) -> Result<Self, Error> {
        check_not_negative::<T>(self.base.name, "momentum", momentum)?;
        (self.momentum, self.nesterov) = (momentum, false);
        Ok(self)
    }

    /// Sets the momentum μ, in Nesterov's form.
    ///
    /// # Errors
    ///
    /// If `momentum` is not above 0, or not finite in `T`.
    pub fn nesterov(mut self, momentum: f64) -> Result<Self, Error> {
        check_positive::<T>(self.base.name, "momentum", momentum)?;
        (self.momentum, self.nesterov) = (momentum, true);
        Ok(self)
    }

    fn buffers(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { &BUFFERS }
    }
}

const BUFFERS: [&str; 1] = ["momentum_buffer"];

optimizer_methods!(SGD, Self::buffers, |sgd, description| description
    .attribute("momentum", sgd.momentum)
    .attribute("nesterov", u64::from(sgd.nesterov)));

compile_once! {
    fn step<T: Scalar>(sgd: &mut SGD<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        if sgd.momentum == 0.0 {
            descend(sgd, module)
        } else {
            descend_with_momentum(sgd, module)
        }
    }
}

fn descend<T: Scalar>(sgd: &mut SGD<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
    let rate = T::from_f64(sgd.base.learning_rate);
    sgd.base.step(module, [], |rows| {
        let decay = T::from_f64(rows.decay);
        if decay == T::zero() {
            return rows.update(move |p, g, []| (p - rate * g, []));
        }
        rows.update(move |p, g, []| (p - rate * decayed(g, p, decay), []));
    })
}

fn descend_with_momentum<T: Scalar>(sgd: &mut SGD<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
    let (rate, momentum) = (T::from_f64(sgd.base.learning_rate), T::from_f64(sgd.momentum));
    let nesterov = sgd.nesterov;
    sgd.base.step(module, BUFFERS, |rows| {
        let decay = T::from_f64(rows.decay);
        rows.update(move |p, g, [v]| {
            let g = decayed(g, p, decay);
            let v = momentum * v + g;
            (p - rate * if nesterov { g + momentum * v } else { v }, [v])
        });
    })
}
