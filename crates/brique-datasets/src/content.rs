//! The content of a file, unpacked if it is gzip, piece by piece.

use std::io::{Cursor, ErrorKind, Read};

use flate2::read::MultiGzDecoder;

use crate::file::unreadable;
use crate::{Error, ReadLimits};

/// The first two bytes of every gzip stream.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The number of bytes that are held at once.
const PIECE: usize = 16 << 10;

/// The content of a file, of which one piece is in memory.
pub(crate) struct Content<'a> {
    stream: Box<dyn Read + 'a>,
    is_gzip: bool,
    limits: ReadLimits,
    piece: Vec<u8>,
    consumed: usize,
    /// The number of bytes that the stream has yielded.
    total: u64,
    failed: bool,
}

impl<'a> Content<'a> {
    /// Begins to read. The bytes are decompressed if the first two are those of gzip.
    pub(crate) fn new(mut reader: impl Read + 'a, limits: ReadLimits) -> Result<Self, Error> {
        let mut first = Vec::new();
        let read = reader.by_ref().take(GZIP.len() as u64).read_to_end(&mut first);
        read.map_err(|error| unreadable(&error))?;
        let is_gzip = first == GZIP;
        let bytes = Cursor::new(first).chain(reader);
        let stream: Box<dyn Read + 'a> = if is_gzip {
            Box::new(MultiGzDecoder::new(bytes))
        } else {
            Box::new(bytes)
        };
        Ok(Self::of_stream(stream, is_gzip, limits))
    }

    /// Begins to read part of a content, whose first bytes are not those of gzip by intention.
    pub(crate) fn part(reader: impl Read + 'a, limits: ReadLimits) -> Self {
        Self::of_stream(Box::new(reader), false, limits)
    }

    fn of_stream(stream: Box<dyn Read + 'a>, is_gzip: bool, limits: ReadLimits) -> Self {
        Self {
            stream,
            is_gzip,
            limits,
            piece: Vec::with_capacity(PIECE),
            consumed: 0,
            total: 0,
            failed: false,
        }
    }

    /// Returns the position of the next byte in the content.
    pub(crate) fn position(&self) -> u64 {
        self.total - (self.piece.len() - self.consumed) as u64
    }

    /// Returns the largest number of bytes of a field.
    pub(crate) fn field_limit(&self) -> usize {
        self.limits.field
    }

    /// Returns the largest number of categories of a column of text.
    pub(crate) fn category_limit(&self) -> usize {
        self.limits.categories
    }

    /// Returns the next bytes, at least one of them except at the end of the content.
    pub(crate) fn next_bytes(&mut self) -> Result<&[u8], Error> {
        if self.consumed == self.piece.len() {
            let read = self.read_piece();
            self.failed = read.is_err();
            read?;
        }
        Ok(&self.piece[self.consumed..])
    }

    /// Marks the first of the next bytes as read.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.consumed += bytes;
    }

    /// Returns so many bytes, or fewer at the end of the content; memory grows with the bytes that there are.
    pub(crate) fn read_at_most(&mut self, bytes: u128) -> Result<Vec<u8>, Error> {
        let mut read = Vec::new();
        loop {
            let next = self.next_bytes()?;
            let missing = bytes - read.len() as u128;
            let taken = usize::try_from(missing).map_or(next.len(), |missing| missing.min(next.len()));
            if taken == 0 {
                return Ok(read);
            }
            read.extend_from_slice(&next[..taken]);
            self.consume(taken);
        }
    }

    /// Reads the rest of the content and returns its length.
    pub(crate) fn skip_rest(&mut self) -> Result<usize, Error> {
        let mut skipped = 0_usize;
        loop {
            let length = self.next_bytes()?.len();
            if length == 0 {
                return Ok(skipped);
            }
            skipped = skipped.saturating_add(length);
            self.consume(length);
        }
    }

    /// Returns the error in the rest of a gzip stream, which explains an error in its content better than the content.
    pub(crate) fn broken_rest(&mut self) -> Option<Error> {
        if !self.is_gzip || self.failed {
            return None;
        }
        self.skip_rest()
            .err()
            .filter(|error| matches!(error, Error::Gzip { .. }))
    }

    fn read_piece(&mut self) -> Result<(), Error> {
        self.piece.clear();
        self.consumed = 0;
        let read = self
            .stream
            .by_ref()
            .take(PIECE as u64)
            .read_to_end(&mut self.piece);
        self.total += self.piece.len() as u64;
        if let Err(error) = read {
            self.piece.clear();
            let of_gzip = [
                ErrorKind::InvalidInput,
                ErrorKind::InvalidData,
                ErrorKind::UnexpectedEof,
            ];
            return Err(if self.is_gzip && of_gzip.contains(&error.kind()) {
                Error::Gzip {
                    unpacked: self.total,
                    message: error.to_string(),
                }
            } else {
                unreadable(&error)
            });
        }
        if self.is_gzip && self.total > self.limits.unpacked {
            self.piece.clear();
            let limit = self.limits.unpacked;
            return Err(Error::Unpacked { limit });
        }
        Ok(())
    }
}
