//! Random networks of every module.

use brique_core::{Module, Shape};
use brique_layers::{
    AvgPool1D, AvgPool2D, Concat, Conv1D, Conv2D, Dropout, ELU, Flatten, GELU, GlobalAvgPool, GroupNorm,
    Init, LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, MaxPool1D, MaxPool2D, ReLU, Reshape,
    Residual, Sequential, SiLU, Sigmoid, Softmax, Softplus, Tanh, Window,
};
use brique_random::{PortableRng, RandomSource, portable};
use brique_tensor::Scalar;

/// Draws modules that fit together.
pub struct Architect {
    rng: PortableRng,
}

impl Architect {
    pub fn new(seed: u64) -> Self {
        Self { rng: portable(seed) }
    }

    pub fn below(&mut self, limit: usize) -> usize {
        (self.rng.uniform(0.0, limit as f64) as usize).min(limit.saturating_sub(1))
    }

    /// Draws a shape: flat, a sequence or an image, with sizes of 1 among them, and flat ones of 0.
    pub fn shape(&mut self) -> Shape {
        match self.below(4) {
            0 => Shape::from(self.below(5)),
            1 => Shape::from([1 + self.below(4), 1 + self.below(3)]),
            2 => Shape::from([1 + self.below(4), 1 + self.below(4), 1 + self.below(3)]),
            _ => Shape::from([4, 3, 2]),
        }
    }

    /// Draws a network of about `length` modules.
    pub fn network<T: Scalar>(&mut self, input: Shape, length: usize, depth: usize) -> Sequential<T> {
        let mut network = Sequential::new(input);
        for number in 0..length {
            let shape = network.output();
            let Some(module) = self.module(shape, depth) else {
                continue;
            };
            network = match self.below(4) {
                0 => network.then_named(&format!("layer{number}"), module).unwrap(),
                _ => network.then(module).unwrap(),
            };
        }
        network
    }

    /// Draws a module that takes this shape.
    fn module<T: Scalar>(&mut self, shape: Shape, depth: usize) -> Option<Box<dyn Module<T>>> {
        let is_empty = shape.size() == 0;
        Some(match self.below(24) {
            0 => Box::new(ReLU),
            1 => Box::new(Tanh),
            2 => Box::new(Sigmoid),
            3 => Box::new(Softplus),
            4 => Box::new(LeakyReLU::new([0.2, 0.25][self.below(2)]).unwrap()),
            5 => Box::new(ELU::new([0.7, 1.5, 1.0][self.below(3)]).unwrap()),
            6 => Box::new(GELU),
            7 => Box::new(SiLU),
            8 => Box::new(LogSigmoid),
            9 if !is_empty => Box::new(Softmax),
            10 if !is_empty => Box::new(LogSoftmax),
            11 => Box::new(Dropout::new(0.5, 3).unwrap()),
            12 => Box::new(Flatten),
            13 if !is_empty => self.reshape(shape),
            14 if !is_empty => self.group_norm(shape),
            15 if depth > 0 => {
                let inner = self.residual(shape, depth)?;
                Box::new(Residual::new(shape, inner).unwrap())
            }
            16 if depth > 0 => self.concat(shape, depth),
            17 if depth > 0 => {
                let length = self.below(3);
                Box::new(self.network(shape, length, depth - 1))
            }
            _ => return self.with_weights(shape),
        })
    }

