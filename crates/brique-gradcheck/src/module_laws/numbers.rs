//! Laws about NaN, large numbers, and a gradient step.

use brique_core::Module;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::Failure;
use crate::descent::falls;
use crate::matrices::{first_difference, inner, largest, magnitude, row_alone};
use crate::snapshot::{Snapshot, fill_gradients, restoring};
use crate::verdict::{law, refused, same};

/// A NaN in the input of a row leads to a NaN in the output of that row, if the output depends on it, and changes no
/// bit of any other row.
///
/// # Errors
///
/// If the NaN does not reach the output of its row, or reaches another row.
pub fn nan_stays_nan(module: &mut dyn Module<f64>, x: &Matrix, _delta: &Matrix) -> Result<(), Failure> {
    const LAW: &str = "nan_stays_nan";
    let untouched = module.forward(x).map_err(refused(LAW))?;
    let mut with = x.to_owned();
    for (index, &number) in x.indexed_iter() {
        let mut output_with = |number: f64| {
            with[index] = number;
            module.forward(&with).map_err(refused(LAW))
        };
        let row = index.0;
        let mut depends = false;
        for other in [-20.0, -0.5, 0.5, 20.0] {
            let moved = output_with(other)?;
            depends |= first_difference(&row_alone(&moved, row), &row_alone(&untouched, row)).is_some();
        }
        let output = output_with(f64::NAN)?;
        let is_nan = output.row(row).iter().any(|value| value.is_nan());
        with[index] = number;
        law(LAW, module, is_nan || !depends, || {
            format!("a NaN in the input at {index:?} leaves no NaN in row {row} of the output")
        })?;
        for other in (0..x.nrows()).filter(|&other| other != row) {
            let what = format!("row {other} of the output, with a NaN in row {row} of the input,");
            same(
                LAW,
                module,
                &what,
                &row_alone(&output, other),
                &row_alone(&untouched, other),
            )?;
        }
    }
    Ok(())
}

/// Finite inputs up to a thousand times as large lead to no NaN in the output or in the input delta.
///
/// Infinity is accepted: a result that grows without bound may reach it.
///
/// # Errors
///
/// If a finite input leads to a NaN.
pub fn large_numbers_stay_numbers(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "large_numbers_stay_numbers";
    for factor in [1.0, 10.0, 100.0, 1000.0] {
        let x = x * factor;
        let output = module.forward(&x).map_err(refused(LAW))?;
        let input_delta = module.backward_delta(&x, delta).map_err(refused(LAW))?;
        for (what, matrix) in [("output", output), ("input delta", input_delta)] {
            let nan = matrix.indexed_iter().find(|(_, value)| value.is_nan());
            law(LAW, module, nan.is_none(), || {
                let index = nan.map_or((0, 0), |(index, _)| index);
                format!(
                    "the {what} at {index:?} is NaN for inputs up to {:e}",
                    largest(&x)
                )
            })?;
        }
    }
    Ok(())
}

/// A small gradient step lowers ⟨f(x), δ⟩ by about the step times the squared gradient. The law takes steps in the
/// parameters, with `update_parameters`, and in the input.
///
/// # Errors
///
/// If no step of any size does.
pub fn a_gradient_step_lowers_the_loss(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "a_gradient_step_lowers_the_loss";
    restoring(module, |module| {
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let snapshot = Snapshot::of(module);
        let output = module.forward(x).map_err(refused(LAW))?;
        let start = inner(&output, delta);
        let noise = magnitude(&output, delta);

        let down = module.backward_delta(x, delta).map_err(refused(LAW))?;
        let lower = falls(start, noise, x, &down, |step| {
            let moved = x - (&down * step);
            module
                .forward(&moved)
                .map_or(f64::NAN, |output| inner(&output, delta))
        });
        law(LAW, module, lower, || {
            "no step of the input down its delta lowers ⟨f(x), δ⟩".to_owned()
        })?;

        let (values, gradients) = (in_one_row(&snapshot.values), in_one_row(&snapshot.gradients));
        let lower = falls(start, noise, &values, &gradients, |step| {
            snapshot.restore(module);
            let moved = module.update_parameters(step).and_then(|()| module.forward(x));
            moved.map_or(f64::NAN, |output| inner(&output, delta))
        });
        law(LAW, module, lower, || {
            "no step of the parameters down their gradient lowers ⟨f(x), δ⟩".to_owned()
        })
    })
}

fn in_one_row(matrices: &[Array2<f64>]) -> Array2<f64> {
    let numbers: Vec<f64> = matrices.iter().flatten().copied().collect();
    Array2::from_shape_fn((1, numbers.len()), |(_, column)| numbers[column])
}
