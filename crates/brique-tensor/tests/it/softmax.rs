use brique_tensor::ndarray::{Array2, Axis, Slice, array};
use brique_tensor::{
    Matrix, Scalar, SimdLevel, exp_of_difference, log_softmax_delta, log_softmax_forward, pairwise_sum,
    softmax_delta, softmax_delta_from_output, softmax_forward,
};

use crate::levels::on_every_level;

type Kernel<T> = fn(&Matrix<T>, &Matrix<T>, &mut Matrix<T>);

/// All five functions with the same signature; those without δ ignore it.
fn kernels<T: Scalar>() -> [(&'static str, Kernel<T>); 5] {
    [
        ("softmax", |x, _, y| softmax_forward(x, y)),
        ("its delta", softmax_delta),
        ("log-softmax", |x, _, y| log_softmax_forward(x, y)),
        ("its delta", log_softmax_delta),
        ("its delta", |x, delta, delta_x| {
            let mut p = Array2::zeros(x.dim());
            softmax_forward(x, &mut p);
            softmax_delta_from_output(&p, delta, delta_x);
        }),
    ]
}

/// Numbers of columns on both sides of every limit of the algorithm: short rows, whole chunks, and saved powers of long
/// rows.
const COLUMNS: [usize; 19] = [
    1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 18, 31, 32, 33, 100, 257, 1000, 1024, 1061,
];

fn run<T: Scalar>(kernel: Kernel<T>, x: &Matrix<T>, delta: &Matrix<T>) -> Array2<T> {
    let mut y = Array2::from_elem(x.dim(), T::nan());
    kernel(x, delta, &mut y);
    y
}

/// Numbers from −range to range, multiples of a step that is exact in `f32`; many of them are equal.
fn numbers<T: Scalar>(rows: usize, columns: usize, range: i32, seed: u64) -> Array2<T> {
    let mut state = seed;
    Array2::from_shape_fn((rows, columns), |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(97);
        let steps = i32::try_from((state >> 40) % 4096).unwrap() - 2048;
        T::from_f64(f64::from(steps * range) / 2048.0)
    })
}

/// Computes one row by the definitions, in `f64`, with sums over all powers except the largest.
fn by_definition(x: &[f64], delta: &[f64]) -> [Vec<f64>; 5] {
    let index = (0..x.len()).fold(0, |best, j| if x[j] > x[best] { j } else { best });
    let powers: Vec<f64> = x.iter().map(|&z| exp_of_difference(z, x[index])).collect();
    let others = pairwise_sum(x.len(), |j| if j == index { 0.0 } else { powers[j] });
    let p: Vec<f64> = powers.iter().map(|power| power / (1.0 + others)).collect();
    let mean = pairwise_sum(x.len(), |j| p[j] * (delta[index] - delta[j]));
    let softmax_delta: Vec<f64> = (0..x.len())
        .map(|j| p[j] * ((delta[j] - delta[index]) + mean))
        .collect();
    let log = x.iter().map(|z| (z - x[index]) - others.ln_1p());
    let log_delta = (0..x.len()).map(|j| {
        let rest = pairwise_sum(x.len(), |k| if k == j { 0.0 } else { p[k] });
        delta[j] * rest - p[j] * pairwise_sum(x.len(), |k| if k == j { 0.0 } else { delta[k] })
    });
    [
        p.clone(),
        softmax_delta.clone(),
        log.collect(),
        log_delta.collect(),
        softmax_delta,
    ]
}

fn check_definitions<T: Scalar>(range: i32) {
    for columns in COLUMNS {
        let (x, delta) = (
            numbers::<T>(19, columns, range, 5),
            numbers::<T>(19, columns, 2, 6),
        );
        let results = kernels().map(|(name, kernel)| (name, run(kernel, &x, &delta)));
        for row in 0..x.nrows() {
            let of_row = |matrix: &Array2<T>| matrix.row(row).iter().map(|z| z.as_f64()).collect::<Vec<_>>();
            let delta = of_row(&delta);
            let expected = by_definition(&of_row(&x), &delta);
            // The error after cancellation is relative to the terms of the difference: δ at most 2 each, times p.
            let p = expected[0].clone();
            let sums: f64 = delta.iter().map(|delta| delta.abs()).sum();
            for ((name, found), expected) in results.iter().zip(&expected) {
                for (column, found) in of_row(found).into_iter().enumerate() {
                    let terms = match *name {
                        "its delta" => (2.0 + sums) * p[column] + delta[column].abs(),
                        _ => 0.0,
                    };
                    let size = expected[column].abs().max(terms) + T::min_positive_value().as_f64();
                    assert!(
                        (found - expected[column]).abs() <= 4.0 * T::epsilon().as_f64() * size,
                        "{name} of {columns} columns: {found:e}, expected {:e}",
                        expected[column]
                    );
                }
            }
        }
    }
}

