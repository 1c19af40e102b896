//! The part of the workspace that a kernel can use.

use brique_tensor::Scalar;
use brique_tensor::ndarray::{ArrayView2, ArrayViewMut2};

use super::Node;
use super::buffer::Buffer;

/// The purpose of a forward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pass {
    /// For a prediction: without randomness, and without saving values.
    Prediction,
    /// As in training, but without a backward pass: no values are saved.
    #[default]
    Forward,
    /// As in training, before a backward pass: values are saved.
    Training,
    /// To find the first output that is not finite.
    Watched,
}

/// The matrix in which a module saves values for the backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saves {
    /// None: the module saves no values.
    Nothing,
    /// A separate matrix.
    Apart,
    /// The matrix into which the gradient with respect to the input is written.
    InDelta,
}

/// How a backward pass writes the gradient of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gradient {
    /// Adds to the stored gradient.
    Add,
    /// Overwrites the stored gradient.
    Overwrite,
}

/// The memory that a module's kernels can use: the values saved for the backward pass, the scratch matrices, and the
/// memory of the inner modules.
///
/// It holds the buffers that [`Module::plan_memory`](crate::Module::plan_memory) requested.
///
/// ```
/// use brique_core::{Fault, Memory, Module, Plan, Shape};
/// use brique_core::ndarray::{Zip, array};
/// use brique_tensor::Matrix;
///
/// /// y = eˣ, whose derivative is its output.
/// #[derive(Debug)]
/// struct Exp;
///
/// impl std::fmt::Display for Exp {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         write!(f, "Exp")
///     }
/// }
///
/// impl Module for Exp {
///     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
///         Ok(input)
///     }
///     fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
///         plan.save(input.size());
///     }
///     fn forward_kernel(&self, x: &Matrix, output: &mut Matrix, memory: &mut Memory) {
///         Zip::from(&mut *output).and(x).for_each(|y, &x| *y = x.exp());
///         if let Some(mut saved) = memory.save() {
///             saved.assign(output);
///         }
///     }
///     fn delta_kernel(
///         &self,
///         _: &Matrix,
///         delta: &Matrix,
///         input_delta: &mut Matrix,
///         memory: &mut Memory,
///     ) {
///         let values = Zip::from(input_delta).and(delta).and(memory.saved());
///         values.for_each(|d, delta, y| *d = delta * y);
///     }
/// }
///
/// assert_eq!(Exp.backward_delta(&array![[0.0]], &array![[3.0]])?, array![[3.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Memory<T: Scalar = f64> {
    pub(super) pass: Pass,
    pub(super) rows: usize,
    pub(super) saved: Buffer<T>,
    pub(super) saves: Saves,
    pub(super) keeps_values: bool,
    pub(super) is_chain: bool,
    pub(super) scratch: Vec<Buffer<T>>,
    pub(super) inner: Vec<Node<T>>,
}

impl<T: Scalar> Default for Memory<T> {
    fn default() -> Self {
        Self {
            pass: Pass::default(),
            rows: 0,
            saved: Buffer::default(),
            saves: Saves::Nothing,
            keeps_values: false,
            is_chain: false,
            scratch: Vec::new(),
            inner: Vec::new(),
        }
    }
}

impl<T: Scalar> Memory<T> {
    /// Returns whether the pass is a prediction. A module that is random in training must not be random in a
    /// prediction.
    #[must_use]
    #[inline]
    pub fn is_prediction(&self) -> bool {
        self.pass == Pass::Prediction
    }

    /// For a forward kernel: returns the matrix for the saved values, (batch, saved), to be overwritten.
    ///
    /// Returns `None` if no backward pass follows, or the module saves no values.
    #[inline]
    pub fn save(&mut self) -> Option<ArrayViewMut2<'_, T>> {
        if self.pass == Pass::Training && self.saves != Saves::Nothing {
            return Some(self.saved.rows_mut(self.rows));
        }
        None
    }

    /// For a backward kernel: returns the values that the forward kernel saved for this batch, (batch, saved).
    #[must_use]
    #[inline]
    pub fn saved(&self) -> ArrayView2<'_, T> {
        self.saved.rows(self.rows)
    }

    /// Returns the scratch matrix with the index `number`, (batch, columns). Its content is unspecified.
    ///
    /// # Panics
    ///
    /// If the module did not request it in its plan.
    #[inline]
    pub fn scratch(&mut self, number: usize) -> ArrayViewMut2<'_, T> {
        self.scratch[number].rows_mut(self.rows)
    }

    /// Returns the memory of the inner modules, in the order in which it was requested.
    #[inline]
    pub fn inner(&mut self) -> &mut [Node<T>] {
        &mut self.inner
    }

    /// Returns both a scratch matrix and the memory of the inner modules.
    ///
    /// # Panics
    ///
    /// If the module did not request the scratch matrix in its plan.
    #[inline]
    pub fn scratch_and_inner(&mut self, number: usize) -> (ArrayViewMut2<'_, T>, &mut [Node<T>]) {
        (self.scratch[number].rows_mut(self.rows), &mut self.inner)
    }
}
