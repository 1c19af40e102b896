//! The microscope on a unit.

use brique_core::Error;

use super::backward::{backward, over_examples};
use super::formula::{ROWS, difference, label, mean, relative_error};
use super::forward::{ViewedUnit, forward};
use super::passes::{Passes, step};
use super::{Formula, Inspection, Row, Unit};

pub(super) fn inspect(passes: &Passes<'_>, unit: Unit) -> Result<Inspection, Error> {
    let values = passes.output(unit.module).column(unit.unit).to_vec();
    let deltas = passes.delta(unit.module).column(unit.unit).to_vec();
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let delta = deltas.iter().sum::<f64>();
    let viewed = ViewedUnit {
        passes,
        module: unit.module,
        unit: unit.unit,
        row: 0,
    };
    let kind = passes.module(unit.module).map(|module| module.description().kind);
    let name = viewed.name(kind.as_deref().unwrap_or_default());
    let index = label(unit.unit, passes.output_shape(unit.module));
    let (mut formula, mut rows) = if passes.rows() == 1 {
        let (mut formula, mut rows) = forward(&viewed)?;
        let (delta_formula, delta_rows) = backward(&viewed)?;
        formula.push(delta_formula);
        rows.extend(delta_rows);
        (formula, rows)
    } else {
        batch(passes, &name, &index, (&values, value), (&deltas, delta))
    };
    let step = step(value);
    let losses = [moved(passes, unit, step)?, moved(passes, unit, -step)?];
    let numeric = (losses[0] - losses[1]) / (2.0 * step);
    formula.push(difference(&name, losses, step, numeric));
    rows.truncate(2 * ROWS);
    Ok(Inspection {
        what: "unit",
        value,
        delta: Some(delta),
        gradient: None,
        numeric,
        relative_error: relative_error(delta, numeric),
        formula,
        rows,
    })
}

/// Returns the loss if the unit's value changes by `step` in every example.
fn moved(passes: &Passes<'_>, unit: Unit, step: f64) -> Result<f64, Error> {
    let mut values = passes.output(unit.module).clone();
    values.column_mut(unit.unit).map_inplace(|value| *value += step);
    passes.loss_from(unit.module + 1, &values)
}

/// The mean of the values and the sum of the δ of several examples.
fn batch(
    passes: &Passes<'_>,
    name: &str,
    index: &str,
    (values, value): (&[f64], f64),
    (deltas, delta): (&[f64], f64),
) -> (Vec<Formula>, Vec<Row>) {
    let of_value = Formula {
        symbols: format!("{name} = mean over the {} examples", values.len()),
        numbers: mean(values, value),
    };
    let formula = vec![of_value, over_examples(&format!("δ{index}"), deltas, delta)];
    let pairs = values.iter().zip(deltas).enumerate();
    let rows = pairs.flat_map(|(row, (&value, &delta))| {
        let example = passes.example(row);
        [
            Row::new(format!("{name} of example {example}"), value),
            Row::new(format!("δ{index} of example {example}"), delta),
        ]
    });
    (formula, rows.collect())
}
