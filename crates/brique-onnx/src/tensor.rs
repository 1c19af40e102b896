//! Constant tensors.

use std::path::Path;

use brique_tensor::Scalar;
use prost::Message;
use prost::bytes::Bytes;

use crate::Error;
use crate::proto::{EXTERNAL, TensorProto, data_type};
use crate::shown::quoted;

/// A constant of a graph: sizes, and numbers in row-major order.
///
/// ```
/// use brique_onnx::{Numbers, Tensor};
///
/// let tensor = Tensor::new(vec![2], Numbers::Floats(vec![0.5, 1.5]))?;
/// assert_eq!(tensor.sizes(), [2]);
/// assert!(Tensor::new(vec![3], Numbers::Integers(vec![1])).is_err());
/// # Ok::<(), brique_onnx::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    sizes: Vec<usize>,
    numbers: Numbers,
}

/// The numbers of a [`Tensor`].
#[derive(Debug, Clone, PartialEq)]
pub enum Numbers {
    /// Numbers of the types f32 and f64.
    Floats(Vec<f64>),
    /// Numbers of the types i64, i32 and bool.
    Integers(Vec<i64>),
}

impl Numbers {
    fn len(&self) -> usize {
        match self {
            Self::Floats(list) => list.len(),
            Self::Integers(list) => list.len(),
        }
    }
}

impl Tensor {
    /// Creates a tensor of these sizes.
    ///
    /// # Errors
    ///
    /// If the number of numbers is not the product of the sizes.
    pub fn new(sizes: Vec<usize>, numbers: Numbers) -> Result<Self, Error> {
        if product(&sizes) == Some(numbers.len()) {
            return Ok(Self { sizes, numbers });
        }
        let expected = format!("the product of the sizes {sizes:?}");
        Err(Error::format("the number of numbers", numbers.len(), expected))
    }

    /// Reads a file with a single tensor, such as the tests of ONNX have.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is not that of a tensor with numbers of the types f32, f64, i64, i32 or bool.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let read = || {
            let bytes = crate::file::read(path)?;
            let tensor = TensorProto::decode(bytes)
                .map_err(|error| Error::format("the file", error, "a tensor of ONNX"))?;
            Self::decode(&tensor)
        };
        read().map_err(|error| error.of_file(path))
    }

    /// Returns the sizes, outermost first.
    #[must_use]
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Returns the numbers in row-major order.
    #[must_use]
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Returns the numbers, if they are not integers.
    pub(crate) fn floats(&self) -> Option<&[f64]> {
        match &self.numbers {
            Numbers::Floats(list) => Some(list),
            Numbers::Integers(_) => None,
        }
    }

    /// Reads the numbers of a tensor of a file.
    pub(crate) fn decode(tensor: &TensorProto) -> Result<Self, Error> {
        let sizes = sizes(tensor)?;
        let count = check_data(tensor, &sizes)?;
        let numbers = if tensor.raw_data.is_empty() {
            typed(tensor)
        } else {
            raw(tensor)
        };
        let found = numbers.len();
        if found != count {
            let what = format_args!("the number of numbers of tensor {}", quoted(&tensor.name));
            let expected = format!("{count}, the product of its sizes {sizes:?}");
            return Err(Error::format(what, found, expected));
        }
        Ok(Self { sizes, numbers })
    }
}

/// Returns the sizes of a tensor, which are numbers of at least 0.
pub(crate) fn sizes(tensor: &TensorProto) -> Result<Vec<usize>, Error> {
    let sizes = tensor.dims.iter().map(|&size| usize::try_from(size).ok());
    sizes.collect::<Option<_>>().ok_or_else(|| {
        let what = format_args!("the sizes of tensor {}", quoted(&tensor.name));
        Error::format(what, format_args!("{:?}", tensor.dims), "sizes of at least 0")
    })
}

