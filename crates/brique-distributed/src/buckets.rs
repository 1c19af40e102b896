//! The gradients that are exchanged together.

use std::ops::Range;

use brique_core::Module;
use brique_tensor::Scalar;

/// The bytes that cost as much as a message without numbers: 1.2 µs, divided by 0.29 ns for each byte.
const BYTES_OF_A_MESSAGE: usize = 4 * 1024;

/// The fewest bytes of a bucket for each process. The messages of a bucket of this size cost 1/16 of its bytes.
const BYTES_OF_A_BUCKET: usize = 16 * BYTES_OF_A_MESSAGE;

/// Parameters whose gradients are exchanged together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket {
    /// The parameters, numbered in the order of `visit_parameters`.
    pub(crate) parameters: Range<usize>,
    /// The numbers of their gradients within those of the network.
    pub(crate) numbers: Range<usize>,
    /// The first number of each parameter within the bucket.
    pub(crate) starts: Vec<usize>,
    /// The shape of the gradient of a single parameter, or one row with the gradients of all parameters.
    pub(crate) shape: (usize, usize),
}

/// Who adds the sums of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Adders {
    /// Each process adds all numbers.
    All,
    /// Each process adds a part of the numbers, and sends it to all others.
    Parts,
    /// This process adds all numbers in the memory of both processes.
    One(usize),
}

impl Bucket {
    /// Returns who adds the sums of this bucket, the one with this index.
    ///
    /// If two processes can give each other their memory, the fewest bytes are moved if one of them adds.
    pub(crate) fn adders<T>(&self, index: usize, processes: usize, moves_messages: bool) -> Adders {
        let bytes = self.numbers.len().saturating_mul(size_of::<T>());
        if moves_messages && processes == 2 && bytes >= BYTES_OF_A_BUCKET {
            Adders::One(index % 2)
        } else if added_by_all(bytes, processes) {
            Adders::All
        } else {
            Adders::Parts
        }
    }
}

/// Returns whether each process adds a whole bucket of this size, instead of a part of it: see [`exchanged_together`].
///
/// It saves a message to each other process, and costs (P − 1) · (1 − 2/P) · bytes, which is nothing for two processes.
///
/// ```
/// use brique_distributed::added_by_all;
///
/// assert!(added_by_all(1_000_000, 2));
/// assert!(added_by_all(4_000, 100));
/// assert!(!added_by_all(1_000_000, 3));
/// ```
#[must_use]
pub fn added_by_all(bytes: usize, processes: usize) -> bool {
    let excess = bytes.saturating_mul(processes.saturating_sub(2));
    excess <= BYTES_OF_A_MESSAGE.saturating_mul(processes)
}

/// Returns the index of the bucket with this parameter.
pub(crate) fn bucket_with(buckets: &[Bucket], parameter: usize) -> usize {
    buckets.partition_point(|bucket| bucket.parameters.start > parameter)
}

/// Divides the parameters of a network into buckets: see [`exchanged_together`].
pub(crate) fn buckets_of<T: Scalar>(network: &dyn Module<T>, processes: usize) -> Vec<Bucket> {
    let mut shapes = Vec::new();
    network.visit_parameters(&mut |parameter| shapes.push(parameter.shape()));
    let length = |&(rows, columns): &(usize, usize)| rows * columns;
    let bytes: Vec<usize> = shapes
        .iter()
        .map(|shape| length(shape) * size_of::<T>())
        .collect();
    let mut end: usize = shapes.iter().map(length).sum();
    let bucket = |parameters: Range<usize>| {
        let mut size = 0;
        let starts = shapes[parameters.clone()].iter().map(|shape| {
            size += length(shape);
            size - length(shape)
        });
        let starts = starts.collect();
        end -= size;
        let shape = match &shapes[parameters.clone()] {
            [shape] => *shape,
            _ => (1, size),
        };
        Bucket {
            parameters,
            numbers: end..end + size,
            starts,
            shape,
        }
    };
    exchanged_together(&bytes, processes)
        .into_iter()
        .map(bucket)
        .collect()
}

/// Returns the ranges of parameters whose gradients are exchanged together, in the order in which a backward pass computes
/// them: from the last parameter to the first. `bytes` are the sizes of all gradients.
///
/// Gradients are exchanged together until they have 64 KiB for each process: then the messages cost 1/16 of their bytes. A
/// gradient of this size is exchanged alone, so that it is not copied.
///
/// ```
/// use brique_distributed::exchanged_together;
///
/// let bytes = [1_000, 200_000, 2_000, 3_000];
/// assert_eq!(exchanged_together(&bytes, 2), [2..4, 1..2, 0..1]);
/// assert_eq!(exchanged_together(&bytes, 8), [0..4]);
/// ```
#[must_use]
pub fn exchanged_together(bytes: &[usize], processes: usize) -> Vec<Range<usize>> {
    let fewest = BYTES_OF_A_BUCKET.saturating_mul(processes);
    let mut size = 0;
    let mut buckets: Vec<Range<usize>> = Vec::new();
    for (number, &bytes) in bytes.iter().enumerate().rev() {
        match buckets.last_mut() {
            Some(bucket) if size < fewest && bytes < fewest => {
                bucket.start = number;
                size += bytes;
            }
            _ => {
                buckets.push(number..number + 1);
                size = bytes;
            }
        }
    }
    buckets
}
