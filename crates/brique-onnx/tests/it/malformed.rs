//! Files with a named mistake. Each is an error that says what was found and what was expected.

mod files;
mod graphs;
mod windows;

use std::fs::{self, File};

use brique_onnx::{Error, Import, import};

use crate::message::{Message, Model, integer};

/// A name, the bytes of a file, and a part of the message.
type Case = (&'static str, Vec<u8>, &'static str);

fn flat() -> Model {
    Model::new(&[2])
}

fn image() -> Model {
    Model::new(&[1, 4, 4])
}

/// A graph with a constant matrix or kernel.
fn weights(model: Model, sizes: &[u64]) -> Model {
    let count: u64 = sizes.iter().product();
    model.constant("w", sizes, &vec![0.5; count as usize])
}

/// A graph with a single node.
fn one(model: Model, operator: &str, inputs: &[&str], attributes: &[Message]) -> Vec<u8> {
    model.node(operator, inputs, "y", attributes).bytes()
}

#[test]
fn malformed_files_are_named() {
    for (name, bytes, expected) in files::files()
        .into_iter()
        .chain(graphs::graphs())
        .chain(windows::windows())
    {
        let error = Import::new().bytes::<f32>(bytes).err();
        let message = error
            .unwrap_or_else(|| panic!("{name}: was accepted"))
            .to_string();
        assert!(message.contains(expected), "{name}: {message}");
        assert!(
            message.chars().count() < 1500 && !message.contains(char::is_control),
            "{name}: {message:?}"
        );
    }
}

#[test]
fn the_error_of_a_file_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.onnx");
    assert!(matches!(import::<f32>(&path), Err(Error::File { .. })));
    fs::write(&path, "hello").unwrap();
    let message = import::<f32>(&path).unwrap_err().to_string();
    assert!(message.starts_with(&*path.to_string_lossy()), "{message}");
}

#[test]
fn files_above_two_gigabytes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.onnx");
    // A file of holes takes no space.
    File::create(&path).unwrap().set_len(1 << 33).unwrap();
    let message = import::<f32>(&path).unwrap_err().to_string();
    assert!(
        message.contains("8589934592 bytes, expected at most 2147483647 bytes"),
        "{message}"
    );
}

#[test]
fn every_node_that_is_not_supported_is_listed() {
    let model = flat()
        .node("Sing", &["x"], "a", &[])
        .node("Relu", &["a"], "b", &[])
        .node("Dance", &["b"], "c", &[]);
    let model = model
        .node("Softmax", &["x"], "d", &[integer("axis", 0)])
        .node("Play", &["c", "d"], "y", &[]);
    let Err(Error::Unsupported(nodes)) = Import::new().bytes::<f32>(model.bytes()) else {
        panic!("was accepted");
    };
    let operators: Vec<&str> = nodes.0.iter().map(|node| &*node.operator).collect();
    assert_eq!(operators, ["Sing", "Dance", "Softmax", "Play"]);
    assert_eq!(nodes.0[1].name, "the Dance");
}

#[test]
fn nodes_that_the_output_does_not_need_are_not_read() {
    let model = flat()
        .node("Relu", &["x"], "y", &[])
        .node("Sing", &["x"], "z", &[]);
    assert!(Import::new().bytes::<f32>(model.bytes()).is_ok());
    assert!(Import::new().output("z").bytes::<f32>(model.bytes()).is_err());
}

#[test]
fn branches_nested_without_end_are_refused() {
    // Each sum needs the one before it twice: 60 residuals inside one another.
    let mut model = flat();
    for number in 0..60 {
        let before = if number == 0 {
            "x".to_owned()
        } else {
            format!("v{}", number - 1)
        };
        model = model.node("Tanh", &[&before], &format!("v{number}"), &[]);
    }
    for number in (0..60).rev() {
        let above = if number == 59 {
            "v59".to_owned()
        } else {
            format!("s{}", number + 1)
        };
        let base = if number == 0 {
            "x".to_owned()
        } else {
            format!("v{}", number - 1)
        };
        let output = if number == 0 {
            "y".to_owned()
        } else {
            format!("s{number}")
        };
        model = model.node("Add", &[&base, &above], &output, &[]);
    }
    let message = Import::new().bytes::<f32>(model.bytes()).unwrap_err().to_string();
    assert!(message.contains("nested in more than 40"), "{message}");
}
