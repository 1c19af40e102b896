//! A file of one training run: its data, its initial parameters, and the loss of every step.

use brique_tensor::ndarray::Array2;
use serde_json::Value;

use crate::Error;
use crate::file::{Content, Tensors};
use crate::index::Index;
use crate::measure::{largest, normwise};
use crate::outcome::TrajectoryRow;
use crate::training::{Training, missing};

/// The relative error of a loss that is always accepted.
const ALWAYS_ALLOWED: f64 = 1e-12;

/// The result for a file of one training run.
pub(crate) enum Trajectory {
    Row(TrajectoryRow),
    NotBuilt { missing: Vec<String> },
}

/// Trains as the file `name` describes and measures the distance from the results in the file.
pub(crate) fn run(name: &str, content: &Content, case: &Value, index: &Index) -> Result<Trajectory, Error> {
    let options = case.as_object().ok_or_else(|| Error::Attribute {
        attribute: "case",
        found: case.to_string(),
        expected: "the options of a training by name",
    })?;
    let missing = missing(options);
    if !missing.is_empty() {
        return Ok(Trajectory::NotBuilt { missing });
    }
    let tensors = content.tensors()?;
    let mut training = Training::new(options, layers(&tensors, "parameters")?)?;
    let x = tensors.matrix("x")?;
    let y = if options["loss"] == "cross_entropy" {
        tensors.column_of_integers("y")?
    } else {
        tensors.matrix("y")?
    };
    let expected: Vec<f64> = tensors.numbers("losses")?;
    check_length("y", y.nrows(), x.nrows(), "rows, as x has")?;
    check_length("losses", expected.len(), training.steps(), "numbers, one a step")?;
    let losses = training.run(&x, &y)?;
    let torch = index.trajectory_distance(name);
    Ok(Trajectory::Row(TrajectoryRow {
        name: name.to_owned(),
        steps: losses.len(),
        loss_distance: largest(
            losses
                .iter()
                .zip(&expected)
                .map(|(got, exact)| normwise([got], [exact])),
        ),
        parameter_distance: parameter_distance(&training, &layers(&tensors, "final")?)?,
        torch,
        bound: torch.map_or(ALWAYS_ALLOWED, |torch| ALWAYS_ALLOWED.max(2.0 * torch)),
    }))
}

fn check_length(tensor: &str, found: usize, expected: usize, of: &str) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Tensor {
        tensor: tensor.to_owned(),
        found: format!("of length {found}"),
        expected: format!("{expected} {of}"),
    })
}

/// Returns the matrices `beginning.0`, `beginning.1`, … of a file.
fn layers(tensors: &Tensors<'_>, beginning: &str) -> Result<Vec<Array2<f64>>, Error> {
    let name = |layer: usize| format!("{beginning}.{layer}");
    // The first matrix must exist: a network has at least one layer.
    let mut layers = vec![tensors.matrix(&name(0))?];
    while tensors.has(&name(layers.len())) {
        layers.push(tensors.matrix(&name(layers.len()))?);
    }
    Ok(layers)
}

/// Returns the largest `max |got − exact| / max |exact|` over the layers.
fn parameter_distance(training: &Training, exact: &[Array2<f64>]) -> Result<f64, Error> {
    let weights = training.parameters();
    let got = weights.values();
    let shapes = |matrices: &[Array2<f64>]| matrices.iter().map(Array2::dim).collect::<Vec<_>>();
    let (found, expected) = (shapes(exact), shapes(got));
    if found != expected {
        return Err(Error::Tensor {
            tensor: "final".to_owned(),
            found: format!("of shapes {found:?}"),
            expected: format!("{expected:?}"),
        });
    }
    let layers = got.iter().zip(exact);
    Ok(largest(layers.map(|(got, exact)| normwise(got, exact))))
}
