//! The cross-entropy of logits.

mod row;

use std::fmt;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::ndarray::{Array1, Array2, ArrayRef1};
use brique_tensor::{Matrix, Scalar, compile_once, pairwise_sum};

use crate::checks::value;
use crate::classes::{ClassWeights, check_class_indices, check_probabilities, class_of};
use crate::elementwise::assert_length;
use crate::options::{class_weights_option, reduction_option};
use crate::probabilities;
use row::{EachClass, OneClass, row_value, write_row_gradient};

/// Computes the cross-entropy `Σ_i Σ_j q_ij · (log Σ_k e^ŷ_ik − ŷ_ij) / d` of logits ŷ. Its gradient is
/// `(Q_i · p_ij − q_ij) / d`.
///
/// p is the softmax of a row of ŷ, q is the wanted value for each of its classes, and Q is the sum of q. Without
/// smoothing and weights, q is the target: 1 for the class and 0 elsewhere, or a probability for each class. Then
/// `CE = −ŷ_y + log Σ e^ŷ`, and the gradient is `p − y`. With a smoothing s, class weights w and c classes,
/// `q_j = w_j · ((1 − s)·y_j + s/c)`.
///
/// An example has one term: the divisor d is n for `Mean` and `BatchMean`, and 1 for `Sum`. With class weights the
/// `Mean` over class indices is weighted: its d is `Σ_i w_(y_i)`. All of this is as in PyTorch's `cross_entropy`.
///
/// Large logits lose no accuracy. With m the largest logit of a row, the loss is a sum of `ln_1p(Σ e^(ŷ − m))` over the
/// other classes and of `m − ŷ`, none of which is negative. `p_y − 1` is computed from the sum of the other p, never as
/// a difference.
///
/// # Shapes
///
/// `ŷ` is (n, c). `y` is a column of class indices, (n, 1), or has the shape of ŷ: one-hot rows or probabilities. If
/// both have the same shape, y holds probabilities, also for c = 1.
///
/// # Errors
///
/// If `y` has neither shape; if an index is not a whole number below c; if a probability is negative or NaN, or a row
/// of probabilities does not sum to 1 within 10⁻⁴ (in f32 10⁻³); if there are class weights, but not one per column; if
/// the reduction is a mean and there are no examples, or their weights are all 0.
///
/// A logit may be −∞: its probability is 0. NaN and +∞ give NaN. [`probabilities`](Loss::probabilities) returns the
/// softmax of each row.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::CrossEntropyLoss;
/// use brique_tensor::ndarray::array;
///
/// let loss = CrossEntropyLoss::new();
/// let logits = array![[0.0, 0.0], [0.0, 800.0]];
/// let classes = array![[1.0], [0.0]];
/// assert_eq!(loss.per_example(&classes, &logits)?, array![2.0_f64.ln(), 800.0]);
/// let gradient = loss.backward(&classes, &logits)?;
/// assert_eq!(gradient, array![[0.25, -0.25], [-0.5, 0.5]]);
///
/// let one_hot = array![[0.0, 1.0], [1.0, 0.0]];
/// assert_eq!(loss.forward(&one_hot, &logits)?, loss.forward(&classes, &logits)?);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the course, log-softmax and cross-entropy; label smoothing: Szegedy et al., 2016. Derived in
/// `docs/mathematics.md`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CrossEntropyLoss {
    reduction: Reduction,
    label_smoothing: f64,
    class_weights: ClassWeights,
}

impl CrossEntropyLoss {
    reduction_option!();

    /// Sets the label smoothing s: moves the fraction s of the target to all classes equally, `(1 − s)·y + s/c`.
    ///
    /// # Errors
    ///
    /// If the smoothing is not from 0 to 1.
    ///
    /// ```
    /// use brique_core::Loss;
    /// use brique_losses::CrossEntropyLoss;
    /// use brique_tensor::ndarray::array;
    ///
    /// // The target becomes (3/4, 1/4).
    /// let loss = CrossEntropyLoss::new().label_smoothing(0.5)?;
    /// let gradient = loss.backward(&array![[0.0]], &array![[0.0, 0.0]])?;
    /// assert_eq!(gradient, array![[-0.25, 0.25]]);
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    pub fn label_smoothing(self, smoothing: f64) -> Result<Self, Error> {
        if !(0.0..=1.0).contains(&smoothing) {
            let fault = value("smoothing", smoothing.to_string(), "a number from 0 to 1");
            return Err(Error::new(&self, "label_smoothing", fault));
        }
        Ok(Self {
            label_smoothing: smoothing,
            ..self
        })
    }

    class_weights_option! {
        /// Sets the class weights: class j has the weight `weights[j]`.
        ///
        /// # Errors
        ///
        /// If `weights` is empty, or a weight is negative, NaN or infinite, also in `f32`.
        ///
        /// ```
        /// use brique_core::Loss;
        /// use brique_losses::CrossEntropyLoss;
        /// use brique_tensor::ndarray::array;
        ///
        /// let loss = CrossEntropyLoss::new().class_weights(vec![1.0, 3.0])?;
        /// let (y, logits) = (array![[0.0], [1.0]], array![[0.0, 0.0], [0.0, 0.0]]);
        /// // The divisor is 1 + 3.
        /// assert_eq!(loss.backward(&y, &logits)?, array![[-0.125, 0.125], [0.375, -0.375]]);
        /// # Ok::<(), brique_core::Error>(())
        /// ```
    }

