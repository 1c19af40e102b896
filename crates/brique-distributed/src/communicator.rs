//! What a training needs of the system that connects its processes.

use std::fmt::Debug;

use brique_tensor::Scalar;

use crate::Error;

/// Connects the processes of a training. All processes call the same methods in the same order.
///
/// [`exchange`](Self::exchange) is the only operation that an implementation must have; the others follow from it. After
/// an error, the messages of the processes no longer correspond, and every further call may return an error.
pub trait Communicator<T: Scalar = f64>: Debug {
    /// Returns the number of this process, from 0.
    fn rank(&self) -> usize;

    /// Returns the number of processes, at least 1.
    fn size(&self) -> usize;

    /// Sends `messages[r]` to process r, for every r, and returns the messages that the processes sent to this one, in
    /// the order of their ranks. The message of a process to itself comes back unchanged.
    ///
    /// # Errors
    ///
    /// If a process fails, ends, or sends nothing within the timeout. The error names it.
    ///
    /// # Panics
    ///
    /// May panic if there is not one message for each process.
    fn exchange(&mut self, messages: Vec<Vec<T>>) -> Result<Vec<Vec<T>>, Error>;

    /// Tells all other processes that this one has failed. Their next call returns [`Error::Failed`] with this message.
    fn fail(&mut self, message: &str);

    /// Replaces `numbers` in every process by those of the process `root`.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    fn broadcast(&mut self, root: usize, numbers: &mut Vec<T>) -> Result<(), Error> {
        let size = self.size();
        let messages = if self.rank() == root {
            vec![numbers.clone(); size]
        } else {
            vec![Vec::new(); size]
        };
        *numbers = self.exchange(messages)?.swap_remove(root);
        Ok(())
    }

    /// Returns the numbers of all processes, in the order of their ranks, in every process.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    fn gather(&mut self, numbers: Vec<T>) -> Result<Vec<Vec<T>>, Error> {
        let size = self.size();
        self.exchange(vec![numbers; size])
    }

    /// Waits until all processes have called `barrier`.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    fn barrier(&mut self) -> Result<(), Error> {
        self.gather(Vec::new()).map(|_| ())
    }
}

impl<T: Scalar, C: Communicator<T> + ?Sized> Communicator<T> for &mut C {
    fn rank(&self) -> usize {
        (**self).rank()
    }

    fn size(&self) -> usize {
        (**self).size()
    }

    fn exchange(&mut self, messages: Vec<Vec<T>>) -> Result<Vec<Vec<T>>, Error> {
        (**self).exchange(messages)
    }

    fn fail(&mut self, message: &str) {
        (**self).fail(message);
    }
}

/// A training in one process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Alone;

impl<T: Scalar> Communicator<T> for Alone {
    fn rank(&self) -> usize {
        0
    }

    fn size(&self) -> usize {
        1
    }

    fn exchange(&mut self, messages: Vec<Vec<T>>) -> Result<Vec<Vec<T>>, Error> {
        Ok(messages)
    }

    fn fail(&mut self, _message: &str) {}
}
