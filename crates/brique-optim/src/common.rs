//! What the optimisers share: learning rate, weight decay, state, and the walk over all parameters.

use std::ops::Range;

use brique_core::Module;
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

    /// Counts a step, then calls `update` for all rows of all parameters, parameter by parameter.
    ///
    /// `buffers` are the names of the `N` buffers of the state. Nothing has changed if this is an error.
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

/// The builders and the implementation of `Optimizer` that are alike for all optimisers.
///
/// The optimiser has a field `common`; `$buffers` returns the names of its buffers; `step` is a function of its file.
macro_rules! common_methods {
    ($optimizer:ident, $buffers:expr) => {
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

            /// Applies the weight decay to weights only: rows from
            /// [`weight_rows`](brique_core::Parameter::weight_rows) on, such as biases, do not decay.
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

            fn set_state(&mut self, state: State<T>) -> Result<(), Error> {
                let buffers: fn(&Self) -> &'static [&'static str] = $buffers;
                let (name, buffers) = (self.common.name, buffers(self));
                self.common.state.replace(name, buffers, state)
            }
        }
    };
}
pub(crate) use common_methods;

/// Rows of one parameter that decay alike, with the same rows of its gradient and of its buffers.
pub(crate) struct Rows<'a, T, const N: usize> {
    pub(crate) value: ArrayViewMut2<'a, T>,
    pub(crate) gradient: ArrayView2<'a, T>,
    pub(crate) buffers: [ArrayViewMut2<'a, T>; N],
    pub(crate) decay: f64,
}

/// Some rows. Taking all of them would check what is known, a fiftieth of a small step.
fn part<'a, T: Scalar>(matrix: &'a Matrix<T>, rows: &Range<usize>) -> ArrayView2<'a, T> {
    if rows.len() == matrix.nrows() {
        return matrix.view();
    }
    matrix.slice_axis(Axis(0), Slice::from(rows.clone()))
}

/// As [`part`], to be written.
fn part_mut<'a, T: Scalar>(matrix: &'a mut Matrix<T>, rows: &Range<usize>) -> ArrayViewMut2<'a, T> {
    if rows.len() == matrix.nrows() {
        return matrix.view_mut();
    }
    matrix.slice_axis_mut(Axis(0), Slice::from(rows.clone()))
}

/// `gradient + decay · value`; without a decay the value is not looked at, so that an infinity stays where it is.
pub(crate) fn decayed<T: Scalar>(gradient: T, value: T, decay: T) -> T {
    if decay == T::zero() {
        gradient
    } else {
        gradient + decay * value
    }
}
