//! Fifteen networks that use every module.

use brique_core::{Module, Shape};
use brique_layers::{
    AvgPool1D, AvgPool2D, Concat, Conv1D, Conv2D, Dropout, ELU, Flatten, GELU, GlobalAvgPool, GroupNorm,
    Init, LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, MaxPool1D, MaxPool2D, ReLU, Reshape,
    Residual, Sequential, SiLU, Sigmoid, Softmax, Softplus, Tanh, Window,
};
use brique_random::{PortableRng, RandomSource, portable};
use brique_tensor::Scalar;

type Built<T> = Result<Sequential<T>, brique_core::Error>;

/// Builds networks with one generator.
struct Builder(PortableRng);

impl Builder {
    fn linear<T: Scalar>(&mut self, inputs: usize, outputs: usize) -> Result<Linear<T>, brique_core::Error> {
        Linear::new(inputs, outputs, Init::PyTorch, &mut self.0)
    }

    fn conv1d<T: Scalar>(
        &mut self,
        input: [usize; 2],
        channels: usize,
        window: Window<1>,
    ) -> Result<Conv1D<T>, brique_core::Error> {
        Conv1D::new(input, channels, window, Init::PyTorch, &mut self.0)
    }

    fn conv2d<T: Scalar>(
        &mut self,
        input: [usize; 3],
        channels: usize,
        window: Window<2>,
    ) -> Result<Conv2D<T>, brique_core::Error> {
        Conv2D::new(input, channels, window, Init::PyTorch, &mut self.0)
    }

    /// Sets gains and biases to numbers that are not 1 and 0.
    fn norm<T: Scalar, M: Module<T>>(&mut self, mut norm: M) -> M {
        norm.own_parameters_mut(&mut |parameter| {
            parameter
                .value_mut()
                .mapv_inplace(|value| value + T::from_f64(self.0.uniform(-0.5, 0.5)));
        });
        norm
    }

    fn block<T: Scalar>(&mut self, width: usize) -> Built<T> {
        Sequential::new(width)
            .then(self.linear(width, 2 * width)?)?
            .then(Tanh)?
            .then(self.linear(2 * width, width)?)
    }

    fn lenet<T: Scalar>(&mut self) -> Built<T> {
        Sequential::new([16, 16, 1])
            .then_named("conv1", self.conv2d([16, 16, 1], 6, Window::new(5).padding(2))?)?
            .then(ReLU)?
            .then(MaxPool2D::new([16, 16, 6], 2)?)?
            .then_named("conv2", self.conv2d([8, 8, 6], 16, Window::new(3))?)?
            .then(ReLU)?
            .then(MaxPool2D::new([6, 6, 16], 2)?)?
            .then(Flatten)?
            .then_named("fc1", self.linear(144, 32)?)?
            .then(ReLU)?
            .then_named("fc2", self.linear(32, 10)?)
    }

    fn sequence<T: Scalar>(&mut self) -> Built<T> {
        Sequential::new(40)
            .then(Reshape::new([20, 2]))?
            .then(self.conv1d([20, 2], 6, Window::new(3).padding(1).stride(2))?)?
            .then(Tanh)?
            .then(Conv1D::grouped(
                [10, 6],
                4,
                Window::new(2).dilation(3),
                2,
                Init::PyTorch,
                &mut self.0,
            )?)?
            .then(MaxPool1D::new([7, 4], 3)?.stride(2)?)?
            .then(AvgPool1D::new([3, 4], 2)?.stride(1)?)?
            .then(GlobalAvgPool::new([2, 4])?)?
            .then(self.linear(4, 3)?)
    }

    fn image<T: Scalar>(&mut self) -> Built<T> {
        let depthwise = Conv2D::grouped(
            [8, 6, 4],
            8,
            Window::new(3).padding(1),
            4,
            Init::PyTorch,
            &mut self.0,
        )?;
        Sequential::new([8, 6, 3])
            .then(self.conv2d([8, 6, 3], 4, Window::new([3, 1]).padding([1, 0]))?)?
            .then(self.norm(GroupNorm::new([8, 6, 4], 2)?))?
            .then(SiLU)?
            .then(depthwise)?
            .then(AvgPool2D::new([8, 6, 8], [2, 3])?)?
            .then(GlobalAvgPool::new([4, 2, 8])?)?
            .then(self.linear(8, 2)?)
    }

