//! Trains one network in many processes. The bits of a training do not depend on the number of processes.
//!
//! [`Sharded`] divides each batch of a [`Fit`](brique_train::Fit) into shards, and the shards between processes. It is a
//! [`Strategy`](brique_train::Strategy), which [`Fit::strategy`](brique_train::Fit::strategy) takes. A [`Communicator`]
//! connects the processes: [`run_threads`] starts threads of one program, and [`Alone`] is a single process.
//! With the feature `mpi`, `MpiCommunicator` connects processes on many machines.
//!
//! [`sweep`] shares many trainings between the processes. [`Sharded`] has an example of one training.
//!
//! The examples need not fit into memory: [`CsvSource`], [`IdxSource`] and [`SafetensorsSource`] read each batch from a file,
//! in the order of the file or in an [`Order`] that is computed from a seed. Each process reads only the examples that it
//! needs.

mod addition;
mod agreement;
mod batch;
mod buckets;
mod buffers;
mod communicator;
mod error;
mod files;
mod message;
#[cfg(feature = "mpi")]
mod mpi;
mod reduction;
mod sharded;
mod shards;
mod sweep;
mod threads;
mod tree;
mod unit;

pub use buckets::{added_by_all, exchanged_together};
pub use communicator::{Alone, Communicator};
pub use error::Error;
pub use files::{CsvSource, FileError, IdxSource, Order, SafetensorsSource};
pub use message::{Message, Pending};
#[cfg(feature = "mpi")]
pub use mpi::MpiCommunicator;
pub use sharded::Sharded;
pub use sweep::sweep;
pub use threads::{ThreadCommunicator, run_threads};
