//! Processes that MPI connects.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "MPI's ranks are i32 and not negative, and a message fits into memory"
)]

mod under_way;

use std::fmt;
use std::mem;
use std::thread;
use std::time::{Duration, Instant};

use ::mpi::Threading;
use ::mpi::environment::{Universe, initialize_with_threading};
use ::mpi::point_to_point::{Message as Matched, Status};
use ::mpi::request;
use ::mpi::topology::{Process, SimpleCommunicator};
use ::mpi::traits::{Communicator as _, Destination, Equivalence, MatchedReceiveVec, Source};
use brique_tensor::Scalar;

use crate::buffers::Buffers;
use crate::{Communicator, Error, Message, Pending};

/// The first message of an exchange: the number of numbers that follow, or [`FAILURE`].
const HEADER: i32 = 1;
/// The numbers of an exchange.
const NUMBERS: i32 = 2;
/// The text of a failure.
const TEXT: i32 = 3;
/// The length in a header that announces the text of a failure.
const FAILURE: u64 = u64::MAX;
/// The largest number of bytes of a text, so that MPI sends it without waiting for the receiver.
const LONGEST_TEXT: usize = 1024;

/// A process that `mpirun` or a cluster's scheduler has started.
///
/// A process that MPI does not see for the length of the timeout is an [`Error::Silent`] in the others. A process that is
/// killed ends all processes: `mpirun` does this and names it. The timeout ends when a message begins to arrive: the others
/// wait for a process that stops in the middle of a long message, which takes a few milliseconds of a step at most.
///
/// After an error the processes do not wait for one another any more, and MPI is not finalised. `mpirun` then ends the
/// processes that still run when the first of them ends.
///
/// ```no_run
/// use brique_distributed::{MpiCommunicator, Sharded};
/// use brique_train::Fit;
///
/// let mut sharded = Sharded::<_, f64>::new(MpiCommunicator::world()?, 64)?;
/// let fit = Fit::new(10, 1024).shuffle(1).strategy(&mut sharded);
/// # Ok::<(), brique_distributed::Error>(())
/// ```
pub struct MpiCommunicator {
    world: SimpleCommunicator,
    timeout: Duration,
    /// Whether messages of exchanges that are under way fit into the memory of MPI.
    is_prepared: bool,
    /// Memory of messages that were received.
    buffers_f32: Buffers<f32>,
    buffers_f64: Buffers<f64>,
    /// `None` after an error. MPI is finalised when it is dropped, which waits for all processes.
    universe: Option<Universe>,
}

impl fmt::Debug for MpiCommunicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MpiCommunicator")
            .field("rank", &self.world.rank())
            .field("size", &self.world.size())
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

impl MpiCommunicator {
    /// Initialises MPI and connects to all processes that were started together. A process waits at most 60 s for a
    /// message of another one. A program that is started without `mpirun` is a single process.
    ///
    /// # Errors
    ///
    /// If MPI has already been initialised in this process.
    pub fn world() -> Result<Self, Error> {
        let (universe, _) = initialize_with_threading(Threading::Funneled).ok_or(Error::Initialized)?;
        Ok(Self {
            world: universe.world(),
            timeout: Duration::from_secs(60),
            is_prepared: false,
            buffers_f32: Buffers::default(),
            buffers_f64: Buffers::default(),
            universe: Some(universe),
        })
    }

