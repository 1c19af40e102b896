//! ONNX both ways: networks trained here run everywhere, networks from anywhere train here.
//!
//! Start with [`export`] and [`import`]. [`Export`] adds a standardizer, metadata, and the nodes of a program's own
//! modules. [`Import`] binds inputs, selects outputs and converts types.
//!
//! ```
//! use brique_core::Module;
//! use brique_layers::{Init, Linear, Sequential, Tanh};
//! use brique_onnx::{export, import};
//! use brique_random::portable;
//! use brique_tensor::ndarray::array;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("network.onnx");
//! let mut rng = portable(1);
//! let network: Sequential = Sequential::new(2)
//!     .then(Linear::new(2, 8, Init::PyTorch, &mut rng)?)?
//!     .then(Tanh)?
//!     .then(Linear::new(8, 1, Init::PyTorch, &mut rng)?)?;
//! export(&network, &path)?;
//!
//! let imported = import::<f64>(&path)?;
//! assert_eq!(imported.network.describe(), network.describe());
//! let x = array![[1.0, 2.0]];
//! assert_eq!(imported.predict(&x)?, network.predict(&x)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What is exported
//!
//! | module | nodes |
//! |---|---|
//! | `Linear` | `Gemm` |
//! | `Conv1D`, `Conv2D` | `Conv` |
//! | `MaxPool1D`, `MaxPool2D`, `AvgPool1D`, `AvgPool2D` | `MaxPool`, `AveragePool` |
//! | `GlobalAvgPool` | `GlobalAveragePool`, `Flatten` |
//! | `ReLU`, `Tanh`, `Sigmoid`, `Softplus`, `GELU`, `Softmax`, `LogSoftmax` | the operator of that name |
//! | `LeakyReLU`, `ELU` | the operator of that name; in f64 `PRelu`, if an f32 cannot represent the number |
//! | `SiLU` | `Sigmoid`, `Mul` |
//! | `LogSigmoid` | `Neg`, `Softplus`, `Neg` |
//! | `LayerNorm`, `GroupNorm` | `LayerNormalization`, `GroupNormalization`; in f64 a `Mul` before, because the attribute for ε is an f32 |
//! | `Residual`, `Concat` | `Add`, `Concat` |
//! | `Flatten`, `Reshape` | `Flatten`, or `Reshape` and `Transpose` |
//! | `Dropout` | none |
//!
//! # What is imported
//!
//! All of these operators, in every version, as PyTorch's exporters and scikit-learn's converter write them, and more:
//!
//! * `MatMul`; `Add`, `Sub`, `Mul`, `Div` and `Neg` with constants, `Scaler` and `BatchNormalization` with its running
//!   statistics. These affine maps become part of the linear layer, convolution or normalisation next to them. One
//!   without such a neighbour becomes a convolution of each channel alone, which is trained too.
//! * `GlobalMaxPool`, `ReduceMean` and `ReduceMax` over all positions, `InstanceNormalization`, `Selu`, `Swish`, and `PRelu` with one
//!   number, which becomes a `LeakyReLU` and is not trained.
//! * The nodes that together are a `GELU`, a `SiLU`, a `LogSigmoid`, a `LogSoftmax` or PyTorch's softplus.
//! * `Identity`, `Cast` and `Dropout`, which vanish; `Reshape`, `Flatten`, `Squeeze`, `Unsqueeze` and `Transpose`, which
//!   compute nothing here; computations with shapes and constants.
//!
//! A network is a chain whose parts may be a value plus what is computed from it ([`Residual`](brique_layers::Residual)),
//! and flat branches side by side ([`Concat`](brique_layers::Concat)). A constant that several nodes use becomes a
//! parameter of its own in each. Only the nodes that the output needs are read: a classifier of scikit-learn has the
//! outputs label and probabilities, and the probabilities are imported; convert it with `zipmap=False`.

#![allow(
    clippy::cast_possible_wrap,
    reason = "sizes in memory are below 2^63, and ONNX stores them as i64"
)]

mod error;
mod export;
mod file;
mod import;
mod layout;
mod proto;
mod scan;
mod shown;
mod tensor;

use std::path::Path;

use brique_core::Module;
use brique_tensor::Scalar;

pub use error::{Error, UnsupportedNode, UnsupportedNodes};
pub use export::{Export, Graph, NodeAttribute, OPSET};
pub use import::{Import, Imported};
pub use tensor::{Numbers, Tensor};

/// Writes a network as an ONNX file. The file is complete or not there at all.
///
/// # Errors
///
/// As [`Export::save`].
pub fn export<T: Scalar>(network: &dyn Module<T>, path: impl AsRef<Path>) -> Result<(), Error> {
    Export::new(network).save(path)
}

/// Reads a network from an ONNX file.
///
/// # Errors
///
/// As [`Import::file`].
pub fn import<T: Scalar>(path: impl AsRef<Path>) -> Result<Imported<T>, Error> {
    Import::new().file(path)
}
