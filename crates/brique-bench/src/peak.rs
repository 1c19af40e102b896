//! What the machine can do at best.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

use brique::random::{RandomSource, portable};
use brique::tensor::ndarray::Array2;
use brique::tensor::{Scalar, affine_forward, multiply_adds};

use crate::measure;

/// Rounds of multiply-adds in a slice: a fraction of a millisecond, which other programs often leave undisturbed.
const ROUNDS: usize = 1 << 17;
/// There are at least so many slices.
const FEWEST_SLICES: usize = 5;

/// Measures the peak: the most 10⁹ floating-point operations a second that the processor does at the current SIMD level, on
/// the current number of threads, in fused multiply-adds on registers alone.
///
/// It measures short slices for about `time` and returns the fastest of them. On a machine that others use too, measure
/// several times and take the largest result.
#[must_use]
pub fn peak<T: Scalar>(time: Duration) -> f64 {
    let start = Instant::now();
    let (mut fastest, mut slices) = (0.0_f64, 0);
    while slices < FEWEST_SLICES || start.elapsed() < time {
        let slice = Instant::now();
        let operations = black_box(multiply_adds::<T>(ROUNDS));
        fastest = fastest.max(operations as f64 / (slice.elapsed().as_secs_f64() * 1e9));
        slices += 1;
    }
    fastest
}

/// The size of the product that [`best_product`] measures.
const SIZE: usize = 512;

/// Measures the forward product of a linear layer of 512 inputs and 512 outputs on a batch of 512, in 10⁹ operations a second:
/// about the most that a kernel of the library reaches. It is timed for about `time`.
#[must_use]
pub fn best_product<T: Scalar>(time: Duration) -> f64 {
    let mut rng = portable(1);
    let mut normal =
        |shape| -> Array2<T> { Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal())) };
    let (x, parameters) = (normal((SIZE, SIZE)), normal((SIZE + 1, SIZE)));
    let mut y = Array2::zeros((SIZE, SIZE));
    let Ok(timing) = measure(time, || -> Result<(), Infallible> {
        affine_forward(black_box(&x), &parameters, &mut y);
        Ok(())
    });
    2.0 * (SIZE as f64).powi(3) / (timing.min_us * 1e3)
}
