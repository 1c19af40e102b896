//! The memory that a module requests from the workspace.

use brique_tensor::Scalar;

use super::buffer::Buffer;
use super::memory::Saves;
use super::{Memory, Node};
use crate::{Module, Shape};

/// Records the memory that a module needs for a batch: [`Module::plan_memory`] calls its methods.
///
/// Each method compares the request with the existing memory and changes the memory if it does not fit. Planning the
/// same batch again allocates nothing.
#[derive(Debug)]
pub struct Plan<'a, T: Scalar = f64> {
    memory: &'a mut Memory<T>,
    scratch: usize,
    inner: usize,
    /// Whether the existing memory has fitted every request so far.
    is_same: bool,
}

impl<'a, T: Scalar> Plan<'a, T> {
    /// Runs the plan of `module`. Returns whether the memory already fitted.
    #[inline]
    pub(super) fn run<M: Module<T> + ?Sized>(memory: &'a mut Memory<T>, module: &M, input: Shape) -> bool {
        let saves = std::mem::replace(&mut memory.saves, Saves::Nothing);
        memory.keeps_values = false;
        memory.is_chain = false;
        let mut plan = Self {
            memory,
            scratch: 0,
            inner: 0,
            is_same: true,
        };
        module.plan_memory(input, &mut plan);
        if plan.scratch != plan.memory.scratch.len() || plan.inner != plan.memory.inner.len() {
            plan.drop_others();
        }
        plan.is_same && plan.memory.saves == saves
    }

    /// Drops the buffers that only a previous module needed.
    #[cold]
    fn drop_others(&mut self) {
        self.memory.scratch.truncate(self.scratch);
        self.memory.inner.truncate(self.inner);
        self.is_same = false;
    }

    /// Requests space for `columns` saved values per example.
    #[inline]
    pub fn save(&mut self, columns: usize) {
        self.is_same &= self.memory.saved.set_columns(columns);
        self.memory.saves = Saves::Apart;
    }

    /// Requests space for `input.size()` saved values per example in the matrix of the input delta: a backward kernel
    /// finds them in `input_delta` and overwrites them.
    ///
    /// For a module that only multiplies the saved values by δ, this avoids a pass through memory: 3 to 5 % of a step
    /// of a small network.
    #[inline]
    pub fn save_in_delta(&mut self, input: Shape) {
        self.save(input.size());
        self.memory.saves = Saves::InDelta;
    }

    /// States that the output of the module is always its input, value for value. An outer module may then skip the
    /// module, which saves two copies: see [`Node::keeps_values`].
    #[inline]
    pub fn keep_values(&mut self) {
        self.memory.keeps_values = true;
    }

    /// States that the module has no parameters of its own and applies its inner modules one after the other, each once,
    /// in the order in which it requests their memory. A backward pass can then report each inner module as soon as it has passed it: see
    /// [`Workspace::backward_with_reports`](crate::Workspace::backward_with_reports).
    #[inline]
    pub fn chain(&mut self) {
        self.memory.is_chain = true;
    }

    /// Requests one more scratch matrix, with `columns` values per example.
    pub fn scratch(&mut self, columns: usize) {
        if self.scratch == self.memory.scratch.len() {
            self.memory.scratch.push(Buffer::default());
            self.is_same = false;
        }
        self.is_same &= self.memory.scratch[self.scratch].set_columns(columns);
        self.scratch += 1;
    }

    /// Requests the memory of the next inner module, whose examples have the shapes `input` and `output`.
    ///
    /// A composite module calls this for each inner module, in the order of [`Module::inner`]. It must have checked the
    /// shapes when it was built.
    #[inline]
    pub fn inner(&mut self, module: &dyn Module<T>, input: Shape, output: Shape) {
        if self.inner == self.memory.inner.len() {
            self.memory.inner.push(Node::of_output(output));
            self.is_same = false;
        }
        let (rows, pass) = (self.memory.rows, self.memory.pass);
        let node = &mut self.memory.inner[self.inner];
        self.is_same &= node.prepare(module, input, output.size(), rows, pass);
        self.inner += 1;
    }
}
