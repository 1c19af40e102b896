//! Pools: the largest number or the mean of each window.

mod avg;
mod global_avg;
mod max;

pub use avg::{AvgPool, AvgPool1D, AvgPool2D};
pub use global_avg::GlobalAvgPool;
pub use max::{MaxPool, MaxPool1D, MaxPool2D};

use brique_core::{Description, Error, Fault, Shape};
use brique_tensor::Pool;

use crate::window::{outputs_of, per_axis, sizes, value};
use crate::{PerAxis, Window};

/// The shapes and windows of a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Sizes<const N: usize> {
    input: Shape,
    output: Shape,
    kernel: PerAxis<N>,
    stride: PerAxis<N>,
    pool: Pool,
}

impl<const N: usize> Sizes<N> {
    fn new(input: Shape, kernel: PerAxis<N>, stride: PerAxis<N>) -> Result<Self, Fault> {
        let window = Window::new(kernel).stride(stride);
        let (axes, channels) = window.axes_in(input)?;
        let pool = Pool::new(axes, channels)
            .ok_or_else(|| value("the number of values", input, "as many as memory can address"))?;
        Ok(Self {
            input,
            output: outputs_of::<N>(axes, channels),
            kernel,
            stride,
            pool,
        })
    }

    /// Creates the sizes for a pool of this kind, with strides as long as the kernel.
    fn of_kernel(kind: &str, input: Shape, kernel: PerAxis<N>) -> Result<Self, Error> {
        Self::new(input, kernel, kernel)
            .map_err(|fault| Error::new(format_args!("{kind}{N}D({input})"), "new", fault))
    }

    fn with_stride(&self, kind: &str, stride: PerAxis<N>) -> Result<Self, Error> {
        Self::new(self.input, self.kernel, stride)
            .map_err(|fault| Error::new(format_args!("{kind}{N}D({})", self.input), "stride", fault))
    }

    fn describe(&self, kind: &str) -> Description {
        let description = Description::new(&format!("{kind}{N}D"))
            .attribute("in", self.input)
            .attribute("out", self.output)
            .attribute("kernel", sizes(self.kernel));
        if self.stride == self.kernel {
            return description.detail("stride", sizes(self.stride));
        }
        description.attribute("stride", sizes(self.stride))
    }

    fn described(description: &Description) -> Result<Self, Error> {
        let (kernel, stride) = (per_axis(description, "kernel")?, per_axis(description, "stride")?);
        let refuse = |fault| Error::new(description, "build", fault);
        let sizes = Self::new(description.shape("in")?, kernel, stride).map_err(refuse)?;
        if description.shape("out")? == sizes.output {
            return Ok(sizes);
        }
        Err(refuse(Fault::Value {
            argument: "attribute \"out\"".into(),
            found: description.shape("out")?.to_string(),
            expected: sizes.output.to_string().into(),
        }))
    }
}
