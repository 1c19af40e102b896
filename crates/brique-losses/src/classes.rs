//! Targets that are class indices or class probabilities, and the weights of classes.

use brique_core::{Fault, Reduction};
use brique_tensor::{Matrix, Scalar, pairwise_sum};

use crate::checks::{check_numbers, check_weight, value};

/// Checks that `y` is a column of class indices, one per example: whole numbers below the number of columns of `yhat`.
///
/// The fault for another shape contains `reason`: why a column is expected, and which other shape would fit.
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
    // The message is formatted only if there is a fault: a training step allocates nothing.
    check_numbers("y", y, is_index, "").map_err(|fault| match fault {
        Fault::Value { argument, found, .. } => value(
            argument,
            found,
            format!("a class index: a whole number below {classes}"),
        ),
        other => other,
    })
}

/// Checks that the rows of `y` are probabilities: no element is negative, and each row sums to 1.
pub(crate) fn check_probabilities<T: Scalar>(y: &Matrix<T>) -> Result<(), Fault> {
    check_numbers("y", y, |p| p >= T::zero(), "a probability: at least 0")?;
    let tolerance = if T::NAME == "f32" { 1e-3 } else { 1e-4 };
    for row in 0..y.nrows() {
        let sum = pairwise_sum(y.ncols(), |class| y[[row, class]]).as_f64();
        // If the sum is infinite, the difference is infinite too.
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

/// Returns the class of an example, from a column that has been checked.
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

/// The weight of each class. If no weights are given, all of them are 1.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct ClassWeights(Option<Vec<f64>>);

impl ClassWeights {
    /// Creates class weights, which must be finite and at least 0.
    pub(crate) fn new(weights: Vec<f64>) -> Result<Self, Fault> {
        if weights.is_empty() {
            return Err(value("weights", "an empty list", "one weight a class"));
        }
        for (class, &weight) in weights.iter().enumerate() {
            check_weight(format!("weights[{class}]"), weight)?;
        }
        Ok(Self(Some(weights)))
    }

    /// Returns the weight of one class.
    pub(crate) fn of<T: Scalar>(&self, class: usize) -> T {
        self.0
            .as_ref()
            .map_or(T::one(), |weights| T::from_f64(weights[class]))
    }

    /// Returns the number of weights, if they were given.
    pub(crate) fn given(&self) -> Option<usize> {
        self.0.as_ref().map(Vec::len)
    }

    /// Checks that there is one weight per column.
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

    /// Returns the divisor of the sum over the examples if `y` holds class indices: for a weighted mean, the sum of the
    /// weights of the examples.
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

    /// Refuses a mean over weights that are all 0. A batch without rows is refused on entry, not here.
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

/// Returns `weight · number`, or 0 if the weight is 0 and the number is infinite: an infinite term of weight 0 does not
/// change the sum. NaN remains NaN.
pub(crate) fn weighted<T: Scalar>(weight: T, number: T) -> T {
    if weight == T::zero() && number.is_infinite() {
        T::zero()
    } else {
        weight * number
    }
}
