//! The additions of a reduction.

use std::mem;

use brique_tensor::{Scalar, aligned_zeros};

use super::{Reduction, State};
use crate::addition::{add_both, copy_into};
use crate::buckets::Adders;
use crate::buffers::Buffers;
use crate::message::check_length;
use crate::tree::{Sum, Sums, numbers_of, part, sum_of_node};
use crate::{Error, Message};

impl<T: Scalar> Reduction<'_, T> {
    /// Adds the gradients of this process up to the sums of its nodes.
    pub(super) fn own_sums(&mut self, index: usize) -> Vec<Message<T>> {
        let (bucket, buffers) = (&self.buckets[index], &mut self.memory.buffers);
        let ended = self.ended.iter();
        let mut sums: Sums<T> = ended
            .map(|(node, sum)| (node.clone(), sum.part(bucket.numbers.clone())))
            .collect();
        let state = mem::replace(&mut self.states[index], State::Sent);
        if let (Some(node), State::Own(Some(own))) = (&self.last, state) {
            sums.push((node.clone(), Message::of_matrix(own.into())));
        }
        let mut sums = sums.into_iter().peekable();
        let nodes = self
            .shards
            .nodes(self.communicator.rank(), self.communicator.size());
        let sums = nodes
            .iter()
            .filter_map(|node| sum_of_node(node, &mut sums, bucket.shape, buffers));
        let sums: Vec<Sum<T>> = sums.collect();
        sums.into_iter().map(Sum::into_message).collect()
    }

    /// Adds the sums of all processes, or this process's part of them.
    pub(super) fn added(&mut self, index: usize, messages: Vec<Message<T>>) -> Result<State<T>, Error> {
        let (rank, processes) = (self.communicator.rank(), self.communicator.size());
        let (bucket, buffers) = (&self.buckets[index], &mut self.memory.buffers);
        let is_whole = self.adders[index] == Adders::All;
        let mut numbers = bucket.numbers.len();
        let mut shape = bucket.shape;
        if !is_whole {
            numbers = part(rank, processes, numbers).len();
            shape = (1, numbers);
        }
        let mut sums = Sums::new();
        for (rank, message) in messages.into_iter().enumerate() {
            let nodes = self.shards.nodes(rank, processes);
            check_length(rank, message.len(), nodes.len() * numbers)?;
            let parts =
                (0..nodes.len()).map(|position| message.part(position * numbers..(position + 1) * numbers));
            sums.extend(nodes.iter().cloned().zip(parts));
        }
        let mut sums = sums.into_iter().peekable();
        let sum = sum_of_node(&(0..self.shards.count), &mut sums, shape, buffers);
        let sum = sum.unwrap_or_else(|| Sum::Found(vec![T::zero(); numbers].into()));
        if is_whole {
            let (sum, is_finite) = sum.into_matrix(shape, buffers);
            return Ok(State::Sum(sum, is_finite));
        }
        Ok(State::Part(sum.into_message()))
    }

    /// Adds the sums of this process and of the other one in the memory of both.
    pub(super) fn added_for_both(
        &mut self,
        index: usize,
        own: Option<Message<T>>,
        mut messages: Vec<Message<T>>,
    ) -> Result<State<T>, Error> {
        let other = 1 - self.communicator.rank();
        let (bucket, buffers) = (&self.buckets[index], &mut self.memory.buffers);
        let of_other = messages.swap_remove(other);
        let nodes = self.shards.nodes(other, 2).len();
        check_length(other, of_other.len(), nodes * bucket.numbers.len())?;
        let of_other = (nodes > 0).then(|| of_other.into_matrix(bucket.shape, buffers));
        let own = own.map(|own| own.into_matrix(bucket.shape, buffers));
        let (own, of_other, is_finite) = match (own, of_other) {
            (Some(mut own), Some(mut of_other)) => {
                let is_finite = add_both(numbers_of(&mut own), numbers_of(&mut of_other));
                (own, of_other, is_finite)
            }
            (only, None) | (None, only) => {
                let mut sum = only.unwrap_or_else(|| aligned_zeros(bucket.shape));
                let mut copy = buffers.take(bucket.shape);
                let is_finite = copy_into(numbers_of(&mut sum), numbers_of(&mut copy));
                (sum, copy, is_finite)
            }
        };
        Ok(State::Both(own, Message::of_sum(of_other, is_finite)))
    }

    /// Takes the sum that the other process added.
    pub(super) fn returned(
        &mut self,
        index: usize,
        adder: usize,
        mut messages: Vec<Message<T>>,
    ) -> Result<State<T>, Error> {
        let bucket = &self.buckets[index];
        let sum = messages.swap_remove(adder);
        check_length(adder, sum.len(), bucket.numbers.len())?;
        let is_finite = sum.is_known_finite();
        let sum = sum.into_matrix(bucket.shape, &mut self.memory.buffers);
        Ok(State::Sum(sum, is_finite))
    }

    /// Writes the parts of the sum into one matrix.
    pub(super) fn assembled(&mut self, index: usize, messages: &[Message<T>]) -> Result<State<T>, Error> {
        let bucket = &self.buckets[index];
        let mut sum = self.memory.buffers.take(bucket.shape);
        let mut is_finite = true;
        for (rank, message) in messages.iter().enumerate() {
            let part = part(rank, messages.len(), bucket.numbers.len());
            check_length(rank, message.len(), part.len())?;
            is_finite &= copy_into(message, &mut numbers_of(&mut sum)[part]);
        }
        Ok(State::Sum(sum, is_finite))
    }
}

/// Joins messages into one.
pub(super) fn joined<T: Scalar>(mut messages: Vec<Message<T>>, buffers: &mut Buffers<T>) -> Message<T> {
    if messages.len() == 1 {
        return messages.swap_remove(0);
    }
    let mut joined = buffers.take((1, messages.iter().map(|message| message.len()).sum()));
    let mut rest = numbers_of(&mut joined);
    for message in &messages {
        let (now, later) = rest.split_at_mut(message.len());
        now.copy_from_slice(message);
        rest = later;
    }
    Message::of_matrix(joined.into())
}
