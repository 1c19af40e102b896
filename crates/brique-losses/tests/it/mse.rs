use brique_core::Loss;
use brique_gradcheck::Judge;
use brique_gradcheck::strategies::{Numbers, matrix, sizes};
use brique_losses::{MSELoss, Reduction};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array1, Array2, array};
use proptest::prelude::*;

use crate::levels::proptest_on_every_level;

fn normal<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()))
}

fn size() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0_usize), Just(1), 2..30_usize]
}

fn close<T: Scalar>(found: T, expected: f64, epsilons: f64, what: &str) {
    let tolerance = epsilons * T::epsilon().as_f64() * expected.abs();
    let distance = (found.as_f64() - expected).abs();
    assert!(distance <= tolerance, "{what}: {found}, expected {expected}");
}

/// Of the plain sums below, which lose more digits than what they judge.
const OF_A_SUM: f64 = 64.0;
/// Of a difference, a doubling and a division.
const OF_A_TERM: f64 = 2.0;

/// Every reduction against plain sums in f64, the definition.
fn check_definition<T: Scalar>(shape: (usize, usize), seed: u64) {
    let (y, yhat): (Array2<T>, Array2<T>) = (normal(shape, seed), normal(shape, seed ^ 1));
    let residuals = yhat.mapv(T::as_f64) - y.mapv(T::as_f64);
    for (reduction, divisor) in [
        (Reduction::Mean, shape.0 * shape.1),
        (Reduction::BatchMean, shape.0),
        (Reduction::Sum, 1),
    ] {
        let loss = MSELoss::new().with_reduction(reduction);
        let per_example = loss.per_example(&y, &yhat).unwrap();
        for (found, row) in per_example.iter().zip(residuals.rows()) {
            close(*found, row.iter().map(|r| r * r).sum(), OF_A_SUM, "per_example");
        }
        if divisor == 0 {
            assert!(loss.forward(&y, &yhat).is_err() && loss.backward(&y, &yhat).is_err());
            continue;
        }
        let divisor = divisor as f64;
        close(
            loss.forward(&y, &yhat).unwrap(),
            residuals.iter().map(|r| r * r).sum::<f64>() / divisor,
            OF_A_SUM,
            "forward",
        );
        let delta = loss.backward(&y, &yhat).unwrap();
        assert_eq!(delta.dim(), shape);
        for (found, residual) in delta.iter().zip(&residuals) {
            close(*found, 2.0 * residual / divisor, OF_A_TERM, "backward");
        }
    }
}

proptest_on_every_level! {
    #[test]
    fn reductions_follow_their_definition(n in size(), m in size(), seed: u64) {
        check_definition::<f64>((n, m), seed);
        check_definition::<f32>((n, m), seed);
    }

    #[test]
    fn the_layout_in_memory_changes_no_bit(n in size(), m in 1..30_usize, seed: u64) {
        let (y, yhat): (Array2<f32>, Array2<f32>) = (normal((n, m), seed), normal((n, m), seed ^ 1));
        let y_columns_first = y.t().to_owned().reversed_axes();
        let loss = MSELoss::new().with_reduction(Reduction::Sum);
        let rows_first = loss.forward(&y, &yhat).unwrap();
        prop_assert_eq!(loss.forward(&y_columns_first, &yhat).unwrap().to_bits(), rows_first.to_bits());
    }
}

#[test]
fn mse_keeps_every_law_and_its_gradient_is_the_differences() {
    let numbers = |[rows, columns]: [usize; 2]| matrix(rows, columns, Numbers::Tame);
    let pairs = sizes().prop_flat_map(move |shape| (numbers(shape), numbers(shape)));
    let judgement = Judge::new(3)
        .cases(256)
        .losses(|reduction| MSELoss::new().with_reduction(reduction), pairs)
        .unwrap();
    assert!(
        judgement.entries() > 3000 && judgement.kinks() == 0,
        "{judgement}"
    );
}

