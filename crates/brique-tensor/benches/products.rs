//! The three products of a linear layer: `cargo bench -p brique-tensor --bench products`.
#![allow(missing_docs, reason = "benches are run, not published")]

use std::fmt;

use brique_tensor::ndarray::Array2;
use brique_tensor::{Scalar, affine_delta, affine_forward, affine_overwrite_gradient};
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

/// A batch, and the values in an example of the input and of the output.
#[derive(Clone, Copy)]
struct Layer(usize, usize, usize);

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} × {} → {}", self.0, self.1, self.2)
    }
}

/// One row, one column, few of either, and squares within the caches and beyond.
const LAYERS: [Layer; 10] = [
    Layer(1, 64, 64),
    Layer(1000, 1, 1),
    Layer(1000, 2, 64),
    Layer(32, 64, 64),
    Layer(1000, 64, 64),
    Layer(1000, 64, 1),
    Layer(128, 784, 256),
    Layer(128, 256, 128),
    Layer(128, 128, 10),
    Layer(256, 1024, 1024),
];

/// An input, parameters and an error of the output.
fn numbers<T: Scalar>(Layer(batch, inputs, outputs): Layer) -> [Array2<T>; 3] {
    [(batch, inputs), (inputs + 1, outputs), (batch, outputs)].map(|shape| {
        Array2::from_shape_fn(shape, |(i, j)| {
            T::from_f64(((i * 31 + j * 17) % 23) as f64 / 11.0 - 1.0)
        })
    })
}

/// Additions and multiplications, counted apart.
fn operations(Layer(batch, inputs, outputs): Layer) -> ItemsCount {
    ItemsCount::new(2 * batch * inputs * outputs)
}

#[divan::bench(types = [f32, f64], args = LAYERS)]
fn forward<T: Scalar>(bencher: Bencher, layer: Layer) {
    let [x, parameters, mut y] = numbers::<T>(layer);
    bencher
        .counter(operations(layer))
        .bench_local(|| affine_forward(&x, &parameters, &mut y));
}

#[divan::bench(types = [f32, f64], args = LAYERS)]
fn gradient<T: Scalar>(bencher: Bencher, layer: Layer) {
    let [x, mut gradient, delta] = numbers::<T>(layer);
    bencher
        .counter(operations(layer))
        .bench_local(|| affine_overwrite_gradient(&x, &delta, &mut gradient));
}

#[divan::bench(types = [f32, f64], args = LAYERS)]
fn delta<T: Scalar>(bencher: Bencher, layer: Layer) {
    let [mut delta_x, parameters, delta] = numbers::<T>(layer);
    bencher
        .counter(operations(layer))
        .bench_local(|| affine_delta(&delta, &parameters, &mut delta_x));
}
