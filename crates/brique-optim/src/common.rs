//! The common part of all optimisers: learning rate, weight decay, state, and the loop over all parameters.

use std::ops::Range;

use brique_core::{Description, Module};
use brique_tensor::ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use brique_tensor::{Matrix, Scalar};

use crate::error::check_not_negative;
use crate::{Error, State};

/// The options and the state that every optimiser has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Common<T: Scalar> {
    /// The optimiser's name, for errors.
    pub(crate) name: &'static str,
    pub(crate) learning_rate: f64,
    pub(crate) weight_decay: f64,
    pub(crate) decays_weights_only: bool,
    pub(crate) state: State<T>,
}

impl<T: Scalar> Common<T> {
    pub(crate) fn new(name: &'static str, learning_rate: f64) -> Result<Self, Error> {
        check_not_negative::<T>(name, "learning_rate", learning_rate)?;
        Ok(Self {
            name,
            learning_rate,
            weight_decay: 0.0,
            decays_weights_only: false,
            state: State::default(),
        })
    }

    pub(crate) fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
        check_not_negative::<T>(self.name, "learning_rate", rate)?;
        self.learning_rate = rate;
        Ok(())
    }

    pub(crate) fn set_weight_decay(&mut self, decay: f64) -> Result<(), Error> {
        check_not_negative::<T>(self.name, "weight_decay", decay)?;
        self.weight_decay = decay;
        Ok(())
    }

    pub(crate) fn description(&self) -> Description {
        Description::new(self.name)
            .attribute("learning_rate", self.learning_rate)
            .attribute("weight_decay", self.weight_decay)
            .attribute("decays_weights_only", u64::from(self.decays_weights_only))
    }

    /// Performs one step: increments the step count and calls `update` for each parameter, in the module's order.
    ///
    /// If only the first rows of a parameter decay, `update` is called twice for it: for these rows and for the others.
    /// `buffers` are the names of the `N` buffers of the state. After an error nothing has changed.
    pub(crate) fn step<const N: usize>(
        &mut self,
        module: &mut dyn Module<T>,
        buffers: [&'static str; N],
        mut update: impl FnMut(Rows<'_, T, N>),
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
                update(Rows {
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

/// Defines the builder methods and the implementation of [`Optimizer`](crate::Optimizer), which are the same for all
/// optimisers.
///
/// The optimiser must have a field `common` of type [`Common`]. `$buffers` is a function that returns the names of its
/// buffers, and `$options` one that adds its own options to a description. The file that calls the macro must define a
/// function `step`.
macro_rules! common_methods {
    ($optimizer:ident, $buffers:expr, $options:expr) => {
        impl<T: Scalar> $optimizer<T> {
            /// Sets the weight decay λ.
            ///
            /// # Errors
            ///
            /// If `decay` is negative, NaN, or not finite in `T`.
            pub fn weight_decay(mut self, decay: f64) -> Result<Self, Error> {
                self.common.set_weight_decay(decay)?;
                Ok(self)
            }

            /// Applies the weight decay to weights only, not to biases. Only the first
            /// [`weight_rows`](brique_core::Parameter::weight_rows) rows of each parameter decay.
            #[must_use]
            pub fn decay_weights_only(mut self) -> Self {
                self.common.decays_weights_only = true;
                self
            }

            /// Continues from the state of an earlier optimiser with the same options.
            ///
            /// # Errors
            ///
            /// As [`set_state`](Optimizer::set_state).
            pub fn with_state(mut self, state: State<T>) -> Result<Self, Error> {
                self.set_state(state)?;
                Ok(self)
            }
        }

        impl<T: Scalar> Optimizer<T> for $optimizer<T> {
            fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error> {
                step(self, module)
            }

            fn learning_rate(&self) -> f64 {
                self.common.learning_rate
            }

            fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
                self.common.set_learning_rate(rate)
            }

            fn state(&self) -> &State<T> {
                &self.common.state
            }

            fn description(&self) -> Description {
                let options: fn(&Self, Description) -> Description = $options;
                options(self, self.common.description())
            }

            fn set_state(&mut self, state: State<T>) -> Result<(), Error> {
                let buffers: fn(&Self) -> &'static [&'static str] = $buffers;
                let (name, buffers) = (self.common.name, buffers(self));
                self.common.state.replace(name, buffers, state)
            }
        }
    };
}
pub(crate) use common_methods;

/// Rows of one parameter with the same weight decay, and the same rows of its gradient and of its buffers.
pub(crate) struct Rows<'a, T, const N: usize> {
    pub(crate) value: ArrayViewMut2<'a, T>,
    pub(crate) gradient: ArrayView2<'a, T>,
    pub(crate) buffers: [ArrayViewMut2<'a, T>; N],
    pub(crate) decay: f64,
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
