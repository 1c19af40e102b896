//! The sum of the gradients of all processes.

use std::ops::Range;

use brique_core::Module;
use brique_tensor::Scalar;

use super::Sharded;
use crate::gradients::copy_gradients;
use crate::shards::Shards;
use crate::tree::{Sums, part, sum_of_node};
use crate::{Communicator, Error};

impl<T: Scalar, C: Communicator<T>> Sharded<C, T> {
    /// Adds the sums of all processes. Each process adds one part of the numbers and sends it to all others. Returns the
    /// parts.
    pub(super) fn add_all(
        &mut self,
        network: &dyn Module<T>,
        own: Sums<T>,
        shards: Shards,
        length: usize,
    ) -> Result<Vec<Vec<T>>, Error> {
        let (rank, processes) = (self.communicator.rank(), self.communicator.size());
        let own = self.summed_up(own, &shards.nodes(rank, processes));
        if processes == 1 {
            return Ok(own);
        }
        let messages = (0..processes).map(|rank| {
            let (mut message, numbers) = (self.buffers.take(), part(rank, processes, length));
            for sum in &own {
                message.extend_from_slice(&sum[numbers.clone()]);
            }
            if self.units.len() == 1 {
                copy_gradients(network, numbers, &mut message);
            }
            message
        });
        let messages = messages.collect();
        for sum in own {
            self.buffers.give(sum, processes);
        }
        let received = self.communicator.exchange(messages)?;
        let numbers = part(rank, processes, length).len();
        let mut sums = Sums::new();
        for (rank, message) in received.into_iter().enumerate() {
            let nodes = shards.nodes(rank, processes);
            check_length(rank, message.len(), nodes.len() * numbers)?;
            self.cut(message, nodes, numbers, &mut sums);
        }
        let buffers = &mut self.buffers;
        let sum = sum_of_node(0..self.shards, sums, &mut |sum| buffers.give(sum, processes));
        let sum = sum.unwrap_or_default();
        let copies = (1..processes).map(|_| self.buffers.copy(&sum));
        let mut messages: Vec<Vec<T>> = copies.collect();
        messages.insert(rank, sum);
        let parts = self.communicator.exchange(messages)?;
        for (rank, found) in parts.iter().enumerate() {
            check_length(rank, found.len(), part(rank, processes, length).len())?;
        }
        Ok(parts)
    }

    /// Cuts a message into the sums of its nodes.
    fn cut(&mut self, message: Vec<T>, nodes: Vec<Range<usize>>, numbers: usize, sums: &mut Sums<T>) {
        if let [node] = &nodes[..] {
            sums.push((node.clone(), message));
            return;
        }
        for (position, node) in nodes.into_iter().enumerate() {
            let sum = self.buffers.copy(&message[position * numbers..][..numbers]);
            sums.push((node, sum));
        }
        self.buffers.give(message, self.communicator.size());
    }

    /// Adds the sums of shards up to the sums of `nodes`.
    fn summed_up(&mut self, sums: Sums<T>, nodes: &[Range<usize>]) -> Vec<Vec<T>> {
        let (buffers, processes) = (&mut self.buffers, self.communicator.size());
        let mut sums = sums.into_iter().peekable();
        let sum_of = |node: &Range<usize>| {
            let below = std::iter::from_fn(|| sums.next_if(|(unit, _)| unit.end <= node.end)).collect();
            sum_of_node(node.clone(), below, &mut |sum| buffers.give(sum, processes))
        };
        nodes.iter().filter_map(sum_of).collect()
    }
}

fn check_length(rank: usize, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Length {
        rank,
        found,
        expected,
    })
}
