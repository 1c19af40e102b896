//! Exchanges that are under way while a process computes.

use ::mpi::traits::{Destination, Equivalence, Source};
use brique_tensor::Scalar;

use super::{HEADER, MpiCommunicator, NUMBERS};
use crate::buffers::Buffers;
use crate::tree::numbers_of;
use crate::{Error, Message, Pending};

/// The bytes that MPI needs besides the numbers of a message that waits; `MPI_BSEND_OVERHEAD` is 128 in Open MPI.
const BYTES_BESIDES: usize = 512;

impl MpiCommunicator {
    /// Gives MPI the memory for copies of messages, in which they wait for their receivers.
    pub(super) fn prepare_bytes(&mut self, numbers: usize, messages: usize) {
        // Messages of the last exchanges that were received may still be in the memory.
        let bytes = numbers
            .saturating_add(messages.saturating_mul(BYTES_BESIDES))
            .saturating_mul(2);
        self.is_prepared = i32::try_from(bytes).is_ok();
        if let Some(universe) = &mut self.universe
            && self.is_prepared
            && universe.buffer_size() < bytes
        {
            universe.set_buffer_size(bytes);
        }
    }

    /// Sends copies of the messages, which wait for their receivers.
    pub(super) fn start_numbers<T: Equivalence + Scalar>(
        &mut self,
        mut messages: Vec<Message<T>>,
    ) -> Result<Pending<T>, Error> {
        if !self.is_prepared {
            let messages = messages.into_iter().map(Message::into_vec).collect();
            let received = self.exchange_numbers(messages)?.into_iter().map(Message::from);
            return Ok(Pending::received(received.collect()));
        }
        let (own, size) = self.ranks();
        for rank in (0..size).filter(|&rank| rank != own) {
            let process = self.process(rank);
            process.send_with_tag(&(messages[rank].len() as u64), HEADER);
            process.buffered_send_with_tag(&messages[rank][..], NUMBERS);
        }
        Ok(Pending::expected(messages.swap_remove(own)))
    }

    pub(super) fn finish_numbers<T: Equivalence + Scalar>(
        &self,
        pending: Pending<T>,
        buffers: &mut Buffers<T>,
    ) -> Result<Vec<Message<T>>, Error> {
        let own = match pending.into_messages() {
            Ok(messages) => return Ok(messages),
            Err(own) => own,
        };
        let (own_rank, size) = self.ranks();
        let mut received = Vec::with_capacity(size);
        for rank in (0..size).filter(|&rank| rank != own_rank) {
            let length = self.header(rank)?;
            let (message, _) = self.wait_for(rank, NUMBERS)?;
            let mut numbers = buffers.take((1, length as usize));
            message.matched_receive_into(numbers_of(&mut numbers));
            let message = Message::of_matrix(numbers.into());
            buffers.remember(&message);
            received.push(message);
        }
        received.insert(own_rank, own);
        Ok(received)
    }

    /// Returns whether all other processes have sent their numbers. Each call also lets MPI move messages.
    pub(super) fn have_arrived(&self) -> bool {
        let (own, size) = self.ranks();
        let mut others = (0..size).filter(|&rank| rank != own);
        others.all(|rank| self.process(rank).immediate_probe_with_tag(NUMBERS).is_some())
    }
}
