//! The values that replace missing ones.

use brique_tensor::Scalar;

use crate::statistics::{mean, median, most_frequent};
use crate::{Dataset, Error};

/// The value that replaces the missing values of a column, computed from the values that the training set has there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Fill {
    /// Their mean. For a one-hot column, it is the fraction of its category.
    Mean,
    /// Their median: the middle one in increasing order, or the mean of the two in the middle.
    Median,
    /// The most frequent of them; the smallest of those if several are equally frequent.
    MostFrequent,
    /// This value, a finite number.
    Value(f64),
}

/// Returns the value for each column that is to be filled, and the number of missing values in each column to fill.
pub(crate) fn fill_values<T: Scalar>(
    train: &Dataset<T>,
    fills: &[Option<Fill>],
) -> Result<(Vec<Option<f64>>, Vec<usize>), Error> {
    let (mut values, mut filled) = (vec![None; fills.len()], vec![0; fills.len()]);
    for (column, fill) in fills.iter().enumerate() {
        if let Some(fill) = fill {
            let mut present = present(train, column)?;
            filled[column] = train.len() - present.len();
            values[column] = Some(value(*fill, &mut present));
            check_fill_value::<T>(values[column])?;
        }
    }
    Ok((values, filled))
}

/// Returns the values of a column that are not missing, of which there must be one.
fn present<T: Scalar>(train: &Dataset<T>, column: usize) -> Result<Vec<f64>, Error> {
    let mut present = Vec::with_capacity(train.len());
    for (row, value) in train.inputs().column(column).iter().enumerate() {
        if value.is_infinite() {
            return Err(Error::Value {
                what: "inputs",
                row,
                column,
                name: train.names.input(column),
                found: value.as_f64(),
                expected: "a finite number, or NaN for a missing value",
            });
        }
        if !value.is_nan() {
            present.push(value.as_f64());
        }
    }
    if present.is_empty() {
        return Err(Error::NoValues {
            column,
            name: train.names.input(column),
            examples: train.len(),
        });
    }
    Ok(present)
}

fn value(fill: Fill, present: &mut [f64]) -> f64 {
    match fill {
        Fill::Mean => mean(present),
        Fill::Median => median(present),
        Fill::MostFrequent => most_frequent(present),
        Fill::Value(value) => value,
    }
}

/// Returns an error if a value is not finite in `T`.
pub(crate) fn check_fill_value<T: Scalar>(value: Option<f64>) -> Result<(), Error> {
    match value {
        Some(value) if !T::from_f64(value).is_finite() => Err(Error::Parameter {
            function: "Preparation",
            parameter: "the value of Fill::Value",
            found: value.to_string(),
            expected: "a number that is finite in the type of the data",
        }),
        _ => Ok(()),
    }
}
