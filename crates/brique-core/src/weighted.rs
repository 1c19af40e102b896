//! Losses whose examples have weights.

use std::fmt;

use brique_tensor::ndarray::{Array2, ArrayRef1, ArrayViewMut1, Axis, Slice};
use brique_tensor::{Matrix, Scalar, compile_once, pairwise_sum};

use crate::{Error, Fault, Loss, Reduction};

/// A loss of examples with weights: `Σ_i w_i · ℓ_i / d`.
///
/// `ℓ_i` is the loss of example i, and d is the divisor of the loss without weights. Row i of the gradient δ is therefore
/// that of the loss without weights, multiplied by `w_i`. Weights with the mean 1 do not change the scale of the loss.
///
/// An example with the weight 2 counts as two examples in a sum, and an example with the weight 0 has no influence:
/// `0 · ∞` is 0 here; NaN remains NaN. If all weights are 1, the results have the same bits as without weights.
///
/// Class weights of a loss are multiplied with the weights of the examples. Its d depends on the class weights, but not
/// on the weights of the examples.
///
/// # Shapes
///
/// There is one weight per row of the prediction.
///
/// # Errors
///
/// The methods return the errors of the loss, and an error if there is not one weight per example, or a weight is
/// negative, NaN or infinite.
///
/// ```
/// use brique_core::{Loss, Reduction, WeightedLoss};
/// # use brique_core::ndarray::{ArrayRef1, Axis, Zip};
/// # use brique_tensor::Matrix;
/// # use std::fmt;
/// # #[derive(Debug)]
/// # struct SquaredError;
/// # impl fmt::Display for SquaredError {
/// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
/// #         write!(f, "SquaredError")
/// #     }
/// # }
/// # impl Loss for SquaredError {
/// #     fn reduction(&self) -> Reduction { Reduction::Mean }
/// #     fn forward_kernel(&self, y: &Matrix, yhat: &Matrix) -> f64 {
/// #         (yhat - y).mapv(|e| e * e).sum() / y.len() as f64
/// #     }
/// #     fn backward_kernel(&self, y: &Matrix, yhat: &Matrix, delta: &mut Matrix) {
/// #         let d = y.len() as f64;
/// #         Zip::from(delta).and(y).and(yhat)
/// #             .for_each(|delta, y, yhat| *delta = 2.0 * (yhat - y) / d);
/// #     }
/// #     fn per_example_kernel(
/// #         &self, y: &Matrix, yhat: &Matrix, losses: &mut ArrayRef1<f64>
/// #     ) {
/// #         losses.assign(&(yhat - y).mapv(|e| e * e).sum_axis(Axis(1)));
/// #     }
/// # }
/// use brique_core::ndarray::array;
///
/// let (y, yhat) = (array![[0.0], [0.0]], array![[1.0], [2.0]]);
/// let weights = array![0.5, 1.5];
/// // `SquaredError` is the mean of (ŷ − y)².
/// let loss = WeightedLoss::new(&SquaredError, &weights);
/// assert_eq!(loss.forward(&y, &yhat)?, (0.5 * 1.0 + 1.5 * 4.0) / 2.0);
/// assert_eq!(loss.backward(&y, &yhat)?, array![[0.5], [3.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Keras' `sample_weight`, scikit-learn's `sample_weight`. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, Copy)]
pub struct WeightedLoss<'a, T: Scalar = f64> {
    loss: &'a dyn Loss<T>,
    weights: &'a ArrayRef1<T>,
}

impl<'a, T: Scalar> WeightedLoss<'a, T> {
    /// Creates the loss with one weight per example. The weights are checked when the loss is computed. Nothing is
    /// copied or allocated.
    #[must_use]
    pub fn new(loss: &'a dyn Loss<T>, weights: &'a ArrayRef1<T>) -> Self {
        Self { loss, weights }
    }
}

impl<T: Scalar> Loss<T> for WeightedLoss<'_, T> {
    fn reduction(&self) -> Reduction {
        self.loss.reduction()
    }

    fn divisor(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        self.loss.divisor(y, yhat)
    }

    fn check(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        self.loss.check(y, yhat)?;
        check_weights(self.weights, yhat.nrows())
    }

    fn forward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        forward(self, y, yhat)
    }

    fn backward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
        self.loss.backward_kernel(y, yhat, delta);
        scale_rows(delta, self.weights);
    }

    fn per_example_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>) {
        self.loss.per_example_kernel(y, yhat, losses);
        for (loss, &weight) in losses.iter_mut().zip(self.weights) {
            *loss = weighted(weight, *loss);
        }
    }

    fn probabilities(&self, yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        self.loss.probabilities(yhat)
    }
}

/// The number of examples whose losses are computed at once, in a buffer on the stack.
const CHUNK: usize = 64;

compile_once! {
    fn check_weights<T: Scalar>(weights: &ArrayRef1<T>, examples: usize) -> Result<(), Fault> {
        if weights.len() != examples {
            return Err(value("the number of weights", weights.len(), format!("{examples}: one for each example")));
        }
        let is_weight = |weight: &T| weight.is_finite() && *weight >= T::zero();
        match weights.indexed_iter().find(|(_, weight)| !is_weight(weight)) {
            None => Ok(()),
            Some((example, weight)) => {
                let argument = format!("weights[{example}]");
                Err(value(argument, weight, "a finite number of at least 0".to_owned()))
            }
        }
    }

    fn forward<T: Scalar>(loss: &WeightedLoss<'_, T>, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        // The sum of a loss without weights may have another order, and therefore other bits.
        if loss.weights.iter().all(|&weight| weight == T::one()) {
            return loss.loss.forward_kernel(y, yhat);
        }
        let sum = pairwise_sum(yhat.nrows().div_ceil(CHUNK), |chunk| sum_of_chunk(loss, y, yhat, chunk));
        sum / loss.divisor(y, yhat)
    }

    fn scale_rows<T: Scalar>(matrix: &mut Matrix<T>, weights: &ArrayRef1<T>) {
        for (mut row, &weight) in matrix.rows_mut().into_iter().zip(weights) {
            row.mapv_inplace(|number| weighted(weight, number));
        }
    }
}

/// Returns the sum of the weighted losses of up to [`CHUNK`] examples.
fn sum_of_chunk<T: Scalar>(loss: &WeightedLoss<'_, T>, y: &Matrix<T>, yhat: &Matrix<T>, chunk: usize) -> T {
    let (first, end) = (chunk * CHUNK, yhat.nrows().min((chunk + 1) * CHUNK));
    let rows = Slice::from(first..end);
    let (y, yhat) = (y.slice_axis(Axis(0), rows), yhat.slice_axis(Axis(0), rows));
    let mut losses = [T::zero(); CHUNK];
    let losses = &mut losses[..end - first];
    loss.loss
        .per_example_kernel(&y, &yhat, &mut ArrayViewMut1::from(&mut *losses));
    pairwise_sum(losses.len(), |row| {
        weighted(loss.weights[first + row], losses[row])
    })
}

/// Returns `weight · number`, or 0 if the weight is 0 and the number is infinite.
fn weighted<T: Scalar>(weight: T, number: T) -> T {
    if weight == T::zero() && number.is_infinite() {
        T::zero()
    } else {
        weight * number
    }
}

#[cold]
fn value(argument: impl Into<String>, found: impl fmt::Display, expected: String) -> Fault {
    Fault::Value {
        argument: argument.into().into(),
        found: found.to_string(),
        expected: expected.into(),
    }
}

impl<T: Scalar> fmt::Display for WeightedLoss<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "weighted {}", self.loss)
    }
}
