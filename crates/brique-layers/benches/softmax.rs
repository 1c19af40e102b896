//! Softmax and its logarithm along rows of several lengths: `cargo bench -p brique-layers --bench softmax`.
#![allow(missing_docs, reason = "benches are run, not published")]

use brique_core::{Memory, Module, Node};
use brique_layers::{LogSoftmax, Softmax};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// Few classes, more, and a vocabulary.
const SHAPES: [(usize, usize); 4] = [(32, 10), (400, 10), (64, 64), (8, 1000)];

/// Numbers from −5 to 5.
fn numbers<T: Scalar>((rows, columns): (usize, usize)) -> Array2<T> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        T::from_f64(((i * 131 + j * 7919) % 1000) as f64 / 100.0 - 5.0)
    })
}

macro_rules! benches {
    ($module:ident, $number:ty) => {
        mod $module {
            use super::*;

            #[divan::bench(types = [Softmax, LogSoftmax], args = SHAPES)]
            fn forward<M: Module<$number> + Default>(bencher: Bencher, shape: (usize, usize)) {
                let (x, mut y) = (numbers(shape), numbers(shape));
                bencher
                    .counter(ItemsCount::new(shape.0 * shape.1))
                    .bench_local(|| {
                        let mut memory = Memory::default();
                        M::default().forward_kernel(black_box(&x), black_box(&mut y), &mut memory);
                    });
            }

            #[divan::bench(types = [Softmax, LogSoftmax], args = SHAPES)]
            fn delta<M: Module<$number> + Default>(bencher: Bencher, shape: (usize, usize)) {
                let (x, delta, mut delta_x) = (numbers(shape), numbers(shape), numbers(shape));
                let mut node = Node::for_training(&M::default(), &x, shape.1);
                node.forward(&M::default(), &x);
                bencher
                    .counter(ItemsCount::new(shape.0 * shape.1))
                    .bench_local(|| {
                        let (delta, delta_x) = (black_box(&delta), black_box(&mut delta_x));
                        node.delta_into(&M::default(), black_box(&x), delta, delta_x);
                    });
            }
        }
    };
}

benches!(of_f32, f32);
benches!(of_f64, f64);