    fn check_pair<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        self.class_weights.check_columns(yhat)?;
        if holds_probabilities(y, yhat) {
            return check_probabilities(y);
        }
        check_class_indices(
            y,
            yhat,
            "a class index for each row of yhat; or the shape of yhat, for the probabilities of the classes",
        )
    }

    fn divisor_of<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        if holds_probabilities(y, yhat) {
            return T::from_usize(self.reduction.divisor(yhat.nrows(), 1));
        }
        self.class_weights.divisor_of_indices(y, yhat, self.reduction)
    }

    /// Returns the function that gives the wanted value of each class of one row, `q_j`.
    fn wanted<'a, T: Scalar>(
        &'a self,
        y: &'a Matrix<T>,
        yhat: &Matrix<T>,
        row: usize,
    ) -> impl Fn(usize) -> T + 'a {
        let classes = yhat.ncols();
        let remaining = T::from_f64(1.0 - self.label_smoothing);
        let spread = T::from_f64(self.label_smoothing / classes as f64);
        let class = (!holds_probabilities(y, yhat)).then(|| class_of(y, row, classes));
        move |column| {
            let target = match class {
                None => y[[row, column]],
                Some(class) if class == column => T::one(),
                Some(_) => T::zero(),
            };
            self.class_weights.of::<T>(column) * (remaining * target + spread)
        }
    }

    /// Returns the class of a row, if no other has a wanted value.
    fn only_class<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>, row: usize) -> Option<OneClass> {
        let is_only = self.label_smoothing == 0.0
            && self.class_weights.given().is_none()
            && !holds_probabilities(y, yhat);
        is_only.then(|| OneClass(class_of(y, row, yhat.ncols())))
    }

    fn of_row<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>, row: usize) -> T {
        match self.only_class(y, yhat, row) {
            Some(class) => row_value(&yhat.row(row), &class),
            None => row_value(&yhat.row(row), &EachClass(self.wanted(y, yhat, row))),
        }
    }

    fn write_gradient_of_row<T: Scalar>(
        &self,
        y: &Matrix<T>,
        yhat: &Matrix<T>,
        row: usize,
        divisor: T,
        delta: &mut ArrayRef1<T>,
    ) {
        let z = yhat.row(row);
        match self.only_class(y, yhat, row) {
            Some(class) => write_row_gradient(&z, &class, divisor, delta),
            None => write_row_gradient(&z, &EachClass(self.wanted(y, yhat, row)), divisor, delta),
        }
    }
}

impl<T: Scalar> Loss<T> for CrossEntropyLoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        self.divisor_of(y, yhat)
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

    // No mean is taken here: the weights may all be 0.
    fn per_example(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Array1<T>, Error> {
        self.check_pair(y, yhat)
            .map_err(|fault| Error::new(self, "per_example", fault))?;
        let mut losses = Array1::zeros(yhat.nrows());
        self.per_example_kernel(y, yhat, &mut losses);
        Ok(losses)
    }

    fn probabilities(&self, yhat: &Matrix<T>) -> Result<Array2<T>, Error> {
        probabilities::of_logits(self, yhat)
    }
}

compile_once! {
    fn check<T: Scalar>(loss: &CrossEntropyLoss, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<(), Fault> {
        loss.check_pair(y, yhat)?;
        if holds_probabilities(y, yhat) {
            return Ok(());
        }
        loss.class_weights.check_mean(y, yhat, loss.reduction)
    }

    fn forward<T: Scalar>(loss: &CrossEntropyLoss, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        assert_targets(y, yhat);
        pairwise_sum(yhat.nrows(), |row| loss.of_row(y, yhat, row)) / loss.divisor_of(y, yhat)
    }

    fn backward<T: Scalar>(loss: &CrossEntropyLoss, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
        assert_targets(y, yhat);
        assert!(
            delta.dim() == yhat.dim(),
            "delta has shape {:?}, expected {:?}",
            delta.dim(),
            yhat.dim()
        );
        let divisor = loss.divisor_of(y, yhat);
        for (row, mut delta) in delta.rows_mut().into_iter().enumerate() {
            loss.write_gradient_of_row(y, yhat, row, divisor, &mut delta);
        }
    }

    fn per_example<T: Scalar>(
        loss: &CrossEntropyLoss,
        y: &Matrix<T>,
        yhat: &Matrix<T>,
        losses: &mut ArrayRef1<T>,
    ) {
        assert_targets(y, yhat);
        assert_length(losses, yhat);
        for (row, example) in losses.iter_mut().enumerate() {
            *example = loss.of_row(y, yhat, row);
        }
    }
}

/// Returns whether y holds probabilities, not class indices.
fn holds_probabilities<T>(y: &Matrix<T>, yhat: &Matrix<T>) -> bool {
    y.dim() == yhat.dim()
}

#[track_caller]
fn assert_targets<T>(y: &Matrix<T>, yhat: &Matrix<T>) {
    assert!(
        holds_probabilities(y, yhat) || y.dim() == (yhat.nrows(), 1),
        "y has shape {:?}, expected {:?} or {:?}",
        y.dim(),
        (yhat.nrows(), 1),
        yhat.dim()
    );
}

impl fmt::Display for CrossEntropyLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CrossEntropyLoss({}", self.reduction)?;
        if self.label_smoothing != 0.0 {
            write!(f, ", label smoothing {}", self.label_smoothing)?;
        }
        if let Some(classes) = self.class_weights.given() {
            write!(f, ", {classes} class weights")?;
        }
        write!(f, ")")
    }
}
