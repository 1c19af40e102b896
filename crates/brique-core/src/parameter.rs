//! What a module learns.

use brique_tensor::ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};
use brique_tensor::{Matrix, Scalar, aligned, aligned_zeros, all_finite, compile_once, update};

/// A value and the gradient accumulated for it, always of one shape.
///
/// ```
/// use brique_core::Parameter;
/// use brique_tensor::ndarray::array;
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
    /// Whether the gradient is known to be finite; where it is not known, it has to be looked at.
    is_known_finite: bool,
}

impl<T: Scalar> Clone for Parameter<T> {
    fn clone(&self) -> Self {
        Self {
            value: aligned(&self.value),
            gradient: aligned(&self.gradient),
            weight_rows: self.weight_rows,
            names: self.names,
            is_known_finite: self.is_known_finite,
        }
    }
}

/// The names of the first and of the other rows, and how many the first are.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Names {
    first: &'static str,
    rows: usize,
    others: &'static str,
}

/// What is known of a gradient makes no difference.
impl<T: Scalar> PartialEq for Parameter<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value && self.gradient == other.gradient && self.weight_rows == other.weight_rows
    }
}

impl<T: Scalar> Parameter<T> {
    /// A parameter of this value whose gradient is zero. Both lie in memory row by row, from the start of a line of the cache on.
    ///
    /// All of its rows are weights.
    #[must_use]
    pub fn new(value: Array2<T>) -> Self {
        let rows = value.nrows();
        Self::with_weight_rows(value, rows)
    }

    /// A parameter of which the first `weight_rows` rows are weights; the others are biases or scales, which a weight decay
    /// can leave alone. More rows than there are count as all.
    ///
    /// ```
    /// use brique_core::Parameter;
    /// use brique_tensor::ndarray::array;
    ///
    /// let linear = Parameter::with_weight_rows(array![[3.0], [4.0], [0.5]], 2); // the last row is the bias
    /// assert_eq!(linear.weight_rows(), 2);
    /// ```
    #[must_use]
    #[allow(
        clippy::needless_pass_by_value,
        reason = "the value is the parameter's own from here on, in the place that it needs"
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
            is_known_finite: true,
        }
    }

    /// The parameter with other names for its tensors: the first `rows` rows are called `first`, the others `others`.
    ///
    /// By default the weights are called `weight`, the other rows `bias`. Names are unique within a module.
    ///
    /// ```
    /// use brique_core::Parameter;
    /// use brique_tensor::ndarray::array;
    ///
    /// let parameter = Parameter::with_weight_rows(array![[1.0, 1.0], [0.0, 0.0]], 0).named("weight", 1, "bias");
    /// let names: Vec<&str> = parameter.tensors().map(|(name, _)| name).collect();
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

    /// The tensors of the parameter, each some of its rows, with their names. The second is not returned if it has no rows.
    pub fn tensors(&self) -> impl Iterator<Item = (&'static str, ArrayView2<'_, T>)> {
        let Names { first, rows, others } = self.names;
        let (top, bottom) = self.value.view().split_at(Axis(0), rows);
        let others = (bottom.nrows() > 0).then_some((others, bottom));
        [(first, top)].into_iter().chain(others)
    }

    /// As [`tensors`](Self::tensors), to be written.
    pub fn tensors_mut(&mut self) -> impl Iterator<Item = (&'static str, ArrayViewMut2<'_, T>)> {
        let Names { first, rows, others } = self.names;
        let (top, bottom) = self.value.view_mut().split_at(Axis(0), rows);
        let others = (bottom.nrows() > 0).then_some((others, bottom));
        [(first, top)].into_iter().chain(others)
    }

    /// The value.
    #[must_use]
    pub fn value(&self) -> &Matrix<T> {
        &self.value
    }

    /// The value, to write to; a view, so that its shape stays what it is.
    pub fn value_mut(&mut self) -> ArrayViewMut2<'_, T> {
        self.value.view_mut()
    }

    /// The gradient accumulated since [`Parameter::zero_grad`].
    #[must_use]
    pub fn gradient(&self) -> &Matrix<T> {
        &self.gradient
    }

    /// Whether every number of the gradient is finite: neither NaN nor infinite.
    ///
    /// It is looked at only where [`overwrite_gradient`](Self::overwrite_gradient) has not told.
    #[must_use]
    pub fn has_finite_gradient(&self) -> bool {
        self.is_known_finite || all_finite(&self.gradient)
    }

    /// Lets `write` overwrite the whole gradient, and tell whether every number of it is finite: what computes a large
    /// gradient sees that for nothing, and a second pass over it is saved.
    ///
    /// ```
    /// use brique_core::Parameter;
    /// use brique_tensor::affine_overwrite_gradient;
    /// use brique_tensor::ndarray::array;
    ///
    /// let mut parameter = Parameter::new(array![[3.0], [4.0]]);
    /// let (x, delta) = (array![[2.0]], array![[f64::INFINITY]]);
    /// parameter.overwrite_gradient(|gradient| affine_overwrite_gradient(&x, &delta, gradient));
    /// assert!(!parameter.has_finite_gradient());
    /// ```
    pub fn overwrite_gradient(&mut self, write: impl FnOnce(&mut Matrix<T>) -> bool) {
        self.is_known_finite = false;
        self.is_known_finite = write(&mut self.gradient);
    }

    /// The gradient, to add to.
    pub fn gradient_mut(&mut self) -> ArrayViewMut2<'_, T> {
        self.is_known_finite = false;
        self.gradient.view_mut()
    }

    /// Value and gradient at once: what an optimiser needs.
    pub fn value_and_gradient_mut(&mut self) -> (ArrayViewMut2<'_, T>, ArrayViewMut2<'_, T>) {
        self.is_known_finite = false;
        (self.value.view_mut(), self.gradient.view_mut())
    }

    /// Rows and columns, of value and gradient alike.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        self.value.dim()
    }

    /// How many rows, from the first, are weights. The others are biases or scales.
    #[must_use]
    pub fn weight_rows(&self) -> usize {
        self.weight_rows
    }

    /// `gradient = 0`.
    pub fn zero_grad(&mut self) {
        self.gradient.fill(T::zero());
        self.is_known_finite = true;
    }

    /// `value −= gradient_step · gradient`.
    pub fn update(&mut self, gradient_step: T) {
        descend(&mut self.value, &self.gradient, gradient_step);
    }
}

compile_once! {
    fn descend<T: Scalar>(value: &mut Array2<T>, gradient: &Array2<T>, gradient_step: T) {
        update(value, gradient, move |value, gradient| value - gradient_step * gradient);
    }
}
