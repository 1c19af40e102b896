//! Errors of communication and of files of examples.

use std::path::PathBuf;

use crate::FileError;

/// An error of a process that trains together with others.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process returned an error, and told the others.
    #[error("process {rank} of {size} failed: {message}")]
    Failed {
        /// The process that failed.
        rank: usize,
        /// The number of processes.
        size: usize,
        /// Its error.
        message: String,
    },
    /// Another process ended without an error, or was killed.
    #[error("process {rank} of {size} has ended, and the others still expected messages from it")]
    Ended {
        /// The process that ended.
        rank: usize,
        /// The number of processes.
        size: usize,
    },
    /// Another process sent nothing for too long.
    #[error("process {rank} of {size} sent nothing for {seconds} s: it hangs, or the timeout is too short")]
    Silent {
        /// The process that sent nothing.
        rank: usize,
        /// The number of processes.
        size: usize,
        /// The timeout.
        seconds: f64,
    },
    /// Two processes do not begin the same training.
    #[error(
        "process {rank} and process {other} of {size} have not the same {what}: all processes must begin the same \
         training, with the same seeds"
    )]
    Differs {
        /// What is not the same.
        what: &'static str,
        /// This process.
        rank: usize,
        /// The other process.
        other: usize,
        /// The number of processes.
        size: usize,
    },
    /// A process sent a message of another length than this process expected: they do not carry out the same training.
    #[error(
        "process {rank} sent {found} numbers, expected {expected}: all processes must carry out the same fit"
    )]
    Length {
        /// The process that sent the message.
        rank: usize,
        /// The length of its message.
        found: usize,
        /// The length that this process expected.
        expected: usize,
    },
    /// A task of a sweep returned an error.
    #[error("task {task}: {message}")]
    Task {
        /// The number of the task.
        task: usize,
        /// Its error.
        message: String,
    },
    /// The result of a task cannot be sent to the other processes.
    #[error("the result of a task cannot be sent: {message}")]
    Result {
        /// Why not.
        message: String,
    },
    /// A process sent the results of more or fewer tasks than it has: the processes do not carry out the same tasks.
    #[error(
        "process {rank} sent the results of {found} tasks, expected {expected}: all processes must carry out the same \
         tasks"
    )]
    Tasks {
        /// The process that sent the results.
        rank: usize,
        /// The number of its results.
        found: usize,
        /// The number of its tasks.
        expected: usize,
    },
    /// MPI has already been initialised in this process.
    #[error("MPI has already been initialised in this process: create one communicator and pass it on")]
    Initialized,
    /// The number of processes or shards is 0.
    #[error("the number of {what} is 0, expected at least 1")]
    None {
        /// Processes or shards.
        what: &'static str,
    },
    /// A file cannot be used as a source of examples, or not any more.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error in the file.
        error: Box<FileError>,
    },
}

impl From<Error> for brique_train::Error {
    fn from(error: Error) -> Self {
        let message = error.to_string();
        match error {
            Error::File { .. } => Self::Source { message },
            _ => Self::Strategy { message },
        }
    }
}
