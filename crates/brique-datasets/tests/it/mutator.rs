//! Changes bytes at random: the same seed and the same files give the same changes.

use brique_random::{PortableRng, RandomSource, portable};

/// Bytes that formats treat specially.
const BYTES: &[u8] = b"\0\x01\x08\x1f\x7f\x80\x8b\xfe\xff\xef\xbb\xbf\r\n\t ,;\"'+-.0159eEaNif";

/// Pieces that make numbers, texts and headers special.
const PIECES: &[&[u8]] = &[
    b"NaN",
    b"inf",
    b"1e999",
    b"-0",
    b"1e-400",
    b"\"\"",
    b"\r\n",
    b"\n\n\n",
    b",,,,",
    b"\xef\xbb\xbf",
    b"\x1f\x8b\x08",
    b"\0\0\x08\x03",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\0\0\0",
    b"\0\0\0\0",
];

/// Draws mutated copies of seed files.
pub struct Mutator<'a> {
    seeds: &'a [Vec<u8>],
    rng: PortableRng,
}

impl<'a> Mutator<'a> {
    /// Creates a mutator of these files, of which there is at least one.
    pub fn new(seeds: &'a [Vec<u8>], seed: u64) -> Self {
        Self {
            seeds,
            rng: portable(seed),
        }
    }

    /// Returns a copy of one of the files after one to eight changes.
    pub fn draw(&mut self) -> Vec<u8> {
        let mut bytes = self.file().clone();
        for _ in 0..=self.below(8) {
            self.change(&mut bytes);
        }
        bytes
    }

    fn file(&mut self) -> &'a Vec<u8> {
        let seeds = self.seeds;
        &seeds[self.below(seeds.len())]
    }

    /// Returns a number below a limit, or 0 if that is 0.
    fn below(&mut self, limit: usize) -> usize {
        let drawn = self.rng.uniform(0.0, limit as f64) as usize;
        drawn.min(limit.saturating_sub(1))
    }

    /// Returns the two ends of a range of at most so many bytes.
    fn range(&mut self, length: usize, most: usize) -> std::ops::Range<usize> {
        let begin = self.below(length + 1);
        begin..begin + self.below(most.min(length - begin) + 1)
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let index = self.below(bytes.len());
        match self.below(9) {
            0 if !bytes.is_empty() => bytes[index] ^= 1 << self.below(8),
            1 if !bytes.is_empty() => bytes[index] = BYTES[self.below(BYTES.len())],
            2 if !bytes.is_empty() => bytes[index] = self.below(256) as u8,
            3 => bytes.insert(index, BYTES[self.below(BYTES.len())]),
            4 => {
                let piece = PIECES[self.below(PIECES.len())];
                let overwritten = self.below(2) * piece.len().min(bytes.len() - index);
                bytes.splice(index..index + overwritten, piece.iter().copied());
            }
            5 => drop(bytes.drain(self.range(bytes.len(), 16))),
            6 => {
                let copy = bytes[self.range(bytes.len(), 64)].to_vec();
                bytes.splice(index..index, copy);
            }
            7 => bytes.truncate(index),
            _ => {
                let other = self.file();
                let piece = &other[self.range(other.len(), 256)];
                bytes.splice(index..index, piece.iter().copied());
            }
        }
    }
}
