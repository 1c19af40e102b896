//! What the machine can do at best.

use std::hint::black_box;
use std::time::{Duration, Instant};

use brique::random::{RandomSource, portable};
use brique::tensor::ndarray::Array2;
use brique::tensor::{Scalar, affine_delta, affine_forward, affine_gradient, aligned, multiply_adds};

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

/// Measures the products of a linear layer of 512 inputs and 512 outputs on a batch of 512, and returns the fastest of the
/// three in 10⁹ operations a second: about the most that a kernel of the library reaches. They are timed for about `time`
/// together, in turn, in matrices as a network has them.
#[must_use]
pub fn best_product<T: Scalar>(time: Duration) -> f64 {
    let mut rng = portable(1);
    let mut normal = |rows| -> Array2<T> {
        let numbers = Array2::from_shape_simple_fn((rows, SIZE), || T::from_f64(rng.standard_normal()));
        aligned(&numbers)
    };
    let (x, delta, parameters) = (normal(SIZE), normal(SIZE), normal(SIZE + 1));
    let (mut y, mut delta_x, mut gradient) = (normal(SIZE), normal(SIZE), normal(SIZE + 1));
    let mut products: [&mut dyn FnMut(); 3] = [
        &mut || affine_forward(black_box(&x), &parameters, &mut y),
        &mut || affine_delta(black_box(&delta), &parameters, &mut delta_x),
        &mut || affine_gradient(black_box(&x), &delta, &mut gradient),
    ];
    let (start, mut fastest) = (Instant::now(), f64::INFINITY);
    let mut rounds = 0;
    while rounds < FEWEST_SLICES || start.elapsed() < time {
        for product in &mut products {
            let slice = Instant::now();
            product();
            fastest = fastest.min(slice.elapsed().as_secs_f64());
        }
        rounds += 1;
    }
    2.0 * (SIZE as f64).powi(3) / (fastest * 1e9)
}
