//! Memory for a single pass, for the methods that have no workspace.

use brique_tensor::{Matrix, Scalar};

use crate::check::{batch_output, check_delta};
use crate::workspace::{Node, Pass};
use crate::{Fault, Module, Shape};

/// Returns new memory, prepared for a single pass, and the shape of the output.
pub(crate) fn prepared<T, M>(
    module: &M,
    input: &Matrix<T>,
    pass: Pass,
) -> Result<(Node<T>, (usize, usize)), Fault>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    let mut node = Node::default();
    let shape = batch_output(module, input)?;
    node.prepare(module, Shape::from(input.ncols()), shape.1, shape.0, pass);
    node.check_memory(pass)?;
    Ok((node, shape))
}

/// Returns new memory for a backward pass. A forward pass fills it if the module needs saved values.
pub(crate) fn filled<T, M>(module: &M, input: &Matrix<T>, delta: &Matrix<T>) -> Result<Node<T>, Fault>
where
    T: Scalar,
    M: Module<T> + ?Sized,
{
    check_delta(module, input, delta)?;
    let (mut node, _) = prepared(module, input, Pass::Training)?;
    if node.needs_forward() {
        node.forward(module, input);
    }
    Ok(node)
}
