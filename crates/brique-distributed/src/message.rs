//! Numbers that one process sends to another.

use std::ops::{Deref, Range};
use std::sync::Arc;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::Error;
use crate::buffers::Buffers;
use crate::tree::numbers_of;

/// Numbers that a process sends to another one. A clone and a part share the memory of the whole.
///
/// ```
/// use brique_distributed::Message;
///
/// let message = Message::from(vec![1.0, 2.0, 3.0]);
/// assert_eq!(message.part(1..3)[..], [2.0, 3.0]);
/// assert_eq!(message.into_vec(), [1.0, 2.0, 3.0]);
/// ```
#[derive(Debug, Clone)]
pub struct Message<T: Scalar = f64> {
    /// The numbers are in the order of the rows.
    numbers: Arc<Array2<T>>,
    range: Range<usize>,
    is_known_finite: bool,
}

impl<T: Scalar> Message<T> {
    /// Creates a message with all numbers of a matrix that is stored row by row.
    pub(crate) fn of_matrix(numbers: Arc<Array2<T>>) -> Self {
        let range = 0..numbers.len();
        Self {
            numbers,
            range,
            is_known_finite: false,
        }
    }

    /// Creates a message with all numbers of a matrix that is stored row by row, which may be known to be finite.
    pub(crate) fn of_sum(numbers: Array2<T>, is_known_finite: bool) -> Self {
        Self {
            is_known_finite,
            ..Self::of_matrix(numbers.into())
        }
    }

    /// Returns whether every number is known to be finite. An engine need not send this.
    pub(crate) fn is_known_finite(&self) -> bool {
        self.is_known_finite
    }

    /// Returns the matrix that the message and its clones share.
    pub(crate) fn shared(&self) -> &Arc<Array2<T>> {
        &self.numbers
    }

    /// Returns the numbers as a matrix of this shape. They are copied only if a clone or a part of this message exists.
    pub(crate) fn into_matrix(self, shape: (usize, usize), buffers: &mut Buffers<T>) -> Array2<T> {
        let copied = |numbers: &[T], buffers: &mut Buffers<T>| {
            let mut copy = buffers.take(shape);
            numbers_of(&mut copy).copy_from_slice(numbers);
            copy
        };
        if self.range.len() < self.numbers.len() {
            return copied(&self, buffers);
        }
        match Arc::try_unwrap(self.numbers) {
            // Such a matrix is stored row by row, and has as many numbers as the shape.
            Ok(numbers) => numbers.into_shape_with_order(shape).unwrap_or_default(),
            Err(numbers) => copied(&Self::of_matrix(numbers), buffers),
        }
    }

    /// Returns a message with a range of these numbers.
    ///
    /// # Panics
    ///
    /// If the range is not within the message.
    #[must_use]
    #[track_caller]
    pub fn part(&self, range: Range<usize>) -> Self {
        assert!(
            range.start <= range.end && range.end <= self.range.len(),
            "the part is {range:?} of {} numbers",
            self.range.len()
        );
        Self {
            numbers: Arc::clone(&self.numbers),
            range: self.range.start + range.start..self.range.start + range.end,
            is_known_finite: self.is_known_finite,
        }
    }

    /// Returns the numbers. It copies them if a clone or a part of this message exists.
    #[must_use]
    pub fn into_vec(self) -> Vec<T> {
        if self.range.len() < self.numbers.len() {
            return self.to_vec();
        }
        match Arc::try_unwrap(self.numbers) {
            Ok(numbers) => {
                // An aligned matrix has unused memory around its numbers.
                let length = numbers.len();
                let (mut numbers, first) = numbers.into_raw_vec_and_offset();
                numbers.drain(..first.unwrap_or_default());
                numbers.truncate(length);
                numbers
            }
            Err(numbers) => Self::of_matrix(numbers).to_vec(),
        }
    }
}

impl<T: Scalar> From<Vec<T>> for Message<T> {
    fn from(numbers: Vec<T>) -> Self {
        let shape = (1, numbers.len());
        // A vector has the length of its shape.
        Self::of_matrix(Array2::from_shape_vec(shape, numbers).unwrap_or_default().into())
    }
}

impl<T: Scalar> Deref for Message<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        let numbers = self.numbers.as_slice();
        numbers.map_or(&[], |numbers| &numbers[self.range.clone()])
    }
}

/// An exchange that has started: [`Communicator::finish`](crate::Communicator::finish) returns its messages.
#[derive(Debug)]
#[must_use = "an exchange has to be finished"]
pub struct Pending<T: Scalar = f64>(State<T>);

#[derive(Debug)]
enum State<T: Scalar> {
    Expected { own: Message<T> },
    Received(Vec<Message<T>>),
}

impl<T: Scalar> Pending<T> {
    /// An exchange whose messages the communicator still expects, but for the one of the process to itself.
    pub fn expected(own: Message<T>) -> Self {
        Self(State::Expected { own })
    }

    /// An exchange whose messages have been received.
    pub fn received(messages: Vec<Message<T>>) -> Self {
        Self(State::Received(messages))
    }

    /// Returns the messages if they have been received.
    ///
    /// # Errors
    ///
    /// If they are still expected: the message of the process to itself.
    pub fn into_messages(self) -> Result<Vec<Message<T>>, Message<T>> {
        match self.0 {
            State::Received(messages) => Ok(messages),
            State::Expected { own } => Err(own),
        }
    }

    /// Returns whether the messages have been received.
    #[must_use]
    pub fn is_received(&self) -> bool {
        matches!(self.0, State::Received(_))
    }
}

/// Checks the length of a message from the process `rank`.
pub(crate) fn check_length(rank: usize, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Length {
        rank,
        found,
        expected,
    })
}
