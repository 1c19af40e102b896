//! Convolutional networks as workloads.

use brique::core::{Error, Shape};
use brique::layers::{
    Conv, Flatten, GlobalAvgPool, Init, Linear, MaxPool1D, MaxPool2D, ReLU, Sequential, Window,
};
use brique::random::RandomSource;
use brique::tensor::Scalar;

/// A convolutional network that classifies into ten classes, with a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Convolutional {
    /// (length, channels) or (height, width, channels).
    pub(crate) input: Vec<usize>,
    pub(crate) layers: Vec<Layer>,
    pub(crate) batch: usize,
}

/// A layer. A `ReLU` is behind each convolution and each dense layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layer {
    Convolution {
        channels: usize,
        kernel: usize,
        stride: usize,
        padding: usize,
    },
    /// A max pool with windows of this size, side by side.
    MaxPool(usize),
    GlobalAvgPool,
    /// A linear layer, behind a `Flatten`.
    Dense(usize),
}

/// The outputs of the last linear layer.
pub(crate) const CLASSES: usize = 10;

const fn convolution(channels: usize, kernel: usize, stride: usize, padding: usize) -> Layer {
    Layer::Convolution {
        channels,
        kernel,
        stride,
        padding,
    }
}

impl Convolutional {
    /// Returns the networks with names.
    pub(crate) fn named() -> [(&'static str, Self); 4] {
        use Layer::{Dense, MaxPool};
        let network = |batch, input: &[usize], layers: &[Layer]| Self {
            input: input.to_vec(),
            layers: layers.to_vec(),
            batch,
        };
        let course = [convolution(32, 3, 1, 0), MaxPool(2), Dense(100)];
        let mnist1d = [
            convolution(25, 5, 2, 1),
            convolution(25, 3, 2, 1),
            convolution(25, 3, 2, 1),
        ];
        let lenet = [
            convolution(6, 5, 1, 0),
            MaxPool(2),
            convolution(16, 5, 1, 0),
            MaxPool(2),
            Dense(120),
            Dense(84),
        ];
        let (narrow, wide) = (convolution(32, 3, 1, 1), convolution(64, 3, 1, 1));
        let vgg = [narrow, narrow, MaxPool(2), wide, wide, MaxPool(2)];
        [
            ("c1_course", network(32, &[256, 1], &course)),
            ("c2_mnist1d", network(100, &[40, 1], &mnist1d)),
            ("c3_lenet", network(64, &[28, 28, 1], &lenet)),
            ("c4_vgg", network(32, &[32, 32, 3], &vgg)),
        ]
    }

    /// Returns one convolution along one axis, with the mean over all positions behind it.
    pub(crate) fn single(length: usize, inputs: usize, channels: usize, kernel: usize) -> Self {
        Self {
            input: vec![length, inputs],
            layers: vec![convolution(channels, kernel, 1, 0), Layer::GlobalAvgPool],
            batch: 32,
        }
    }

    /// Returns the shape after each layer, beginning with the input.
    pub(crate) fn shapes(&self) -> Vec<Vec<usize>> {
        let mut shapes = vec![self.input.clone()];
        for layer in &self.layers {
            let shape = &shapes[shapes.len() - 1];
            let (lengths, channels) = shape.split_at(shape.len() - 1);
            let along = |length: fn(usize, &Layer) -> usize, channels: usize| -> Vec<usize> {
                let lengths = lengths.iter().map(|&before| length(before, layer));
                lengths.chain([channels]).collect()
            };
            shapes.push(match *layer {
                Layer::Convolution { channels, .. } => along(windows, channels),
                Layer::MaxPool(_) => along(windows, channels[0]),
                Layer::GlobalAvgPool => channels.to_vec(),
                Layer::Dense(outputs) => vec![outputs],
            });
        }
        shapes
    }

    /// Returns the number of operations in the products of a training step, as [`Workload::operations`] counts them.
    ///
    /// [`Workload::operations`]: crate::Workload::operations
    pub(crate) fn operations(&self) -> f64 {
        let (all, first) = self
            .products()
            .fold((0.0, None), |(all, first), (rows, weights)| {
                let product = 2.0 * (self.batch * rows) as f64 * weights as f64;
                (all + product, first.or(Some(product)))
            });
        3.0 * all - first.unwrap_or(0.0)
    }

    /// Returns how many numbers are in memory at once: see `Workload::numbers`.
    pub(crate) fn numbers(&self) -> usize {
        let parameters: usize = self.products().map(|(_, weights)| 2 * weights).sum();
        let values: usize = self
            .shapes()
            .iter()
            .map(|shape| shape.iter().product::<usize>())
            .sum();
        parameters + 4 * values * self.batch
    }

    /// Returns, for each layer with weights, the positions at which they are used, and their number.
    fn products(&self) -> impl Iterator<Item = (usize, usize)> {
        let shapes = self.shapes();
        let size = |shape: &[usize]| shape.iter().product::<usize>();
        let last = (1, size(&shapes[shapes.len() - 1]) * CLASSES);
        let of_layer = |(layer, pair): (&Layer, &[Vec<usize>])| {
            let (before, after) = (&pair[0], &pair[1]);
            match *layer {
                Layer::Convolution { channels, kernel, .. } => {
                    let axes = before.len() - 1;
                    let taps: usize = (0..axes).map(|_| kernel).product();
                    Some((size(after) / channels, taps * before[axes] * channels))
                }
                Layer::Dense(outputs) => Some((1, size(before) * outputs)),
                Layer::MaxPool(_) | Layer::GlobalAvgPool => None,
            }
        };
        let layers = self.layers.iter().zip(shapes.windows(2)).filter_map(of_layer);
        layers.chain([last]).collect::<Vec<_>>().into_iter()
    }

    /// Builds the network with parameters drawn from `rng`.
    pub(crate) fn build<T: Scalar>(&self, rng: &mut dyn RandomSource) -> Result<Sequential<T>, Error> {
        let shapes = self.shapes();
        let mut network = Sequential::new(shape_of(&self.input));
        for (layer, before) in self.layers.iter().zip(&shapes) {
            network = match *layer {
                Layer::Convolution { .. } if before.len() == 2 => {
                    network.then(conv::<1, T>(layer, before, rng)?)?.then(ReLU)?
                }
                Layer::Convolution { .. } => network.then(conv::<2, T>(layer, before, rng)?)?.then(ReLU)?,
                Layer::MaxPool(size) if before.len() == 2 => {
                    network.then(MaxPool1D::new(shape_of(before), size)?)?
                }
                Layer::MaxPool(size) => network.then(MaxPool2D::new(shape_of(before), size)?)?,
                Layer::GlobalAvgPool => network.then(GlobalAvgPool::new(shape_of(before))?)?,
                Layer::Dense(outputs) => dense(network, outputs, rng)?.then(ReLU)?,
            };
        }
        dense(network, CLASSES, rng)
    }
}

fn conv<const N: usize, T: Scalar>(
    layer: &Layer,
    before: &[usize],
    rng: &mut dyn RandomSource,
) -> Result<Conv<N, T>, Error> {
    let Layer::Convolution {
        channels,
        kernel,
        stride,
        padding,
    } = *layer
    else {
        unreachable!("only convolutions are built here")
    };
    let window = Window::new(kernel).stride(stride).padding(padding);
    Conv::new(shape_of(before), channels, window, Init::HeUniform, rng)
}

/// Adds a linear layer, behind a `Flatten` unless the values are flat.
fn dense<T: Scalar>(
    network: Sequential<T>,
    outputs: usize,
    rng: &mut dyn RandomSource,
) -> Result<Sequential<T>, Error> {
    let inputs = network.output().size();
    let network = if network.output() == Shape::from(inputs) {
        network
    } else {
        network.then(Flatten)?
    };
    network.then(Linear::new(inputs, outputs, Init::HeUniform, rng)?)
}

/// Returns the number of windows along an axis.
fn windows(length: usize, layer: &Layer) -> usize {
    match *layer {
        Layer::Convolution {
            kernel,
            stride,
            padding,
            ..
        } => (length + 2 * padding - kernel) / stride + 1,
        Layer::MaxPool(size) => length / size,
        Layer::GlobalAvgPool | Layer::Dense(_) => 1,
    }
}

fn shape_of(sizes: &[usize]) -> Shape {
    match *sizes {
        [size] => Shape::from(size),
        [length, channels] => Shape::from([length, channels]),
        [height, width, channels] => Shape::from([height, width, channels]),
        _ => unreachable!("a network has at most three sizes"),
    }
}
