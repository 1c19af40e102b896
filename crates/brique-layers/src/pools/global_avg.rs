//! The mean over all positions.

use std::fmt;

use brique_core::{Description, Error, Fault, Memory, Module, Shape};
use brique_tensor::ndarray::{Array2, ArrayView2, ArrayViewMut1};
use brique_tensor::{Matrix, Scalar, add_column_sums, compile_once};

use crate::window::output_for;

/// Computes `y[c] = Σ_p x[p, c] / n` over all n positions p of an example: one mean for each channel, by pairwise
/// summation. The backward pass adds δ / n to each position.
///
/// # Shapes
///
/// An example of `x` has the shape (length, channels) or (height, width, channels), an example of `y` and δ (channels).
/// A flat example of as many values is accepted too.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::GlobalAvgPool;
/// use brique_tensor::ndarray::array;
///
/// let pool = GlobalAvgPool::new([2, 2])?;
/// let x = array![[1.0, 10.0, 3.0, 30.0]];
/// assert_eq!(pool.forward(&x)?, array![[2.0, 20.0]]);
/// let back = pool.backward_delta(&x, &array![[2.0, 4.0]])?;
/// assert_eq!(back, array![[1.0, 2.0, 1.0, 2.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Lin, Chen and Yan, 2014; PyTorch's `nn.AdaptiveAvgPool2d(1)` and `nn.Flatten`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GlobalAvgPool {
    input: Shape,
    channels: usize,
}

impl GlobalAvgPool {
    /// Creates a pool for examples of the shape `input`, whose last size is the channels.
    ///
    /// # Errors
    ///
    /// If `input` has no axis beside the channels, or no values.
    pub fn new(input: impl Into<Shape>) -> Result<Self, Error> {
        let input = input.into();
        match input.sizes() {
            [_, .., channels] if input.size() > 0 => Ok(Self {
                input,
                channels: *channels,
            }),
            _ => Err(Error::new(
                format_args!("GlobalAvgPool({input})"),
                "new",
                Fault::example_shape(
                    input,
                    "(length, channels) or (height, width, channels)",
                    "at least one position, to take a mean of",
                ),
            )),
        }
    }

    fn positions(&self) -> usize {
        self.input.size() / self.channels
    }
}

impl<T: Scalar> Module<T> for GlobalAvgPool {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        output_for(input, self.input, Shape::from(self.channels))
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        forward(self, input, output);
    }

    fn delta_kernel(&self, _: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>, _: &mut Memory<T>) {
        propagate(self, delta, input_delta);
    }

    fn description(&self) -> Description {
        Description::new("GlobalAvgPool").attribute("in", self.input)
    }
}

compile_once! {
    fn forward<T: Scalar>(pool: &GlobalAvgPool, input: &Matrix<T>, output: &mut Matrix<T>) {
        let (shape, count) = ((pool.positions(), pool.channels), T::from_usize(pool.positions()));
        for (x, mut y) in input.rows().into_iter().zip(output.rows_mut()) {
            y.fill(T::zero());
            if let (Some(x), Some(y)) = (x.to_slice(), y.as_slice_mut()) {
                add_sums(x, shape, y);
            } else {
                let (x, mut sums) = (x.to_vec(), Array2::zeros((1, shape.1)));
                if let Some(sums) = sums.as_slice_mut() {
                    add_sums(&x, shape, sums);
                }
                y += &sums.row(0);
            }
            y.mapv_inplace(|sum| sum / count);
        }
    }

    fn propagate<T: Scalar>(pool: &GlobalAvgPool, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        let count = T::from_usize(pool.positions());
        for (delta, mut input_delta) in delta.rows().into_iter().zip(input_delta.rows_mut()) {
            let each = delta.iter().cycle();
            for (input_delta, &delta) in input_delta.iter_mut().zip(each) {
                *input_delta = delta / count;
            }
        }
    }
}

/// Adds the sum of each channel of one example to `sums`.
fn add_sums<T: Scalar>(x: &[T], shape: (usize, usize), sums: &mut [T]) {
    if let Ok(x) = ArrayView2::from_shape(shape, x) {
        add_column_sums(&x, &mut ArrayViewMut1::from(sums));
    }
}

impl fmt::Display for GlobalAvgPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Module::<f64>::description(self).fmt(f)
    }
}
