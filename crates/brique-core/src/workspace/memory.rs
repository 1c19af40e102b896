//! What a kernel sees of the workspace.

use brique_tensor::Scalar;
use brique_tensor::ndarray::{ArrayView2, ArrayViewMut2};

use super::Node;
use super::buffer::Buffer;

/// Why a forward pass runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pass {
    /// For a prediction: nothing is random, nothing is saved.
    Prediction,
    /// As in training, without a backward pass: nothing is saved.
    #[default]
    Forward,
    /// For a backward pass.
    Training,
    /// To look for the first number that is not finite.
    Watched,
}

/// Where the values are that a module saves for the backward pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Saves {
    /// It saves none.
    Nothing,
    /// In a matrix of their own.
    Apart,
    /// In the matrix where the gradient with respect to the input is written.
    InDelta,
}

/// What a backward pass does with the gradient of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Gradient {
    /// Adds to the gradient that is there.
    Add,
    /// Overwrites the gradient that is there.
    Overwrite,
}

/// What a module's kernels find in the workspace: the values that it saves for the backward pass, its scratch matrices, and
/// the memory of its inner modules.
///
/// It holds what [`Module::plan_memory`](crate::Module::plan_memory) asked for.
///
/// ```
/// use brique_core::{Fault, Memory, Module, Plan, Shape};
/// use brique_tensor::Matrix;
/// use brique_tensor::ndarray::{Zip, array};
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
///     fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
///         Zip::from(&mut *output).and(input).for_each(|y, &x| *y = x.exp());
///         if let Some(mut saved) = memory.save() {
///             saved.assign(output);
///         }
///     }
///     fn delta_kernel(&self, _: &Matrix, delta: &Matrix, input_delta: &mut Matrix, memory: &mut Memory) {
///         Zip::from(input_delta).and(delta).and(memory.saved()).for_each(|d, delta, y| *d = delta * y);
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
            scratch: Vec::new(),
            inner: Vec::new(),
        }
    }
}

impl<T: Scalar> Memory<T> {
    /// Whether the network predicts: a module that is random in training is not random then.
    #[must_use]
    #[inline]
    pub fn is_prediction(&self) -> bool {
        self.pass == Pass::Prediction
    }

    /// For a forward kernel: the matrix for the values that are saved, (batch, saved), to be overwritten.
    ///
    /// `None` if no backward pass follows, or the module saves nothing.
    #[inline]
    pub fn save(&mut self) -> Option<ArrayViewMut2<'_, T>> {
        if self.pass == Pass::Training && self.saves != Saves::Nothing {
            return Some(self.saved.rows_mut(self.rows));
        }
        None
    }

    /// For a backward kernel: the values that the forward kernel saved for this batch, (batch, saved).
    #[must_use]
    #[inline]
    pub fn saved(&self) -> ArrayView2<'_, T> {
        self.saved.rows(self.rows)
    }

    /// The scratch matrix of this number, (batch, columns), with any content.
    ///
    /// # Panics
    ///
    /// If the module did not plan it.
    #[inline]
    pub fn scratch(&mut self, number: usize) -> ArrayViewMut2<'_, T> {
        self.scratch[number].rows_mut(self.rows)
    }

    /// The memory of the inner modules, in the order in which they were planned.
    #[inline]
    pub fn inner(&mut self) -> &mut [Node<T>] {
        &mut self.inner
    }

    /// A scratch matrix and the memory of the inner modules at once.
    ///
    /// # Panics
    ///
    /// If the module did not plan the scratch matrix.
    #[inline]
    pub fn scratch_and_inner(&mut self, number: usize) -> (ArrayViewMut2<'_, T>, &mut [Node<T>]) {
        (self.scratch[number].rows_mut(self.rows), &mut self.inner)
    }
}
