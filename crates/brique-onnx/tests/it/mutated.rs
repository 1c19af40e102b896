//! Mutated files: each is imported, or is an error.
//!
//! `BRIQUE_MUTATIONS` sets how many; see `docs/testing.md`.

use std::{env, fs};

use brique_core::Module;
use brique_onnx::{Export, Import};
use brique_random::{PortableRng, RandomSource, portable};
use brique_tensor::ndarray::Array2;

use crate::message::{Field, MODEL, Message, decode, encode};

/// Draws files that differ from one of these in a few bytes or fields.
struct Mutator {
    seeds: Vec<Vec<u8>>,
    rng: PortableRng,
}

impl Mutator {
    fn below(&mut self, limit: usize) -> usize {
        (self.rng.uniform(0.0, limit as f64) as usize).min(limit.saturating_sub(1))
    }

    fn draw(&mut self) -> Vec<u8> {
        let number = self.below(self.seeds.len());
        let mut bytes = self.seeds[number].clone();
        let times = 1 + self.below(2) * self.below(4);
        if self.below(4) == 0 {
            for _ in 0..times {
                self.change_bytes(&mut bytes);
            }
            return bytes;
        }
        let mut message = decode(&bytes, MODEL);
        for _ in 0..times {
            self.change_field(&mut message);
        }
        encode(&message)
    }

    fn change_bytes(&mut self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let index = self.below(bytes.len());
        match self.below(6) {
            0 => bytes[index] ^= 1 << self.below(8),
            1 => bytes[index] = [0, 1, 0x7f, 0x80, 0xff, b'/', b'.'][self.below(7)],
            2 => bytes.insert(index, self.below(256) as u8),
            3 => drop(bytes.remove(index)),
            4 => bytes.truncate(index),
            _ => {
                let end = index + self.below((bytes.len() - index).min(16) + 1);
                let copy = bytes[index..end].to_vec();
                let at = self.below(bytes.len());
                bytes.splice(at..at, copy);
            }
        }
    }

    /// Changes a field of the message, or of one inside it.
    fn change_field(&mut self, message: &mut Message) {
        if message.is_empty() {
            return;
        }
        let index = self.below(message.len());
        let other = self.below(message.len());
        if self.below(8) == 0 {
            match self.below(4) {
                0 => message.swap(index, other),
                1 => drop(message.remove(index)),
                2 => message.insert(other, message[index].clone()),
                _ => message[index].1 = message[other].1.clone(),
            }
            return;
        }
        match &mut message[index].1 {
            Field::Message(inner) => self.change_field(inner),
            Field::Number(number) => {
                let power = 1_u64 << self.below(64);
                *number = match self.below(5) {
                    0 => power,
                    1 => power.wrapping_neg(),
                    2 => power - 1,
                    _ => self.below(5) as u64,
                };
            }
            Field::Bytes(bytes) | Field::Fixed(bytes) if self.below(2) == 0 && !bytes.is_empty() => {
                let at = self.below(bytes.len());
                bytes[at] = self.below(256) as u8;
            }
            Field::Bytes(bytes) => {
                let other = decode(
                    &self.seeds[self.rng.uniform(0.0, self.seeds.len() as f64) as usize],
                    MODEL,
                );
                match (self.below(3), some_text(&other, self.below(400))) {
                    (0, Some(text)) => *bytes = text,
                    _ => self.change_bytes(bytes),
                }
            }
            Field::Fixed(_) => {}
        }
    }
}

/// Returns a short text of a message: the name of a value, of an operator or of an attribute.
fn some_text(message: &Message, number: usize) -> Option<Vec<u8>> {
    fn collect(message: &Message, texts: &mut Vec<Vec<u8>>) {
        for (_, field) in message {
            match field {
                Field::Message(inner) => collect(inner, texts),
                Field::Bytes(bytes) if bytes.len() < 40 => texts.push(bytes.clone()),
                _ => {}
            }
        }
    }
    let mut texts = Vec::new();
    collect(message, &mut texts);
    let index = number % texts.len().max(1);
    texts.get(index).cloned()
}

/// Returns whether a file was imported. The network then computes, and its file is imported again.
fn read(bytes: &[u8]) -> bool {
    let imported = match Import::new().bytes::<f32>(bytes.to_vec()) {
        Ok(imported) => imported,
        Err(error) => {
            let message = error.to_string();
            assert!(
                message.chars().count() < 30_000 && !message.contains(char::is_control),
                "{message:?}"
            );
            return false;
        }
    };
    let size: usize = imported.input_sizes().iter().product();
    if size > 4096 {
        return true;
    }
    let y = imported.predict(&Array2::zeros((1, size))).unwrap();
    assert_eq!(y.ncols(), imported.output_sizes().iter().product::<usize>());
    let again = Import::new()
        .bytes::<f32>(Export::new(&imported.network).to_bytes().unwrap())
        .unwrap();
    assert_eq!(again.network.describe(), imported.network.describe());
    true
}

#[test]
fn mutated_files_are_imported_or_refused() {
    let most = env::var("BRIQUE_MUTATIONS").map_or(2_000, |most| most.parse().expect("a number"));
    let folder = format!("{}/tests/data", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "onnx"));
    files.sort();
    let seeds: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    for seed in &seeds {
        assert!(read(seed));
        assert_eq!(encode(&decode(seed, MODEL)), *seed);
    }
    let mut mutator = Mutator {
        seeds,
        rng: portable(1),
    };
    let imported = (0..most).filter(|_| read(&mutator.draw())).count();
    assert!(
        imported > most / 10 && imported < most * 9 / 10,
        "{imported} of {most} were imported"
    );
}
