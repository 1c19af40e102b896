//! Stochastic gradient descent.

use brique_core::Module;
use brique_tensor::ndarray::Zip;
use brique_tensor::{Scalar, compile_once, update};

use crate::error::{check_not_negative, check_positive};
use crate::update::{Decay, Rows, decayed, for_each_rows};
use crate::{Error, Optimizer, State};

const NAME: &str = "SGD";

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
/// The state has the buffer `momentum_buffer`, v, where there is a momentum, and no buffer otherwise.
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
    learning_rate: f64,
    momentum: f64,
    nesterov: bool,
    decay: Decay,
    state: State<T>,
}

impl<T: Scalar> SGD<T> {
    /// Plain gradient descent with this learning rate.
    ///
    /// # Errors
    ///
    /// Where `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        check_not_negative::<T>(NAME, "learning_rate", learning_rate)?;
        Ok(Self {
            learning_rate,
            momentum: 0.0,
            nesterov: false,
            decay: Decay::default(),
            state: State::default(),
        })
    }

    /// With the momentum μ; 0 is none.
    ///
    /// # Errors
    ///
    /// Where `momentum` is negative, NaN, or not finite in `T`.
    pub fn momentum(mut self, momentum: f64) -> Result<Self, Error> {
        check_not_negative::<T>(NAME, "momentum", momentum)?;
        (self.momentum, self.nesterov) = (momentum, false);
        Ok(self)
    }

    /// With the momentum μ in Nesterov's form.
    ///
    /// # Errors
    ///
    /// Where `momentum` is not above 0, or not finite in `T`.
    pub fn nesterov(mut self, momentum: f64) -> Result<Self, Error> {
        check_positive::<T>(NAME, "momentum", momentum)?;
        (self.momentum, self.nesterov) = (momentum, true);
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
    fn descend<T: Scalar>(optimizer: &mut SGD<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        optimizer.state.begin_step(NAME, &[], module)?;
        let rate = T::from_f64(optimizer.learning_rate);
        for_each_rows(module, [], optimizer.decay, |mut rows: Rows<'_, T, 0>| {
            let decay = T::from_f64(rows.decay);
            if decay == T::zero() {
                return update(&mut rows.value, &rows.gradient, move |p, g| p - rate * g);
            }
            update(&mut rows.value, &rows.gradient, move |p, g| {
                p - rate * decayed(g, p, decay)
            });
        });
        Ok(())
    }

    fn descend_with_momentum<T: Scalar>(optimizer: &mut SGD<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
        optimizer.state.begin_step(NAME, &["momentum_buffer"], module)?;
        let (rate, momentum) = (T::from_f64(optimizer.learning_rate), T::from_f64(optimizer.momentum));
        let nesterov = optimizer.nesterov;
        for_each_rows(module, optimizer.state.values_mut(), optimizer.decay, |rows| {
            let decay = T::from_f64(rows.decay);
            let [v] = rows.buffers;
            Zip::from(rows.value)
                .and(rows.gradient)
                .and(v)
                .for_each(|p, &g, v| {
                    let g = decayed(g, *p, decay);
                    *v = momentum * *v + g;
                    *p -= rate * if nesterov { g + momentum * *v } else { *v };
                });
        });
        Ok(())
    }
}

impl<T: Scalar> Optimizer<T> for SGD<T> {
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
        let names: &[_] = if self.momentum == 0.0 {
            &[]
        } else {
            &["momentum_buffer"]
        };
        self.state.replace(NAME, names, state)
    }
}
