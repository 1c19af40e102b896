//! The sum of the gradients of all processes, computed while the backward pass goes on.

mod gradients;
mod sums;

pub(crate) use gradients::gradients_of;

use std::collections::VecDeque;
use std::mem;
use std::ops::Range;

use brique_core::Module;
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::buckets::{Adders, Bucket, buckets_of};
use crate::buffers::Buffers;
use crate::shards::Shards;
use crate::tree::{Sums, part};
use crate::{Communicator, Error, Message, Pending};
use sums::joined;

/// The buffers of a training, used again in each step.
#[derive(Debug, Default)]
pub(crate) struct Memory<T: Scalar> {
    pub(crate) buffers: Buffers<T>,
    /// Gradients of parameters whose own gradients are in messages.
    substitutes: Buffers<T>,
}

/// The addition of the gradients of a step.
///
/// A bucket of gradients is exchanged as soon as the backward pass has computed them. All processes start the same exchanges
/// in the same order, whenever messages arrive: S₀ S₁ P₀ S₂ P₁ …, or first all Sᵢ if messages cannot be received early.
/// In Sᵢ a process sends its sums of bucket i to those that add them, and in Pᵢ it sends the part of bucket i that it added
/// to all others. A bucket that all processes add has no Pᵢ.
pub(crate) struct Reduction<'a, T: Scalar> {
    communicator: &'a mut dyn Communicator<T>,
    memory: &'a mut Memory<T>,
    shards: Shards,
    /// The gradients of the passes that have ended, with their nodes.
    ended: Sums<T>,
    /// The node of the last pass, whose gradients are reported. `None` if this process has no examples.
    last: Option<Range<usize>>,
    buckets: Vec<Bucket>,
    adders: Vec<Adders>,
    states: Vec<State<T>>,
    /// The number of parameters whose gradients the last pass has not computed yet.
    missing: usize,
    /// The number of buckets whose exchange has started.
    started: usize,
    /// The number of buckets whose sums have been sent.
    parts_started: usize,
    under_way: VecDeque<(usize, Stage, Pending<T>)>,
    error: Option<Error>,
}

/// What is known of the gradients of a bucket.
enum State<T: Scalar> {
    /// Gradients of the last pass.
    Own(Option<Array2<T>>),
    Sent,
    /// The other process adds the sum in the memory of this one.
    Lent,
    /// The sums of this process, which adds those of the other one.
    Awaiting(Option<Message<T>>),
    /// The part of the sum that this process added.
    Part(Message<T>),
    /// The sum in the memory of this process and of the other one.
    Both(Array2<T>, Message<T>),
    /// The sum, and whether each number of it is finite.
    Sum(Array2<T>, bool),
}

/// What an exchange of a bucket is for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    Sums,
    Parts,
}

impl<'a, T: Scalar> Reduction<'a, T> {
    /// Begins the addition, before the last backward pass of this process, over the node `last`.
    pub(crate) fn new(
        communicator: &'a mut dyn Communicator<T>,
        memory: &'a mut Memory<T>,
        network: &dyn Module<T>,
        shards: Shards,
        (ended, last): (Sums<T>, Option<Range<usize>>),
    ) -> Self {
        let (processes, moves_messages) = (communicator.size(), communicator.moves_messages());
        let buckets = buckets_of(network, processes);
        let adders = |(index, bucket): (usize, &Bucket)| bucket.adders::<T>(index, processes, moves_messages);
        let adders: Vec<Adders> = buckets.iter().enumerate().map(adders).collect();
        let nodes = shards.nodes(communicator.rank(), processes).len();
        let sent = buckets.iter().zip(&adders).map(|(bucket, adders)| {
            let times = if *adders == Adders::All {
                nodes * (processes - 1)
            } else {
                nodes + 1
            };
            times * bucket.numbers.len()
        });
        communicator.prepare(sent.sum(), 2 * buckets.len() * (processes - 1));
        Self {
            communicator,
            memory,
            shards,
            ended,
            last,
            states: buckets.iter().map(|_| State::Own(None)).collect(),
            adders,
            missing: buckets.first().map_or(0, |bucket| bucket.parameters.end),
            buckets,
            started: 0,
            parts_started: 0,
            under_way: VecDeque::new(),
            error: None,
        }
    }

    /// Takes the gradients of a module: those of the last parameters that are still missing. The exchanges that they
    /// complete start.
    pub(crate) fn report(&mut self, module: &mut dyn Module<T>) {
        let mut parameters = 0;
        module.visit_parameters(&mut |_| parameters += 1);
        let first = self.missing.saturating_sub(parameters);
        let mut number = first;
        module.visit_parameters_mut(&mut |parameter| {
            if number < self.missing {
                self.take(number, parameter);
            }
            number += 1;
        });
        self.missing = first;
        self.go_on();
    }

    /// Starts the exchanges that are complete, and finishes those that have arrived.
    fn go_on(&mut self) {
        if self.error.is_none() {
            self.error = self.try_to_go_on().err();
        }
    }

