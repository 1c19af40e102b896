//! How δ of a unit follows from the next module: δ = Σⱼ δ′ⱼ·∂y′ⱼ/∂x, with δ′ and y′ of the next module.

use brique_core::{Error, Module};
use brique_tensor::ndarray::{Array2, ArrayView1};

use super::activations::{activation, at};
use super::formula::{factor, label, number, product, subscript, sum};
use super::forward::{ViewedUnit, derivative};
use super::loss_delta::loss_delta;
use super::{Formula, Row};

/// The largest number of outputs of a module whose derivatives are computed one by one.
const OUTPUTS: usize = 256;

/// Returns the formula of δ and the numbers in it.
pub(super) fn backward(viewed: &ViewedUnit<'_>) -> Result<(Formula, Vec<Row>), Error> {
    let (passes, next) = (viewed.passes, viewed.module + 1);
    let delta = passes.delta(viewed.module)[[viewed.row, viewed.unit]];
    let Some(module) = passes.module(next) else {
        return Ok((loss_delta(passes, viewed.row, viewed.unit, delta), Vec::new()));
    };
    let kind = module.description().kind;
    let deltas = passes.delta(next).row(viewed.row);
    let name = label(viewed.unit, passes.output_shape(viewed.module));
    let delta_name = |index: usize| format!("δ′{}", label(index, passes.output_shape(next)));
    if let Some(formulas) = activation(&kind) {
        let x = passes.input(next)[[viewed.row, viewed.unit]];
        let derived = derivative(module, x)?;
        let at_x = at(formulas.derivative, "x");
        let formula = Formula {
            symbols: format!("δ{name} = {}·f′(x), f′(x) = {at_x}", delta_name(viewed.unit)),
            numbers: format!("{} = {}", product(deltas[viewed.unit], derived), number(delta)),
        };
        let rows = vec![
            Row::new(delta_name(viewed.unit), deltas[viewed.unit]),
            Row::new("f′(x)", derived),
        ];
        return Ok((formula, rows));
    }
    if matches!(&*kind, "Dropout" | "Flatten" | "Reshape") {
        let formula = Formula {
            symbols: format!("δ{name} = {}", delta_name(viewed.unit)),
            numbers: number(delta),
        };
        return Ok((
            formula,
            vec![Row::new(delta_name(viewed.unit), deltas[viewed.unit])],
        ));
    }
    let symbols = match &*kind {
        "Linear" => format!("δ{name} = Σⱼ δ′ⱼ·W′{}ⱼ", subscript(viewed.unit)),
        "Conv2D" => format!("δ{name} = Σ δ′·W′ over the windows that contain the unit"),
        "MaxPool2D" => format!("δ{name} = δ′ of the window if the unit is its maximum, else 0"),
        "AvgPool2D" => format!("δ{name} = δ′ of the window / its size"),
        "GlobalAvgPool" => format!("δ{name} = δ′ of the channel / its size"),
        "Residual" => format!("δ{name} = δ′{name} + Σⱼ δ′ⱼ·∂fⱼ/∂x{name}"),
        _ => format!("δ{name} = Σⱼ δ′ⱼ·∂y′ⱼ/∂x{name}"),
    };
    let Some(derivatives) = derivatives(viewed, module, &kind)? else {
        let numbers = String::new();
        return Ok((Formula { symbols, numbers }, Vec::new()));
    };
    let used: Vec<(usize, f64, f64)> = derivatives
        .iter()
        .zip(deltas)
        .enumerate()
        .map(|(j, (&derivative, &delta))| (j, delta, derivative))
        .filter(|&(_, _, derivative)| kind == "Linear" || derivative != 0.0)
        .collect();
    let terms: Vec<String> = used.iter().map(|&(_, delta, w)| product(delta, w)).collect();
    let mut rows = Vec::new();
    for &(j, delta, w) in used.iter().take(super::formula::ROWS) {
        let weight = match &*kind {
            "Linear" => format!("W′{}", super::formula::subscripts(viewed.unit, j)),
            _ => format!("∂y′{}/∂x{name}", label(j, passes.output_shape(next))),
        };
        rows.extend([Row::new(delta_name(j), delta), Row::new(weight, w)]);
    }
    let numbers = sum(&terms, delta);
    Ok((Formula { symbols, numbers }, rows))
}

/// Returns the derivative of each output of a module with respect to the unit, or `None` if there are too many.
fn derivatives(viewed: &ViewedUnit<'_>, module: &dyn Module, kind: &str) -> Result<Option<Vec<f64>>, Error> {
    let x: ArrayView1<'_, f64> = viewed.passes.output(viewed.module).row(viewed.row);
    let outputs = viewed.passes.output(viewed.module + 1).ncols();
    if matches!(kind, "Linear" | "Conv2D" | "AvgPool2D" | "GlobalAvgPool") {
        // The module is affine: the difference of its outputs for 1 and for 0 is the derivative.
        let mut rows = Array2::zeros((2, x.len()));
        rows[[1, viewed.unit]] = 1.0;
        let y = module.forward(&rows)?;
        return Ok(Some((0..outputs).map(|j| y[[1, j]] - y[[0, j]]).collect()));
    }
    if outputs > OUTPUTS {
        return Ok(None);
    }
    let rows = Array2::from_shape_fn((outputs, x.len()), |(_, i)| x[i]);
    let derivatives = module.backward_delta(&rows, &Array2::eye(outputs))?;
    Ok(Some(derivatives.column(viewed.unit).to_vec()))
}

/// Returns the sum of δ over the examples as a formula.
pub(super) fn over_examples(name: &str, deltas: &[f64], total: f64) -> Formula {
    let terms: Vec<String> = deltas.iter().map(|&delta| factor(delta)).collect();
    Formula {
        symbols: format!("{name} = Σ of δ over the {} examples", deltas.len()),
        numbers: sum(&terms, total),
    }
}
