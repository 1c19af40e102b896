//! The backward pass through a chain of modules.

use brique_tensor::{Matrix, Scalar};

use super::Node;
use crate::{Gradient, Module};

/// One module of a chain in the backward pass.
#[derive(Debug)]
pub struct Link<'a, T: Scalar = f64> {
    /// The index of the module.
    pub number: usize,
    /// The memory of the module.
    pub node: &'a mut Node<T>,
    /// The input of the module.
    pub input: &'a Matrix<T>,
    /// ∂L/∂output of the module.
    pub delta: &'a Matrix<T>,
    /// The caller's matrix for ∂L/∂input, for the first module only. The other modules write into their nodes.
    pub input_delta: Option<&'a mut Matrix<T>>,
}

impl<T: Scalar> Node<T> {
    /// Calls `visit` for each module of a chain that changes values, from the last to the first.
    ///
    /// `nodes` are those of the modules in order, after a forward pass; `input` and `delta` are those of the chain, and
    /// `input_delta` is overwritten if it is given. `visit` runs the backward pass of the module.
    pub fn walk_back(
        nodes: &mut [Self],
        input: &Matrix<T>,
        delta: &Matrix<T>,
        mut input_delta: Option<&mut Matrix<T>>,
        mut visit: impl FnMut(Link<'_, T>),
    ) {
        for number in (0..nodes.len()).rev() {
            let (before, rest) = nodes.split_at_mut(number);
            let Some((node, after)) = rest.split_first_mut() else {
                continue;
            };
            // δ is the input delta of the next module, and the input x is the output of the previous one.
            let is_run = |node: &&Self| !node.keeps_values();
            let above = after.iter().find(is_run).map(Node::input_delta);
            let delta = above.as_deref().unwrap_or(delta);
            let x = before.iter().rfind(is_run).map(Node::output);
            let input = x.as_deref().unwrap_or(input);
            match input_delta.take_if(|_| number == 0) {
                input_delta if !node.keeps_values() => visit(Link {
                    number,
                    node,
                    input,
                    delta,
                    input_delta,
                }),
                Some(input_delta) => input_delta.assign(delta),
                None => {}
            }
        }
        // A chain without modules computes y = x.
        if let (true, Some(input_delta)) = (nodes.is_empty(), input_delta) {
            input_delta.assign(delta);
        }
    }

    /// As [`backward_into`](Self::backward_into) without an input delta, and calls `report` for each module whose gradients
    /// are complete: for each module of a chain, from the last to the first; otherwise for `module`, at the end.
    pub(crate) fn backward_with_reports(
        &mut self,
        module: &mut dyn Module<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        gradient: Gradient,
        report: &mut dyn FnMut(&mut dyn Module<T>),
    ) {
        if !self.memory.is_chain {
            self.backward_into(module, input, delta, None, gradient);
            return report(module);
        }
        let mut report_inner = |module: &mut dyn Module<T>, number: usize| {
            if let Some((_, inner)) = module.inner_mut(number) {
                report(inner);
            }
        };
        let mut reported = self.memory.inner.len();
        Self::walk_back(&mut self.memory.inner, input, delta, None, |link| {
            let number = link.number;
            // Modules that keep values have no backward pass.
            (number + 1..reported)
                .rev()
                .for_each(|skipped| report_inner(module, skipped));
            if let Some((_, inner)) = module.inner_mut(number) {
                link.backward(inner, gradient);
            }
            report_inner(module, number);
            reported = number;
        });
        (0..reported)
            .rev()
            .for_each(|skipped| report_inner(module, skipped));
    }
}

impl<T: Scalar> Link<'_, T> {
    /// Runs the backward pass of `module`, which is the one of this link.
    pub fn backward(self, module: &mut dyn Module<T>, gradient: Gradient) {
        let Self {
            node, input, delta, ..
        } = self;
        if self.number == 0 {
            node.backward_into(module, input, delta, self.input_delta, gradient);
        } else {
            node.backward(module, input, delta, gradient);
        }
    }

    /// Computes the gradient with respect to the input of `module`, which is the one of this link.
    pub fn delta(self, module: &dyn Module<T>) {
        let Self {
            node, input, delta, ..
        } = self;
        match self.input_delta {
            Some(input_delta) => node.delta_into(module, input, delta, input_delta),
            None => node.delta(module, input, delta),
        }
    }
}