    fn try_to_go_on(&mut self) -> Result<(), Error> {
        while self.started < self.buckets.len() && self.missing <= self.buckets[self.started].parameters.start
        {
            self.start(self.started)?;
            self.started += 1;
            if self.communicator.receives_early() {
                self.start_parts_before(self.started - 1)?;
            }
        }
        // An engine may move messages in each call of `has_arrived`, also if they are received later.
        while let Some((_, _, pending)) = self.under_way.front()
            && self.communicator.has_arrived(pending)
            && self.communicator.receives_early()
        {
            self.finish_first()?;
        }
        Ok(())
    }

    /// Sends the sums of this process.
    fn start(&mut self, index: usize) -> Result<(), Error> {
        let mut own = self.own_sums(index);
        let (rank, processes) = (self.communicator.rank(), self.communicator.size());
        let (length, buffers) = (self.buckets[index].numbers.len(), &mut self.memory.buffers);
        let mut messages = vec![Message::from(Vec::new()); processes];
        match self.adders[index] {
            Adders::One(adder) if adder == rank => self.states[index] = State::Awaiting(own.pop()),
            Adders::One(adder) => messages[adder] = joined(own, buffers),
            Adders::All => {
                messages.fill(joined(own, buffers));
                buffers.remember(&messages[0]);
            }
            Adders::Parts => {
                for (rank, message) in messages.iter_mut().enumerate() {
                    let part = part(rank, processes, length);
                    let parts = own.iter().map(|sum| sum.part(part.clone())).collect();
                    *message = joined(parts, buffers);
                    if own.len() > 1 {
                        buffers.remember(message);
                    }
                }
                for sum in &own {
                    buffers.remember(sum);
                }
            }
        }
        let pending = self.communicator.start(messages)?;
        self.under_way.push_back((index, Stage::Sums, pending));
        Ok(())
    }

    /// Sends what this process added of all buckets before this one.
    fn start_parts_before(&mut self, index: usize) -> Result<(), Error> {
        while self.parts_started < index {
            self.start_parts(self.parts_started)?;
            self.parts_started += 1;
        }
        Ok(())
    }

    /// Sends what this process added of a bucket to those that need it.
    fn start_parts(&mut self, index: usize) -> Result<(), Error> {
        if self.adders[index] == Adders::All {
            return Ok(());
        }
        while matches!(self.states[index], State::Sent | State::Awaiting(_)) {
            self.finish_first()?;
        }
        let (rank, processes) = (self.communicator.rank(), self.communicator.size());
        let mut messages = vec![Message::from(Vec::new()); processes];
        self.states[index] = match mem::replace(&mut self.states[index], State::Sent) {
            State::Part(part) => {
                messages.fill(part);
                self.memory.buffers.remember(&messages[0]);
                State::Sent
            }
            State::Both(sum, of_other) => {
                let is_finite = of_other.is_known_finite();
                messages[1 - rank] = of_other;
                State::Sum(sum, is_finite)
            }
            state => state,
        };
        let pending = self.communicator.start(messages)?;
        self.under_way.push_back((index, Stage::Parts, pending));
        Ok(())
    }

    /// Waits for the first exchange that is under way.
    fn finish_first(&mut self) -> Result<(), Error> {
        let Some((index, stage, pending)) = self.under_way.pop_front() else {
            return Ok(());
        };
        let messages = self.communicator.finish(pending)?;
        let rank = self.communicator.rank();
        let state = mem::replace(&mut self.states[index], State::Sent);
        self.states[index] = match (stage, self.adders[index], state) {
            (Stage::Sums, Adders::One(_), State::Awaiting(own)) => {
                self.added_for_both(index, own, messages)?
            }
            (Stage::Sums, Adders::One(_), _) => State::Lent,
            (Stage::Sums, ..) => self.added(index, messages)?,
            (Stage::Parts, Adders::One(adder), _) if adder != rank => {
                self.returned(index, adder, messages)?
            }
            (Stage::Parts, Adders::One(_), state) => state,
            (Stage::Parts, ..) => self.assembled(index, &messages)?,
        };
        Ok(())
    }

    /// Ends the addition after the last backward pass, and writes the sums into the gradients of the network.
    pub(crate) fn finish(mut self, network: &mut dyn Module<T>) -> Result<(), Error> {
        if self.last.is_some() {
            let mut number = 0;
            network.visit_parameters_mut(&mut |parameter| {
                if number < self.missing {
                    self.take(number, parameter);
                }
                number += 1;
            });
        }
        self.missing = 0;
        self.go_on();
        if let Some(error) = self.error {
            return Err(error);
        }
        self.start_parts_before(self.buckets.len())?;
        while !self.under_way.is_empty() {
            self.finish_first()?;
        }
        self.communicator.settle()?;
        self.write(network);
        Ok(())
    }
}
