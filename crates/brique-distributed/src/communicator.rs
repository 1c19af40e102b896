//! What a training needs of the system that connects its processes.

use std::fmt::Debug;

use brique_tensor::Scalar;

use crate::{Error, Message, Pending};

/// Connects the processes of a training. All processes call the same methods in the same order.
///
/// [`exchange`](Self::exchange) is the only operation that an implementation must have; the others follow from it. An
/// implementation whose messages travel while the process computes also has [`start`](Self::start),
/// [`has_arrived`](Self::has_arrived) and [`finish`](Self::finish). After an error, the messages of the processes no longer correspond, and every further call may return an error.
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

    /// Returns whether a message that is sent and not used any more is received without a copy. By default, it is false.
    fn moves_messages(&self) -> bool {
        false
    }

    /// Returns whether a process can receive messages of others that compute; otherwise it finishes exchanges after its own
    /// work. By default, it is true.
    fn receives_early(&self) -> bool {
        true
    }

    /// Announces exchanges that may be under way at the same time. `numbers` and `messages` are the most that this process
    /// sends to others in them. It is called while no exchange is under way; by default, it does nothing.
    fn prepare(&mut self, numbers: usize, messages: usize) {
        let _ = (numbers, messages);
    }

    /// Starts an exchange: sends `messages[r]` to process r, for every r, without waiting for messages of other processes.
    ///
    /// Several exchanges may be under way. They have to be [finished](Self::finish) in the order in which they started,
    /// before any other method that exchanges numbers is called. By default, the exchange is made at once.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    ///
    /// # Panics
    ///
    /// As [`exchange`](Self::exchange).
    fn start(&mut self, messages: Vec<Message<T>>) -> Result<Pending<T>, Error> {
        let messages = messages.into_iter().map(Message::into_vec).collect();
        let received = self.exchange(messages)?.into_iter().map(Message::from);
        Ok(Pending::received(received.collect()))
    }

    /// Returns whether [`finish`](Self::finish) would return at once for this exchange, the first one that is under way.
    /// By default, it is true.
    fn has_arrived(&mut self, pending: &Pending<T>) -> bool {
        let _ = pending;
        true
    }

    /// Waits for the messages of the first exchange that is under way, and returns them in the order of the ranks of their
    /// processes.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    fn finish(&mut self, pending: Pending<T>) -> Result<Vec<Message<T>>, Error> {
        Ok(pending.into_messages().unwrap_or_default())
    }

    /// Waits until all messages that this process sent in exchanges have been received, after it has finished the last one.
    /// Afterwards the process may do something else for any time. By default, nothing has to be waited for.
    ///
    /// # Errors
    ///
    /// As [`exchange`](Self::exchange).
    fn settle(&mut self) -> Result<(), Error> {
        Ok(())
    }

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
        let pending = self.start(vec![Message::from(numbers); size])?;
        Ok(self.finish(pending)?.into_iter().map(Message::into_vec).collect())
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

    fn moves_messages(&self) -> bool {
        (**self).moves_messages()
    }

    fn receives_early(&self) -> bool {
        (**self).receives_early()
    }

    fn prepare(&mut self, numbers: usize, messages: usize) {
        (**self).prepare(numbers, messages);
    }

    fn settle(&mut self) -> Result<(), Error> {
        (**self).settle()
    }

    fn start(&mut self, messages: Vec<Message<T>>) -> Result<Pending<T>, Error> {
        (**self).start(messages)
    }

    fn has_arrived(&mut self, pending: &Pending<T>) -> bool {
        (**self).has_arrived(pending)
    }

    fn finish(&mut self, pending: Pending<T>) -> Result<Vec<Message<T>>, Error> {
        (**self).finish(pending)
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

    fn start(&mut self, messages: Vec<Message<T>>) -> Result<Pending<T>, Error> {
        Ok(Pending::received(messages))
    }

    fn fail(&mut self, _message: &str) {}
}
