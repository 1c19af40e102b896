//! The parameters of a module: values and gradients.

use std::ops::Range;

use brique_tensor::ndarray::{Array2, ArrayViewMut2, Axis};
use brique_tensor::{Matrix, Scalar, aligned, aligned_zeros, all_finite, compile_once, update};

use crate::{Layout, Shape, Tensor, TensorMut};

/// A trainable matrix and its accumulated gradient, which has the same shape: as PyTorch's `nn.Parameter` with its
/// `grad`.
///
/// ```
/// use brique_core::ndarray::array;
/// use brique_core::Parameter;
///
/// let mut parameter = Parameter::new(array![[3.0, 4.0]]);
/// parameter.gradient_mut().fill(10.0);
/// parameter.update(0.1); // value −= 0.1 · gradient
/// assert_eq!(parameter.value(), array![[2.0, 3.0]]);
///
/// parameter.zero_grad();
/// assert_eq!(parameter.gradient(), array![[0.0, 0.0]]);
/// ```
#[derive(Debug)]
pub struct Parameter<T: Scalar = f64> {
    value: Array2<T>,
    gradient: Array2<T>,
    weight_rows: usize,
    names: Names,
    /// The kernel of a convolution, if the rows of weights are those of one.
    kernel: Option<Shape>,
    /// Whether the gradient is known to be finite. If it is not known, the elements have to be checked.
    is_known_finite: bool,
}

impl<T: Scalar> Clone for Parameter<T> {
    fn clone(&self) -> Self {
        Self {
            value: aligned(&self.value),
            gradient: aligned(&self.gradient),
            weight_rows: self.weight_rows,
            names: self.names,
            kernel: self.kernel,
            is_known_finite: self.is_known_finite,
        }
    }
}

/// The names of the tensors in a parameter: `first` for the first `rows` rows, `others` for the other rows.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Names {
    first: &'static str,
    rows: usize,
    others: &'static str,
}

/// Compares values, gradients and the number of weight rows. Names and `is_known_finite` are ignored.
impl<T: Scalar> PartialEq for Parameter<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.gradient == other.gradient && self.weight_rows == other.weight_rows
    }
}

impl<T: Scalar> Parameter<T> {
    /// Creates a parameter with this value and a gradient of zero. All of its rows are weights.
    ///
    /// Value and gradient are stored row by row, each from the start of a cache line.
    #[must_use]
    pub fn new(value: Array2<T>) -> Self {
        let rows = value.nrows();
        Self::with_weight_rows(value, rows)
    }

