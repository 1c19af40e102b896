//! Processes that are threads of one program.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread;
use std::time::{Duration, Instant};

use brique_tensor::Scalar;

use crate::{Communicator, Error, Message, Pending};

/// How long a process looks for messages before it sleeps. To wake up a thread takes as long.
const SHORT_WAIT: Duration = Duration::from_micros(50);

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
    senders: Vec<Sender<Packet<T>>>,
    receivers: Vec<Receiver<Packet<T>>>,
    /// What [`has_arrived`](Communicator::has_arrived) received from each process.
    arrived: Vec<Option<Result<Packet<T>, RecvTimeoutError>>>,
    timeout: Duration,
}

#[derive(Debug)]
enum Packet<T: Scalar> {
    Numbers(Message<T>),
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
                arrived: receivers.iter().map(|_| None).collect(),
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
        let pending = self.start(messages.into_iter().map(Message::from).collect())?;
        Ok(self.finish(pending)?.into_iter().map(Message::into_vec).collect())
    }

    fn moves_messages(&self) -> bool {
        true
    }

    fn start(&mut self, messages: Vec<Message<T>>) -> Result<Pending<T>, Error> {
        let mut own = Message::from(Vec::new());
        for (rank, (sender, numbers)) in self.senders.iter().zip(messages).enumerate() {
            if rank == self.rank {
                own = numbers;
            } else {
                // If the receiver is gone, `finish` says so.
                drop(sender.send(Packet::Numbers(numbers)));
            }
        }
        Ok(Pending::expected(own))
    }

    fn has_arrived(&mut self, _: &Pending<T>) -> bool {
        let ends = self.arrived.iter_mut().zip(&self.receivers).enumerate();
        for (rank, (arrived, receiver)) in ends {
            if rank != self.rank && arrived.is_none() {
                *arrived = match receiver.try_recv() {
                    Ok(packet) => Some(Ok(packet)),
                    Err(TryRecvError::Disconnected) => Some(Err(RecvTimeoutError::Disconnected)),
                    Err(TryRecvError::Empty) => return false,
                };
            }
        }
        true
    }

    fn finish(&mut self, pending: Pending<T>) -> Result<Vec<Message<T>>, Error> {
        let start = Instant::now();
        while !self.has_arrived(&pending) && start.elapsed() < SHORT_WAIT {
            thread::yield_now();
        }
        let mut own = match pending.into_messages() {
            Ok(messages) => return Ok(messages),
            Err(own) => Some(own),
        };
        let (own_rank, size) = (self.rank, self.size());
        let ends = self.receivers.iter().zip(&mut self.arrived);
        let received = ends.enumerate().map(|(rank, (receiver, arrived))| {
            if let Some(own) = own.take_if(|_| rank == own_rank) {
                return Ok(own);
            }
            let arrived = arrived.take();
            match arrived.unwrap_or_else(|| receiver.recv_timeout(self.timeout)) {
                Ok(Packet::Numbers(numbers)) => Ok(numbers),
                Ok(Packet::Failure(message)) => Err(Error::Failed { rank, size, message }),
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
                drop(sender.send(Packet::Failure(message.to_owned())));
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
