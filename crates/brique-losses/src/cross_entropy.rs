//! The cross-entropy of logits.

use std::fmt;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::ndarray::{Array1, ArrayRef1, Axis};
use brique_tensor::{
    Elementwise, Matrix, Scalar, compile_once, elementwise_forward, exp_of_difference, inlined, largest,
    ln_1p_of_positive, pairwise_sum,
};

use crate::checks::value;
use crate::classes::{ClassWeights, check_class_indices, check_probabilities, class_of, weighted};
use crate::elementwise::assert_length;

/// The cross-entropy `Σ_i Σ_j q_ij · (log Σ_k e^ŷ_ik − ŷ_ij) / d` of logits ŷ, whose gradient is `(Q_i · p_ij − q_ij) / d`.
///
/// p is the softmax of a row of ŷ, q what is wanted of it, and Q its sum. Plainly, q is the target: 1 for the class and 0
/// elsewhere, or a probability for each class, so that `CE = −ŷ_y + log Σ e^ŷ` and the gradient is `p − y`. With a
/// smoothing s, class weights w and c classes, `q_j = w_j · ((1 − s)·y_j + s/c)`.
///
/// An example has one term, so the divisor d is n for `Mean` and `BatchMean` and 1 for `Sum`. With class weights the
/// `Mean` over class indices is weighted: its d is `Σ_i w_(y_i)`. All of that is PyTorch's `cross_entropy`.
///
/// Nothing is lost in the tails: with m the largest logit of a row, the loss is a sum of `ln_1p(Σ e^(ŷ − m))` over the
/// other classes and of `m − ŷ`, none of which is negative, and `p_y − 1` is the sum of the other p, never a difference.
///
/// # Shapes
///
/// `ŷ` is (n, c). `y` is a column of class indices, (n, 1), or as ŷ: one-hot rows or probabilities. Where the shapes are one,
/// y holds probabilities; so it does for c = 1.
///
/// # Errors
///
/// Where `y` has neither shape; where an index is no whole number below c; where probabilities are negative or NaN, or a row
/// of them does not sum to 1 within 10⁻⁴, in f32 10⁻³; where there is not one weight a column; where a mean is asked for
/// and there are no examples, or their weights are all 0.
///
/// A logit may be −∞, which is a probability of 0. NaN and +∞ give NaN.
///
/// ```
/// use brique_core::Loss;
/// use brique_losses::CrossEntropyLoss;
/// use brique_tensor::ndarray::array;
///
/// let loss = CrossEntropyLoss::default();
/// let logits = array![[0.0, 0.0], [0.0, 800.0]];
/// assert_eq!(loss.per_example(&array![[1.0], [0.0]], &logits)?, array![2.0_f64.ln(), 800.0]);
/// assert_eq!(loss.backward(&array![[1.0], [0.0]], &logits)?, array![[0.25, -0.25], [-0.5, 0.5]]);
///
/// let one_hot = array![[0.0, 1.0], [1.0, 0.0]];
/// assert_eq!(loss.forward(&one_hot, &logits)?, loss.forward(&array![[1.0], [0.0]], &logits)?);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: the course, log-softmax and cross-entropy; label smoothing is of Szegedy et al., 2016. Derived in
/// `docs/mathematics.md`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CrossEntropyLoss {
    reduction: Reduction,
    label_smoothing: f64,
    class_weights: ClassWeights,
}

impl CrossEntropyLoss {
    /// The cross-entropy with this reduction, without smoothing or weights.
    #[must_use]
    pub fn new(reduction: Reduction) -> Self {
        Self {
            reduction,
            ..Self::default()
        }
    }

