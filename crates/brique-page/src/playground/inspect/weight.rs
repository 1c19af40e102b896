//! The microscope on a weight.

use brique_core::Error;
use brique_tensor::ndarray::Array2;

use super::formula::{ROWS, difference, label, product, relative_error, subscript, subscripts, sum};
use super::passes::{Passes, step};
use super::{Formula, Inspection, Row, Weight};

pub(super) fn inspect(passes: &mut Passes<'_>, weight: Weight) -> Result<Inspection, Error> {
    let Weight { module, row, column } = weight;
    let parameter = passes.parameter(module).unwrap_or_default();
    let value = parameter[[row, column]];
    let gradient = passes
        .gradient(module)?
        .map_or(f64::NAN, |gradient| gradient[[row, column]]);
    let step = step(value);
    let mut losses = [0.0; 2];
    for (loss, number) in losses.iter_mut().zip([value + step, value - step]) {
        let mut moved = parameter.clone();
        moved[[row, column]] = number;
        passes.set_parameter(module, &moved);
        *loss = passes.loss_from(module, passes.input(module))?;
    }
    passes.set_parameter(module, &parameter);
    let numeric = (losses[0] - losses[1]) / (2.0 * step);
    let kind = passes.module(module).map(|module| module.description().kind);
    let names = Names::new(
        kind.as_deref().unwrap_or_default(),
        parameter.nrows(),
        row,
        column,
    );
    let (terms, mut rows) = terms(passes, weight, &names)?;
    rows.insert(0, Row::new(names.weight.clone(), value));
    rows.truncate(2 * ROWS);
    let numbers = terms.map(|terms| sum(&terms, gradient)).unwrap_or_default();
    let formula = vec![
        Formula {
            symbols: names.symbols,
            numbers,
        },
        difference(&names.weight, losses, step, numeric),
    ];
    Ok(Inspection {
        what: "weight",
        value,
        delta: None,
        gradient: Some(gradient),
        numeric,
        relative_error: relative_error(gradient, numeric),
        formula,
        rows,
    })
}

/// How the formula calls the weight, and the two factors of each term of its gradient.
struct Names {
    weight: String,
    symbols: String,
    /// The value that is multiplied by δ; empty for a bias, whose terms are δ alone.
    factor: &'static str,
}

impl Names {
    fn new(kind: &str, rows: usize, row: usize, column: usize) -> Self {
        let c = subscript(column);
        let is_bias = row + 1 == rows;
        let (weight, factor, symbols) = match kind {
            "Linear" if is_bias => (format!("b{c}"), "", format!("Σ over the examples of δ{c}")),
            "Linear" => (
                format!("W{}", subscripts(row, column)),
                "x",
                format!("Σ over the examples of x{}·δ{c}", subscript(row)),
            ),
            "Conv2D" if is_bias => (
                format!("b{c}"),
                "",
                format!("Σ over the examples and positions of δ in channel {column}"),
            ),
            "Conv2D" => (
                format!("W{}", subscripts(row, column)),
                "x",
                format!("Σ over the examples and positions of x·δ in channel {column}"),
            ),
            "LayerNorm" | "GroupNorm" if is_bias => (
                format!("b{c}"),
                "",
                format!("Σ over the examples (and positions) of δ{c}"),
            ),
            "LayerNorm" | "GroupNorm" => (
                format!("g{c}"),
                "x̂",
                format!("Σ over the examples (and positions) of x̂{c}·δ{c}, x̂ = (x − mean) / √(variance + ε)"),
            ),
            _ => (
                format!("W{}", subscripts(row, column)),
                "x",
                "(∂y/∂W)ᵀ·δ, through the modules inside".to_owned(),
            ),
        };
        Self {
            symbols: format!("∂L/∂{weight} = {symbols}"),
            weight,
            factor,
        }
    }
}

/// Returns the terms of the gradient as text, and the numbers in them.
///
/// The output of these modules is linear in their parameters. With 1 for this weight and 0 for all others, it is what
/// the weight is multiplied by.
fn terms(
    passes: &mut Passes<'_>,
    weight: Weight,
    names: &Names,
) -> Result<(Option<Vec<String>>, Vec<Row>), Error> {
    let Weight { module, row, column } = weight;
    let kind = passes.module(module).map(|module| module.description().kind);
    let is_linear = matches!(
        kind.as_deref(),
        Some("Linear" | "Conv2D" | "LayerNorm" | "GroupNorm")
    );
    let (true, Some(parameter)) = (is_linear, passes.parameter(module)) else {
        return Ok((None, Vec::new()));
    };
    let mut one_hot = Array2::zeros(parameter.dim());
    one_hot[[row, column]] = 1.0;
    passes.set_parameter(module, &one_hot);
    let outputs = passes.module(module).map(|it| it.forward(passes.input(module)));
    passes.set_parameter(module, &parameter);
    let factors = outputs.transpose()?.unwrap_or_default();
    let (mut terms, mut rows) = (Vec::new(), Vec::new());
    for ((example, unit), &factor) in factors.indexed_iter() {
        if unit % parameter.ncols() != column {
            continue;
        }
        let delta = passes.delta(module)[[example, unit]];
        let of = format!(
            "{} of example {}",
            label(unit, passes.output_shape(module)),
            passes.example(example)
        );
        if names.factor.is_empty() {
            terms.push(super::formula::factor(delta));
        } else {
            terms.push(product(factor, delta));
            if rows.len() < 2 * ROWS {
                rows.push(Row::new(format!("{} for δ{of}", names.factor), factor));
            }
        }
        if rows.len() < 2 * ROWS {
            rows.push(Row::new(format!("δ{of}"), delta));
        }
    }
    Ok((Some(terms), rows))
}