#[test]
fn rows_of_every_length_are_as_defined() {
    on_every_level(|| {
        for range in [1, 30, 600] {
            check_definitions::<f32>(range);
            check_definitions::<f64>(range);
        }
    });
}

fn check_rows_and_layouts<T: Scalar>() {
    for columns in COLUMNS {
        for (name, kernel) in kernels::<T>() {
            let (x, delta) = (numbers(35, columns, 20, 1), numbers(35, columns, 2, 2));
            let y = run(kernel, &x, &delta);
            // The result of a row does not depend on the other rows.
            for row in [0, 7, 15, 16, 34] {
                let rows = Slice::from(row..=row);
                let (x, delta) = (x.slice_axis(Axis(0), rows), delta.slice_axis(Axis(0), rows));
                assert_eq!(run(kernel, &x, &delta), y.slice_axis(Axis(0), rows), "{name}");
            }
            let (x, delta) = (x.t().to_owned(), delta.t().to_owned());
            let mut wide = Array2::zeros((35, 2 * columns));
            let mut every_second = wide.view_mut();
            every_second.slice_axis_inplace(Axis(1), Slice::new(0, None, -2));
            kernel(&x.t(), &delta.t(), &mut every_second);
            assert_eq!(every_second, y, "{name} of {columns} columns in another layout");
        }
    }
}

#[test]
fn rows_and_layouts_make_no_difference() {
    on_every_level(|| {
        check_rows_and_layouts::<f32>();
        check_rows_and_layouts::<f64>();
    });
}

#[test]
fn nan_spoils_its_row_alone_and_infinities_have_their_limits() {
    on_every_level(|| {
        for columns in COLUMNS.into_iter().filter(|columns| *columns > 1) {
            for index in [0, columns / 2, columns - 1] {
                let mut x = numbers::<f64>(3, columns, 3, 8);
                x[[1, index]] = f64::NAN;
                x[[2, index]] = f64::NEG_INFINITY;
                let delta = numbers(3, columns, 2, 9);
                for (name, kernel) in kernels() {
                    let y = run(kernel, &x, &delta);
                    assert!(y.row(0).iter().all(|y| y.is_finite()), "{name}");
                    assert!(
                        y.row(1).iter().all(|y| y.is_nan()),
                        "{name} of {columns}, NaN at {index}"
                    );
                }
                let y = run(kernels()[0].1, &x, &delta);
                assert_eq!(y[[2, index]], 0.0);
                assert!((y.row(2).sum() - 1.0).abs() < 1e-15 * columns as f64);
                x.row_mut(2).fill(f64::NEG_INFINITY);
                let y = run(kernels()[2].1, &x, &delta);
                assert!(y.row(2).iter().all(|y| y.is_nan()));
            }
        }
    });
}

#[test]
fn only_one_of_equal_largest_values_is_excluded_from_the_sum() {
    on_every_level(|| {
        for columns in COLUMNS {
            let x = Array2::from_elem((2, columns), 700.0);
            let mut p = Array2::zeros(x.dim());
            softmax_forward(&x, &mut p);
            assert!(p.iter().all(|p| *p == 1.0 / columns as f64), "{p}");
        }
    });
}

#[test]
fn nothing_of_nothing() {
    on_every_level(|| {
        for shape in [(0, 0), (0, 5), (3, 0)] {
            for (_, kernel) in kernels::<f64>() {
                assert_eq!(
                    run(kernel, &Array2::zeros(shape), &Array2::zeros(shape)).dim(),
                    shape
                );
            }
        }
    });
}

#[test]
#[should_panic(expected = "the result has shape (1, 3), expected (1, 2): that of x")]
fn shapes_are_told() {
    softmax_forward(&array![[1.0, 2.0]], &mut array![[0.0, 0.0, 0.0]]);
}

fn check_bits_at_every_level<T: Scalar>() {
    for columns in [1, 3, 10, 16, 17, 50, 64, 65, 300, 1100] {
        let numbers = |start: usize| {
            Array2::from_shape_fn((37, columns), |(row, column)| {
                let index = row * columns + column;
                T::from_f64(((index * 7919 + start) % 1009) as f64 / 7.3 - 70.0)
            })
        };
        let (x, delta) = (numbers(1), numbers(2));
        for (name, kernel) in kernels::<T>() {
            let at = |level: SimdLevel| level.run(|| run(kernel, &x, &delta)).unwrap();
            for level in SimdLevel::available() {
                let is_fused = level.has_fused_multiply_add();
                let mut of_class = SimdLevel::available().into_iter();
                let first = of_class
                    .find(|level| level.has_fused_multiply_add() == is_fused)
                    .unwrap();
                assert_eq!(
                    at(level),
                    at(first),
                    "{name} in rows of {columns}, at SIMD levels {level} and {first}"
                );
            }
        }
    }
}

#[test]
fn all_levels_of_a_class_of_rounding_have_the_same_bits() {
    check_bits_at_every_level::<f32>();
    check_bits_at_every_level::<f64>();
}
