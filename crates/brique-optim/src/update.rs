//! From a module and the buffers of a state to the rows that an update rule works on.

use std::ops::Range;

use brique_core::Module;
use brique_tensor::ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis, Slice};
use brique_tensor::{Matrix, Scalar};

/// How fast parameters decay, and which of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Decay {
    pub(crate) rate: f64,
    pub(crate) weights_only: bool,
}

/// Rows of one parameter that decay alike, with the same rows of its gradient and of its buffers.
pub(crate) struct Rows<'a, T, const N: usize> {
    pub(crate) value: ArrayViewMut2<'a, T>,
    pub(crate) gradient: ArrayView2<'a, T>,
    pub(crate) buffers: [ArrayViewMut2<'a, T>; N],
    pub(crate) decay: f64,
}

/// Hands all rows of all parameters to `update`, parameter by parameter.
pub(crate) fn for_each_rows<T: Scalar, const N: usize>(
    module: &mut dyn Module<T>,
    mut buffers: [&mut [Array2<T>]; N],
    decay: Decay,
    mut update: impl FnMut(Rows<'_, T, N>),
) {
    let mut place = 0;
    module.visit_parameters_mut(&mut |parameter| {
        let all = parameter.shape().0;
        let decaying = if decay.weights_only {
            parameter.weight_rows()
        } else {
            all
        };
        let (mut value, gradient) = parameter.value_and_gradient_mut();
        for (rows, decay) in [(0..decaying, decay.rate), (decaying..all, 0.0)] {
            if rows.is_empty() {
                continue;
            }
            update(Rows {
                value: part_mut(&mut value, &rows),
                gradient: part(&gradient, &rows),
                buffers: buffers
                    .each_mut()
                    .map(|values| part_mut(&mut values[place], &rows)),
                decay,
            });
        }
        place += 1;
    });
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
