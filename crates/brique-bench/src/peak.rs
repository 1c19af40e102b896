//! The largest speed of the machine and of the library.

use std::hint::black_box;
use std::time::{Duration, Instant};

use brique::random::{RandomSource, portable};
use brique::tensor::ndarray::Array2;
use brique::tensor::{Scalar, affine_delta, affine_forward, affine_gradient, aligned, multiply_adds};

/// The number of rounds of multiply-adds in a slice. A slice takes a fraction of a millisecond, during which other
/// programs often do not interrupt it.
const ROUNDS: usize = 1 << 17;
/// The smallest number of slices.
const FEWEST_SLICES: usize = 5;

/// Measures the peak: the largest number of 10⁹ floating-point operations per second that the processor reaches at the
/// current SIMD level, with the current number of threads, in fused multiply-adds on registers only.
///
/// It measures short slices for about `time` and returns the fastest of them. If other programs use the machine,
/// measure several times and take the largest result.
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

/// Measures the products of a linear layer with 512 inputs and 512 outputs on a batch of 512, and returns the fastest
/// of the three in 10⁹ operations per second. This is about the largest speed of a kernel of the library. The three
/// products are timed in turn, for about `time` in total, in matrices with the alignment that a network uses.
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
