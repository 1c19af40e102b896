//! Targets that are classes, and the weights of classes.

use brique_core::{Fault, Reduction};
use brique_tensor::{Matrix, Scalar, pairwise_sum};

use crate::checks::{check_numbers, check_weight, value};

/// A column of class indices, one an example, whole numbers below the columns of `yhat`.
///
/// `reason` says why a column, and what else would fit.
pub(crate) fn check_class_indices<T: Scalar>(
    y: &Matrix<T>,
    yhat: &Matrix<T>,
    reason: &'static str,
) -> Result<(), Fault> {
    let (examples, classes) = yhat.dim();
    if y.dim() != (examples, 1) {
        return Err(Fault::Shape {
            argument: "y",
            found: y.dim(),
            expected: (examples, 1),
            reason,
        });
    }
    let is_index = |number| index(number, classes).is_some();
    // The words are put together only where they are needed: a step of training allocates nothing.
    check_numbers("y", y, is_index, "").map_err(|fault| match fault {
        Fault::Value { argument, found, .. } => value(
            argument,
            found,
            format!("a class index: a whole number below {classes}"),
        ),
        other => other,
    })
}

/// Rows of probabilities: none is negative, and each row sums to 1.
pub(crate) fn check_probabilities<T: Scalar>(y: &Matrix<T>) -> Result<(), Fault> {
    check_numbers("y", y, |p| p >= T::zero(), "a probability: at least 0")?;
    let tolerance = if T::NAME == "f32" { 1e-3 } else { 1e-4 };
    for row in 0..y.nrows() {
        let sum = pairwise_sum(y.ncols(), |class| y[[row, class]]).as_f64();
        // Infinity is at an infinite distance.
        if (sum - 1.0).abs() > tolerance {
            return Err(value(
                format!("the sum of row {row} of y"),
                sum.to_string(),
                "1: a target of the prediction's shape holds the probabilities of the classes",
            ));
        }
    }
    Ok(())
}

/// The class of an example, from a column that was checked.
#[track_caller]
pub(crate) fn class_of<T: Scalar>(y: &Matrix<T>, row: usize, classes: usize) -> usize {
    let class = index(y[[row, 0]], classes);
    assert!(
        class.is_some(),
        "y[{row}, 0] is {}, expected a class index below {classes}",
        y[[row, 0]]
    );
    class.unwrap_or_default()
}

fn index<T: Scalar>(number: T, classes: usize) -> Option<usize> {
    let index = number.to_usize().filter(|&index| index < classes)?;
    (number.fract() == T::zero()).then_some(index)
}

/// The weight of each class; 1 for all where none are given.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ClassWeights(Option<Vec<f64>>);

impl ClassWeights {
    /// These weights, finite and at least 0.
    pub(crate) fn new(weights: Vec<f64>) -> Result<Self, Fault> {
        if weights.is_empty() {
            return Err(value("weights", "an empty list", "one weight a class"));
        }
        for (class, &weight) in weights.iter().enumerate() {
            check_weight(format!("weights[{class}]"), weight)?;
        }
        Ok(Self(Some(weights)))
    }

    /// The weight of one class.
    pub(crate) fn of<T: Scalar>(&self, class: usize) -> T {
        self.0
            .as_ref()
            .map_or(T::one(), |weights| T::from_f64(weights[class]))
    }

    /// How many there are, where they were given.
    pub(crate) fn given(&self) -> Option<usize> {
        self.0.as_ref().map(Vec::len)
    }

    /// One weight a column.
    pub(crate) fn check_columns<T>(&self, yhat: &Matrix<T>) -> Result<(), Fault> {
        match self.given() {
            Some(classes) if classes != yhat.ncols() => Err(Fault::Shape {
                argument: "yhat",
                found: yhat.dim(),
                expected: (yhat.nrows(), classes),
                reason: "one column a class weight",
            }),
            _ => Ok(()),
        }
    }

    /// By what the sum over the examples is divided where `y` holds class indices: a mean is over their weights.
    pub(crate) fn divisor_of_indices<T: Scalar>(
        &self,
        y: &Matrix<T>,
        yhat: &Matrix<T>,
        reduction: Reduction,
    ) -> T {
        let (examples, classes) = yhat.dim();
        if reduction == Reduction::Mean && self.0.is_some() {
            return pairwise_sum(examples, |row| self.of(class_of(y, row, classes)));
        }
        T::from_usize(reduction.divisor(examples, 1))
    }

    /// A mean over weights that are all 0 is one over nothing. A batch without a row is refused at the door.
    pub(crate) fn check_mean<T: Scalar>(
        &self,
        y: &Matrix<T>,
        yhat: &Matrix<T>,
        reduction: Reduction,
    ) -> Result<(), Fault> {
        let divides_by_nothing = yhat.nrows() > 0 && self.divisor_of_indices(y, yhat, reduction) == T::zero();
        if divides_by_nothing {
            return Err(Fault::NoMean { found: yhat.dim() });
        }
        Ok(())
    }
}

/// `weight · number`, where 0 of an infinity is 0: what does not count cannot make the sum infinite. NaN stays NaN.
pub(crate) fn weighted<T: Scalar>(weight: T, number: T) -> T {
    if weight == T::zero() && number.is_infinite() {
        T::zero()
    } else {
        weight * number
    }
}
