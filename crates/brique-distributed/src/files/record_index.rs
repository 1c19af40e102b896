//! Where the records of a text begin.

use brique_datasets::RecordPosition;

/// The most positions that an index has: 16 MiB of them.
const MOST: usize = 1 << 20;

/// The positions of every record, or of every second, fourth, … record if there are too many.
#[derive(Debug)]
pub(crate) struct RecordIndex {
    positions: Vec<RecordPosition>,
    /// Each position is that of the first one of so many records.
    every: usize,
    records: usize,
    most: usize,
}

/// A part of the text with the records of some examples.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Span<'a> {
    pub(crate) start: RecordPosition,
    /// The position behind the part, `None` for the end of the text.
    pub(crate) end: Option<u64>,
    /// The number of the first record of the part.
    pub(crate) first: usize,
    /// The examples, each with its row in the batch.
    pub(crate) examples: &'a [(usize, usize)],
}

impl RecordIndex {
    pub(crate) fn new() -> Self {
        Self::with_most(MOST)
    }

    /// Creates an index with at most this many positions, an even number.
    fn with_most(most: usize) -> Self {
        Self {
            positions: Vec::new(),
            every: 1,
            records: 0,
            most,
        }
    }

    /// Adds the next record.
    pub(crate) fn push(&mut self, position: RecordPosition) {
        if self.records == self.most * self.every {
            let mut number = 0;
            self.positions.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.every *= 2;
        }
        if self.records.is_multiple_of(self.every) {
            self.positions.push(position);
        }
        self.records += 1;
    }

    /// Returns the number of records.
    pub(crate) fn len(&self) -> usize {
        self.records
    }

    /// Divides examples, in increasing order, into those that are read together: from one position of the index to the
    /// next one, or one after the other.
    pub(crate) fn spans<'a>(&'a self, examples: &'a [(usize, usize)]) -> impl Iterator<Item = Span<'a>> {
        let together = |&(before, _): &(usize, usize), &(example, _): &(usize, usize)| {
            before + 1 == example || before / self.every == example / self.every
        };
        let spans = examples.chunk_by(together);
        spans.filter_map(|examples| {
            let (first, last) = (examples.first()?.0 / self.every, examples.last()?.0 / self.every);
            Some(Span {
                start: *self.positions.get(first)?,
                end: self.positions.get(last + 1).map(|position| position.byte),
                first: first * self.every,
                examples,
            })
        })
    }
}
