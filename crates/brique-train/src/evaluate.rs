//! Evaluation of a network on a data set.

use brique_core::{Fault, Loss, Module, WeightedLoss, Workspace};
use brique_datasets::Dataset;
use brique_tensor::ndarray::{Array2, ArrayView1, Axis, Slice};
use brique_tensor::{Matrix, Scalar, compile_once, is_allocatable};

use crate::Error;
use crate::metrics::MetricError;

/// The number of rows in each batch of an evaluation.
const ROWS: usize = 256;

/// A metric and its name: a function of targets and predictions, for example one of [`metrics`](crate::metrics).
///
/// ```
/// use brique_train::{Metric, metrics};
///
/// let accuracy: Metric = Metric::new("accuracy", metrics::accuracy);
/// assert_eq!(accuracy.name(), "accuracy");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Metric<T: Scalar = f64> {
    name: &'static str,
    measure: Measure<T>,
}

/// A function of the target and the prediction, in this order. Losses take them in the same order.
type Measure<T> = fn(&Matrix<T>, &Matrix<T>) -> Result<f64, MetricError>;

impl<T: Scalar> Metric<T> {
    /// Creates a metric with this name. `measure` takes the target first, then the prediction.
    #[must_use]
    pub fn new(name: &'static str, measure: Measure<T>) -> Self {
        Self { name, measure }
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// The result of an evaluation.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Evaluation<T: Scalar = f64> {
    /// The loss of the whole data set, computed as one batch, with the weights of its examples if it has any.
    pub loss: f64,
    /// The requested metrics, in order.
    pub metrics: Vec<f64>,
    /// The predictions of the network, of shape (n, out).
    pub predictions: Array2<T>,
}

/// Computes a network's predictions for `data`, and their loss and metrics. The network runs in prediction mode, as
/// PyTorch's `model.eval()`: dropout has no effect. If the examples of `data` have weights, the loss is weighted; the
/// metrics are not.
///
/// # Errors
///
/// If the shape of the inputs does not fit the network, memory cannot hold the predictions, the targets are not valid for
/// the loss, or a metric returns an error.
///
/// ```
/// use brique_datasets::Dataset;
/// use brique_layers::{Linear, Sequential};
/// use brique_losses::MSELoss;
/// use brique_tensor::ndarray::array;
/// use brique_train::{Metric, evaluate, metrics};
///
/// let linear = Linear::from_parameters(array![[2.0], [0.0]])?;
/// let network: Sequential = Sequential::new(1).then(linear)?;
/// let data = Dataset::new(array![[1.0], [2.0]], array![[2.0], [5.0]])?;
/// let error = Metric::new("MAE", metrics::mean_absolute_error);
/// let found = evaluate(&network, &MSELoss::new(), &data, &[error])?;
/// assert_eq!((found.loss, found.metrics), (0.5, vec![0.5]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn evaluate<T: Scalar>(
    network: &dyn Module<T>,
    loss: &dyn Loss<T>,
    data: &Dataset<T>,
    metrics: &[Metric<T>],
) -> Result<Evaluation<T>, Error> {
    let predictions = predictions(network, data.inputs())?;
    let weights = data.example_weights().map(ArrayView1::from);
    let value = match &weights {
        None => loss.forward(data.targets(), &predictions)?,
        Some(weights) => WeightedLoss::new(loss, weights).forward(data.targets(), &predictions)?,
    };
    let measured = metrics.iter().map(|metric| {
        let measured = (metric.measure)(data.targets(), &predictions);
        measured.map_err(|source| Error::Metric {
            name: metric.name.to_owned(),
            source,
        })
    });
    let metrics = measured.collect::<Result<_, _>>()?;
    Ok(Evaluation {
        loss: value.as_f64(),
        metrics,
        predictions,
    })
}

compile_once! {
/// Computes the predictions in batches of `ROWS` rows, which limits the memory for intermediate activations.
pub(crate) fn predictions<T: Scalar>(network: &dyn Module<T>, inputs: &Matrix<T>) -> Result<Array2<T>, Error> {
    let refuse = |fault| brique_core::Error::new(network, "predict", fault);
    let outputs = network.output_shape(inputs.ncols().into()).map_err(refuse)?;
    let shape = (inputs.nrows(), outputs.size());
    if !is_allocatable::<T>(shape, 1) {
        return Err(refuse(too_many(shape)).into());
    }
    let mut predictions = Array2::zeros(shape);
    let mut workspace = Workspace::default();
    for first in (0..inputs.nrows()).step_by(ROWS) {
        let rows = Slice::from(first..inputs.nrows().min(first + ROWS));
        let x = inputs.slice_axis(Axis(0), rows);
        let yhat = workspace.predict(network, &x)?;
        predictions.slice_axis_mut(Axis(0), rows).assign(&yhat);
    }
    Ok(predictions)
}
}

fn too_many((examples, outputs): (usize, usize)) -> Fault {
    Fault::Value {
        argument: "the number of predictions".into(),
        found: format!("{examples} · {outputs}"),
        expected: "as many as memory can address".into(),
    }
}
