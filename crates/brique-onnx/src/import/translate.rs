//! Turns the nodes of a graph into steps, one after the other.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use brique_core::{Module, Shape};
use brique_layers::{Flatten, Reshape};
use brique_tensor::Scalar;

use super::names::path_of;
use super::operators::is_known;
use super::steps::{Affine, Kind, Step, Steps, shape_of};
use super::values::{Activation, Value};
use super::{activations, arithmetic, constants, linear, norms, pools, views, windows};
use crate::error::UnsupportedNode;
use crate::layout::{Layout, Order};
use crate::proto::{Graph, Node};
use crate::shown::quoted;

/// What is known while the nodes are gone through.
pub(super) struct Translator<'f, T: Scalar> {
    pub(super) values: HashMap<&'f str, Value<'f>>,
    pub(super) steps: Steps<T>,
    /// The version of the operators.
    pub(super) opset: i64,
    /// The type of the numbers of the graph.
    pub(super) element: i32,
    /// The number of rows, if the graph has a fixed one.
    pub(super) rows: Option<i64>,
    /// How many more numbers may be computed from constants: a small file must not fill the memory.
    pub(super) allowance: Cell<usize>,
    /// The number of the node, and the path of its module.
    node: usize,
    path: Option<String>,
}

/// The reason why a node is not supported.
pub(super) type Refusal = String;

impl<'f, T: Scalar> Translator<'f, T> {
    pub(super) fn new(input: &'f str, layout: Layout, shape: Shape, opset: i64, element: i32) -> Self {
        let first = Step {
            kind: Kind::Input,
            inputs: Vec::new(),
            shape,
            node: 0,
            path: None,
        };
        let input_value = Value::Batch(Activation { step: 0, layout });
        Self {
            values: HashMap::from([(input, input_value)]),
            steps: Steps(vec![first]),
            opset,
            element,
            rows: None,
            allowance: Cell::new(0),
            node: 0,
            path: None,
        }
    }

    /// Translates the nodes with these numbers. Returns those that are not supported.
    pub(super) fn translate(
        &mut self,
        graph: &'f Graph,
        needed: &[usize],
        used: &HashSet<&str>,
    ) -> Vec<UnsupportedNode> {
        let mut unsupported = Vec::new();
        for &number in needed {
            let node = &graph.nodes[number];
            (self.node, self.path) = (number, path_of(node));
            let value = self.checked(node, used).unwrap_or_else(|reason| {
                if let Some(reason) = reason {
                    unsupported.push(refused(node, reason));
                }
                Value::Unknown
            });
            for (output, name) in node.outputs.iter().enumerate().rev() {
                let value = if output == 0 {
                    value.clone()
                } else {
                    Value::Unknown
                };
                self.values.insert(name, value);
            }
        }
        unsupported
    }