    /// Adds what a convolution computes to its input.
    fn residual_image<T: Scalar>(&mut self) -> Built<T> {
        let block = Sequential::new([5, 5, 3])
            .then(self.conv2d([5, 5, 3], 3, Window::new(3).padding(1))?)?
            .then(GELU)?
            .then(self.conv2d([5, 5, 3], 3, Window::new(3).padding(1))?)?;
        Sequential::new([5, 5, 3])
            .then(Residual::new([5, 5, 3], block)?)?
            .then(ReLU)?
            .then(Flatten)?
            .then(self.norm(LayerNorm::new(75)?))?
            .then(self.linear(75, 4)?)
    }

    /// Convolutions side by side, whose flattened outputs a linear layer and a softmax read.
    fn branches<T: Scalar>(&mut self) -> Built<T> {
        let wide = Sequential::new([6, 6, 2]).then(self.conv2d([6, 6, 2], 3, Window::new(3).stride(2))?)?;
        let deep = Sequential::new([6, 6, 2])
            .then(self.conv2d([6, 6, 2], 4, Window::new(2))?)?
            .then(MaxPool2D::new([5, 5, 4], 2)?)?;
        let concat = Concat::new([6, 6, 2])
            .branch_named("wide", wide)?
            .branch_named("deep", deep)?;
        Sequential::new([6, 6, 2])
            .then(concat)?
            .then(Tanh)?
            .then(self.linear(28, 5)?)?
            .then(LogSoftmax)
    }

    fn activations<T: Scalar>(&mut self) -> Built<T> {
        Sequential::new(6)
            .then(self.linear(6, 12)?)?
            .then(LeakyReLU::new(0.2)?)?
            .then(self.linear(12, 12)?)?
            .then(ELU::new(0.7)?)?
            .then(self.linear(12, 12)?)?
            .then(GELU)?
            .then(self.linear(12, 12)?)?
            .then(SiLU)?
            .then(self.linear(12, 12)?)?
            .then(Softplus)?
            .then(Sigmoid)?
            .then(LogSigmoid)
    }

    /// Values of an image in another shape, which has to be transposed in ONNX.
    fn reshaped<T: Scalar>(&mut self) -> Built<T> {
        Sequential::new([4, 3, 2])
            .then(Tanh)?
            .then(Reshape::new([6, 4]))?
            .then(self.conv1d([6, 4], 3, Window::new(2))?)?
            .then(Reshape::new([3, 5, 1]))?
            .then(self.conv2d([3, 5, 1], 2, Window::new(2))?)
    }
}

/// Returns all networks by name.
pub fn all<T: Scalar>() -> Result<Vec<(&'static str, Sequential<T>)>, brique_core::Error> {
    let mut it = Builder(portable(21));
    let flat = |size: usize| Sequential::<T>::new(Shape::from(size));
    let both = Concat::new(4)
        .branch(it.block(4)?)?
        .branch_named("skip", it.linear(4, 3)?)?;
    Ok(vec![
        (
            "perceptron",
            flat(5)
                .then(it.linear(5, 16)?)?
                .then(Tanh)?
                .then(it.linear(16, 1)?)?,
        ),
        ("linear", flat(3).then(it.linear(3, 2)?)?),
        ("softmax", flat(8).then(it.linear(8, 10)?)?.then(Softmax)?),
        ("activations", it.activations()?),
        (
            "dropout",
            flat(4)
                .then(it.linear(4, 8)?)?
                .then(Dropout::new(0.5, 1)?)?
                .then(ReLU)?,
        ),
        (
            "layer_norm",
            flat(6)
                .then(it.norm(LayerNorm::new(6)?))?
                .then(it.linear(6, 3)?)?,
        ),
        (
            "residual",
            flat(6)
                .then(Residual::new(6, it.block(6)?)?)?
                .then(it.linear(6, 1)?)?,
        ),
        ("concat", flat(4).then(both)?.then(it.linear(7, 2)?)?),
        (
            "named",
            flat(3)
                .then_named("encoder", it.block(3)?)?
                .then_named("head", it.linear(3, 1)?)?,
        ),
        ("lenet", it.lenet()?),
        ("sequence", it.sequence()?),
        ("image", it.image()?),
        ("residual_image", it.residual_image()?),
        ("branches", it.branches()?),
        ("reshaped", it.reshaped()?),
    ])
}
