//! The values of a graph: what is known about each name.

use std::rc::Rc;

use crate::layout::Layout;
use crate::proto::TensorProto;
use crate::tensor::{Numbers, Tensor};

#[derive(Debug, Clone)]
pub(super) enum Value<'f> {
    /// Depends on the input of the graph.
    Batch(Activation),
    /// A constant of the file, not read yet.
    Stored(&'f TensorProto),
    Constant(Rc<Tensor>),
    /// Sizes of values, computed from a shape.
    Sizes(Sizes),
    /// The output of a node that is not supported.
    Unknown,
}

/// A value with one example in each row.
#[derive(Debug, Clone)]
pub(super) struct Activation {
    pub(super) step: usize,
    pub(super) layout: Layout,
}

/// A list of sizes, or a single one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sizes {
    pub(super) list: Vec<Size>,
    pub(super) is_list: bool,
}

/// A size that a graph computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Known(i64),
    /// The number of rows, which is free.
    Batch,
}

impl Sizes {
    pub(super) fn list(list: Vec<Size>) -> Self {
        let is_list = true;
        Self { list, is_list }
    }

    /// Returns the integers of a constant, if it has at most one axis.
    pub(super) fn of(tensor: &Tensor) -> Option<Self> {
        let (Numbers::Integers(list), [] | [_]) = (tensor.numbers(), tensor.sizes()) else {
            return None;
        };
        Some(Self {
            list: list.iter().map(|&number| Size::Known(number)).collect(),
            is_list: tensor.sizes().len() == 1,
        })
    }

    /// Returns the numbers, if none of them is that of the rows.
    pub(super) fn known(&self) -> Option<Vec<i64>> {
        let known = |size: &Size| match size {
            Size::Known(number) => Some(*number),
            Size::Batch => None,
        };
        self.list.iter().map(known).collect()
    }
}