    /// Sets how long a process waits for a message of another one.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    fn process(&self, rank: usize) -> Process<'_> {
        self.world.process_at_rank(rank as i32)
    }

    fn ranks(&self) -> (usize, usize) {
        (self.world.rank() as usize, self.world.size() as usize)
    }

    fn exchange_numbers<T: Equivalence + Scalar>(
        &mut self,
        mut messages: Vec<Vec<T>>,
    ) -> Result<Vec<Vec<T>>, Error> {
        let (own, size) = self.ranks();
        let others = || (0..size).filter(move |&rank| rank != own);
        for rank in others() {
            self.process(rank)
                .send_with_tag(&(messages[rank].len() as u64), HEADER);
        }
        // Every process has announced its message before the first numbers are sent: no process waits for one that
        // has failed.
        let announced: Vec<u64> = others().map(|rank| self.header(rank)).collect::<Result<_, _>>()?;
        let mut received: Vec<Vec<T>> = announced
            .iter()
            .map(|&length| vec![T::zero(); length as usize])
            .collect();
        request::scope(|scope| {
            let send = |rank| {
                self.process(rank)
                    .immediate_send_with_tag(scope, &messages[rank][..], NUMBERS)
            };
            let sends: Vec<_> = others().map(send).collect();
            for (rank, numbers) in others().zip(&mut received) {
                self.process(rank)
                    .receive_into_with_tag(&mut numbers[..], NUMBERS);
            }
            for send in sends {
                send.wait();
            }
        });
        received.insert(own, mem::take(&mut messages[own]));
        Ok(received)
    }

    /// Waits for the header of another process, and returns the length that it announces.
    fn header(&self, rank: usize) -> Result<u64, Error> {
        let (message, _) = self.wait_for(rank, HEADER)?;
        let (length, _) = message.matched_receive::<u64>();
        if length != FAILURE {
            return Ok(length);
        }
        let (text, _) = self.wait_for(rank, TEXT)?.matched_receive_vec::<u8>();
        Err(Error::Failed {
            rank,
            size: self.ranks().1,
            message: String::from_utf8_lossy(&text).into_owned(),
        })
    }

    fn wait_for(&self, rank: usize, tag: i32) -> Result<(Matched, Status), Error> {
        let start = Instant::now();
        loop {
            if let Some(message) = self.process(rank).immediate_matched_probe_with_tag(tag) {
                return Ok(message);
            }
            if start.elapsed() > self.timeout {
                return Err(Error::Silent {
                    rank,
                    size: self.ranks().1,
                    seconds: self.timeout.as_secs_f64(),
                });
            }
            thread::yield_now();
        }
    }

    /// Gives up finalising MPI, which would wait for processes that may never come.
    fn abandon(&mut self) {
        if let Some(universe) = self.universe.take() {
            mem::forget(universe);
        }
    }

    fn announce_failure(&mut self, message: &str) {
        let (own, size) = self.ranks();
        let text = &message.as_bytes()[..message.len().min(LONGEST_TEXT)];
        for rank in (0..size).filter(|&rank| rank != own) {
            self.process(rank).send_with_tag(&FAILURE, HEADER);
            self.process(rank).send_with_tag(text, TEXT);
        }
        self.abandon();
    }
}

macro_rules! communicator {
    ($scalar:ty, $buffers:ident) => {
        impl Communicator<$scalar> for MpiCommunicator {
            fn rank(&self) -> usize {
                self.ranks().0
            }

            fn size(&self) -> usize {
                self.ranks().1
            }

            fn exchange(&mut self, messages: Vec<Vec<$scalar>>) -> Result<Vec<Vec<$scalar>>, Error> {
                self.exchange_numbers(messages)
                    .inspect_err(|_| self.abandon())
            }

            /// A long message arrives in pieces that its sender has to send: it would be waited for.
            fn receives_early(&self) -> bool {
                false
            }

            fn prepare(&mut self, numbers: usize, messages: usize) {
                self.prepare_bytes(numbers.saturating_mul(size_of::<$scalar>()), messages);
            }

            fn start(&mut self, messages: Vec<Message<$scalar>>) -> Result<Pending<$scalar>, Error> {
                self.start_numbers(messages).inspect_err(|_| self.abandon())
            }

            fn has_arrived(&mut self, pending: &Pending<$scalar>) -> bool {
                pending.is_received() || self.have_arrived()
            }

            fn finish(&mut self, pending: Pending<$scalar>) -> Result<Vec<Message<$scalar>>, Error> {
                let mut buffers = mem::take(&mut self.$buffers);
                let received = self.finish_numbers(pending, &mut buffers);
                self.$buffers = buffers;
                received.inspect_err(|_| self.abandon())
            }

            fn settle(&mut self) -> Result<(), Error> {
                let nothing = vec![Vec::<$scalar>::new(); self.ranks().1];
                self.exchange_numbers(nothing)
                    .map(drop)
                    .inspect_err(|_| self.abandon())
            }

            fn fail(&mut self, message: &str) {
                self.announce_failure(message);
            }
        }
    };
}

communicator!(f32, buffers_f32);
communicator!(f64, buffers_f64);
