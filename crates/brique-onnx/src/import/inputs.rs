//! Reads the inputs and attributes of a node: values, constants, sizes and numbers.

use std::rc::Rc;

use brique_tensor::Scalar;

use super::translate::{Refusal, Translator};
use super::values::{Activation, Size, Sizes, Value};
use crate::proto::{Node, data_type};
use crate::tensor::Tensor;

impl<'f, T: Scalar> Translator<'f, T> {
    pub(super) fn depends_on_input(&self, node: &Node) -> bool {
        node.inputs
            .iter()
            .any(|name| matches!(self.values.get(&**name), Some(Value::Batch(_))))
    }

    /// Returns an input that depends on the input of the graph.
    pub(super) fn batch(&self, node: &Node, number: usize) -> Result<Activation, Refusal> {
        match self.argument(node, number) {
            Some(Value::Batch(activation)) => Ok(activation.clone()),
            _ => Err(format!(
                "its input {number} is constant, expected one that depends on the input"
            )),
        }
    }

    /// Returns a constant input, or `None` if the node does not have this input.
    pub(super) fn constant(&self, node: &Node, number: usize) -> Result<Option<Rc<Tensor>>, Refusal> {
        match self.argument(node, number) {
            None => Ok(None),
            Some(Value::Constant(tensor)) => Ok(Some(Rc::clone(tensor))),
            Some(Value::Stored(tensor)) => {
                // A node after the other may read the same constant.
                let tensor = Tensor::decode(tensor).map_err(|error| error.to_string())?;
                self.spend(tensor.sizes().iter().product())?;
                Ok(Some(Rc::new(tensor)))
            }
            Some(_) => Err(format!("its input {number} is computed, expected a constant")),
        }
    }

    /// Returns a constant input with numbers that are not integers.
    pub(super) fn floats(&self, node: &Node, number: usize) -> Result<Rc<Tensor>, Refusal> {
        let tensor = self
            .constant(node, number)?
            .ok_or_else(|| format!("it has no input {number}"))?;
        match tensor.floats() {
            Some(_) => Ok(tensor),
            None => Err(format!(
                "its input {number} has integers, expected numbers of the type f32 or f64"
            )),
        }
    }

    /// Returns an input that is a list of sizes, or `None` if the node does not have this input.
    pub(super) fn sizes(&self, node: &Node, number: usize) -> Result<Option<Sizes>, Refusal> {
        if let Some(Value::Sizes(sizes)) = self.argument(node, number) {
            return Ok(Some(sizes.clone()));
        }
        let Some(tensor) = self.constant(node, number)? else {
            return Ok(None);
        };
        let sizes = Sizes::of(&tensor);
        sizes
            .map(Some)
            .ok_or_else(|| format!("its input {number} is not a list of integers"))
    }

    /// Returns the integers of an attribute, or of an input in newer versions of the operators.
    pub(super) fn integers(
        &self,
        node: &Node,
        name: &str,
        input: usize,
    ) -> Result<Option<Vec<i64>>, Refusal> {
        if let Some(found) = node.integers(name)? {
            return Ok(Some(found.to_vec()));
        }
        let Some(sizes) = self.sizes(node, input)? else {
            return Ok(None);
        };
        sizes
            .known()
            .map(Some)
            .ok_or_else(|| format!("{name} depends on the number of rows"))
    }

    pub(super) fn argument(&self, node: &Node, number: usize) -> Option<&Value<'f>> {
        let name = node.inputs.get(number).filter(|name| !name.is_empty())?;
        self.values.get(&**name)
    }

    /// Returns a number of an attribute. What PyTorch calls 0.2 is an f32 in a file, and 0.2 again here.
    pub(super) fn number(&self, attribute: f32) -> f64 {
        if self.element == data_type::DOUBLE {
            return attribute.into();
        }
        attribute.to_string().parse().unwrap_or(attribute.into())
    }

    /// Returns whether a list of sizes begins with the number of rows.
    pub(super) fn is_rows(&self, size: Size) -> bool {
        match size {
            Size::Batch => true,
            Size::Known(number) => Some(number) == self.rows,
        }
    }
}
