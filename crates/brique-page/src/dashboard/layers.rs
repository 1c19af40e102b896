//! The sizes of δ and of the gradients, layer by layer.

use brique_core::{Module, Node};
use brique_tensor::{Matrix, Scalar};
use brique_train::Training;
use serde::Serialize;

/// A module without inner modules.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Layer {
    /// Its path in the network, `2.1`.
    path: String,
    /// Its `Display` text.
    text: String,
    /// The numbers of the inner modules that lead to it.
    #[serde(skip)]
    module: Vec<usize>,
    /// The numbers of the nodes that lead to the one whose input is the output of the layer.
    #[serde(skip)]
    above: Option<Vec<usize>>,
}

/// One number for each layer: a root mean square, or `None` if the training does not compute these numbers.
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Sizes {
    /// Of δ, the gradient of the loss with respect to the output of the layer, for the batch.
    delta: Vec<Option<f64>>,
    /// Of the gradients of all parameters of the layer.
    gradient: Vec<Option<f64>>,
}

/// Returns the layers of a network, from its first to its last.
///
/// δ is read where the backward pass writes it, in the node of the module that follows. The last module of a network has
/// none: its δ is the gradient of the loss itself.
pub(super) fn layers<T: Scalar>(training: &Training<'_, T>) -> Vec<Layer> {
    let mut layers = Vec::new();
    let network = Visited {
        module: training.network,
        nodes: training.workspace.inner(),
        path: String::new(),
        route: Vec::new(),
        above: None,
    };
    network.add_to(&mut layers);
    layers
}

/// A module in the tree of a network, with the nodes of its inner modules.
struct Visited<'a, T: Scalar> {
    module: &'a dyn Module<T>,
    nodes: &'a [Node<T>],
    path: String,
    route: Vec<usize>,
    above: Option<Vec<usize>>,
}

impl<T: Scalar> Visited<'_, T> {
    fn add_to(self, layers: &mut Vec<Layer>) {
        if self.module.inner(0).is_none() {
            layers.push(Layer {
                path: self.path,
                text: self.module.to_string(),
                module: self.route,
                above: self.above,
            });
            return;
        }
        let kind = self.module.description().kind;
        for (number, node) in self.nodes.iter().enumerate() {
            let Some((name, module)) = self.module.inner(number) else {
                break;
            };
            let path = match self.path.as_str() {
                "" => name.to_owned(),
                path => format!("{path}.{name}"),
            };
            let inner = Visited {
                module,
                nodes: node.inner(),
                path,
                route: joined(&self.route, number),
                above: self.above_inner(&kind, number),
            };
            inner.add_to(layers);
        }
    }

    /// Returns the route to the node whose input is the output of an inner module.
    fn above_inner(&self, kind: &str, number: usize) -> Option<Vec<usize>> {
        match kind {
            "Sequential" => {
                let mut later =
                    (number + 1..self.nodes.len()).filter(|&later| !self.nodes[later].keeps_values());
                let next = later.next().map(|later| joined(&self.route, later));
                next.or_else(|| self.above.clone())
            }
            // The output is the sum of the input and of the inner module's output, so both have the same δ.
            "Residual" => self.above.clone(),
            _ => None,
        }
    }
}

fn joined(route: &[usize], number: usize) -> Vec<usize> {
    route.iter().copied().chain([number]).collect()
}

impl Sizes {
    pub(super) fn of<T: Scalar>(layers: &[Layer], training: &Training<'_, T>) -> Self {
        Self {
            delta: layers.iter().map(|layer| layer.delta(training)).collect(),
            gradient: layers.iter().map(|layer| layer.gradient(training)).collect(),
        }
    }
}

impl Layer {
    fn delta<T: Scalar>(&self, training: &Training<'_, T>) -> Option<f64> {
        let (first, rest) = self.above.as_ref()?.split_first()?;
        let mut node = training.workspace.inner().get(*first)?;
        for number in rest {
            node = node.inner().get(*number)?;
        }
        let mut squares = Squares::default();
        squares.add(&node.input_delta());
        squares.root_mean()
    }

    fn gradient<T: Scalar>(&self, training: &Training<'_, T>) -> Option<f64> {
        let mut module = training.network;
        for number in &self.module {
            module = module.inner(*number)?.1;
        }
        let mut squares = Squares::default();
        module.own_parameters(&mut |parameter| squares.add(parameter.gradient()));
        squares.root_mean()
    }
}

/// A sum of squares, in eight parts that the processor can add at the same time.
#[derive(Default)]
struct Squares {
    sums: [f64; 8],
    count: usize,
}

impl Squares {
    fn add<T: Scalar>(&mut self, matrix: &Matrix<T>) {
        self.count += matrix.len();
        for row in matrix.rows() {
            match row.to_slice() {
                Some(row) => self.add_row(row),
                None => row.iter().for_each(|number| self.add_row(&[*number])),
            }
        }
    }

    fn add_row<T: Scalar>(&mut self, row: &[T]) {
        let (chunks, rest) = row.as_chunks::<8>();
        let square = |number: T| number.as_f64() * number.as_f64();
        for chunk in chunks {
            for (sum, number) in self.sums.iter_mut().zip(chunk) {
                *sum += square(*number);
            }
        }
        for (sum, number) in self.sums.iter_mut().zip(rest) {
            *sum += square(*number);
        }
    }

    /// Returns the root of the mean, or `None` if there was no number.
    fn root_mean(&self) -> Option<f64> {
        let sum: f64 = self.sums.iter().sum();
        (self.count > 0).then(|| (sum / self.count as f64).sqrt())
    }
}