/// Checks that the bytes of a tensor are there, before memory is allocated for its numbers. Returns how many numbers.
pub(crate) fn check_data(tensor: &TensorProto, sizes: &[usize]) -> Result<usize, Error> {
    let what = |part| format!("the {part} of tensor {}", quoted(&tensor.name));
    if tensor.data_location == EXTERNAL || !tensor.external_data.is_empty() {
        let expected = "the file itself; PyTorch writes such a file with external_data=False";
        return Err(Error::format(what("storage"), "another file", expected));
    }
    let bytes = bytes_of(tensor.data_type).ok_or_else(|| {
        let (found, expected) = (data_type::name(tensor.data_type), "f32, f64, i64, i32 or bool");
        Error::format(what("type"), found, expected)
    })?;
    let count = product(sizes).ok_or_else(|| {
        Error::format(
            what("sizes"),
            format_args!("{sizes:?}"),
            "as many numbers as memory can address",
        )
    })?;
    let found = tensor.raw_data.len();
    if found > 0 && Some(found) != count.checked_mul(bytes) {
        let expected = format!("{count} · {bytes} for the sizes {sizes:?}");
        return Err(Error::format(what("number of bytes"), found, expected));
    }
    Ok(count)
}

fn product(sizes: &[usize]) -> Option<usize> {
    // A size of 0 must not hide that the others overflow: strides are computed from them.
    sizes
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size.max(1)))?;
    Some(sizes.iter().product())
}

fn bytes_of(kind: i32) -> Option<usize> {
    match kind {
        data_type::FLOAT | data_type::INT32 => Some(4),
        data_type::DOUBLE | data_type::INT64 => Some(8),
        data_type::BOOL => Some(1),
        _ => None,
    }
}

fn raw(tensor: &TensorProto) -> Numbers {
    let bytes: &[u8] = &tensor.raw_data;
    match tensor.data_type {
        data_type::FLOAT => Numbers::Floats(
            four(bytes)
                .map(|bytes| f32::from_le_bytes(bytes).into())
                .collect(),
        ),
        data_type::DOUBLE => Numbers::Floats(eight(bytes).map(f64::from_le_bytes).collect()),
        data_type::INT32 => Numbers::Integers(
            four(bytes)
                .map(|bytes| i32::from_le_bytes(bytes).into())
                .collect(),
        ),
        data_type::INT64 => Numbers::Integers(eight(bytes).map(i64::from_le_bytes).collect()),
        _ => Numbers::Integers(bytes.iter().copied().map(i64::from).collect()),
    }
}

fn four(bytes: &[u8]) -> impl Iterator<Item = [u8; 4]> {
    bytes.as_chunks().0.iter().copied()
}

fn eight(bytes: &[u8]) -> impl Iterator<Item = [u8; 8]> {
    bytes.as_chunks().0.iter().copied()
}

fn typed(tensor: &TensorProto) -> Numbers {
    match tensor.data_type {
        data_type::FLOAT => Numbers::Floats(tensor.float_data.iter().copied().map(f64::from).collect()),
        data_type::DOUBLE => Numbers::Floats(tensor.double_data.clone()),
        data_type::INT64 => Numbers::Integers(tensor.int64_data.clone()),
        _ => Numbers::Integers(tensor.int32_data.iter().copied().map(i64::from).collect()),
    }
}

/// Makes the message of a tensor with numbers of the type `T`.
pub(crate) fn encode<T: Scalar>(
    name: &str,
    sizes: &[usize],
    numbers: impl Iterator<Item = T>,
) -> TensorProto {
    let mut raw_data = Vec::new();
    for number in numbers {
        if type_of::<T>() == data_type::FLOAT {
            #[allow(clippy::cast_possible_truncation, reason = "it is an f32 already")]
            raw_data.extend((number.as_f64() as f32).to_le_bytes());
        } else {
            raw_data.extend(number.as_f64().to_le_bytes());
        }
    }
    message(name, sizes, type_of::<T>(), raw_data)
}

/// Makes the message of a tensor of integers.
pub(crate) fn encode_integers(
    name: &str,
    sizes: &[usize],
    numbers: impl Iterator<Item = i64>,
) -> TensorProto {
    let raw_data = numbers.flat_map(i64::to_le_bytes).collect();
    message(name, sizes, data_type::INT64, raw_data)
}

fn message(name: &str, sizes: &[usize], data_type: i32, raw_data: Vec<u8>) -> TensorProto {
    TensorProto {
        dims: sizes.iter().map(|&size| size as i64).collect(),
        data_type,
        name: name.to_owned(),
        raw_data: Bytes::from(raw_data),
        ..TensorProto::default()
    }
}

/// Returns the ONNX type of the numbers of a network.
pub(crate) fn type_of<T: Scalar>() -> i32 {
    if size_of::<T>() == size_of::<f32>() {
        data_type::FLOAT
    } else {
        data_type::DOUBLE
    }
}