#[test]
fn values_and_gradients_by_hand() {
    let y = array![[1.0, 2.0], [3.0, 4.0]];
    let yhat = array![[1.0, 4.0], [0.0, 4.0]];
    let of = |reduction| {
        let loss = MSELoss::new().with_reduction(reduction);
        (
            loss.forward(&y, &yhat).unwrap(),
            loss.backward(&y, &yhat).unwrap(),
        )
    };
    assert_eq!(of(Reduction::Sum), (13.0, array![[0.0, 4.0], [-6.0, 0.0]]));
    assert_eq!(of(Reduction::BatchMean), (6.5, array![[0.0, 2.0], [-3.0, 0.0]]));
    assert_eq!(of(Reduction::Mean), (3.25, array![[0.0, 1.0], [-1.5, 0.0]]));
    assert_eq!(MSELoss::new(), MSELoss::new().with_reduction(Reduction::Mean));
    assert_eq!(MSELoss::new().per_example(&y, &yhat).unwrap(), array![4.0, 9.0]);
}

#[test]
fn the_target_comes_first() {
    let (y, yhat) = (array![[0.0]], array![[3.0]]);
    assert_eq!(MSELoss::new().backward(&y, &yhat).unwrap(), array![[6.0]]);
}

#[test]
fn nan_in_nan_out() {
    let (y, yhat) = (array![[0.0], [1.0]], array![[f64::NAN], [1.0]]);
    assert!(MSELoss::new().forward(&y, &yhat).unwrap().is_nan());
    let delta = MSELoss::new().backward(&y, &yhat).unwrap();
    assert!(delta[[0, 0]].is_nan());
    assert_eq!(delta[[1, 0]].to_bits(), 0.0_f64.to_bits());
}

#[test]
fn a_row_against_a_column_is_an_error_that_names_the_loss() {
    let error = MSELoss::new()
        .forward(&array![[1.0], [2.0]], &array![[1.0, 2.0]])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "MSELoss(mean), forward: yhat has shape (1, 2), expected (2, 1): \
         the shape of the target y; nothing is broadcast"
    );
}

#[test]
fn a_million_terms_lose_no_digits_in_f32() {
    for shape in [(1_000_000, 1), (1, 1_000_000), (1000, 1000)] {
        let y = Array2::<f32>::zeros(shape);
        let yhat = Array2::from_elem(shape, 0.1_f32);
        let exact = f64::from(0.1_f32) * f64::from(0.1_f32);
        let mean = MSELoss::new().forward(&y, &yhat).unwrap();
        assert!(
            (f64::from(mean) - exact).abs() / exact < 4.0 * f64::from(f32::EPSILON),
            "{shape:?}: {mean}"
        );
    }
}

#[test]
#[should_panic(expected = "yhat has shape (3, 1), expected (5, 1)")]
fn the_forward_kernel_asserts_one_shape() {
    let (y, yhat) = (Array2::<f64>::zeros((5, 1)), Array2::zeros((3, 1)));
    MSELoss::new().forward_kernel(&y, &yhat);
}

#[test]
#[should_panic(expected = "losses has 2 elements, expected 3")]
fn the_per_example_kernel_asserts_the_length_of_its_result() {
    let y = Array2::<f64>::zeros((3, 1));
    MSELoss::new().per_example_kernel(&y, &y, &mut Array1::zeros(2));
}

#[test]
fn losses_show_themselves() {
    assert_eq!(
        MSELoss::new().with_reduction(Reduction::BatchMean).to_string(),
        "MSELoss(batch mean)"
    );
    assert_eq!(
        MSELoss::new().with_reduction(Reduction::Sum).to_string(),
        "MSELoss(sum)"
    );
    assert_eq!(
        MSELoss::new().with_reduction(Reduction::Sum).reduction(),
        Reduction::Sum
    );
}
