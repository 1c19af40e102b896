//! The nodes of a standardizer of the inputs.

use brique_tensor::Scalar;

use super::arrange::Value;
use super::{Export, Graph, NodeAttribute};
use crate::Error;
use crate::proto::data_type;
use crate::tensor::type_of;

impl<T: Scalar> Export<'_, T> {
    /// Adds (x − mean) / scale, in f64.
    pub(super) fn standardized(&self, graph: &mut Graph, value: Value) -> Result<Value, Error> {
        let Some(standardizer) = self.standardizer else {
            return Ok(value);
        };
        let (found, expected) = (standardizer.mean().len(), value.layout.size());
        if found != expected {
            return Err(Error::format(
                "the number of columns of the standardizer",
                found,
                expected,
            ));
        }
        "standardizer".clone_into(&mut graph.path);
        let mut sizes = vec![1];
        sizes.extend(&value.layout.sizes);
        let cast = |graph: &mut Graph, name: &str, to: i32| {
            graph.node("Cast", &[name], &[("to", NodeAttribute::Integer(to.into()))])
        };
        let is_f64 = type_of::<T>() == data_type::DOUBLE;
        let mut name = value.name;
        if !is_f64 {
            name = cast(graph, &name, data_type::DOUBLE);
        }
        for (constant, operator, numbers) in [
            ("mean", "Sub", standardizer.mean()),
            ("scale", "Div", standardizer.scale()),
        ] {
            let mut ordered = vec![0.0; numbers.len()];
            for (column, &number) in numbers.iter().enumerate() {
                ordered[value.layout.order.index(column)] = number;
            }
            let constant = graph.constant::<f64>(constant, &sizes, ordered);
            name = graph.node(operator, &[&name, &constant], &[]);
        }
        if !is_f64 {
            name = cast(graph, &name, type_of::<T>());
        }
        Ok(Value::new(name, value.layout))
    }
}