    /// Creates a parameter whose first `weight_rows` rows are weights. The others are biases or scales; an optimiser
    /// can exclude them from weight decay. If `weight_rows` exceeds the number of rows, all rows are weights.
    ///
    /// ```
    /// use brique_core::ndarray::array;
    /// use brique_core::Parameter;
    ///
    /// // The last row is the bias.
    /// let linear = Parameter::with_weight_rows(array![[3.0], [4.0], [0.5]], 2);
    /// assert_eq!(linear.weight_rows(), 2);
    /// ```
    #[must_use]
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the parameter owns the value from here on, in an aligned buffer"
    )]
    pub fn with_weight_rows(value: Array2<T>, weight_rows: usize) -> Self {
        Self {
            value: aligned(&value),
            gradient: aligned_zeros(value.dim()),
            weight_rows: weight_rows.min(value.nrows()),
            names: Names {
                first: "weight",
                rows: weight_rows.min(value.nrows()),
                others: "bias",
            },
            kernel: None,
            is_known_finite: true,
        }
    }

    /// Divides the parameter into two named tensors: the first `rows` rows are called `first`, the other rows `others`.
    ///
    /// By default, the rows of weights are called `weight` and the other rows `bias`. A name is the last part of the
    /// tensor's path, such as `weight` in `0.weight`, and must be unique within its module.
    ///
    /// ```
    /// use brique_core::ndarray::array;
    /// use brique_core::Parameter;
    ///
    /// let parameter = Parameter::with_weight_rows(array![[1.0, 1.0], [0.0, 0.0]], 0)
    ///     .named("weight", 1, "bias");
    /// let names: Vec<&str> = parameter.tensors().map(|tensor| tensor.name).collect();
    /// assert_eq!(names, ["weight", "bias"]);
    /// ```
    #[must_use]
    pub fn named(self, first: &'static str, rows: usize, others: &'static str) -> Self {
        let rows = rows.min(self.value.nrows());
        Self {
            names: Names { first, rows, others },
            ..self
        }
    }

    /// Says that the weights are those of a convolution with a kernel of this shape. Files and PyTorch store them with
    /// [`Layout::ChannelsFirst`].
    ///
    /// The rows of weights are in the order (element of the kernel, channel): there are `kernel.size()` times as many as
    /// channels. Otherwise the method changes nothing.
    ///
    /// ```
    /// use brique_core::{Layout, Parameter};
    /// use brique_tensor::ndarray::Array2;
    ///
    /// // A kernel of 3 elements, 2 channels, 4 outputs, and the bias.
    /// let parameter = Parameter::with_weight_rows(Array2::zeros((3 * 2 + 1, 4)), 6);
    /// let parameter: Parameter = parameter.with_kernel([3]);
    /// let shapes: Vec<_> = parameter
    ///     .tensors()
    ///     .map(|tensor| tensor.layout.stored_shape(tensor.values.dim()))
    ///     .collect();
    /// assert_eq!(shapes, [vec![4, 2, 3], vec![4]]);
    /// ```
    #[must_use]
    pub fn with_kernel(self, kernel: impl Into<Shape>) -> Self {
        let kernel = Some(kernel.into())
            .filter(|kernel| kernel.size() > 0 && self.weight_rows.is_multiple_of(kernel.size()));
        Self { kernel, ..self }
    }

    /// Returns the named tensors of the parameter: the first rows under the first name and, if there are other rows,
    /// these under the second name.
    ///
    /// A tensor whose rows are all weights has [`Layout::Transposed`], or [`Layout::ChannelsFirst`] if it has all weights
    /// of a convolution. Another tensor of a single row has [`Layout::Vector`].
    pub fn tensors(&self) -> impl Iterator<Item = Tensor<'_, T>> {
        let (top, bottom) = self.value.view().split_at(Axis(0), self.names.rows);
        let [first, others] = self.names_and_layouts();
        let tensor = |((name, layout), values)| Tensor { name, layout, values };
        let others = (bottom.nrows() > 0).then(|| tensor((others, bottom)));
        [tensor((first, top))].into_iter().chain(others)
    }

    /// As [`tensors`](Self::tensors), with mutable values.
    pub fn tensors_mut(&mut self) -> impl Iterator<Item = TensorMut<'_, T>> {
        let [first, others] = self.names_and_layouts();
        let (top, bottom) = self.value.view_mut().split_at(Axis(0), self.names.rows);
        let tensor = |((name, layout), values)| TensorMut { name, layout, values };
        let others = (bottom.nrows() > 0).then(|| tensor((others, bottom)));
        [tensor((first, top))].into_iter().chain(others)
    }

    fn names_and_layouts(&self) -> [(&'static str, Layout); 2] {
        let Names { first, rows, others } = self.names;
        let layout = |rows: Range<usize>| match (rows.len(), self.kernel) {
            (_, Some(kernel)) if rows == (0..self.weight_rows) => Layout::ChannelsFirst(kernel),
            _ if rows.end <= self.weight_rows => Layout::Transposed,
            (1, _) => Layout::Vector,
            _ => Layout::Matrix,
        };
        [
            (first, layout(0..rows)),
            (others, layout(rows..self.value.nrows())),
        ]
    }

    /// Returns the value.
    #[must_use]
    pub fn value(&self) -> &Matrix<T> {
        &self.value
    }

    /// Returns a mutable view of the value. Its shape cannot be changed.
    pub fn value_mut(&mut self) -> ArrayViewMut2<'_, T> {
        self.value.view_mut()
    }

    /// Returns the gradient accumulated since [`Parameter::zero_grad`].
    #[must_use]
    pub fn gradient(&self) -> &Matrix<T> {
        &self.gradient
    }

    /// Returns whether every element of the gradient is finite: neither NaN nor infinite.
    ///
    /// The elements are not checked if the last write already reported them finite: see
    /// [`overwrite_gradient`](Self::overwrite_gradient).
    #[must_use]
    pub fn has_finite_gradient(&self) -> bool {
        self.is_known_finite || all_finite(&self.gradient)
    }

    /// Calls `write`, which must overwrite the whole gradient and return whether every element of it is finite.
    ///
    /// A kernel can check the elements while it computes them. [`has_finite_gradient`](Self::has_finite_gradient) then
    /// needs no second pass over a large gradient.
    ///
    /// ```
    /// use brique_core::ndarray::array;
    /// use brique_core::Parameter;
    /// use brique_tensor::affine_overwrite_gradient;
    ///
    /// let mut parameter = Parameter::new(array![[3.0], [4.0]]);
    /// let (x, delta) = (array![[2.0]], array![[f64::INFINITY]]);
    /// parameter.overwrite_gradient(|gradient| {
    ///     affine_overwrite_gradient(&x, &delta, gradient)
    /// });
    /// assert!(!parameter.has_finite_gradient());
    /// ```
    pub fn overwrite_gradient(&mut self, write: impl FnOnce(&mut Matrix<T>) -> bool) {
        // If `write` panics, nothing is known about the elements.
        self.is_known_finite = false;
        self.is_known_finite = write(&mut self.gradient);
    }

    /// Exchanges the gradient for `other`, which moves no numbers. `is_finite` says whether every number of `other` is known
    /// to be finite.
    ///
    /// # Panics
    ///
    /// If `other` has another shape, or is not stored row by row.
    #[track_caller]
    pub fn swap_gradient(&mut self, other: &mut Array2<T>, is_finite: bool) {
        assert!(
            other.dim() == self.gradient.dim() && other.is_standard_layout(),
            "the gradient has shape {:?}, expected {:?} row by row",
            other.dim(),
            self.gradient.dim()
        );
        std::mem::swap(&mut self.gradient, other);
        self.is_known_finite = is_finite;
    }

    /// Returns a mutable view of the gradient, for kernels that add to it.
    pub fn gradient_mut(&mut self) -> ArrayViewMut2<'_, T> {
        self.is_known_finite = false;
        self.gradient.view_mut()
    }

    /// Returns mutable views of value and gradient, for optimisers.
    pub fn value_and_gradient_mut(&mut self) -> (ArrayViewMut2<'_, T>, ArrayViewMut2<'_, T>) {
        self.is_known_finite = false;
        (self.value.view_mut(), self.gradient.view_mut())
    }

    /// Returns the rows and columns of the value, which are also those of the gradient.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        self.value.dim()
    }

    /// Returns how many rows, counted from the first, are weights. The others are biases or scales.
    #[must_use]
    pub fn weight_rows(&self) -> usize {
        self.weight_rows
    }

    /// Sets the gradient to zero.
    pub fn zero_grad(&mut self) {
        self.gradient.fill(T::zero());
        self.is_known_finite = true;
    }

    /// Computes `value −= gradient_step · gradient`.
    pub fn update(&mut self, gradient_step: T) {
        descend(&mut self.value, &self.gradient, gradient_step);
    }
}

compile_once! {
    fn descend<T: Scalar>(value: &mut Array2<T>, gradient: &Array2<T>, gradient_step: T) {
        update(value, gradient, move |value, gradient| value - gradient_step * gradient);
    }
}
