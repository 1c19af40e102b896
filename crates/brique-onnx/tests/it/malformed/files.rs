//! Files whose frame is wrong: messages, inputs, outputs, constants.

use super::{Case, flat, one};
use crate::message::{Message, encode, info, tensor};

#[allow(clippy::too_many_lines, reason = "a list")]
pub fn files() -> Vec<Case> {
    let relu = flat().node("Relu", &["x"], "y", &[]);
    let text = |name: &'static str| (1, name.into());
    vec![
        ("no bytes", vec![], "the graph of the file is missing"),
        ("text", b"hello, world".to_vec(), "the file is"),
        ("zeros", vec![0; 64], "the file is"),
        ("cut", relu.bytes()[..40].to_vec(), "the file is"),
        (
            "no graph",
            encode(&vec![(1, 10.into())]),
            "the graph of the file is missing",
        ),
        (
            "a graph without anything",
            encode(&vec![(7, Message::new().into())]),
            "the list of inputs is []",
        ),
        (
            "a name that is not UTF-8",
            encode(&vec![
                (7, vec![(2, vec![0xff].into())].into()),
                (2, vec![0xff].into()),
            ]),
            "the file is",
        ),
        (
            "many empty nodes",
            encode(&vec![(7, vec![(1, Message::new().into()); 100_000].into())]),
            "the number of messages",
        ),
        (
            "many empty metadata",
            encode(&vec![(14, Message::new().into()); 100_000]),
            "the number of messages",
        ),
        ("no input", with_inputs(&[]), "the list of inputs is []"),
        (
            "two inputs",
            with_inputs(&[info("x", 1, &[2]), info("z", 1, &[2])]),
            "Import::bind",
        ),
        (
            "an input of f16",
            with_inputs(&[info("x", 10, &[2])]),
            "is f16, expected f32",
        ),
        (
            "an input of f64",
            with_inputs(&[info("x", 11, &[2])]),
            "Import::convert",
        ),
        (
            "an input of i64",
            with_inputs(&[info("x", 7, &[2])]),
            "is i64, expected f32",
        ),
        (
            "an input of an unknown type",
            with_inputs(&[info("x", 99, &[2])]),
            "expected f32",
        ),
        (
            "an input without a type",
            with_inputs(&[vec![text("x")]]),
            "the shape of input \"x\" is unknown",
        ),
        (
            "a negative size",
            with_inputs(&[info("x", 1, &[u64::MAX])]),
            "free beside the number of rows",
        ),
        (
            "an input of 2^40 values",
            with_inputs(&[info("x", 1, &[1 << 40])]),
            "values",
        ),
        (
            "an input of 2^64 values",
            with_inputs(&[info("x", 1, &[1 << 32, 1 << 32])]),
            "values",
        ),
        (
            "no values and 2^64 of them",
            with_inputs(&[info("x", 1, &[0, 1 << 32, 1 << 32])]),
            "values",
        ),
        (
            "a hundred sizes",
            with_inputs(&[info("x", 1, &[1; 100])]),
            "values",
        ),
        (
            "operators of version 0",
            with_opset(0),
            "the version of the operators is 0",
        ),
        (
            "operators of version 1000",
            with_opset(1000),
            "the version of the operators is 1000",
        ),
        (
            "operators of version -1",
            with_opset(u64::MAX),
            "the version of the operators is -1",
        ),
        (
            "an output that nothing computes",
            flat().bytes(),
            "output \"y\" is missing",
        ),
        (
            "a constant output",
            one(flat().constant("c", &[], &[1.0]), "Identity", &["c"], &[]),
            "constant",
        ),
        (
            "a constant of another size",
            with_constant(tensor("c", &[2], &[1.0])),
            "number of bytes",
        ),
        (
            "a constant of a negative size",
            with_constant(tensor("c", &[u64::MAX], &[1.0])),
            "sizes of at least 0",
        ),
        (
            "a constant of 2^128 numbers",
            with_constant(tensor("c", &[1 << 62, 1 << 62], &[1.0])),
            "memory can address",
        ),
        (
            "a constant without data",
            with_constant(tensor("c", &[2], &[])),
            "the number of numbers",
        ),
        (
            "a constant in another file",
            with_constant([tensor("c", &[2], &[]), vec![(14, 1.into())]].concat()),
            "external_data=False",
        ),
        (
            "a constant with a place",
            with_constant([tensor("c", &[2], &[]), vec![(13, Message::new().into())]].concat()),
            "external_data=False",
        ),
        (
            "a constant of texts",
            with_constant(vec![
                (1, 1.into()),
                (2, 8.into()),
                (6, "a".into()),
                (8, "c".into()),
            ]),
            "is string, expected f32",
        ),
    ]
}

fn with_inputs(inputs: &[Message]) -> Vec<u8> {
    let mut model = flat().node("Relu", &["x"], "y", &[]);
    model.inputs = inputs.to_vec();
    model.bytes()
}

fn with_opset(opset: u64) -> Vec<u8> {
    let mut model = flat().node("Relu", &["x"], "y", &[]);
    model.opset = opset;
    model.bytes()
}

/// A graph that adds a constant.
fn with_constant(constant: Message) -> Vec<u8> {
    let mut model = flat().node("Add", &["x", "c"], "y", &[]);
    model.constants.push(constant);
    model.bytes()
}
