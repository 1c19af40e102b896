//! Changes bytes at random: the same seed and the same files give the same changes.

use brique_random::{PortableRng, RandomSource, portable};
use serde_json::{Value, json};

/// Bytes that formats treat specially.
const BYTES: &[u8] = b"\0\x01\x08\x1f\x7f\x80\xfe\xff\xef\xbb\xbf\r\n\t ,:;\"'\\/+-.0159eEu[]{}";

/// Pieces that make numbers, texts and headers special.
const PIECES: &[&[u8]] = &[
    b"\"\"",
    b"{}",
    b"[]",
    b"null",
    b"1e999",
    b"-1",
    b"\\u0000",
    b"\\ud800",
    b"[[[[[[[[",
    b"../",
    b"__metadata__",
    b"\"brique\"",
    b"\"NaN 7ff8000000000000\"",
    b"18446744073709551615",
    b"9223372036854775808",
    b"\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\0\0\0\0\0\0\0\0",
];

/// The parts of a file. Their text is changed with the lengths and quotes around it intact: otherwise nearly every
/// changed file would be refused for its length.
struct Parts {
    /// The entries of the tensors, without the metadata.
    tensors: Value,
    /// What the metadata says about the network, `null` if it says nothing.
    content: Value,
    data: Vec<u8>,
}

impl Parts {
    fn new(bytes: &[u8]) -> Self {
        let (length, rest) = bytes.split_at(8);
        let (header, data) = rest.split_at(u64::from_le_bytes(length.try_into().unwrap()) as usize);
        let mut tensors: Value = serde_json::from_slice(header).unwrap();
        let metadata = tensors.as_object_mut().unwrap().remove("__metadata__");
        let content = metadata.map_or(Value::Null, |metadata| {
            serde_json::from_str(metadata["brique"].as_str().unwrap()).unwrap()
        });
        let data = data.to_vec();
        Self {
            tensors,
            content,
            data,
        }
    }

    fn file(&self, header: &[u8]) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes(), header, &self.data].concat()
    }
}

/// Returns a header of these entries and this content.
fn header(tensors: &Value, content: &str) -> Vec<u8> {
    let mut header = tensors.to_string();
    if header.ends_with('}') {
        header.pop();
        let separator = if header.len() > 1 { "," } else { "" };
        let metadata = json!({"brique": content}).to_string();
        header += [separator, "\"__metadata__\":", &metadata, "}"].concat().as_str();
    }
    header.into_bytes()
}

/// Draws mutated copies of seed files.
pub struct Mutator<'a> {
    seeds: &'a [Vec<u8>],
    parts: Vec<Parts>,
    rng: PortableRng,
}

impl<'a> Mutator<'a> {
    /// Creates a mutator of these files, of which there is at least one.
    pub fn new(seeds: &'a [Vec<u8>], seed: u64) -> Self {
        Self {
            seeds,
            parts: seeds.iter().map(|bytes| Parts::new(bytes)).collect(),
            rng: portable(seed),
        }
    }

    /// Returns a copy of one of the files after one to eight changes of its bytes, of the text of its header or its
    /// content, or of their values.
    pub fn draw(&mut self) -> Vec<u8> {
        let number = self.below(self.seeds.len());
        // Half of the files have a single change: most of those with several are refused for the first.
        let times = 1 + self.below(2) * self.below(8);
        match self.below(8) {
            0 => {
                let mut bytes = self.seeds[number].clone();
                self.change_bytes(&mut bytes, times);
                bytes
            }
            1 | 2 => {
                let Parts { tensors, content, .. } = &self.parts[number];
                let mut header = header(tensors, &content.to_string());
                self.change_bytes(&mut header, times);
                self.parts[number].file(&header)
            }
            3 | 4 => {
                let mut content = self.parts[number].content.to_string().into_bytes();
                self.change_bytes(&mut content, times);
                let parts = &self.parts[number];
                parts.file(&header(&parts.tensors, &String::from_utf8_lossy(&content)))
            }
            _ => self.with_other_values(number, times.div_ceil(2)),
        }
    }

