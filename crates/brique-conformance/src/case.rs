//! One case of a file of vectors.

use brique_core::Reduction;
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use serde_json::Value;

use crate::Error;
use crate::file::Tensors;

/// A case with number k. Its tensors are named `k/in.…` and `k/truth.…`.
pub(crate) struct Case<'a> {
    pub(crate) tensors: &'a Tensors<'a>,
    pub(crate) number: usize,
    pub(crate) attributes: &'a Value,
}

impl Case<'_> {
    /// Returns an input as a matrix with one example per row.
    pub(crate) fn input<T: Scalar>(&self, name: &str) -> Result<Array2<T>, Error> {
        self.tensors.matrix(&format!("{}/in.{name}", self.number))
    }

    /// Returns the targets of a loss with class indices, as a column of numbers.
    pub(crate) fn class_indices<T: Scalar>(&self) -> Result<Array2<T>, Error> {
        self.tensors
            .column_of_integers(&format!("{}/in.target", self.number))
    }

    /// Returns the names of the exact results.
    pub(crate) fn truths(&self) -> Vec<String> {
        self.tensors.names_after(&format!("{}/truth.", self.number))
    }

    /// Returns an exact result, in row-major order.
    pub(crate) fn truth(&self, name: &str) -> Result<Vec<f64>, Error> {
        self.tensors.numbers(&self.truth_name(name))
    }

    /// Returns the name of the tensor with an exact result.
    pub(crate) fn truth_name(&self, name: &str) -> String {
        format!("{}/truth.{name}", self.number)
    }

    /// Returns an attribute that is a number.
    pub(crate) fn numeric_attribute(&self, attribute: &'static str) -> Result<f64, Error> {
        let found = &self.attributes[attribute];
        found.as_f64().ok_or_else(|| Error::Attribute {
            attribute,
            found: found.to_string(),
            expected: "a number",
        })
    }

    /// Returns an attribute that is a size, or a list of one size for each axis.
    pub(crate) fn sizes_attribute(&self, attribute: &'static str) -> Result<Vec<usize>, Error> {
        let found = &self.attributes[attribute];
        let size = |value: &Value| value.as_u64().and_then(|size| usize::try_from(size).ok());
        let sizes = match found.as_array() {
            Some(list) => list.iter().map(size).collect(),
            None => size(found).map(|size| vec![size]),
        };
        sizes.ok_or_else(|| Error::Attribute {
            attribute,
            found: found.to_string(),
            expected: "a size, or a list of sizes",
        })
    }

    /// Returns whether the case has this attribute.
    pub(crate) fn has_attribute(&self, attribute: &str) -> bool {
        !self.attributes[attribute].is_null()
    }

    /// Returns the shape of an input.
    pub(crate) fn input_shape(&self, name: &str) -> Result<Vec<usize>, Error> {
        self.tensors.shape(&format!("{}/in.{name}", self.number))
    }

    /// Returns the attribute `reduction` of a loss.
    pub(crate) fn reduction(&self) -> Result<Reduction, Error> {
        let found = &self.attributes["reduction"];
        match found.as_str() {
            Some("mean") => Ok(Reduction::Mean),
            Some("sum") => Ok(Reduction::Sum),
            _ => Err(Error::Attribute {
                attribute: "reduction",
                found: found.to_string(),
                expected: "\"mean\" or \"sum\"",
            }),
        }
    }
}
