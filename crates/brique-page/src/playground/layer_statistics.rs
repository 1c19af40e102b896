//! The size of δ and of the gradients by layer, and which units are saturated or dead.

use brique_core::{Error, Gradient, Loss, Module, Node, Workspace};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{ArrayView2, Axis, Slice};
use serde::Serialize;

use super::without_dropout::without_dropout;

/// The largest number of examples that are measured.
const EXAMPLES: usize = 256;

/// An output is saturated if the derivative of its activation there is less than this fraction of the largest one.
const SATURATED: f64 = 0.05;

/// What is measured of one module. Sizes are root mean squares: √(Σ v² / count).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerStatistics {
    /// The path of the module: `0`, `2.module.0`.
    pub path: String,
    /// The module as text: `Linear(2 → 8)`.
    pub text: String,
    /// The size of δ, the gradient of the loss with respect to the output of the module, over all examples and units.
    ///
    /// The loss takes the mean over the examples that are measured, so δ has a factor of one over their number.
    pub delta: f64,
    /// The size of the gradient of the module's own parameters; `None` if it has none.
    pub gradient: Option<f64>,
    /// For `Tanh` and `Sigmoid`, the fraction of outputs, over all examples and units, whose derivative is less than 5 %
    /// of the largest one, which is 1 for `Tanh` and 1/4 for `Sigmoid`. `None` for other modules.
    pub saturated: Option<f64>,
    /// For `ReLU`, the fraction of units whose output is 0 for every example that is measured. `None` for other modules.
    pub dead: Option<f64>,
}

/// Measures every module of a network on the first 256 examples of `x`: one forward and one backward pass, without
/// dropout. A module comes before the modules inside it.
///
/// # Errors
///
/// If the network or the loss refuses the examples.
pub fn layer_statistics(
    network: &dyn Module,
    loss: &dyn Loss,
    x: &Matrix,
    y: &Matrix,
) -> Result<Vec<LayerStatistics>, Error> {
    let rows = Slice::from(..x.nrows().min(EXAMPLES));
    let (x, y) = (x.slice_axis(Axis(0), rows), y.slice_axis(Axis(0), rows));
    let mut copy = without_dropout(network)?;
    let mut workspace = Workspace::default();
    let prediction = workspace.forward(&*copy, &x)?;
    let delta = loss.backward(&y, &prediction)?;
    workspace.backward_with_delta(&mut *copy, &x, &delta, Gradient::Overwrite)?;
    let mut statistics = Vec::new();
    measure_inner(&*copy, "", workspace.inner(), (x, delta.view()), &mut statistics);
    Ok(statistics)
}

/// Measures the modules inside a module, whose input and δ are given.
fn measure_inner(
    module: &dyn Module,
    path: &str,
    nodes: &[Node],
    (input, delta): (ArrayView2<'_, f64>, ArrayView2<'_, f64>),
    statistics: &mut Vec<LayerStatistics>,
) {
    for (index, node) in nodes.iter().enumerate() {
        let Some((name, inner)) = module.inner(index) else {
            return;
        };
        let is_run = |node: &&Node| !node.keeps_values();
        let before = nodes[..index].iter().rfind(is_run).map(Node::output);
        let after = nodes[index + 1..].iter().find(is_run).map(Node::input_delta);
        let x = before.unwrap_or_else(|| input.reborrow());
        let delta = after.unwrap_or_else(|| delta.reborrow());
        let path = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        statistics.push(measure(inner, path.clone(), &x, &delta));
        measure_inner(inner, &path, node.inner(), (x, delta), statistics);
    }
}

fn measure(
    module: &dyn Module,
    path: String,
    x: &ArrayView2<'_, f64>,
    delta: &ArrayView2<'_, f64>,
) -> LayerStatistics {
    let (mut squares, mut count) = (0.0, 0);
    module.own_parameters(&mut |parameter| {
        squares += sum_of_squares(parameter.gradient().iter());
        count += parameter.gradient().len();
    });
    LayerStatistics {
        path,
        text: module.to_string(),
        delta: root_mean_square(sum_of_squares(delta.iter()), delta.len()),
        gradient: (count > 0).then(|| root_mean_square(squares, count)),
        saturated: saturated(module, x),
        dead: dead(module, x),
    }
}

fn sum_of_squares<'a>(numbers: impl Iterator<Item = &'a f64>) -> f64 {
    numbers.map(|number| number * number).sum()
}

fn root_mean_square(squares: f64, count: usize) -> f64 {
    if count == 0 {
        0.0
    } else {
        (squares / count as f64).sqrt()
    }
}

fn saturated(module: &dyn Module, x: &ArrayView2<'_, f64>) -> Option<f64> {
    let derivative: fn(f64) -> f64 = match &*module.description().kind {
        "Tanh" => |x| {
            let y = brique_tensor::tanh(x);
            1.0 - y * y
        },
        // Four times σ·(1 − σ), whose largest value is 1.
        "Sigmoid" => |x| 4.0 * brique_tensor::sigmoid_derivative(x),
        _ => return None,
    };
    let count = x.iter().filter(|&&x| derivative(x) < SATURATED).count();
    Some(fraction(count, x.len()))
}

fn dead(module: &dyn Module, x: &ArrayView2<'_, f64>) -> Option<f64> {
    if module.description().kind != "ReLU" {
        return None;
    }
    let is_dead = |unit: &brique_tensor::ndarray::ArrayView1<'_, f64>| unit.iter().all(|&x| x <= 0.0);
    let count = x.columns().into_iter().filter(is_dead).count();
    Some(fraction(count, x.ncols()))
}

fn fraction(count: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { count as f64 / of as f64 }
}
