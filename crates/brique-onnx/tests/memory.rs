//! How much memory a file can make the importer allocate, at most.
//!
//! The tests run one after the other: the allocator counts one thread.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the messages of the other tests"
)]
#![allow(dead_code, reason = "the other tests use the rest of the module")]

#[path = "it/message.rs"]
mod message;

use brique_onnx::Import;
use message::{Message, Model, encode, integers};

/// What every file may take, and for each of its bytes.
const CONSTANT: u64 = 256 << 20;
const A_BYTE: u64 = 128;

fn check(name: &str, bytes: Vec<u8>) {
    let length = bytes.len() as u64;
    let counted = allocation_counter::measure(|| drop(Import::new().bytes::<f32>(bytes)));
    let most = CONSTANT + A_BYTE * length;
    assert!(
        counted.bytes_max <= most,
        "{name}: {} bytes, at most {most}",
        counted.bytes_max
    );
}

/// A graph that transposes an image of 4 Mi numbers again and again.
fn transposed(times: usize) -> Vec<u8> {
    let mut model = Model::new(&[128, 128, 256]);
    for number in 0..times {
        let (before, after) = (format!("v{number}"), format!("v{}", number + 1));
        let before = if number == 0 { "x" } else { &before };
        let after = if number + 1 == times { "y" } else { &after };
        model = model.node("Transpose", &[before], after, &[integers("perm", &[0, 2, 1, 3])]);
    }
    model.bytes()
}

/// A graph that copies a constant again and again.
fn copied(times: usize) -> Vec<u8> {
    let mut model = Model::new(&[2]).constant("v0", &[100_000], &vec![0.5; 100_000]);
    for number in 0..times {
        model = model.node("Neg", &[&format!("v{number}")], &format!("v{}", number + 1), &[]);
    }
    model.node("Add", &["x", &format!("v{times}")], "y", &[]).bytes()
}

/// A graph whose nodes each have the same large matrix as their weights.
fn shared(times: usize) -> Vec<u8> {
    let mut model = Model::new(&[500]).constant("w", &[500, 500], &vec![0.5; 250_000]);
    for number in 0..times {
        let (before, after) = (format!("v{number}"), format!("v{}", number + 1));
        let before = if number == 0 { "x" } else { &before };
        let after = if number + 1 == times { "y" } else { &after };
        model = model.node("MatMul", &[before, "w"], after, &[]);
    }
    model.bytes()
}

#[test]
fn memory_is_bounded() {
    let empty: Message = Message::new();
    let nodes: Message = vec![(1, empty.clone().into()); 1_000_000];
    check("empty nodes", encode(&vec![(7, nodes.into())]));
    let few: Message = vec![(1, empty.clone().into()); 4000];
    check("a few empty nodes", encode(&vec![(7, few.into())]));
    let attributes: Message = vec![(5, empty.into()); 4000];
    check(
        "empty attributes",
        encode(&vec![(7, vec![(1, attributes.into())].into())]),
    );
    check(
        "sizes of a constant",
        encode(&vec![(
            7,
            vec![(5, vec![(1, vec![1_u8; 1_000_000].into())].into())].into(),
        )]),
    );
    check(
        "a large map",
        Model::new(&[1 << 28]).node("Neg", &["x"], "y", &[]).bytes(),
    );
    check(
        "a map for each column",
        Model::new(&[1 << 22]).node("Neg", &["x"], "y", &[]).bytes(),
    );
    check("transpositions", transposed(100));
    check("copies", copied(2000));
    check("shared weights", shared(1000));
    let sizes = Model::new(&[2])
        .integers("s", &[1 << 22])
        .node("ConstantOfShape", &["s"], "c", &[]);
    check(
        "a constant of a shape",
        sizes.node("Add", &["x", "c"], "y", &[]).bytes(),
    );
}
