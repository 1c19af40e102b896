//! What a module asks the workspace for.

use brique_tensor::Scalar;

use super::buffer::Buffer;
use super::memory::Saves;
use super::{Memory, Node};
use crate::{Module, Shape};

/// Takes down which memory a module needs for a batch: [`Module::plan_memory`] calls its methods.
///
/// It compares with the memory that is there and changes it if it does not fit: planning the same batch again allocates
/// nothing.
#[derive(Debug)]
pub struct Plan<'a, T: Scalar = f64> {
    memory: &'a mut Memory<T>,
    scratch: usize,
    inner: usize,
    /// Whether everything so far was there already.
    is_same: bool,
}

impl<'a, T: Scalar> Plan<'a, T> {
    /// Asks `module` for its plan; returns whether the memory fitted already.
    #[inline]
    pub(super) fn run<M: Module<T> + ?Sized>(memory: &'a mut Memory<T>, module: &M, input: Shape) -> bool {
        let saves = std::mem::replace(&mut memory.saves, Saves::Nothing);
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

    /// Drops what another module needed.
    #[cold]
    fn drop_others(&mut self) {
        self.memory.scratch.truncate(self.scratch);
        self.memory.inner.truncate(self.inner);
        self.is_same = false;
    }

    /// Asks for space for `columns` saved values per example.
    #[inline]
    pub fn save(&mut self, columns: usize) {
        self.is_same &= self.memory.saved.set_columns(columns);
        self.memory.saves = Saves::Apart;
    }

    /// Asks for space for as many saved values per example as the input has, in the matrix of the input delta: a backward
    /// kernel finds them in `input_delta` and overwrites them.
    ///
    /// For a module that only multiplies them with δ this saves a pass through memory: 3 to 5 % of a step of a small network.
    #[inline]
    pub fn save_in_delta(&mut self, input: Shape) {
        self.save(input.size());
        self.memory.saves = Saves::InDelta;
    }

    /// Asks for one more scratch matrix, of `columns` values per example.
    pub fn scratch(&mut self, columns: usize) {
        if self.scratch == self.memory.scratch.len() {
            self.memory.scratch.push(Buffer::default());
            self.is_same = false;
        }
        self.is_same &= self.memory.scratch[self.scratch].set_columns(columns);
        self.scratch += 1;
    }

    /// Asks for the memory of the next inner module, whose examples have the shapes `input` and `output`.
    ///
    /// A composite module calls it for each inner module, in the order of [`Module::inner`]. It checks the shapes when it
    /// is built.
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
