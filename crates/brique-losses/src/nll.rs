//! The negative log-likelihood.

use std::fmt;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::ndarray::{Array1, Array2, ArrayRef1};
use brique_tensor::{Matrix, Scalar, compile_once, pairwise_sum};

use crate::classes::{ClassWeights, check_class_indices, class_of, weighted};
use crate::elementwise::assert_length;
use crate::options::{class_weights_option, reduction_option};
use crate::probabilities;

/// Computes the negative log-likelihood `Σ_i −w_(y_i) · ŷ_(i, y_i) / d` of log-probabilities ŷ. Its gradient is
/// `−w_(y_i) / d` in the column of the class, and 0 in the other columns.
///
/// Use it after a log-softmax. For logits, use [`CrossEntropyLoss`](crate::CrossEntropyLoss), which computes the
/// log-softmax too. It is not checked that the values of ŷ are logarithms of probabilities.
/// [`probabilities`](Loss::probabilities) returns their exponentials.
///
/// w is the class weight, 1 by default. The divisor d is n for `Mean` and `BatchMean`, because every example has one
/// term, and 1 for `Sum`. If there are class weights, `Mean` is a weighted mean with d = `Σ_i w_(y_i)`. This is
/// PyTorch's `nll_loss`.
///
/// # Shapes
///
/// `ŷ` is (n, c), `y` a column of class indices, (n, 1).
///
/// # Errors
///
/// If `y` is not a column with one index per example; if an index is not a whole number below c; if there are class
/// weights, but not one per column; if the reduction is a mean and there are no examples, or their weights are all 0.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::NLLLoss;
/// use brique_tensor::ndarray::array;
///
/// let y = array![[1.0], [0.0]];
/// let log_probabilities = array![[-4.0, -0.5], [-1.5, -0.25]];
/// assert_eq!(NLLLoss::new().forward(&y, &log_probabilities)?, 1.0);
/// let gradient = NLLLoss::new().backward(&y, &log_probabilities)?;
/// assert_eq!(gradient, array![[0.0, -0.5], [-0.5, 0.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Torch7's `nn.ClassNLLCriterion`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NLLLoss {
    reduction: Reduction,
    class_weights: ClassWeights,
}

impl NLLLoss {
    reduction_option!();

    class_weights_option! {
        /// Sets the class weights: an example of class j has the weight `weights[j]`.
        ///
        /// # Errors
        ///
        /// If `weights` is empty, or a weight is negative, NaN or infinite, also in `f32`.
    }

    fn check_pair<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        self.class_weights.check_columns(yhat)?;
        check_class_indices(y, yhat, "a class index for each row of yhat")
    }

    /// Returns the weighted loss of the example in this row.
    fn of_row<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>, row: usize) -> T {
        let class = class_of(y, row, yhat.ncols());
        weighted(self.class_weights.of(class), -yhat[[row, class]])
    }
}

impl<T: Scalar> Loss<T> for NLLLoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        self.class_weights.divisor_of_indices(y, yhat, self.reduction)
    }

    fn check(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        check(self, y, yhat)
    }

    fn forward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        forward(self, y, yhat)
    }

    fn backward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
        backward(self, y, yhat, delta);
    }

    fn per_example_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>) {
        per_example(self, y, yhat, losses);
    }

    // Computes the losses without calling [`check`](Loss::check). That method returns an error for a mean of examples
    // whose weights are all 0, but no mean is computed here.
    fn per_example(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Array1<T>, Error> {
        self.check_pair(y, yhat)
            .map_err(|fault| Error::new(self, "per_example", fault))?;
        let mut losses = Array1::zeros(yhat.nrows());
        self.per_example_kernel(y, yhat, &mut losses);
        Ok(losses)
    }

    fn probabilities(&self, yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        probabilities::of_logarithms(self, yhat)
    }
}

compile_once! {
    fn check<T: Scalar>(loss: &NLLLoss, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        loss.check_pair(y, yhat)?;
        loss.class_weights.check_mean(y, yhat, loss.reduction)
    }

    fn forward<T: Scalar>(loss: &NLLLoss, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        assert_column(y, yhat);
        let divisor = loss.class_weights.divisor_of_indices(y, yhat, loss.reduction);
        pairwise_sum(yhat.nrows(), |row| loss.of_row(y, yhat, row)) / divisor
    }

    fn backward<T: Scalar>(loss: &NLLLoss, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
        assert_column(y, yhat);
        assert!(
            delta.dim() == yhat.dim(),
            "delta has shape {:?}, expected {:?}",
            delta.dim(),
            yhat.dim()
        );
        let divisor = loss.class_weights.divisor_of_indices(y, yhat, loss.reduction);
        delta.fill(T::zero());
        for (row, mut delta) in delta.rows_mut().into_iter().enumerate() {
            let class = class_of(y, row, yhat.ncols());
            delta[class] = -loss.class_weights.of::<T>(class) / divisor;
        }
    }

    fn per_example<T: Scalar>(loss: &NLLLoss, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>) {
        assert_column(y, yhat);
        assert_length(losses, yhat);
        for (row, example) in losses.iter_mut().enumerate() {
            *example = loss.of_row(y, yhat, row);
        }
    }
}

#[track_caller]
fn assert_column<T>(y: &Matrix<T>, yhat: &Matrix<T>) {
    assert!(
        y.dim() == (yhat.nrows(), 1),
        "y has shape {:?}, expected {:?}",
        y.dim(),
        (yhat.nrows(), 1)
    );
}

impl fmt::Display for NLLLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NLLLoss({}", self.reduction)?;
        if let Some(classes) = self.class_weights.given() {
            write!(f, ", {classes} class weights")?;
        }
        write!(f, ")")
    }
}
