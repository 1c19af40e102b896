//! Files of networks: saves a network, loads it in another program or in PyTorch, and never leaves half a file.
//!
//! Start with [`save`] and [`load`]. [`load_into`] reads parameters into a network that the program has built, also
//! from a file that PyTorch wrote. [`Writer`] and [`Reader`] add what belongs to a network: the standardizer of its
//! inputs, the names of its classes, and data of a program's own.
//!
//! ```
//! use brique_checkpoint::{load, save};
//! use brique_core::Module;
//! use brique_layers::{Init, Linear, Sequential, Tanh};
//! use brique_random::portable;
//! use brique_tensor::ndarray::array;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("network.safetensors");
//! let mut rng = portable(1);
//! let network: Sequential = Sequential::new(2)
//!     .then(Linear::new(2, 8, Init::PyTorch, &mut rng)?)?
//!     .then(Tanh)?
//!     .then(Linear::new(8, 1, Init::PyTorch, &mut rng)?)?;
//! save(&network, &path)?;
//!
//! let loaded = load::<f64>(&path)?;
//! let x = array![[1.0, 2.0]];
//! assert_eq!(loaded.predict(&x)?, network.predict(&x)?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Files are safetensors files with PyTorch's names and layouts: in Python,
//! `model.load_state_dict(safetensors.torch.load_file(path))`.

mod atomic;
mod comparison;
mod content;
mod description_json;
mod error;
mod exact;
mod expected;
mod header;
mod header_json;
mod memory;
mod names;
mod numbers;
mod reader;
mod shown;
mod sizes;
mod table;
mod tensor_file;
mod writer;

use std::path::Path;

use brique_core::Module;
use brique_tensor::Scalar;

pub use error::{Error, Mismatch};
pub use exact::Exact;
pub use header::{StoredTensor, read_tensors_from};
pub use reader::Reader;
pub use writer::Writer;

/// Saves a network to a file: its parameters and its description, from which [`load`] builds it again.
///
/// The old file stays whole until the new one is complete and on the disk.
///
/// # Errors
///
/// As [`Writer::save`].
pub fn save<T: Scalar>(network: &dyn Module<T>, path: impl AsRef<Path>) -> Result<(), Error> {
    Writer::new(network).save(path)
}

/// Writes a file of any content completely or not at all, as [`Writer::save`] does.
///
/// # Errors
///
/// If the operating system refuses.
///
/// ```
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("note.txt");
/// brique_checkpoint::write_file(&path, b"loss 0.25")?;
/// assert_eq!(std::fs::read(&path)?, b"loss 0.25");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_file(path: impl AsRef<Path>, content: &[u8]) -> Result<(), Error> {
    let path = path.as_ref();
    let write = || {
        let mut file = atomic::AtomicFile::create(path)?;
        file.write(content)?;
        file.finish()
    };
    write().map_err(|error| error.of_file(path))
}

/// Loads the network that a file describes. It may consist of all modules of `brique-layers`;
/// [`Reader::network`] takes a registry with other modules.
///
/// # Errors
///
/// As [`Reader::open`] and [`Reader::network`].
pub fn load<T: Scalar>(path: impl AsRef<Path>) -> Result<Box<dyn Module<T>>, Error> {
    Reader::open(path)?.network(&brique_layers::registry())
}

/// Loads the parameters of a file into a network that has been built already.
///
/// # Errors
///
/// As [`Reader::open`] and [`Reader::load_into`]. No parameter has changed then.
pub fn load_into<T: Scalar>(network: &mut dyn Module<T>, path: impl AsRef<Path>) -> Result<(), Error> {
    Reader::open(path)?.load_into(network)
}
