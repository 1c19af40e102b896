//! The fields of comma-separated values, one after the other.

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use crate::Error;
use crate::content::Content;
use crate::field::too_long;

/// The mark of UTF-8 at the beginning of a file.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads records field by field, of which one is in memory.
pub(crate) struct Fields<'r, 'a> {
    content: &'r mut Content<'a>,
    parser: Reader,
    field: Vec<u8>,
    length: usize,
    is_last: bool,
    /// The line on which the record begins, from 1.
    pub(crate) line: usize,
    /// The position of the record in the content.
    pub(crate) start: u64,
    /// The column of the field, from 1.
    pub(crate) column: usize,
    lines: Lines,
}

impl<'r, 'a> Fields<'r, 'a> {
    pub(crate) fn new(content: &'r mut Content<'a>, separator: u8) -> Result<Self, Error> {
        if content.next_bytes()?.starts_with(BYTE_ORDER_MARK) {
            content.consume(BYTE_ORDER_MARK.len());
        }
        Ok(Self {
            content,
            parser: ReaderBuilder::new().delimiter(separator).build(),
            field: Vec::new(),
            length: 0,
            is_last: true,
            line: 1,
            start: 0,
            column: 0,
            lines: Lines::default(),
        })
    }

    /// Reads on from a record in the middle of a text, which begins on this line.
    pub(crate) fn within(content: &'r mut Content<'a>, separator: u8, line: usize) -> Self {
        let mut parser = ReaderBuilder::new().delimiter(separator).build();
        // A parser that has read a line end does not take the next bytes for a byte order mark.
        parser.read_field(b"\n", &mut [0]);
        Self {
            content,
            parser,
            field: Vec::new(),
            length: 0,
            is_last: true,
            line,
            start: 0,
            column: 0,
            lines: Lines {
                ended: line.saturating_sub(1),
                is_after_return: false,
            },
        }
    }

    /// Returns the largest number of categories of a column of text.
    pub(crate) fn category_limit(&self) -> usize {
        self.content.category_limit()
    }

    /// Reads the first field of the next record; returns false at the end of the content.
    pub(crate) fn next_record(&mut self) -> Result<bool, Error> {
        self.skip_line_ends()?;
        self.start = self.content.position();
        (self.line, self.column, self.is_last) = (1 + self.lines.ended, 0, false);
        self.next_field()
    }

    /// Reads the next field of the record; returns false after the last one.
    pub(crate) fn next_field(&mut self) -> Result<bool, Error> {
        if self.is_last {
            return Ok(false);
        }
        self.length = 0;
        let result = self.read_field()?;
        self.is_last = !matches!(result, ReadFieldResult::Field { record_end: false });
        self.column += 1;
        Ok(result != ReadFieldResult::End)
    }

    /// Returns the field, without the white space around it.
    pub(crate) fn field(&self) -> &[u8] {
        self.field[..self.length].trim_ascii()
    }

    /// Reads until the field or the content ends.
    fn read_field(&mut self) -> Result<ReadFieldResult, Error> {
        loop {
            let bytes = self.content.next_bytes()?;
            let (result, read, written) = self.parser.read_field(bytes, &mut self.field[self.length..]);
            self.lines.count(&bytes[..read]);
            self.content.consume(read);
            self.length += written;
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => self.grow()?,
                ReadFieldResult::Field { .. } | ReadFieldResult::End => return Ok(result),
            }
        }
    }

    /// Makes space for more bytes of the field: one more than the limit, as a full buffer may hold the whole field.
    fn grow(&mut self) -> Result<(), Error> {
        let limit = self.content.field_limit();
        if self.length > limit {
            return Err(too_long(self.line, self.column + 1, &self.field, limit));
        }
        let doubled = (2 * self.length).max(64);
        self.field.resize(doubled.min(limit.saturating_add(1)), 0);
        Ok(())
    }

    fn skip_line_ends(&mut self) -> Result<(), Error> {
        loop {
            let bytes = self.content.next_bytes()?;
            let is_line_end = |byte: &&u8| b"\r\n".contains(byte);
            let skipped = bytes.iter().take_while(is_line_end).count();
            let is_done = skipped < bytes.len() || bytes.is_empty();
            self.lines.count(&bytes[..skipped]);
            self.content.consume(skipped);
            if is_done {
                return Ok(());
            }
        }
    }
}

/// Counts the lines that have ended, each in `\n`, `\r\n` or `\r`.
///
/// The parser's own count does not know `\r`.
#[derive(Default)]
struct Lines {
    ended: usize,
    is_after_return: bool,
}

impl Lines {
    fn count(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            let ends = byte == b'\r' || (byte == b'\n' && !self.is_after_return);
            self.ended += usize::from(ends);
            self.is_after_return = byte == b'\r';
        }
    }
}
