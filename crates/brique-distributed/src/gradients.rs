//! The gradients of a network as a list of numbers.

use std::ops::Range;

use brique_core::Module;
use brique_tensor::Scalar;

/// Returns the gradients of all parameters, in the order of the parameters, in this buffer.
pub(crate) fn gradients_of<T: Scalar>(network: &dyn Module<T>, mut numbers: Vec<T>) -> Vec<T> {
    copy_gradients(network, 0..usize::MAX, &mut numbers);
    numbers
}

/// Adds a range of the gradients of all parameters, in the order of the parameters, to `numbers`.
pub(crate) fn copy_gradients<T: Scalar>(network: &dyn Module<T>, range: Range<usize>, numbers: &mut Vec<T>) {
    let mut first = 0;
    network.visit_parameters(&mut |parameter| {
        let gradient = parameter.gradient();
        let own =
            range.start.clamp(first, first + gradient.len())..range.end.clamp(first, first + gradient.len());
        let own = own.start - first..own.end - first;
        match gradient.as_slice() {
            Some(gradient) => numbers.extend_from_slice(&gradient[own]),
            None => numbers.extend(gradient.iter().copied().skip(own.start).take(own.len())),
        }
        first += gradient.len();
    });
}

/// Writes the gradients of all parameters, in the order of the parameters.
pub(crate) fn write_gradients<T: Scalar>(network: &mut dyn Module<T>, parts: &[Vec<T>]) {
    let mut parts = parts.iter().map(Vec::as_slice);
    let mut rest: &[T] = &[];
    network.visit_parameters_mut(&mut |parameter| {
        let mut gradient = parameter.gradient_mut();
        let mut written = 0;
        while written < gradient.len() {
            if rest.is_empty() {
                let Some(part) = parts.next() else { return };
                rest = part;
            }
            let (now, later) = rest.split_at(rest.len().min(gradient.len() - written));
            rest = later;
            if let Some(gradient) = gradient.as_slice_mut() {
                gradient[written..][..now.len()].copy_from_slice(now);
            } else {
                let gradient = gradient.iter_mut().skip(written);
                gradient
                    .zip(now)
                    .for_each(|(gradient, &number)| *gradient = number);
            }
            written += now.len();
        }
    });
}
