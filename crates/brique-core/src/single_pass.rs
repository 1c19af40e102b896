//! Memory for a single pass, for the methods that have no workspace.

use brique_tensor::{Matrix, Scalar};

use crate::workspace::{Node, Pass};
use crate::{Module, Shape};

/// Returns new memory, prepared for a single pass.
pub(crate) fn prepared<T, M>(module: &M, input: &Matrix<T>, outputs: usize, pass: Pass) -> Node<T>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let mut node = Node::default();
    let (rows, columns) = input.dim();
    node.prepare(module, Shape::from(columns), outputs, rows, pass);
    node
}

/// Returns new memory for a backward pass. A forward pass fills it if the module needs saved values.
pub(crate) fn filled<T, M>(module: &M, input: &Matrix<T>, delta: &Matrix<T>) -> Node<T>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let mut node = prepared(module, input, delta.ncols(), Pass::Training);
    if node.needs_forward() {
        node.forward(module, input);
    }
    node
}
