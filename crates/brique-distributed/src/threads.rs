//! Processes that are threads of one program.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use brique_tensor::Scalar;

use crate::{Communicator, Error};

/// A process that is a thread of the same program as all others.
///
/// ```
/// use brique_distributed::{Communicator, run_threads};
///
/// let sums = run_threads::<f64, _>(3, |mut communicator| {
///     let rank = communicator.rank() as f64;
///     let all = communicator.gather(vec![rank, 10.0 * rank])?;
///     Ok::<f64, brique_distributed::Error>(all.concat().iter().sum())
/// });
/// assert_eq!(sums, vec![Ok(33.0); 3]);
/// ```
#[derive(Debug)]
pub struct ThreadCommunicator<T: Scalar = f64> {
    rank: usize,
    /// One for each process, in the order of their ranks.
    senders: Vec<Sender<Message<T>>>,
    receivers: Vec<Receiver<Message<T>>>,
    timeout: Duration,
}

#[derive(Debug)]
enum Message<T> {
    Numbers(Vec<T>),
    Failure(String),
}

impl<T: Scalar> ThreadCommunicator<T> {
    /// Creates the communicators of `size` processes, in the order of their ranks. A process waits at most 60 s for a
    /// message of another one.
    #[must_use]
    pub fn group(size: usize) -> Vec<Self> {
        let mut senders: Vec<Vec<_>> = (0..size).map(|_| Vec::with_capacity(size)).collect();
        let mut receivers: Vec<Vec<_>> = (0..size).map(|_| Vec::with_capacity(size)).collect();
        for senders in &mut senders {
            for receivers in &mut receivers {
                let (sender, receiver) = channel();
                senders.push(sender);
                receivers.push(receiver);
            }
        }
        let ends = senders.into_iter().zip(receivers);
        ends.enumerate()
            .map(|(rank, (senders, receivers))| Self {
                rank,
                senders,
                receivers,
                timeout: Duration::from_secs(60),
            })
            .collect()
    }

    /// Sets how long a process waits for a message of another one.
    #[must_use]
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }
}

impl<T: Scalar> Communicator<T> for ThreadCommunicator<T> {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.senders.len()
    }

    fn exchange(&mut self, messages: Vec<Vec<T>>) -> Result<Vec<Vec<T>>, Error> {
        let size = self.size();
        for (sender, numbers) in self.senders.iter().zip(messages) {
            // If the receiver is gone, the receiver of its messages below says so.
            drop(sender.send(Message::Numbers(numbers)));
        }
        let received = self.receivers.iter().enumerate().map(|(rank, receiver)| {
            match receiver.recv_timeout(self.timeout) {
                Ok(Message::Numbers(numbers)) => Ok(numbers),
                Ok(Message::Failure(message)) => Err(Error::Failed { rank, size, message }),
                Err(RecvTimeoutError::Disconnected) => Err(Error::Ended { rank, size }),
                Err(RecvTimeoutError::Timeout) => Err(Error::Silent {
                    rank,
                    size,
                    seconds: self.timeout.as_secs_f64(),
                }),
            }
        });
        received.collect()
    }

    fn fail(&mut self, message: &str) {
        for (rank, sender) in self.senders.iter().enumerate() {
            if rank != self.rank {
                // A process that is gone needs no message.
                drop(sender.send(Message::Failure(message.to_owned())));
            }
        }
    }
}

/// Runs `process` in `size` threads, each with its communicator, and returns their results in the order of their ranks.
///
/// If a thread panics, the others get [`Error::Ended`], and the panic continues here after all threads have ended.
///
/// # Panics
///
/// If `process` panics.
pub fn run_threads<T: Scalar, R: Send>(
    size: usize,
    process: impl Fn(ThreadCommunicator<T>) -> R + Sync,
) -> Vec<R> {
    let process = &process;
    thread::scope(|scope| {
        let communicators = ThreadCommunicator::group(size).into_iter();
        let threads: Vec<_> = communicators
            .map(|communicator| scope.spawn(move || process(communicator)))
            .collect();
        let results = threads.into_iter().map(|thread| match thread.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        results.collect()
    })
}
