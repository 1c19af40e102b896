//! The passes of a node: they call the kernels of a module with the memory of its node.

use brique_tensor::ndarray::ArrayView2;
use brique_tensor::{Matrix, Scalar, all_finite};

use super::Node;
use crate::workspace::Pass;
use crate::{Gradient, Module};

impl<T: Scalar> Node<T> {
    /// Computes the output of `module`, (batch, out), and returns it.
    #[inline]
    pub fn forward<M: Module<T> + ?Sized>(&mut self, module: &M, input: &Matrix<T>) -> ArrayView2<'_, T> {
        let mut output = self.output.rows_mut(self.memory.rows);
        module.forward_kernel(input, &mut output, &mut self.memory);
        if self.memory.pass == Pass::Watched {
            self.is_finite = all_finite(&output);
        }
        self.output()
    }

    /// As [`forward`](Self::forward), but writes into `output`.
    #[inline]
    pub fn forward_into<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
        output: &mut Matrix<T>,
    ) {
        module.forward_kernel(input, output, &mut self.memory);
        if self.memory.pass == Pass::Watched {
            self.is_finite = all_finite(output);
        }
    }

    /// Computes the gradient with respect to the input of `module`, (batch, in), from that with respect to its output.
    ///
    /// It may overwrite the saved values: call it only once after each forward pass.
    pub fn delta<M: Module<T> + ?Sized>(&mut self, module: &M, input: &Matrix<T>, delta: &Matrix<T>) {
        let rows = self.memory.rows;
        if self.saves_in_delta() {
            // The kernel reads the saved values in the buffer that it then overwrites with the input delta. The buffer
            // leaves the memory for the time of the call, because the kernel borrows both.
            let mut saved = std::mem::take(&mut self.memory.saved);
            module.delta_kernel(input, delta, &mut saved.rows_mut(rows), &mut self.memory);
            self.memory.saved = saved;
            return;
        }
        let mut input_delta = self.input_delta.rows_mut(rows);
        module.delta_kernel(input, delta, &mut input_delta, &mut self.memory);
    }

    /// As [`delta`](Self::delta), but writes into `input_delta`.
    pub fn delta_into<M: Module<T> + ?Sized>(
        &mut self,
        module: &M,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
    ) {
        // The kernel expects the saved values in `input_delta`.
        if self.saves_in_delta() {
            input_delta.assign(&self.memory.saved());
        }
        module.delta_kernel(input, delta, input_delta, &mut self.memory);
    }

    /// Computes the gradient with respect to the input of `module`, (batch, in), and the gradients of its parameters.
    ///
    /// It may overwrite the saved values: call it only once after each forward pass.
    #[inline]
    pub fn backward<M: Module<T> + ?Sized>(
        &mut self,
        module: &mut M,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        gradient: Gradient,
    ) {
        let rows = self.memory.rows;
        if self.saves_in_delta() {
            // As in `delta`.
            let mut saved = std::mem::take(&mut self.memory.saved);
            let input_delta = Some(&mut *saved.rows_mut(rows));
            module.backward_kernel(input, delta, input_delta, gradient, &mut self.memory);
            self.memory.saved = saved;
            return;
        }
        let mut input_delta = self.input_delta.rows_mut(rows);
        module.backward_kernel(input, delta, Some(&mut input_delta), gradient, &mut self.memory);
    }

    /// As [`backward`](Self::backward), but writes into `input_delta`. If that is `None`, computes only the gradients
    /// of the parameters.
    #[inline]
    pub fn backward_into<M: Module<T> + ?Sized>(
        &mut self,
        module: &mut M,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        mut input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
    ) {
        // As in `delta_into`.
        if let (true, Some(input_delta)) = (self.saves_in_delta(), &mut input_delta) {
            input_delta.assign(&self.memory.saved());
        }
        module.backward_kernel(input, delta, input_delta, gradient, &mut self.memory);
    }
}
