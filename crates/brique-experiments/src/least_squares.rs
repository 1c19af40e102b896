//! The optimum to which gradient descent converges, and its largest stable step.

use brique_datasets::Dataset;
use brique_layers::Linear;
use nalgebra::DMatrix;

use crate::Error;
use crate::descent::layer_of;

/// The layer of least mean squared error on `data`, by the singular value decomposition of `[x 1]`.
pub(crate) fn least_squares(data: &Dataset) -> Result<Linear, Error> {
    let stacked = with_ones(data);
    let targets = DMatrix::from_fn(data.len(), 1, |row, _| data.targets()[[row, 0]]);
    let decomposition = stacked.svd(true, true);
    let negligible = f64::EPSILON * data.len() as f64 * decomposition.singular_values.max();
    let solution = decomposition
        .solve(&targets, negligible)
        .map_err(|reason| Error::LeastSquares { reason })?;
    layer_of(solution.as_slice())
}

/// The smallest and the largest eigenvalue of the Hessian of the mean squared error, `2/n · [x 1]ᵀ[x 1]`.
///
/// Gradient descent converges for steps smaller than 2 divided by the largest.
pub(crate) fn hessian_extremes(data: &Dataset) -> (f64, f64) {
    let stacked = with_ones(data);
    let hessian = stacked.transpose() * &stacked * (2.0 / data.len() as f64);
    let eigenvalues = hessian.symmetric_eigenvalues();
    (eigenvalues.min(), eigenvalues.max())
}

fn with_ones(data: &Dataset) -> DMatrix<f64> {
    let inputs = data.inputs();
    DMatrix::from_fn(inputs.nrows(), inputs.ncols() + 1, |row, column| {
        inputs.get((row, column)).copied().unwrap_or(1.0)
    })
}
