//! Lines of fields that are separated by white space.

use crate::Error;
use crate::content::Content;
use crate::field::too_long;

/// The lines of a content that are not empty, of which one is in memory.
pub(crate) struct Lines<'r, 'a> {
    content: &'r mut Content<'a>,
    line: Line,
    /// The number of lines that have ended.
    ended: usize,
}

/// The first fields of a line.
pub(crate) struct Line {
    /// The number of the line, from 1.
    pub(crate) number: usize,
    most_fields: usize,
    bytes: Vec<u8>,
    /// The end of each field in the bytes.
    ends: Vec<usize>,
    /// The number of all fields, and the length of the one that has not ended.
    fields: usize,
    length: usize,
}

impl<'r, 'a> Lines<'r, 'a> {
    /// Begins to read lines, of which so many fields are stored.
    pub(crate) fn new(content: &'r mut Content<'a>, most_fields: usize) -> Self {
        let line = Line {
            number: 1,
            most_fields,
            bytes: Vec::new(),
            ends: Vec::new(),
            fields: 0,
            length: 0,
        };
        Self {
            content,
            line,
            ended: 0,
        }
    }

    /// Reads the next line that has fields; returns `None` at the end of the content.
    pub(crate) fn next(&mut self) -> Result<Option<&Line>, Error> {
        let limit = self.content.field_limit();
        self.line.clear();
        loop {
            self.line.number = self.ended + 1;
            let bytes = self.content.next_bytes()?;
            let line_end = bytes.iter().position(|&byte| byte == b'\n');
            let is_content_end = bytes.is_empty();
            let bytes = &bytes[..line_end.unwrap_or(bytes.len())];
            self.line.extend(bytes, limit)?;
            let read = bytes.len() + usize::from(line_end.is_some());
            self.content.consume(read);
            if line_end.is_some() || is_content_end {
                self.line.end_field();
                self.ended += 1;
                if self.line.fields > 0 {
                    return Ok(Some(&self.line));
                }
            }
            if is_content_end {
                return Ok(None);
            }
        }
    }
}

impl Line {
    pub(crate) fn fields(&self) -> usize {
        self.fields
    }

    /// Returns a field, from 0, which is one of those that are stored.
    pub(crate) fn field(&self, index: usize) -> &[u8] {
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[begin..self.ends[index]]
    }

    fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        (self.fields, self.length) = (0, 0);
    }

    fn extend(&mut self, bytes: &[u8], limit: usize) -> Result<(), Error> {
        for &byte in bytes {
            if byte.is_ascii_whitespace() {
                self.end_field();
                continue;
            }
            self.length += 1;
            if self.fields < self.most_fields {
                self.bytes.push(byte);
            }
            if self.length > limit {
                let begin = self.ends.last().map_or(0, |&end| end);
                let field = &self.bytes[begin..];
                return Err(too_long(self.number, self.fields + 1, field, limit));
            }
        }
        Ok(())
    }

    fn end_field(&mut self) {
        if self.length == 0 {
            return;
        }
        if self.fields < self.most_fields {
            self.ends.push(self.bytes.len());
        }
        self.fields += 1;
        self.length = 0;
    }
}
