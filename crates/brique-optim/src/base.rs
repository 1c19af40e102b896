//! What all optimisers share: learning rate, weight decay, state, and the loop over all parameters.

use std::ops::Range;

use brique_core::{Description, Module};
use brique_tensor::ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use brique_tensor::{Matrix, Scalar, update_with_buffers};

use crate::error::check_not_negative;
use crate::{Error, State};

/// What every optimiser has: the learning rate, the weight decay, the state, and the loop over all parameters.
///
/// An optimiser of your own contains a `Base`, writes its formula in a closure for [`step`](Self::step), and returns
/// what the base has from the other methods of [`Optimizer`](crate::Optimizer). The base allocates the buffers in the
/// first step, checks their shapes in every step, and checks a state that is restored.
///
/// Sign descent moves every parameter by the learning rate, against the sign of a running mean of its gradients:
///
/// ```
/// use brique_core::{Description, Module};
/// use brique_layers::Linear;
/// use brique_optim::{Base, Error, Optimizer, State};
/// use brique_tensor::ndarray::array;
///
/// #[derive(Debug)]
/// struct SignDescent(Base);
///
/// const BUFFERS: [&str; 1] = ["mean"];
///
/// impl Optimizer for SignDescent {
///     fn step(&mut self, module: &mut dyn Module) -> Result<(), Error> {
///         let rate = self.0.learning_rate();
///         self.0.step(module, BUFFERS, |rows| {
///             rows.update(move |p, g, [mean]| {
///                 let mean = 0.9 * mean + 0.1 * g;
///                 (p - rate * mean.signum(), [mean])
///             });
///         })
///     }
///     fn learning_rate(&self) -> f64 {
///         self.0.learning_rate()
///     }
///     fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
///         self.0.set_learning_rate(rate)
///     }
///     fn state(&self) -> &State {
///         self.0.state()
///     }
///     fn set_state(&mut self, state: State) -> Result<(), Error> {
///         self.0.set_state(&BUFFERS, state)
///     }
///     fn description(&self) -> Description {
///         self.0.description()
///     }
/// }
///
/// let mut linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[-1.0]])?; // ∇ = [-2, -1]
/// let mut optimizer = SignDescent(Base::new("SignDescent", 0.5)?);
/// optimizer.step(&mut linear)?;
/// assert_eq!(linear.parameters().value(), array![[3.5], [1.0]]);
/// assert_eq!(optimizer.state().buffers[0].name, "mean");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Base<T: Scalar = f64> {
    pub(crate) name: &'static str,
    pub(crate) learning_rate: f64,
    pub(crate) weight_decay: f64,
    pub(crate) decays_weights_only: bool,
    pub(crate) state: State<T>,
}

