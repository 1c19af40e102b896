//! A `safetensors` file: its tensors by name, and the JSON in its metadata.

use std::fs;
use std::path::Path;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde_json::Value;

use crate::Error;

/// The whole content of a file.
pub(crate) struct Content {
    bytes: Vec<u8>,
}

impl Content {
    pub(crate) fn read(path: &Path) -> Result<Self, Error> {
        Ok(Self {
            bytes: fs::read(path).map_err(Error::read(path))?,
        })
    }

    pub(crate) fn tensors(&self) -> Result<Tensors<'_>, Error> {
        Ok(Tensors {
            tensors: SafeTensors::deserialize(&self.bytes)?,
        })
    }

    /// Returns the JSON value of one entry of the metadata, or `None` if the entry does not exist.
    pub(crate) fn metadata(&self, entry: &str) -> Result<Option<Value>, Error> {
        let (_, metadata) = SafeTensors::read_metadata(&self.bytes)?;
        let text = metadata
            .metadata()
            .as_ref()
            .and_then(|entries| entries.get(entry));
        let json = text.map(|text| serde_json::from_str(text)).transpose();
        json.map_err(|source| Error::Json {
            what: format!("the entry `{entry}` of the metadata"),
            source,
        })
    }
}

/// The tensors of a file.
pub(crate) struct Tensors<'a> {
    tensors: SafeTensors<'a>,
}

impl Tensors<'_> {
    pub(crate) fn has(&self, tensor: &str) -> bool {
        self.tensors.tensor(tensor).is_ok()
    }

    /// Returns the names of all tensors that begin with `beginning`, without it, in alphabetical order.
    pub(crate) fn names_after(&self, beginning: &str) -> Vec<String> {
        let names = self.tensors.names().into_iter();
        let mut names: Vec<String> = names
            .filter_map(|name| name.strip_prefix(beginning))
            .map(str::to_owned)
            .collect();
        names.sort();
        names
    }

    /// Returns a tensor as a matrix: the first dimension is the rows, and all others together are the columns.
    pub(crate) fn matrix<T: Scalar>(&self, name: &str) -> Result<Array2<T>, Error> {
        let view = self.view(name)?;
        let numbers = numbers::<T>(name, &view)?;
        let rows = view.shape().first().copied().unwrap_or(1);
        let columns = view.shape().iter().skip(1).product();
        Array2::from_shape_vec((rows, columns), numbers).map_err(|_| Error::Tensor {
            tensor: name.to_owned(),
            found: format!("of shape {:?}", view.shape()),
            expected: "a tensor that is a matrix".to_owned(),
        })
    }

    /// Returns a tensor of 64-bit integers as a column of numbers, such as class indices.
    pub(crate) fn column_of_integers<T: Scalar>(&self, name: &str) -> Result<Array2<T>, Error> {
        let view = self.view(name)?;
        check_type(name, &view, Dtype::I64)?;
        let (integers, _) = view.data().as_chunks();
        let mut numbers = integers
            .iter()
            .map(|&bytes| T::from(i64::from_le_bytes(bytes)).unwrap_or_else(T::nan));
        Ok(Array2::from_shape_simple_fn((integers.len(), 1), || {
            numbers.next().unwrap_or_else(T::nan)
        }))
    }

    /// Returns the shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>, Error> {
        Ok(self.view(name)?.shape().to_vec())
    }

    /// Returns the numbers of a tensor of any shape in row-major order.
    pub(crate) fn numbers<T: Scalar>(&self, name: &str) -> Result<Vec<T>, Error> {
        numbers(name, &self.view(name)?)
    }

    fn view(&self, name: &str) -> Result<TensorView<'_>, Error> {
        self.tensors.tensor(name).map_err(|_| Error::Missing {
            tensor: name.to_owned(),
        })
    }
}

fn numbers<T: Scalar>(name: &str, view: &TensorView<'_>) -> Result<Vec<T>, Error> {
    check_type(name, view, if T::NAME == "f32" { Dtype::F32 } else { Dtype::F64 })?;
    let number = |bytes: &[u8]| match *bytes {
        [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => f64::NAN,
    };
    Ok(view
        .data()
        .chunks_exact(size_of::<T>())
        .map(|bytes| T::from_f64(number(bytes)))
        .collect())
}

fn check_type(name: &str, view: &TensorView<'_>, expected: Dtype) -> Result<(), Error> {
    if view.dtype() == expected {
        return Ok(());
    }
    Err(Error::Tensor {
        tensor: name.to_owned(),
        found: format!("of type {:?}", view.dtype()),
        expected: format!("{expected:?}"),
    })
}