    /// Takes `smoothing` of the target away and spreads it over all classes alike: `(1 − s)·y + s/c`.
    ///
    /// # Errors
    ///
    /// Where it is not from 0 to 1.
    ///
    /// ```
    /// use brique_core::Loss;
    /// use brique_losses::CrossEntropyLoss;
    /// use brique_tensor::ndarray::array;
    ///
    /// let loss = CrossEntropyLoss::default().label_smoothing(0.5)?; // the target becomes (3/4, 1/4)
    /// assert_eq!(loss.backward(&array![[0.0]], &array![[0.0, 0.0]])?, array![[-0.25, 0.25]]);
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

    /// Counts class j `weights[j]` times.
    ///
    /// # Errors
    ///
    /// Where there are none, or one is negative, infinite or NaN.
    ///
    /// ```
    /// use brique_core::Loss;
    /// use brique_losses::CrossEntropyLoss;
    /// use brique_tensor::ndarray::array;
    ///
    /// let loss = CrossEntropyLoss::default().class_weights(vec![1.0, 3.0])?;
    /// let (y, logits) = (array![[0.0], [1.0]], array![[0.0, 0.0], [0.0, 0.0]]);
    /// assert_eq!(loss.backward(&y, &logits)?, array![[-0.125, 0.125], [0.375, -0.375]]); // over 1 + 3
    /// # Ok::<(), brique_core::Error>(())
    /// ```
    pub fn class_weights(self, weights: Vec<f64>) -> Result<Self, Error> {
        match ClassWeights::new(weights) {
            Ok(class_weights) => Ok(Self {
                class_weights,
                ..self
            }),
            Err(fault) => Err(Error::new(&self, "class_weights", fault)),
        }
    }

    /// How the losses of a batch become one number.
    #[must_use]
    pub fn reduction(&self) -> Reduction {
        self.reduction
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

    fn divisor<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        if holds_probabilities(y, yhat) {
            return T::from_usize(self.reduction.divisor(yhat.nrows(), 1));
        }
        self.class_weights.divisor_of_indices(y, yhat, self.reduction)
    }

    /// What is wanted of each class of one row, `q_j`.
    fn wanted<'a, T: Scalar>(
        &'a self,
        y: &'a Matrix<T>,
        yhat: &Matrix<T>,
        row: usize,
    ) -> impl Fn(usize) -> T + 'a {
        let classes = yhat.ncols();
        let kept = T::from_f64(1.0 - self.label_smoothing);
        let spread = T::from_f64(self.label_smoothing / classes as f64);
        let class = (!holds_probabilities(y, yhat)).then(|| class_of(y, row, classes));
        move |column| {
            let target = match class {
                None => y[[row, column]],
                Some(class) if class == column => T::one(),
                Some(_) => T::zero(),
            };
            self.class_weights.of::<T>(column) * (kept * target + spread)
        }
    }

    fn of_row<T: Scalar>(&self, y: &Matrix<T>, yhat: &Matrix<T>, row: usize) -> T {
        row_value(&yhat.row(row), self.wanted(y, yhat, row))
    }
}

