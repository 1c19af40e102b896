//! Every SIMD level gives the bits of the baseline.

use super::{AlongRow, Delta, Forward, LogDelta, LogForward, Rows};
use crate::simd::Work;
use crate::simd::baseline::Baseline;
use crate::simd_level::dispatch;
use crate::{Scalar, SimdLevel};

fn check<T: Scalar, F: AlongRow<T>>(f: F) {
    for columns in [1, 3, 10, 16, 17, 50, 64, 65, 300, 1100] {
        let numbers = |n: usize| -> Vec<T> {
            (0..37 * columns)
                .map(|i| T::from_f64(((i * 7919 + n) % 1009) as f64 / 7.3 - 70.0))
                .collect()
        };
        let (x, delta) = (numbers(1), numbers(2));
        let levels = SimdLevel::available().into_iter();
        let mut results: Vec<_> = levels.map(|level| (level, numbers(0))).collect();
        let mut expected = numbers(0);
        let work = |y| Rows {
            f,
            columns,
            x: &x,
            delta: &delta,
            y,
        };
        work(&mut expected).run(Baseline);
        for (level, found) in &mut results {
            let rows = work(found);
            assert_eq!(level.run(|| dispatch(rows)), Ok(()));
        }
        for (level, found) in results {
            assert_eq!(found, expected, "at SIMD level {level}");
        }
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