impl<T: Scalar> Base<T> {
    /// Creates the base of an optimiser, without weight decay and before its first step. Errors contain the `name`.
    ///
    /// # Errors
    ///
    /// If `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(name: &'static str, learning_rate: f64) -> Result<Self, Error> {
        check_not_negative::<T>(name, "learning_rate", learning_rate)?;
        Ok(Self {
            name,
            learning_rate,
            weight_decay: 0.0,
            decays_weights_only: false,
            state: State::default(),
        })
    }

    /// Returns the learning rate of the next step.
    #[must_use]
    pub fn learning_rate(&self) -> f64 {
        self.learning_rate
    }

    /// Sets the learning rate of the next step.
    ///
    /// # Errors
    ///
    /// If `rate` is negative, NaN, or not finite in `T`.
    pub fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
        check_not_negative::<T>(self.name, "learning_rate", rate)?;
        self.learning_rate = rate;
        Ok(())
    }

    /// Sets the weight decay, which [`step`](Self::step) passes on with each parameter.
    ///
    /// # Errors
    ///
    /// If `decay` is negative, NaN, or not finite in `T`.
    pub fn set_weight_decay(&mut self, decay: f64) -> Result<(), Error> {
        check_not_negative::<T>(self.name, "weight_decay", decay)?;
        self.weight_decay = decay;
        Ok(())
    }

    /// Applies the weight decay to weights only, not to biases. Only the first
    /// [`weight_rows`](brique_core::Parameter::weight_rows) rows of each parameter decay.
    pub fn decay_weights_only(&mut self) {
        self.decays_weights_only = true;
    }

    /// Returns the state: the number of steps so far and the buffers.
    #[must_use]
    pub fn state(&self) -> &State<T> {
        &self.state
    }

    /// Replaces the state. `buffers` are the names of the buffers that the optimiser needs.
    ///
    /// # Errors
    ///
    /// If the state has other buffers, or buffers of different shapes. In that case the state has not changed.
    pub fn set_state(&mut self, buffers: &[&'static str], state: State<T>) -> Result<(), Error> {
        self.state.replace(self.name, buffers, state)
    }

    /// Returns the name and the options of the base, to which an optimiser adds its own.
    #[must_use]
    pub fn description(&self) -> Description {
        Description::new(self.name)
            .attribute("learning_rate", self.learning_rate)
            .attribute("weight_decay", self.weight_decay)
            .attribute("decays_weights_only", u64::from(self.decays_weights_only))
    }

    /// Makes one step: increments the step count and calls `update` for each parameter, in the module's order.
    ///
    /// `buffers` are the names of the `N` buffers of the state. Each has one matrix per parameter, of its shape, which
    /// is 0 before the first step. If only the weights decay, `update` is called twice for a parameter that has biases:
    /// for the rows of its weights and for the others.
    ///
    /// # Errors
    ///
    /// If the parameters of `module` differ from those of the state in number or shape, or the state has other buffers.
    /// In that case nothing has changed.
    pub fn step<const N: usize>(
        &mut self,
        module: &mut dyn Module<T>,
        buffers: [&'static str; N],
        mut update: impl FnMut(ParameterRows<'_, T, N>),
    ) -> Result<(), Error> {
        self.state.begin_step(self.name, &buffers, module)?;
        let mut values: [&mut [Array2<T>]; N] = self.state.values_mut();
        let mut number = 0;
        module.visit_parameters_mut(&mut |parameter| {
            let all = parameter.shape().0;
            let decaying = if self.decays_weights_only {
                parameter.weight_rows()
            } else {
                all
            };
            let (mut value, gradient) = parameter.value_and_gradient_mut();
            for (rows, decay) in [(0..decaying, self.weight_decay), (decaying..all, 0.0)] {
                if rows.is_empty() {
                    continue;
                }
                update(ParameterRows {
                    value: part_mut(&mut value, &rows),
                    gradient: part(&gradient, &rows),
                    buffers: values
                        .each_mut()
                        .map(|values| part_mut(&mut values[number], &rows)),
                    decay,
                });
            }
            number += 1;
        });
        Ok(())
    }
}

/// Rows of one parameter with the same weight decay, and the same rows of its gradient and of its buffers.
#[derive(Debug)]
pub struct ParameterRows<'a, T, const N: usize> {
    /// The values of the parameter, to be updated.
    pub value: ArrayViewMut2<'a, T>,
    /// The gradient of these values.
    pub gradient: ArrayView2<'a, T>,
    /// The same rows of each buffer, to be updated.
    pub buffers: [ArrayViewMut2<'a, T>; N],
    /// The weight decay of these rows: a factor for their values, which the formula of the optimiser uses.
    pub decay: f64,
}

impl<T: Scalar, const N: usize> ParameterRows<'_, T, N> {
    /// Replaces each value p, and the numbers s of the buffers at its position, by `formula(p, g, s)`, where g is the gradient
    /// of p. The formula is compiled for the SIMD level if the compiler can inline it.
    ///
    /// Use a `move` closure: a value that is captured by reference would be read from memory again for each element. The
    /// example of [`Base`] updates with this method.
    ///
    /// # Panics
    ///
    /// If the shapes of value, gradient and buffers differ.
    pub fn update(mut self, formula: impl Fn(T, T, [T; N]) -> (T, [T; N]) + Copy + Send) {
        let buffers = self.buffers.each_mut().map(|buffer| &mut **buffer);
        update_with_buffers(&mut self.value, &self.gradient, buffers, formula);
    }
}

/// Returns a view of these rows.
///
/// If these are all rows, no slice is needed. The checks of a slice would take a fiftieth of the time of a small step.
fn part<'a, T: Scalar>(matrix: &'a Matrix<T>, rows: &Range<usize>) -> ArrayView2<'a, T> {
    if rows.len() == matrix.nrows() {
        return matrix.view();
    }
    matrix.slice_axis(Axis(0), Slice::from(rows.clone()))
}

/// As [`part`], with a mutable view.
fn part_mut<'a, T: Scalar>(matrix: &'a mut Matrix<T>, rows: &Range<usize>) -> ArrayViewMut2<'a, T> {
    if rows.len() == matrix.nrows() {
        return matrix.view_mut();
    }
    matrix.slice_axis_mut(Axis(0), Slice::from(rows.clone()))
}

/// Returns `gradient + decay · value`, or `gradient` if `decay` is 0.
///
/// The case 0 is separate because 0 · ∞ is NaN: an infinite parameter must not change the gradient.
pub(crate) fn decayed<T: Scalar>(gradient: T, value: T, decay: T) -> T {
    if decay == T::zero() {
        gradient
    } else {
        gradient + decay * value
    }
}