    fn with_other_values(&mut self, number: usize, times: usize) -> Vec<u8> {
        let Parts { tensors, content, .. } = &self.parts[number];
        let (mut tensors, mut content) = (tensors.clone(), content.clone());
        for _ in 0..times {
            let is_tensor = self.below(3) == 0;
            self.change_value(if is_tensor { &mut tensors } else { &mut content });
        }
        self.parts[number].file(&header(&tensors, &content.to_string()))
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

    fn change_bytes(&mut self, bytes: &mut Vec<u8>, times: usize) {
        for _ in 0..times {
            self.change(bytes);
        }
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
                let other = &self.seeds[self.below(self.seeds.len())];
                let piece = &other[self.range(other.len(), 256)];
                bytes.splice(index..index, piece.iter().copied());
            }
        }
    }

    /// Changes a value somewhere inside a value.
    fn change_value(&mut self, value: &mut Value) {
        let size = value_count(value);
        let mut index = self.below(size);
        let Some(found) = find(value, &mut index) else {
            return;
        };
        match (self.below(4), found) {
            (0, Value::Array(list)) if !list.is_empty() => {
                let (from, to) = (self.below(list.len()), self.below(list.len()));
                list.insert(to, list[from].clone());
            }
            (1, Value::Array(list)) if !list.is_empty() => drop(list.remove(self.below(list.len()))),
            (2, Value::Array(list)) if !list.is_empty() => {
                let (one, other) = (self.below(list.len()), self.below(list.len()));
                list.swap(one, other);
            }
            (0, Value::Object(table)) => self.rename(table),
            (0 | 1, Value::Number(number)) => *number = self.special_number(),
            (0 | 1, Value::String(text)) => *text = self.other_text(),
            (0..=2, found) => *found = self.other_value(),
            (_, found) => *found = self.special_value(),
        }
    }

    /// Gives a key the value of another one, or its own value another key.
    fn rename(&mut self, table: &mut serde_json::Map<String, Value>) {
        let Some(key) = table.keys().nth(self.below(table.len())).cloned() else {
            return;
        };
        let value = table.remove(&key).unwrap_or_default();
        let key = match self.below(3) {
            0 => format!("{key}{key}"),
            1 => return,
            _ => table
                .keys()
                .nth(self.below(table.len()))
                .cloned()
                .unwrap_or_default(),
        };
        table.insert(key, value);
    }

    /// Returns a value somewhere inside one of the files.
    fn other_value(&mut self) -> Value {
        let parts = self.below(self.parts.len());
        let Parts { tensors, content, .. } = &self.parts[parts];
        let mut value = if content.is_null() {
            tensors.clone()
        } else {
            content.clone()
        };
        let mut index = self.below(value_count(&value));
        find(&mut value, &mut index).map(Value::take).unwrap_or_default()
    }

    /// Returns a text of one of the files, or none.
    fn other_text(&mut self) -> String {
        (0..8)
            .find_map(|_| self.other_value().as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    fn special_number(&mut self) -> serde_json::Number {
        let power = 1_u64 << self.below(64);
        match self.below(4) {
            0 => power.into(),
            1 => (power - 1).into(),
            _ => self.below(4).into(),
        }
    }

    fn special_value(&mut self) -> Value {
        let power = 1_u64 << self.below(64);
        match self.below(14) {
            0 => json!(null),
            1 => json!(power),
            2 => json!(power - 1),
            3 => json!(0),
            4 => json!(-1),
            5 => json!(0.5),
            6 => json!(f64::MAX),
            7 => json!("inf"),
            8 => json!("NaN 7ff8000000000000"),
            9 => json!(""),
            10 => json!("../\u{0}"),
            11 => json!([u64::MAX, u64::MAX]),
            12 => json!({"": {}}),
            _ => json!(self.below(4)),
        }
    }
}

/// Returns the number of values in a value, itself included.
fn value_count(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(value_count).sum::<usize>(),
        Value::Object(table) => 1 + table.values().map(value_count).sum::<usize>(),
        _ => 1,
    }
}

/// Returns the value with this index, which counts down to it.
fn find<'a>(value: &'a mut Value, index: &mut usize) -> Option<&'a mut Value> {
    if *index == 0 {
        return Some(value);
    }
    *index -= 1;
    match value {
        Value::Array(list) => list.iter_mut().find_map(|inner| find(inner, index)),
        Value::Object(table) => table.values_mut().find_map(|inner| find(inner, index)),
        _ => None,
    }
}
