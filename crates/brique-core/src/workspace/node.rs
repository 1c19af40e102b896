//! A node of the workspace's tree: the memory of one module.

mod chain;
mod passes;

pub use chain::Link;

use brique_tensor::ndarray::ArrayView2;
use brique_tensor::{Matrix, Scalar};

use super::buffer::Buffer;
use super::memory::Saves;
use super::{Memory, Pass, Plan};
use crate::check::check_allocatable;
use crate::{Description, Fault, Module, Shape};

/// The buffers of one module: its output, the gradient with respect to its input, and its [`Memory`].
///
/// A composite module gets the nodes of its inner modules from [`Memory::inner`], and calls the methods of a node to
/// run the inner module. `forward`, `delta` and `backward` write into the buffers of the node; `forward_into`,
/// `delta_into` and `backward_into` write into a matrix of the caller.
#[derive(Debug, Clone)]
pub struct Node<T: Scalar = f64> {
    memory: Memory<T>,
    output: Buffer<T>,
    input_delta: Buffer<T>,
    /// The shape of one example of the output, if the node was created for an inner module.
    shape: Option<Shape>,
    is_finite: bool,
}

impl<T: Scalar> Default for Node<T> {
    fn default() -> Self {
        Self {
            memory: Memory::default(),
            output: Buffer::default(),
            input_delta: Buffer::default(),
            shape: None,
            is_finite: true,
        }
    }
}

impl<T: Scalar> Node<T> {
    /// Creates the node of an inner module whose output has the shape `output`.
    #[cold]
    pub(super) fn of_output(output: Shape) -> Self {
        Self {
            shape: Some(output),
            ..Self::default()
        }
    }

    /// Adapts this node, and the nodes inside it, to `module` and to a batch of `rows` examples. Returns whether they
    /// already fitted the module.
    ///
    /// Each pass calls this method first, so that a kernel never finds the memory of another network. Once the buffers
    /// are allocated, this costs one call and a few comparisons for each module, which is not noticeable in a step of a
    /// small network.
    #[inline]
    pub(crate) fn prepare<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: Shape,
        outputs: usize,
        rows: usize,
        pass: Pass,
    ) -> bool {
        self.memory.pass = pass;
        self.memory.rows = rows;
        // `&` instead of `&&`: every buffer has to be adapted, even after the first one that did not fit.
        let is_same = self.output.set_columns(outputs) & self.input_delta.set_columns(input.size());
        Plan::run(&mut self.memory, module, input) & is_same
    }

    /// Checks that memory for a pass over the rows that the node was prepared for can be allocated.
    #[cold]
    pub(crate) fn check_memory(&self, pass: Pass) -> Result<(), Fault> {
        check_allocatable::<T>(
            "the number of values in memory",
            (self.rows(), self.columns(pass)),
        )
    }

    /// Returns the number of values per example in all buffers that a pass uses.
    fn columns(&self, pass: Pass) -> usize {
        let scratch = self.memory.scratch.iter().map(Buffer::columns);
        let inner = self.memory.inner.iter().map(|node| node.columns(pass));
        let columns = scratch
            .chain(inner)
            .fold(self.output.columns(), usize::saturating_add);
        if pass != Pass::Training {
            return columns;
        }
        let saved = match self.memory.saves {
            Saves::Nothing => self.input_delta.columns(),
            Saves::Apart => self
                .input_delta
                .columns()
                .saturating_add(self.memory.saved.columns()),
            Saves::InDelta => self.memory.saved.columns(),
        };
        columns.saturating_add(saved)
    }

    /// Creates the memory of `module` for a training step on a batch of the shape of `input`. It is for tests that call
    /// single kernels.
    #[must_use]
    pub fn for_training<M: Module<T> + ?Sized>(module: &M, input: &Matrix<T>, outputs: usize) -> Self {
        let mut node = Self::default();
        let (rows, columns) = input.dim();
        node.prepare(module, Shape::from(columns), outputs, rows, Pass::Training);
        node
    }

    /// Writes the output shapes of the inner modules into their descriptions. The node must have been prepared for the
    /// module that is described.
    pub(crate) fn annotate(&self, description: &mut Description) {
        for (node, inner) in self.memory.inner.iter().zip(&mut description.inner) {
            inner.output = node.shape.map(|shape| shape.sizes().to_vec());
            node.annotate(&mut inner.module);
        }
    }

    /// Returns whether the module needs a forward pass before a backward pass.
    pub(crate) fn needs_forward(&self) -> bool {
        self.memory.saves != Saves::Nothing
            || !self.memory.inner.is_empty()
            || !self.memory.scratch.is_empty()
    }

    /// Returns the output that [`forward`](Self::forward) computed, (batch, out).
    #[must_use]
    #[inline]
    pub fn output(&self) -> ArrayView2<'_, T> {
        self.output.rows(self.memory.rows)
    }

    /// Returns the gradient with respect to the input, (batch, in), that [`delta`](Self::delta) or
    /// [`backward`](Self::backward) computed.
    #[must_use]
    #[inline]
    pub fn input_delta(&self) -> ArrayView2<'_, T> {
        if self.saves_in_delta() {
            return self.memory.saved();
        }
        self.input_delta.rows(self.memory.rows)
    }

    /// Returns whether the output of the module is always its input, value for value, as the module has stated by
    /// [`Plan::keep_values`].
    #[must_use]
    #[inline]
    pub fn keeps_values(&self) -> bool {
        self.memory.keeps_values
    }

    /// Returns the memory of the inner modules, in their order.
    #[must_use]
    pub fn inner(&self) -> &[Node<T>] {
        &self.memory.inner
    }

    /// Calls `visit` for the saved values of the module and of each module inside it.
    #[doc(hidden)]
    pub fn visit_saved(&self, visit: &mut dyn FnMut(ArrayView2<'_, T>)) {
        if self.memory.saves != Saves::Nothing {
            visit(self.memory.saved());
        }
        for node in &self.memory.inner {
            node.visit_saved(visit);
        }
    }

    #[inline]
    fn saves_in_delta(&self) -> bool {
        self.memory.saves == Saves::InDelta
    }

    pub(crate) fn rows(&self) -> usize {
        self.memory.rows
    }

    /// Finds the first module whose output was not finite in the last `Pass::Watched`, and returns its path and its
    /// `Display` text. Inner modules come before the module that contains them.
    pub(super) fn first_not_finite(&self, module: &dyn Module<T>, path: String) -> Option<(String, String)> {
        for (number, node) in self.memory.inner.iter().enumerate() {
            if let Some((name, inner)) = module.inner(number)
                && let Some(found) = node.first_not_finite(inner, crate::path::joined(&path, name))
            {
                return Some(found);
            }
        }
        (!self.is_finite).then(|| (path, module.to_string()))
    }

    pub(super) fn fill(&mut self, number: T) {
        self.output.fill(number);
        self.input_delta.fill(number);
        self.memory.saved.fill(number);
        for scratch in &mut self.memory.scratch {
            scratch.fill(number);
        }
        for node in &mut self.memory.inner {
            node.fill(number);
        }
    }
}
