//! Values in the sizes and the order that a node needs.

use super::graph::{Graph, NodeAttribute};
use crate::layout::{Layout, Order};

/// A value of the graph: its name, and how the columns of this library correspond to it.
#[derive(Debug, Clone)]
pub(crate) struct Value {
    pub(crate) name: String,
    pub(crate) layout: Layout,
}

impl Value {
    pub(crate) fn new(name: String, layout: Layout) -> Self {
        Self { name, layout }
    }

    /// Returns the value with one axis behind that of the batch. The order of its numbers stays.
    pub(crate) fn flat(self, graph: &mut Graph) -> Self {
        if self.layout.is_flat() {
            return self;
        }
        let name = graph.node("Flatten", &[&self.name], &[("axis", NodeAttribute::Integer(1))]);
        let sizes = vec![self.layout.size()];
        let order = self.layout.order;
        Self::new(name, Layout { sizes, order })
    }

    /// Returns the value with these sizes in this order. Nodes are added only for what differs.
    pub(crate) fn arranged(self, graph: &mut Graph, wanted: &Layout) -> Self {
        if self.layout.order == wanted.order {
            return self.reshaped(graph, &wanted.sizes);
        }
        let value = self.in_same_order(graph);
        match &wanted.order {
            Order::Same => value,
            Order::ChannelsLast { channels, positions } => {
                let sizes = match &wanted.sizes[..] {
                    [first, lengths @ ..] if first == channels => [lengths, &[*channels]].concat(),
                    _ => vec![*positions, *channels],
                };
                let last = sizes.len() - 1;
                let axes: Vec<usize> = [last].into_iter().chain(0..last).collect();
                value.reshaped(graph, &sizes).transposed(graph, &axes)
            }
            Order::Listed(indices) => {
                let size = indices.len();
                let mut columns = vec![0; size];
                for (column, &index) in indices.iter().enumerate() {
                    columns[index] = column;
                }
                value.gathered(graph, &columns, wanted.order.clone())
            }
        }
        .reshaped(graph, &wanted.sizes)
    }

    /// Returns the value with its numbers in the order of the columns of this library.
    pub(crate) fn in_same_order(self, graph: &mut Graph) -> Self {
        match self.layout.order.clone() {
            Order::Same => self,
            Order::ChannelsLast { channels, positions } => {
                let value = if self.layout.sizes.first() == Some(&channels) {
                    self
                } else {
                    self.reshaped(graph, &[channels, positions])
                };
                let axes: Vec<usize> = (1..value.layout.sizes.len()).chain([0]).collect();
                value.transposed(graph, &axes)
            }
            Order::Listed(indices) => {
                let flat = self.flat(graph);
                flat.gathered(graph, &indices, Order::Same)
            }
        }
    }

    fn reshaped(self, graph: &mut Graph, sizes: &[usize]) -> Self {
        if self.layout.sizes == sizes {
            return self;
        }
        if let [_] = sizes {
            return self.flat(graph);
        }
        // A size of 0 is that of the input: the batch.
        let shape = graph.integers(
            "shape",
            std::iter::once(0).chain(sizes.iter().map(|&size| size as i64)),
        );
        let name = graph.node("Reshape", &[&self.name, &shape], &[]);
        let order = self.layout.order;
        Self::new(
            name,
            Layout {
                sizes: sizes.to_vec(),
                order,
            },
        )
    }

    fn transposed(self, graph: &mut Graph, axes: &[usize]) -> Self {
        let perm = std::iter::once(0)
            .chain(axes.iter().map(|&axis| axis as i64 + 1))
            .collect();
        let name = graph.node(
            "Transpose",
            &[&self.name],
            &[("perm", NodeAttribute::Integers(perm))],
        );
        let sizes: Vec<usize> = axes.iter().map(|&axis| self.layout.sizes[axis]).collect();
        // Either way, the channels move between the first and the last axis.
        let layout = match self.layout.order {
            Order::Same => Layout::image(sizes),
            _ => Layout::same(sizes),
        };
        Self::new(name, layout)
    }

    /// Returns the flat value whose number i is number `indices[i]` of this one.
    fn gathered(self, graph: &mut Graph, indices: &[usize], order: Order) -> Self {
        let flat = self.flat(graph);
        let numbers = graph.integers("order", indices.iter().map(|&index| index as i64));
        let axis = ("axis", NodeAttribute::Integer(1));
        let name = graph.node("Gather", &[&flat.name, &numbers], &[axis]);
        let sizes = vec![indices.len()];
        Self::new(name, Layout { sizes, order })
    }
}