    /// Translates a node. An error without reason is that of an earlier node.
    fn checked(&mut self, node: &'f Node, used: &HashSet<&str>) -> Result<Value<'f>, Option<Refusal>> {
        if !is_known(node) {
            return Err(Some("the operator is not supported".to_owned()));
        }
        for name in node.inputs.iter().filter(|name| !name.is_empty()) {
            match self.values.get(&**name) {
                Some(Value::Unknown) => return Err(None),
                Some(_) => {}
                None => {
                    return Err(Some(format!(
                        "nothing before it computes its input {}",
                        quoted(name)
                    )));
                }
            }
        }
        if let Some(name) = node.outputs.iter().skip(1).find(|name| used.contains(&***name)) {
            return Err(Some(format!(
                "its output {} is used, expected only the first",
                quoted(name)
            )));
        }
        self.value_of(node).map_err(Some)
    }

    fn value_of(&mut self, node: &'f Node) -> Result<Value<'f>, Refusal> {
        if !self.depends_on_input(node) {
            return constants::fold(self, node);
        }
        match &*node.operator {
            "Gemm" => linear::gemm(self, node),
            "MatMul" => linear::mat_mul(self, node),
            "Conv" => windows::convolution(self, node),
            "MaxPool" | "AveragePool" => pools::pool(self, node),
            "GlobalAveragePool" | "GlobalMaxPool" => pools::global_pool(self, node),
            "ReduceMean" | "ReduceMax" => pools::reduce(self, node),
            "BatchNormalization" => norms::batch_norm(self, node),
            "LayerNormalization" => norms::layer_norm(self, node),
            "GroupNormalization" => norms::group_norm(self, node),
            "InstanceNormalization" => norms::instance_norm(self, node),
            "Add" | "Sum" | "Sub" | "Mul" | "Div" | "Neg" => arithmetic::arithmetic(self, node),
            "Scaler" => arithmetic::scaler(self, node),
            "Concat" => arithmetic::concat(self, node),
            "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Transpose" | "Gather" => {
                views::view(self, node)
            }
            "Shape" => views::shape(self, node),
            "Size" => Err("the number of all values is not known".to_owned()),
            _ => activations::activation(self, node),
        }
    }

    /// Takes these numbers from the allowance for what is computed from constants.
    pub(super) fn spend(&self, numbers: usize) -> Result<(), Refusal> {
        let left = self.allowance.get().checked_sub(numbers);
        self.allowance
            .set(left.ok_or("the constants of the graph would be many times as large as the file")?);
        Ok(())
    }

    /// Takes the order of a layout from the allowance, if it is a list.
    pub(super) fn spend_order(&self, layout: &Layout) -> Result<(), Refusal> {
        match &layout.order {
            Order::Listed(indices) => self.spend(indices.len()),
            _ => Ok(()),
        }
    }

    /// Adds a step for the current node.
    pub(super) fn step(&mut self, kind: Kind<T>, inputs: Vec<usize>, shape: Shape) -> usize {
        self.steps.push(Step {
            kind,
            inputs,
            shape,
            node: self.node,
            path: self.path.clone(),
        })
    }

    /// Names the steps of the current node as PyTorch names the module of a weight.
    pub(super) fn name_after(&mut self, node: &Node, weight: usize) {
        let path = node
            .inputs
            .get(weight)
            .and_then(|name| name.strip_suffix(".weight"));
        if let Some(path) = path {
            self.path = Some(path.to_owned());
        }
    }

    /// Applies a module to the output of a step.
    pub(super) fn apply(&mut self, step: usize, module: impl Module<T> + 'static) -> Result<usize, Refusal> {
        let shape = module
            .output_shape(self.steps.shape(step))
            .map_err(|fault| fault.to_string())?;
        Ok(self.step(Kind::Modules(vec![Box::new(module)]), vec![step], shape))
    }

    pub(super) fn affine(&mut self, step: usize, affine: Affine) -> usize {
        let shape = self.steps.shape(step);
        self.step(Kind::Affine(affine), vec![step], shape)
    }

    /// Gives the columns of a value the shape that its layout has in this library, if it has one.
    pub(super) fn settled(&mut self, value: Activation) -> Result<Value<'f>, Refusal> {
        Ok(Value::Batch(match value.layout.shape() {
            Some(sizes) => self.shaped(value, &sizes)?,
            None => value,
        }))
    }

    /// Gives the columns of a value this shape.
    pub(super) fn shaped(&mut self, value: Activation, sizes: &[usize]) -> Result<Activation, Refusal> {
        if self.steps.shape(value.step).sizes() == sizes {
            return Ok(value);
        }
        let step = if let [_] = sizes {
            self.apply(value.step, Flatten)?
        } else {
            let shape = shape_of(sizes).ok_or("its value has more than four axes")?;
            self.apply(value.step, Reshape::new(shape))?
        };
        Ok(Activation { step, ..value })
    }

    /// Puts the columns of a value into another order.
    pub(super) fn ordered(&mut self, value: Activation, order: Order) -> Result<Activation, Refusal> {
        if value.layout.order == order {
            return Ok(value);
        }
        let size = value.layout.size();
        self.spend(size)?;
        let columns = value.layout.order.columns(size).ok_or(TOO_MANY)?;
        let list = (0..size).map(|column| columns[order.index(column)]).collect();
        let shape = self.steps.shape(value.step);
        let step = self.step(Kind::Reorder(list), vec![value.step], shape);
        let layout = Layout {
            order,
            ..value.layout
        };
        Ok(Activation { step, layout })
    }

    /// Gives the columns of a value the order and shape of an image, with the channels last.
    pub(super) fn image(&mut self, value: Activation) -> Result<Activation, Refusal> {
        let layout = Layout::image(value.layout.sizes.clone());
        let sizes = crate::layout::channels_last(&layout.sizes);
        let value = self.ordered(value, layout.order)?;
        self.shaped(value, &sizes)
    }
}

pub(super) const TOO_MANY: &str = "its examples have too many values to list their order";

/// Returns the index of an axis, counted from the back if it is negative.
pub(super) fn axis(axis: i64, rank: usize) -> Result<usize, Refusal> {
    let rank_number = rank as i64;
    let found = if axis < 0 {
        axis.checked_add(rank_number)
    } else {
        Some(axis)
    };
    found
        .and_then(|axis| usize::try_from(axis).ok())
        .filter(|&axis| axis < rank)
        .ok_or_else(|| format!("axis {axis} is not one of {rank} axes"))
}

/// Returns the index of an axis of an example; the first axis of a value is the batch.
pub(super) fn example_axis(number: i64, layout: &Layout) -> Result<usize, Refusal> {
    axis(number, layout.sizes.len() + 1)?
        .checked_sub(1)
        .ok_or_else(|| "it works along the first axis, that of the rows".to_owned())
}

fn refused(node: &Node, reason: Refusal) -> UnsupportedNode {
    let first_output = node.outputs.first().cloned().unwrap_or_default();
    let name = if node.name.is_empty() {
        first_output
    } else {
        node.name.clone()
    };
    let operator = match &*node.domain {
        "" => node.operator.clone(),
        domain => format!("{domain}.{}", node.operator),
    };
    UnsupportedNode {
        name,
        operator,
        reason,
    }
}
