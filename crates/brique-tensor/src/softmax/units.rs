//! Every unit has the same bits: what is compiled for the baseline against what runs on the best one.

use super::{AlongRow, Delta, Forward, LogDelta, LogForward, Rows};
use crate::Scalar;
use crate::unit::{Baseline, Work, on_best_unit};

fn check<T: Scalar, F: AlongRow<T>>(f: F) {
    for columns in [1, 3, 10, 16, 17, 50, 64, 65, 300, 1100] {
        let numbers = |n: usize| -> Vec<T> {
            (0..37 * columns)
                .map(|i| T::from_f64(((i * 7919 + n) % 1009) as f64 / 7.3 - 70.0))
                .collect()
        };
        let (x, delta) = (numbers(1), numbers(2));
        let (mut found, mut expected) = (numbers(0), numbers(0));
        let work = |y| Rows {
            f,
            columns,
            x: &x,
            delta: &delta,
            y,
        };
        on_best_unit(work(&mut found));
        work(&mut expected).run(Baseline);
        assert_eq!(found, expected);
    }
}

#[test]
fn units_have_the_same_bits() {
    check::<f32, _>(Forward);
    check::<f64, _>(Forward);
    check::<f32, _>(Delta);
    check::<f64, _>(Delta);
    check::<f32, _>(LogForward);
    check::<f64, _>(LogForward);
    check::<f32, _>(LogDelta);
    check::<f64, _>(LogDelta);
}
