//! Strategies for targets and predictions.

use brique_gradcheck::strategies::{Numbers, matrix, size, sizes};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use proptest::collection::vec;
use proptest::prelude::*;

pub type Pair<T> = (Array2<T>, Array2<T>);

/// A target and a prediction of one shape, each with numbers of its own kind.
pub fn pairs<T: Scalar, Y, P>(y: impl Fn() -> Y, yhat: impl Fn() -> P) -> impl Strategy<Value = Pair<T>>
where
    Y: Strategy<Value = f64> + 'static,
    P: Strategy<Value = f64> + 'static,
{
    sizes().prop_flat_map(move |[rows, columns]| (filled(rows, columns, y()), filled(rows, columns, yhat())))
}

/// From −3 to 3.
pub fn tame() -> impl Strategy<Value = f64> {
    -3.0..3.0
}

/// From 0 to 1, and both of them often.
pub fn probability() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0]
}

/// −1 or 1.
pub fn signs() -> impl Strategy<Value = f64> {
    prop_oneof![Just(-1.0), Just(1.0)]
}

/// Class indices as a column, and tame numbers for at least `fewest` classes.
pub fn classes<T: Scalar>(fewest: usize) -> impl Strategy<Value = Pair<T>> {
    (size(), fewest..=9).prop_flat_map(|(rows, classes)| {
        let indices = vec(0..classes, rows).prop_map(move |indices| {
            Array2::from_shape_fn((rows, 1), |(row, _)| T::from_usize(indices[row]))
        });
        (indices, matrix(rows, classes, Numbers::Tame))
    })
}

/// Rows that sum to 1, one-hot ones among them, and tame numbers for at least one class.
pub fn distributions<T: Scalar>() -> impl Strategy<Value = Pair<T>> {
    (size(), 1..=9_usize).prop_flat_map(|(rows, classes)| {
        let row = prop_oneof![
            vec(0.0..1.0, classes),
            (0..classes).prop_map(move |hot| (0..classes).map(|class| f64::from(class == hot)).collect())
        ];
        let targets = vec(row, rows).prop_map(move |targets| {
            Array2::from_shape_fn((rows, classes), |(row, class)| {
                let row: &Vec<f64> = &targets[row];
                // Where all are 0 the classes share alike.
                let sum: f64 = row.iter().sum();
                T::from_f64(if sum == 0.0 {
                    1.0 / classes as f64
                } else {
                    row[class] / sum
                })
            })
        });
        (targets, matrix(rows, classes, Numbers::Tame))
    })
}

fn filled<T: Scalar>(
    rows: usize,
    columns: usize,
    number: impl Strategy<Value = f64>,
) -> impl Strategy<Value = Array2<T>> {
    vec(number, rows * columns).prop_map(move |numbers| {
        Array2::from_shape_fn((rows, columns), |(row, column)| {
            T::from_f64(numbers[row * columns + column])
        })
    })
}
