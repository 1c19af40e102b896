//! The gradients of the network that a reduction reads and writes.

use brique_core::{Module, Parameter};
use brique_tensor::Scalar;

use super::{Memory, Reduction, State};
use crate::Message;
use crate::buckets::bucket_with;
use crate::buffers::Buffers;
use crate::tree::numbers_of;

impl<T: Scalar> Reduction<'_, T> {
    /// Takes the gradient of a parameter. The parameter gets another matrix if its gradient is not copied.
    pub(super) fn take(&mut self, number: usize, parameter: &mut Parameter<T>) {
        let index = bucket_with(&self.buckets, number);
        let (bucket, Memory { buffers, substitutes }) = (&self.buckets[index], &mut *self.memory);
        let State::Own(own) = &mut self.states[index] else {
            return;
        };
        if bucket.parameters.len() == 1 {
            let mut gradient = substitutes.take(bucket.shape);
            parameter.swap_gradient(&mut gradient, false);
            *own = Some(gradient);
            return;
        }
        let own = own.get_or_insert_with(|| buffers.take(bucket.shape));
        let start = bucket.starts[number - bucket.parameters.start];
        let gradient = parameter.gradient().iter();
        let own = numbers_of(own)[start..].iter_mut();
        own.zip(gradient).for_each(|(own, &number)| *own = number);
    }

    /// Writes the sums into the gradients of the network.
    pub(super) fn write(mut self, network: &mut dyn Module<T>) {
        let mut number = 0;
        network.visit_parameters_mut(&mut |parameter| {
            let index = bucket_with(&self.buckets, number);
            let bucket = &self.buckets[index];
            if let State::Sum(sum, is_finite) = &mut self.states[index] {
                if bucket.parameters.len() == 1 {
                    parameter.swap_gradient(sum, *is_finite);
                } else {
                    let start = bucket.starts[number - bucket.parameters.start];
                    parameter.overwrite_gradient(|gradient| {
                        let sum = numbers_of(sum)[start..].iter();
                        gradient
                            .iter_mut()
                            .zip(sum)
                            .for_each(|(gradient, &sum)| *gradient = sum);
                        *is_finite
                    });
                }
            }
            number += 1;
        });
        let Memory { buffers, substitutes } = self.memory;
        for (bucket, state) in self.buckets.iter().zip(self.states) {
            match state {
                State::Sum(matrix, _) if bucket.parameters.len() == 1 => substitutes.give(matrix.into()),
                State::Sum(matrix, _) => buffers.give(matrix.into()),
                _ => {}
            }
        }
    }
}

/// Returns a copy of the gradients of all parameters, in the order of the parameters.
pub(crate) fn gradients_of<T: Scalar>(network: &dyn Module<T>, buffers: &mut Buffers<T>) -> Message<T> {
    let mut length = 0;
    network.visit_parameters(&mut |parameter| length += parameter.gradient().len());
    let mut copy = buffers.take((1, length));
    let mut rest = numbers_of(&mut copy).iter_mut();
    network.visit_parameters(&mut |parameter| {
        let gradient = parameter.gradient().iter();
        gradient.zip(&mut rest).for_each(|(&number, copy)| *copy = number);
    });
    let copy = Message::of_matrix(copy.into());
    buffers.remember(&copy);
    copy
}
