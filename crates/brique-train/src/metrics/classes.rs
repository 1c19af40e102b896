//! Determines the class of a target and of a prediction, for all metrics.

use brique_tensor::{Matrix, Scalar};

use super::{MetricError, check_not_empty, value};

/// The threshold above which a prediction in a single column counts as positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cut {
    /// The midpoint of the two targets: ½ for 0 and 1, and 0 for −1 and 1.
    Middle,
    /// 0 for all targets: the predictions are logits.
    Logits,
    /// This number. It is an error for several columns, which have no threshold.
    At(f64),
}

/// The true and the predicted class of every example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outcomes {
    /// The number of classes, not all of which need to occur.
    pub(super) classes: usize,
    /// (true, predicted) for each row; at least one pair.
    pub(super) pairs: Vec<(usize, usize)>,
}

impl Outcomes {
    pub(super) fn accuracy(&self) -> f64 {
        let right = self
            .pairs
            .iter()
            .filter(|(truth, predicted)| truth == predicted)
            .count();
        right as f64 / self.pairs.len() as f64
    }
}

/// Determines the classes of a batch; an empty batch is an error.
pub(super) fn decide<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>, cut: Cut) -> Result<Outcomes, MetricError> {
    check_not_empty(yhat)?;
    match (yhat.ncols(), cut) {
        (1, cut) => decide_column(y, yhat, cut),
        (_, Cut::Middle | Cut::Logits) => decide_columns(y, yhat),
        (_, Cut::At(_)) => Err(MetricError::Shape {
            argument: "yhat",
            found: yhat.dim(),
            expected: format!("{:?}", (yhat.nrows(), 1)),
            reason: "a threshold decides a single column; of several the largest is predicted, by ConfusionMatrix::of",
        }),
    }
}

/// The two values of targets in a single column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// 0 and 1.
    ZeroOne,
    /// −1 and 1.
    Signs,
}

impl Coding {
    /// Determines the coding of a column of targets, one per example, and checks each of them.
    pub(super) fn of<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Self, MetricError> {
        if y.dim() != (yhat.nrows(), 1) {
            return Err(MetricError::Shape {
                argument: "y",
                found: y.dim(),
                expected: format!("{:?}", (yhat.nrows(), 1)),
                reason: "one target, 0 or 1 or else -1 or 1, for each prediction of a single column",
            });
        }
        let coding = if y.iter().any(|&target| target == -T::one()) {
            Self::Signs
        } else {
            Self::ZeroOne
        };
        match y.indexed_iter().find(|(_, target)| !coding.has(**target)) {
            None => Ok(coding),
            Some((position, &target)) => Err(value("y", position, target, coding.expected())),
        }
    }

    /// Returns the target of the negative class.
    pub(super) fn negative(self) -> i8 {
        match self {
            Self::ZeroOne => 0,
            Self::Signs => -1,
        }
    }

    fn has<T: Scalar>(self, target: T) -> bool {
        target == T::one() || target == T::from_f64(self.negative().into())
    }

    fn middle(self) -> f64 {
        f64::midpoint(self.negative().into(), 1.0)
    }

    fn expected(self) -> &'static str {
        match self {
            Self::ZeroOne => {
                "0 or 1, or else -1 or 1: yhat has a single column; class indices need a column of yhat for each class"
            }
            Self::Signs => "-1 or 1: there is a -1 among the targets, so they are not 0 or 1",
        }
    }
}

/// Returns an error if a number in the matrix is NaN.
pub(super) fn check_no_nan<T: Scalar>(argument: &'static str, matrix: &Matrix<T>) -> Result<(), MetricError> {
    match matrix.indexed_iter().find(|(_, number)| number.is_nan()) {
        None => Ok(()),
        Some((position, &number)) => Err(value(argument, position, number, "a number")),
    }
}

fn decide_column<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>, cut: Cut) -> Result<Outcomes, MetricError> {
    let coding = Coding::of(y, yhat)?;
    check_no_nan("yhat", yhat)?;
    let threshold = match cut {
        Cut::Middle => coding.middle(),
        Cut::Logits => 0.0,
        Cut::At(threshold) if threshold.is_nan() => return Err(MetricError::Threshold),
        Cut::At(threshold) => threshold,
    };
    let pairs = y.iter().zip(yhat);
    Ok(Outcomes {
        classes: 2,
        pairs: pairs
            .map(|(target, score)| {
                (
                    usize::from(*target == T::one()),
                    usize::from(score.as_f64() > threshold),
                )
            })
            .collect(),
    })
}

fn decide_columns<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Outcomes, MetricError> {
    let truths = true_classes(y, yhat)?;
    check_no_nan("yhat", yhat)?;
    let pairs = truths.into_iter().enumerate();
    Ok(Outcomes {
        classes: yhat.ncols(),
        pairs: pairs
            .map(|(row, truth)| (truth, largest_column(yhat, row)))
            .collect(),
    })
}

/// Returns the class that each target names, for predictions with one column per class.
pub(super) fn true_classes<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Vec<usize>, MetricError> {
    let (examples, classes) = yhat.dim();
    let class_of = match y.dim() {
        dim if dim == (examples, 1) => class_by_index,
        dim if dim == (examples, classes) => class_by_column,
        found => {
            return Err(MetricError::Shape {
                argument: "y",
                found,
                expected: format!("{:?} or {:?}", (examples, 1), (examples, classes)),
                reason: "a class index for each row of yhat; or the shape of yhat, one-hot or probabilities",
            });
        }
    };
    (0..examples).map(|row| class_of(y, row, classes)).collect()
}

fn class_by_index<T: Scalar>(y: &Matrix<T>, row: usize, classes: usize) -> Result<usize, MetricError> {
    let number = y[[row, 0]];
    number
        .to_usize()
        .filter(|&class| class < classes && number.fract() == T::zero())
        .ok_or_else(|| {
            let expected = format!("a class index: a whole number below {classes}, the columns of yhat");
            value("y", (row, 0), number, expected)
        })
}

/// Returns the class of a row that is one-hot or contains probabilities or numbers that increase with them.
fn class_by_column<T: Scalar>(y: &Matrix<T>, row: usize, _classes: usize) -> Result<usize, MetricError> {
    if let Some((column, &number)) = y.row(row).indexed_iter().find(|(_, number)| number.is_nan()) {
        return Err(value("y", (row, column), number, "a number"));
    }
    let class = largest_column(y, row);
    // A row of zeros would count as the first class.
    if y[[row, class]] > T::zero() {
        Ok(class)
    } else {
        Err(MetricError::NoClass { row })
    }
}

/// Returns the column of the largest number in a row without NaN; the first one if there are several.
fn largest_column<T: Scalar>(matrix: &Matrix<T>, row: usize) -> usize {
    let numbers = matrix.row(row);
    (1..numbers.len()).fold(0, |largest, column| {
        if numbers[column] > numbers[largest] {
            column
        } else {
            largest
        }
    })
}