    fn with_weights<T: Scalar>(&mut self, shape: Shape) -> Option<Box<dyn Module<T>>> {
        let init = Init::StandardNormal;
        match *shape.sizes() {
            [n] if n > 0 && self.below(3) == 0 => {
                let mut norm = LayerNorm::new(n).unwrap();
                self.fill(&mut norm);
                Some(Box::new(norm))
            }
            [n] => {
                let outputs = self.below(6);
                let mut linear = Linear::new(n, outputs, init, &mut self.rng).unwrap();
                self.fill(&mut linear);
                Some(Box::new(linear))
            }
            [length, _] => Some(match self.below(4) {
                0 => Box::new(
                    MaxPool1D::new(shape, 1 + self.below(length))
                        .unwrap()
                        .stride(2)
                        .unwrap(),
                ),
                1 => Box::new(AvgPool1D::new(shape, 1 + self.below(length)).unwrap()),
                2 => Box::new(GlobalAvgPool::new(shape).unwrap()),
                _ => {
                    let window = Window::new(1 + self.below(length))
                        .padding(self.below(2))
                        .stride(1 + self.below(2));
                    let mut conv =
                        Conv1D::new(shape, 1 + self.below(3), window, init, &mut self.rng).unwrap();
                    self.fill(&mut conv);
                    Box::new(conv)
                }
            }),
            [height, width, channels] => Some(match self.below(5) {
                0 => Box::new(MaxPool2D::new(shape, [1 + self.below(height), 1]).unwrap()),
                1 => Box::new(
                    AvgPool2D::new(shape, [1, 1 + self.below(width)])
                        .unwrap()
                        .stride([1, 2])
                        .unwrap(),
                ),
                2 => Box::new(GlobalAvgPool::new(shape).unwrap()),
                3 => {
                    let window = Window::new(1).padding([1, 0]);
                    let mut conv =
                        Conv2D::grouped(shape, channels * 2, window, channels, init, &mut self.rng).unwrap();
                    self.fill(&mut conv);
                    Box::new(conv)
                }
                _ => {
                    let window = Window::new([1 + self.below(height), 1 + self.below(width)]).padding([0, 1]);
                    let window = if height > 2 {
                        Window::new([2, 1]).dilation([2, 1])
                    } else {
                        window
                    };
                    let mut conv =
                        Conv2D::new(shape, 1 + self.below(3), window, init, &mut self.rng).unwrap();
                    self.fill(&mut conv);
                    Box::new(conv)
                }
            }),
            _ => None,
        }
    }

    /// Sets all parameters, biases and gains included.
    fn fill<T: Scalar>(&mut self, module: &mut dyn Module<T>) {
        module.own_parameters_mut(&mut |parameter| {
            parameter
                .value_mut()
                .mapv_inplace(|_| T::from_f64(self.rng.uniform(-1.0, 1.0)));
        });
    }

    fn reshape<T: Scalar>(&mut self, shape: Shape) -> Box<dyn Module<T>> {
        let size = shape.size();
        let first = (1..=4)
            .rev()
            .find(|&first| size.is_multiple_of(first) && self.below(2) == 0)
            .unwrap_or(1);
        match self.below(3) {
            0 => Box::new(Reshape::new([first, size / first])),
            1 => Box::new(Reshape::new([size / first, first])),
            _ => Box::new(Reshape::new([first, size / first, 1])),
        }
    }

    fn group_norm<T: Scalar>(&mut self, shape: Shape) -> Box<dyn Module<T>> {
        let channels = shape.sizes().last().copied().unwrap_or(1);
        let groups = (1..=channels)
            .rev()
            .find(|&groups| channels.is_multiple_of(groups) && self.below(2) == 0);
        let mut norm = GroupNorm::new(shape, groups.unwrap_or(1)).unwrap();
        self.fill(&mut norm);
        Box::new(norm)
    }

    /// Draws a module whose output has as many values as its input.
    fn residual<T: Scalar>(&mut self, shape: Shape, depth: usize) -> Option<Box<dyn Module<T>>> {
        let length = self.below(4);
        let network: Sequential<T> = self.network(shape, length, depth - 1);
        if network.output().size() == shape.size() {
            return Some(Box::new(network));
        }
        self.module(shape, 0).filter(|module| {
            module
                .output_shape(shape)
                .is_ok_and(|output| output.size() == shape.size())
        })
    }

    fn concat<T: Scalar>(&mut self, shape: Shape, depth: usize) -> Box<dyn Module<T>> {
        let mut concat = Concat::new(shape);
        for number in 0..=self.below(3) {
            let length = self.below(3);
            let branch: Sequential<T> = self.network(shape, length, depth - 1);
            concat = match self.below(2) {
                0 => concat.branch_named(&format!("branch{number}"), branch).unwrap(),
                _ => concat.branch(branch).unwrap(),
            };
        }
        Box::new(concat)
    }
}
