//! What the machine can do at best.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::Duration;

use brique::random::{RandomSource, portable};
use brique::tensor::ndarray::Array2;
use brique::tensor::{Scalar, affine_delta, affine_forward, affine_gradient};

use crate::measure;

/// Batch, inputs and outputs of products that fit into the caches of a core.
const SIZES: [(usize, usize, usize); 3] = [(64, 64, 64), (128, 128, 128), (128, 256, 256)];

/// The fastest product of the library in 10⁹ operations a second: any of a linear layer's three, on a few sizes that
/// caches hold. They are timed for about `time` together.
#[must_use]
pub fn peak<T: Scalar>(time: Duration) -> f64 {
    let share = time / u32::try_from(3 * SIZES.len()).unwrap_or(u32::MAX);
    SIZES
        .iter()
        .map(|&shape| fastest::<T>(share, shape))
        .fold(0.0, f64::max)
}

fn fastest<T: Scalar>(time: Duration, (batch, inputs, outputs): (usize, usize, usize)) -> f64 {
    let mut rng = portable(1);
    let mut normal =
        |shape| -> Array2<T> { Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal())) };
    let (x, delta, parameters) = (
        normal((batch, inputs)),
        normal((batch, outputs)),
        normal((inputs + 1, outputs)),
    );
    let mut y = delta.clone();
    let mut delta_x = x.clone();
    let mut gradient = parameters.clone();
    let products: [&mut dyn FnMut(); 3] = [
        &mut || affine_forward(black_box(&x), &parameters, &mut y),
        &mut || affine_delta(black_box(&delta), &parameters, &mut delta_x),
        &mut || affine_gradient(black_box(&x), &delta, &mut gradient),
    ];
    let operations = 2.0 * batch as f64 * inputs as f64 * outputs as f64;
    let mut fastest = 0.0_f64;
    for product in products {
        let Ok(timing) = measure(time, || -> Result<(), Infallible> {
            product();
            Ok(())
        });
        fastest = fastest.max(operations / (timing.min_us * 1e3));
    }
    fastest
}
