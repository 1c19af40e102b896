//! Files with every mistake that has a name: each is a typed error, and changes nothing. Odd files that are right.

mod checksums;
mod description;
mod entries;
mod frame;
mod metadata;
mod names;
mod odd;
mod sparse;

use std::fs;
use std::path::Path;

use brique_checkpoint::{Error, Reader, load, load_into};
use brique_core::Module;
use brique_layers::Linear;
use brique_tensor::ndarray::array;
use serde_json::{Value, json};

/// A name, a file, and a piece of the error.
type Case = (&'static str, Vec<u8>, &'static str);

/// The length of a header, the header, and data.
pub fn file(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes(), header.as_bytes(), data].concat()
}

/// The numbers of [`line`].
pub fn numbers() -> [u8; 16] {
    let mut numbers = [0; 16];
    numbers[..8].copy_from_slice(&2.0_f64.to_le_bytes());
    numbers[8..].copy_from_slice(&3.0_f64.to_le_bytes());
    numbers
}

/// The header's entry of a tensor of f64 numbers.
pub fn entry(shape: &[usize], begin: usize) -> Value {
    let end = begin + 8 * shape.iter().product::<usize>();
    json!({"dtype": "F64", "shape": shape, "data_offsets": [begin, end]})
}

/// The description of the network `y = 2 x + 3`.
pub fn line() -> Value {
    json!({
        "kind": "Linear",
        "attributes": [integer("in", 1), integer("out", 1)],
        "tensors": [tensor("weight", (1, 1), "transposed"), tensor("bias", (1, 1), "vector")],
    })
}

pub fn integer(name: &str, value: u64) -> Value {
    json!({"name": name, "value": {"integer": value}})
}

pub fn number(name: &str, value: f64) -> Value {
    json!({"name": name, "value": {"number": value}})
}

pub fn sizes(name: &str, value: &[usize]) -> Value {
    json!({"name": name, "value": {"sizes": value}})
}

pub fn tensor(name: &str, (rows, columns): (usize, usize), layout: &str) -> Value {
    json!({"name": name, "rows": rows, "columns": columns, "layout": layout})
}

pub fn inner(name: &str, module: &Value) -> Value {
    json!({"name": name, "module": module})
}

/// A `Sequential` for examples of one value.
pub fn chain(modules: &[Value]) -> Value {
    json!({"kind": "Sequential", "attributes": [sizes("in", &[1])], "inner": modules})
}

/// The checksum of one number of [`numbers`].
pub fn checksum(number: usize) -> String {
    format!("{:08x}", crc32fast::hash(&numbers()[8 * number..8 * number + 8]))
}

/// The content of a file with this network.
pub fn content(network: &Value) -> Value {
    let checksums = checksum(0) + &checksum(1);
    json!({"checksums": checksums, "version": 1, "network": network})
}

/// A file with two tensors of one number each, and this content as it is.
pub fn with_text(content: &str) -> Vec<u8> {
    let header = json!({
        "__metadata__": {"brique": content},
        "weight": entry(&[1, 1], 0),
        "bias": entry(&[1], 8),
    });
    file(&header.to_string(), &numbers())
}

/// A file with [`line`] whose content is changed.
pub fn with_content(change: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut content = content(&line());
    change(&mut content);
    with_text(&content.to_string())
}

/// A file without tensors that has this network.
pub fn without_tensors(network: &Value) -> Vec<u8> {
    let content = json!({"checksums": "", "version": 1, "network": network});
    let header = json!({"__metadata__": {"brique": content.to_string()}});
    file(&header.to_string(), &[])
}

fn network() -> Linear {
    Linear::from_parameters(array![[5.0], [7.0]]).unwrap()
}

/// Reads a file into a network, which has to be as it was if that is an error.
fn read_into(path: &Path) -> Result<(), Error> {
    let mut network = network();
    let read = load_into(&mut network, path);
    if read.is_err() {
        assert_eq!(network.parameters().value(), array![[5.0], [7.0]]);
    }
    read
}

fn check_error(name: &str, path: &Path, error: &Error, expected: &str) {
    let message = error.to_string();
    let Error::File { path: of_error, .. } = error else {
        panic!("{name}: the error names no file: {message}");
    };
    assert_eq!(of_error, path, "{name}");
    assert!(message.contains(expected), "{name}: {message}");
    let says_what_fits = ["expected", "the name \"", "the file does not fit", "columns"];
    assert!(
        says_what_fits.iter().any(|words| message.contains(words)),
        "{name}: {message}"
    );
    let length = message.chars().count();
    assert!(length < 1500, "{name}: {length} characters");
    assert!(!message.contains(char::is_control), "{name}: {message:?}");
}

/// Checks that no function reads these files.
fn refused_at_open(cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    for (name, bytes, expected) in cases {
        fs::write(&path, bytes).unwrap();
        let errors = [
            Reader::open(&path).err(),
            load::<f64>(&path).err(),
            load::<f32>(&path).err(),
            read_into(&path).err(),
        ];
        for error in errors {
            let error = error.unwrap_or_else(|| panic!("{name}: was accepted"));
            check_error(name, &path, &error, expected);
        }
    }
}

/// Checks that these files can be opened, but the network that they describe cannot be built.
fn refused_at_load(cases: &[Case]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    for (name, bytes, expected) in cases {
        fs::write(&path, bytes).unwrap();
        let mut file = Reader::open(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        file.verify().unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = file.description().map(|description| format!("{description:#}"));
        assert!(text.is_some(), "{name}");
        let error = load::<f64>(&path)
            .err()
            .unwrap_or_else(|| panic!("{name}: was accepted"));
        check_error(name, &path, &error, expected);
        let _ = read_into(&path);
    }
}

/// Loads a network that is accepted, and describes it again.
fn accepted(name: &str, bytes: &[u8]) -> Box<dyn Module> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd");
    fs::write(&path, bytes).unwrap();
    Reader::open(&path).unwrap().verify().unwrap();
    let network = load::<f64>(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert!(!network.describe().kind.is_empty());
    network
}