impl<T: Scalar> Loss<T> for CrossEntropyLoss {
    fn reduction(&self) -> Reduction {
        self.reduction
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

    /// No mean is taken here, so weights may all be 0.
    fn per_example(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Array1<T>, Error> {
        self.check_pair(y, yhat)
            .map_err(|fault| Error::new(self, "per_example", fault))?;
        let mut losses = Array1::zeros(yhat.nrows());
        self.per_example_kernel(y, yhat, &mut losses);
        Ok(losses)
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
        pairwise_sum(yhat.nrows(), |row| loss.of_row(y, yhat, row)) / loss.divisor(y, yhat)
    }

    fn backward<T: Scalar>(loss: &CrossEntropyLoss, y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
        assert_targets(y, yhat);
        assert!(
            delta.dim() == yhat.dim(),
            "delta has shape {:?}, expected {:?}",
            delta.dim(),
            yhat.dim()
        );
        let divisor = loss.divisor(y, yhat);
        for (row, mut delta) in delta.rows_mut().into_iter().enumerate() {
            write_row_gradient(&yhat.row(row), loss.wanted(y, yhat, row), divisor, &mut delta);
        }
    }

    fn per_example<T: Scalar>(loss: &CrossEntropyLoss, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>) {
        assert_targets(y, yhat);
        assert_length(losses, yhat);
        for (row, example) in losses.iter_mut().enumerate() {
            *example = loss.of_row(y, yhat, row);
        }
    }
}

/// Whether y is to be read as probabilities, not as class indices.
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

/// `Σ_j q_j · (log Σ e^z − z_j)`, as `Q · ln(1 + Σ' e^(z − m)) + Σ_j q_j · (m − z_j)`, where Σ' leaves out the largest, m.
///
/// No term is negative, so nothing cancels.
fn row_value<T: Scalar>(z: &ArrayRef1<T>, wanted: impl Fn(usize) -> T) -> T {
    let (largest, place) = largest_and_place(z);
    let others = sum_without(z.len(), place, |class| exp_of_difference(z[class], largest));
    let total = pairwise_sum(z.len(), &wanted);
    let below = pairwise_sum(z.len(), |class| weighted(wanted(class), largest - z[class]));
    total * ln_1p_of_positive(others) + below
}

/// `(Q · p_j − q_j) / d`, as `(p_j · Σ q − q_j · Σ p) / d` over all classes but j.
///
/// Where the difference of a whole and a part would cancel, for the largest p and for the largest q, the sum over the others
/// is taken; a one-hot target leaves one term, with all of its digits.
fn write_row_gradient<T: Scalar>(
    z: &ArrayRef1<T>,
    wanted: impl Fn(usize) -> T,
    divisor: T,
    delta: &mut ArrayRef1<T>,
) {
    let classes = z.len();
    let (largest, likeliest) = largest_and_place(z);
    elementwise_forward(
        Exponential { largest },
        &z.view().insert_axis(Axis(0)),
        &mut delta.view_mut().insert_axis(Axis(0)),
    );
    let others = sum_without(classes, likeliest, |class| delta[class]);
    let sum = T::one() + others;
    let total = pairwise_sum(classes, &wanted);
    let most_wanted = (1..classes).fold(
        0,
        |most, class| {
            if wanted(class) > wanted(most) { class } else { most }
        },
    );
    let others_wanted = sum_without(classes, most_wanted, &wanted);
    for (class, delta) in delta.iter_mut().enumerate() {
        let (exponential, wanted) = (*delta, wanted(class));
        let other_exponentials = if class == likeliest {
            others
        } else {
            sum - exponential
        };
        let other_wanted = if class == most_wanted {
            others_wanted
        } else {
            total - wanted
        };
        *delta = (exponential * other_wanted - wanted * other_exponentials) / (sum * divisor);
    }
}

/// `e^(z − largest)`, its own derivative.
#[derive(Clone, Copy)]
struct Exponential<T> {
    largest: T,
}

#[allow(
    clippy::inline_always,
    reason = "what is inlined into a loop for an instruction set is compiled for it, and nothing else is"
)]
impl<T: Scalar> Elementwise<T> for Exponential<T> {
    #[inline(always)]
    fn value(self, z: T) -> T {
        inlined::exp_of_difference(z, self.largest)
    }

    #[inline(always)]
    fn derivative(self, z: T) -> T {
        self.value(z)
    }
}

/// The largest number and the first place where it stands; NaN at 0 where one is NaN.
fn largest_and_place<T: Scalar>(z: &ArrayRef1<T>) -> (T, usize) {
    let largest = largest(z.iter().copied());
    let place = z.iter().position(|&z| z == largest);
    (largest, place.unwrap_or_default())
}

/// `Σ term(i)` for i in `0..n` without one.
fn sum_without<T: Scalar>(n: usize, left_out: usize, term: impl Fn(usize) -> T) -> T {
    pairwise_sum(n, |i| if i == left_out { T::zero() } else { term(i) })
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
