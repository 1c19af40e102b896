//! The fields of one record, in few bytes.

use crate::Error;
use crate::csv::fields::Fields;

/// The first record of a file, whose number of fields the parser does not know before it ends.
///
/// A file may have millions of columns. A vector of strings would need many times the bytes of the record.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    /// The line on which the record begins, from 1.
    pub(crate) line: usize,
    /// The number of fields.
    pub(crate) columns: usize,
    /// Each field, after its length as a number in base 128, lowest digit first; the last digit has 128 added to it.
    bytes: Vec<u8>,
}

impl Record {
    /// Reads the record that has begun, to its end.
    pub(crate) fn read(fields: &mut Fields<'_, '_>) -> Result<Self, Error> {
        let mut record = Self {
            line: fields.line,
            ..Self::default()
        };
        loop {
            record.push(fields.field());
            if !fields.next_field()? {
                record.bytes.shrink_to_fit();
                return Ok(record);
            }
        }
    }

    fn push(&mut self, field: &[u8]) {
        let mut length = field.len();
        while length >= 128 {
            self.bytes.push(low_digit(length));
            length /= 128;
        }
        self.bytes.push(low_digit(length) + 128);
        self.bytes.extend_from_slice(field);
        self.columns += 1;
    }

    /// Returns the fields in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.bytes.as_slice();
        (0..self.columns).map(move |_| {
            let last = rest.iter().position(|&digit| digit >= 128).unwrap_or(0);
            let (digits, field) = rest.split_at(last + 1);
            let length = digits
                .iter()
                .rev()
                .fold(0, |length, &digit| 128 * length + usize::from(digit % 128));
            let (field, behind) = field.split_at(length);
            rest = behind;
            field
        })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "below 128")]
fn low_digit(number: usize) -> u8 {
    (number % 128) as u8
}
