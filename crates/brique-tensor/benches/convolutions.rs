//! The three passes of a convolution: `cargo bench -p brique-tensor --bench convolutions`.
#![allow(missing_docs, reason = "benches are run, not published")]

use std::fmt;

use brique_tensor::ndarray::Array2;
use brique_tensor::{
    Convolution, Scalar, WindowAxis, convolution_delta, convolution_forward, convolution_overwrite_gradient,
};
use divan::Bencher;
use divan::counter::ItemsCount;

fn main() {
    divan::main();
}

/// A batch, the axes, kernel, stride, padding, dilation, channels of input and output, and groups.
#[derive(Clone, Copy)]
struct Layer {
    batch: usize,
    sizes: (usize, usize),
    window: (usize, usize, usize, usize),
    channels: (usize, usize, usize),
}

impl Layer {
    const fn new(
        batch: usize,
        sizes: (usize, usize),
        window: (usize, usize, usize, usize),
        channels: (usize, usize, usize),
    ) -> Self {
        Self {
            batch,
            sizes,
            window,
            channels,
        }
    }

    fn convolution(self) -> Convolution {
        let (kernel, stride, padding, dilation) = self.window;
        let axis = |length| match length {
            1 => Some(WindowAxis::NONE),
            _ => WindowAxis::new(length, kernel, stride, padding, dilation),
        };
        let (inputs, outputs, groups) = self.channels;
        match (axis(self.sizes.0), axis(self.sizes.1)) {
            (Some(rows), Some(columns)) => Convolution::new([rows, columns], inputs, outputs, groups),
            _ => None,
        }
        .unwrap_or_else(|| panic!("{self} has no windows"))
    }

    fn multiplications(self) -> usize {
        let convolution = self.convolution();
        self.batch * convolution.output_size() * convolution.weight_rows()
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            batch,
            sizes,
            window,
            channels,
        } = self;
        write!(f, "{batch} × {sizes:?}, {window:?}, {channels:?}")
    }
}

/// The layers of the networks that `cargo xtask bench` measures, then dilation and groups.
const LAYERS: [Layer; 13] = [
    Layer::new(32, (1, 256), (3, 1, 0, 1), (1, 32, 1)),
    Layer::new(100, (1, 40), (5, 2, 1, 1), (1, 25, 1)),
    Layer::new(100, (1, 19), (3, 2, 1, 1), (25, 25, 1)),
    Layer::new(100, (1, 10), (3, 2, 1, 1), (25, 25, 1)),
    Layer::new(64, (28, 28), (5, 1, 0, 1), (1, 6, 1)),
    Layer::new(64, (12, 12), (5, 1, 0, 1), (6, 16, 1)),
    Layer::new(32, (32, 32), (3, 1, 1, 1), (3, 32, 1)),
    Layer::new(32, (32, 32), (3, 1, 1, 1), (32, 32, 1)),
    Layer::new(32, (16, 16), (3, 1, 1, 1), (32, 64, 1)),
    Layer::new(32, (16, 16), (3, 1, 1, 1), (64, 64, 1)),
    Layer::new(32, (32, 32), (3, 1, 2, 2), (32, 32, 1)),
    Layer::new(32, (32, 32), (3, 1, 1, 1), (64, 64, 64)),
    Layer::new(32, (32, 32), (3, 1, 1, 1), (64, 64, 16)),
];

fn numbers<T: Scalar>(layer: Layer) -> (Convolution, [Array2<T>; 3]) {
    let convolution = layer.convolution();
    let of = |shape, number| Array2::from_elem(shape, T::from_f64(number));
    let parameters = (convolution.weight_rows() + 1, layer.channels.1);
    let x = of((layer.batch, convolution.input_size()), 0.5);
    let delta = of((layer.batch, convolution.output_size()), 0.5);
    (convolution, [x, of(parameters, 0.25), delta])
}

#[divan::bench(types = [f32, f64], args = LAYERS)]
fn forward<T: Scalar>(bencher: Bencher<'_, '_>, layer: Layer) {
    let (convolution, [x, parameters, mut y]) = numbers::<T>(layer);
    bencher
        .counter(ItemsCount::new(layer.multiplications()))
        .bench_local(|| convolution_forward(&convolution, &x, &parameters, &mut y));
}

#[divan::bench(types = [f32, f64], args = LAYERS)]
fn delta<T: Scalar>(bencher: Bencher<'_, '_>, layer: Layer) {
    let (convolution, [mut delta_x, parameters, delta]) = numbers::<T>(layer);
    bencher
        .counter(ItemsCount::new(layer.multiplications()))
        .bench_local(|| convolution_delta(&convolution, &delta, &parameters, &mut delta_x));
}

#[divan::bench(types = [f32, f64], args = LAYERS)]
fn gradient<T: Scalar>(bencher: Bencher<'_, '_>, layer: Layer) {
    let (convolution, [x, mut gradient, delta]) = numbers::<T>(layer);
    bencher
        .counter(ItemsCount::new(layer.multiplications()))
        .bench_local(|| convolution_overwrite_gradient(&convolution, &x, &delta, &mut gradient));
}
