//! Descriptions of networks.
#![allow(clippy::too_many_lines, reason = "the tables are long")]

use serde_json::{Value, json};

use super::{
    Case, chain, content, inner, integer, line, number, refused_at_load, refused_at_open, sizes, tensor,
    with_text, without_tensors,
};

/// A file with this network and two tensors of one number, `weight` and `bias`.
fn network(name: &'static str, network: &Value, expected: &'static str) -> Case {
    (name, with_text(&content(network).to_string()), expected)
}

/// A file with this network and no tensor.
fn empty(name: &'static str, network: &Value, expected: &'static str) -> Case {
    (name, without_tensors(network), expected)
}

/// A module of this kind without tensors.
fn module(kind: &str, attributes: &[Value]) -> Value {
    json!({"kind": kind, "attributes": attributes})
}

/// A `Linear` with these attributes and tensors.
fn linear((inputs, outputs): (u64, u64), tensors: &[Value]) -> Value {
    json!({
        "kind": "Linear",
        "attributes": [integer("in", inputs), integer("out", outputs)],
        "tensors": tensors,
    })
}

#[test]
fn descriptions_of_another_form_are_errors() {
    let malformed = "the metadata \"brique\" is malformed (";
    let attribute = |name, attribute: Value| empty(name, &module("ReLU", &[attribute]), malformed);
    refused_at_open(&[
        empty("no kind", &json!({}), "missing field `kind`"),
        empty("a kind that is a number", &json!({"kind": 1}), malformed),
        empty(
            "an unknown field",
            &json!({"kind": "ReLU", "more": 1}),
            "unknown field `more`",
        ),
        empty(
            "attributes that are a table",
            &json!({"kind": "ReLU", "attributes": {}}),
            malformed,
        ),
        attribute("an attribute without a value", json!({"name": "in"})),
        attribute("a bare value", json!({"name": "in", "value": 1})),
        attribute(
            "a value of an unknown type",
            json!({"name": "in", "value": {"complex": 1}}),
        ),
        attribute(
            "two values",
            json!({"name": "in", "value": {"integer": 1, "number": 1}}),
        ),
        attribute(
            "a negative integer",
            json!({"name": "in", "value": {"integer": -1}}),
        ),
        attribute(
            "an integer with a point",
            json!({"name": "in", "value": {"integer": 1.0}}),
        ),
        attribute("nine sizes", sizes("in", &[1; 9])),
        attribute("100,000 sizes", sizes("in", &vec![0; 100_000])),
        attribute(
            "a size of 2^64",
            json!({"name": "in", "value": {"sizes": [1e30]}}),
        ),
        network(
            "an unknown layout",
            &linear((1, 1), &[tensor("weight", (1, 1), "diagonal")]),
            "unknown variant",
        ),
        network(
            "a negative number of rows",
            &json!({
                "kind": "Linear",
                "tensors": [{"name": "weight", "rows": -1, "columns": 1, "layout": "matrix"}],
            }),
            malformed,
        ),
    ]);
}

#[test]
fn descriptions_nested_too_deep_are_errors() {
    let nested = |depth: usize| {
        let before = r#"{"kind":"Sequential","attributes":[{"name":"in","value":{"sizes":[1]}}],"inner":["#;
        let before = format!("{before}{{\"name\":\"0\",\"module\":").repeat(depth);
        format!(
            "{{\"checksums\":\"\",\"version\":1,\"network\":{before}{{\"kind\":\"Tanh\"}}{}}}",
            "}]}".repeat(depth)
        )
    };
    let deep = |name, depth| {
        let header = json!({"__metadata__": {"brique": nested(depth)}});
        (
            name,
            super::file(&header.to_string(), &[]),
            "recursion limit exceeded",
        )
    };
    refused_at_open(&[
        deep("100 levels", 100),
        deep("1000 levels", 1000),
        deep("10,000 levels", 10_000),
        (
            "lists",
            with_text(&"[".repeat(100_000)),
            "the metadata \"brique\" is malformed (",
        ),
        (
            "lists in an unknown field",
            with_text(&format!("{{\"version\":1,\"net\":{}", "[".repeat(100_000))),
            "the metadata \"brique\" is malformed (",
        ),
    ]);
    super::accepted(
        "40 levels",
        &super::file(&json!({"__metadata__": {"brique": nested(40)}}).to_string(), &[]),
    );
}

#[test]
fn names_that_are_not_safe_are_errors() {
    let relu = module("ReLU", &[]);
    let of_inner = |name, text: &str, expected| empty(name, &chain(&[inner(text, &relu)]), expected);
    let wide = "x".repeat(100_000);
    let tensors: Vec<Value> = (0..10_000)
        .map(|number| tensor(&number.to_string(), (0, 0), "matrix"))
        .collect();
    let many = json!({"kind": "Scale", "tensors": tensors});
    let long = json!({"kind": "Sequential", "inner": [inner(&"x".repeat(1000), &many)]});
    let header = json!({
        "__metadata__": {"brique": json!({
            "checksums": "0".repeat(16), "version": 1, "network": chain(&[inner("a", &chain(&[inner(&"y".repeat(1023), &line())]))]),
        }).to_string()},
        "weight": super::entry(&[1, 1], 0), "bias": super::entry(&[1], 8),
    });
    refused_at_open(&[
        of_inner("empty", "", "the name \"\" is empty"),
        of_inner("a path", "../x", "the name \"../x\" looks like a path of files"),
        of_inner("a point", "a.", "looks like a path of files"),
        of_inner("NUL", "a\0b", "has a control character"),
        of_inner(
            "escape",
            "\u{1b}[2J",
            "the name \"\\u{1b}[2J\" has a control character",
        ),
        of_inner("100,000 bytes", &wide, "is longer than 1024 bytes"),
        empty(
            "twice",
            &chain(&[inner("a", &relu), inner("a", &relu)]),
            "the name \"a\" is there twice",
        ),
        empty(
            "a number twice",
            &chain(&[inner("1", &relu), inner("1", &relu)]),
            "the name \"1\" is there twice",
        ),
        empty("an empty kind", &module("", &[]), "the name \"\" is empty"),
        empty(
            "a kind that a terminal obeys",
            &module("\u{1b}]0;x\u{7}", &[]),
            "has a control character",
        ),
        empty(
            "a kind of 100,000 bytes",
            &module(&wide, &[]),
            "is longer than 1024 bytes",
        ),
        empty(
            "an attribute twice",
            &module("ReLU", &[integer("a", 1), integer("a", 2)]),
            "the name \"a\" is there twice",
        ),
        empty(
            "an attribute of 100,000 bytes",
            &module("ReLU", &[integer(&wide, 1)]),
            "is longer than 1024 bytes",
        ),
        empty(
            "a long name over 10,000 tensors",
            &long,
            "is with 10000 tensors, expected the 0 tensors of the file",
        ),
        (
            "a path of more than 1024 bytes",
            super::file(&header.to_string(), &super::numbers()),
            "is longer than 1024 bytes",
        ),
    ]);
}

#[test]
fn descriptions_that_contradict_the_file_are_errors() {
    let both = |weight, bias| {
        [
            tensor("weight", weight, "transposed"),
            tensor("bias", bias, "vector"),
        ]
    };
    let large = 1 << 40;
    refused_at_open(&[
        network(
            "no tensor of two",
            &module("ReLU", &[]),
            "is with 0 tensors, expected the 2 tensors of the file",
        ),
        network(
            "one of two",
            &linear((1, 1), &both((1, 1), (1, 1))[..1]),
            "is with 1 tensors",
        ),
        network(
            "another name",
            &linear(
                (1, 1),
                &[
                    tensor("weight", (1, 1), "transposed"),
                    tensor("shift", (1, 1), "vector"),
                ],
            ),
            "does not fit the network: missing: shift [1]; unexpected: bias [1]",
        ),
        network(
            "the same name twice",
            &linear(
                (1, 1),
                &[
                    tensor("weight", (1, 1), "transposed"),
                    tensor("weight", (1, 1), "transposed"),
                ],
            ),
            "missing: weight [1, 1]; unexpected: bias [1]",
        ),
        network(
            "2^40 units",
            &linear((1, large), &both((1, 1 << 40), (1, 1 << 40))),
            "weight is [1, 1], expected [1099511627776, 1]",
        ),
        network(
            "2^40 × 2^40 units",
            &linear((large, large), &both((1 << 40, 1 << 40), (1, 1 << 40))),
            "expected [1099511627776, 1099511627776]",
        ),
        network(
            "another layout",
            &linear(
                (1, 1),
                &[
                    tensor("weight", (1, 1), "transposed"),
                    tensor("bias", (1, 1), "matrix"),
                ],
            ),
            "bias is [1], expected [1, 1]",
        ),
        network(
            "a vector of 2^63 rows",
            &linear((1, 1), &both((1, 1), (1 << 63, 1))),
            "the name \"bias\" is that of a vector, expected a single row",
        ),
        network(
            "a vector without rows",
            &linear((1, 1), &both((1, 1), (0, 1))),
            "expected a single row",
        ),
        network(
            "one level too many",
            &chain(&[inner("0", &line())]),
            "missing: 0.weight [1, 1], 0.bias [1]; unexpected: bias [1], weight [1, 1]",
        ),
    ]);
}

#[test]
fn attributes_that_contradict_the_tensors_are_errors() {
    let tensors = [
        tensor("weight", (1, 1), "transposed"),
        tensor("bias", (1, 1), "vector"),
    ];
    let linear =
        |name, inputs, outputs, expected| network(name, &linear((inputs, outputs), &tensors), expected);
    let tensors = "build: the list of tensors is weight (1, 1), bias (1, 1), expected ";
    let of =
        |kind: &str| json!({"kind": kind, "tensors": line()["tensors"], "attributes": line()["attributes"]});
    let norm = |values| json!({"kind": "LayerNorm", "tensors": line()["tensors"], "attributes": [integer("values", values)]});
    refused_at_load(&[
        linear("two inputs", 2, 1, tensors),
        linear("no inputs", 0, 1, tensors),
        linear("no outputs", 1, 0, tensors),
        linear("2^40 inputs", 1 << 40, 1, tensors),
        linear("2^40 outputs", 1, 1 << 40, tensors),
        linear("2^64 - 1 inputs", u64::MAX, 1, tensors),
        linear("2^64 - 1 of both", u64::MAX, u64::MAX, tensors),
        network("LayerNorm of 2^40", &norm(1 << 40), tensors),
        network("LayerNorm of 2^64 - 1", &norm(u64::MAX), tensors),
        network("LayerNorm of 0", &norm(0), tensors),
        network(
            "tensors of a LayerNorm in another layout",
            &norm(1),
            "the list of tensors is ",
        ),
        network("an activation with parameters", &of("Tanh"), "expected "),
        network(
            "Dropout with parameters",
            &json!({"kind": "Dropout", "tensors": line()["tensors"], "attributes": [number("rate", 0.5), integer("seed", 1)]}),
            "the list of tensors is ",
        ),
        network(
            "a chain with parameters of its own",
            &json!({"kind": "Sequential", "tensors": line()["tensors"], "attributes": [sizes("in", &[1])]}),
            "the list of tensors is ",
        ),
    ]);
}

#[test]
fn modules_that_cannot_be_built_are_errors() {
    let relu = module("ReLU", &[]);
    let of_chain = |shape: &[usize], modules: &[Value]| json!({"kind": "Sequential", "attributes": [sizes("in", shape)], "inner": modules});
    let missing = "is missing, expected ";
    let probability = "rate is ";
    let nan = json!({"name": "rate", "value": {"number": "NaN 7ff8000000000000"}});
    let negative_slope = json!({"name": "negative_slope", "value": {"number": "NaN 7ff8000000000000"}});
    let alpha = json!({"name": "alpha", "value": {"number": "inf"}});
    let seed = || integer("seed", 1);
    refused_at_load(&[
        empty(
            "an unknown kind",
            &module("Conv2d", &[]),
            "kind is \"Conv2d\", expected one of those registered: ",
        ),
        empty("a kind in lower case", &module("relu", &[]), "kind is \"relu\""),
        empty(
            "an unknown kind inside",
            &chain(&[inner("0", &module("Conv2d", &[]))]),
            "kind is \"Conv2d\"",
        ),
        empty(
            "LeakyReLU without its attribute",
            &module("LeakyReLU", &[]),
            missing,
        ),
        empty("Linear without sizes", &module("Linear", &[]), missing),
        empty("LayerNorm without a size", &module("LayerNorm", &[]), missing),
        empty("Dropout without a rate", &module("Dropout", &[seed()]), missing),
        empty(
            "Dropout without a seed",
            &module("Dropout", &[number("rate", 0.5)]),
            missing,
        ),
        empty(
            "a rate of 2",
            &module("Dropout", &[number("rate", 2.0), seed()]),
            "rate is 2, expected a probability",
        ),
        empty(
            "a rate of 1",
            &module("Dropout", &[number("rate", 1.0), seed()]),
            probability,
        ),
        empty(
            "a negative rate",
            &module("Dropout", &[number("rate", -0.5), seed()]),
            probability,
        ),
        empty("a rate of NaN", &module("Dropout", &[nan, seed()]), "rate is NaN"),
        empty(
            "a rate that is an integer",
            &module("Dropout", &[integer("rate", 0), seed()]),
            "expected a number",
        ),
        empty(
            "a seed that is a number",
            &module("Dropout", &[number("rate", 0.5), number("seed", 1.0)]),
            "expected an integer",
        ),
        empty(
            "an attribute of NaN",
            &module("LeakyReLU", &[negative_slope]),
            "expected a finite number",
        ),
        empty(
            "an infinite alpha",
            &module("ELU", &[alpha]),
            "expected a finite number",
        ),
        empty(
            "a chain without a shape",
            &json!({"kind": "Sequential", "inner": []}),
            "expected at most four sizes",
        ),
        empty(
            "a chain of five sizes",
            &of_chain(&[1; 5], &[]),
            "expected at most four sizes",
        ),
        empty(
            "a residual module of two",
            &json!({"kind": "Residual", "attributes": [sizes("in", &[1])], "inner": [inner("module", &relu), inner("other", &relu)]}),
            "the number of modules inside is 2, expected 1",
        ),
        empty(
            "a residual module of none",
            &json!({"kind": "Residual", "attributes": [sizes("in", &[1])]}),
            "the number of modules inside is 0, expected 1",
        ),
        empty(
            "a residual module with another name inside",
            &json!({"kind": "Residual", "attributes": [sizes("in", &[1])], "inner": [inner("other", &relu)]}),
            "the list of inner modules is [other], expected [module]",
        ),
        empty(
            "an activation with a module inside",
            &json!({"kind": "Tanh", "inner": [inner("0", &relu)]}),
            "the list of inner modules is [0], expected []",
        ),
        empty(
            "100,000 characters",
            &json!({"kind": "Tanh", "attributes": [{"name": "a", "value": {"text": "\u{1b}".repeat(100_000)}}], "inner": [inner("0", &relu)]}),
            "the list of inner modules is [0], expected []",
        ),
        network(
            "a layer that does not take the input",
            &json!({"kind": "Sequential", "attributes": [sizes("in", &[2])], "inner": [inner("0", &relu)], "tensors": line()["tensors"]}),
            "the list of tensors is ",
        ),
    ]);
}

/// The values of tensors that a module does not ask for would be lost without a word.
#[test]
fn tensors_of_modules_that_are_left_out_are_errors() {
    let network = json!({"kind": "Tanh", "inner": [inner("0", &line())]});
    let renamed =
        json!({"kind": "Residual", "attributes": [sizes("in", &[1])], "inner": [inner("other", &line())]});
    let file = |network: &Value, path: &str| {
        let header = json!({
            "__metadata__": {"brique": content(network).to_string()},
            format!("{path}.weight"): super::entry(&[1, 1], 0),
            format!("{path}.bias"): super::entry(&[1], 8),
        });
        super::file(&header.to_string(), &super::numbers())
    };
    refused_at_load(&[
        (
            "unnamed in the file",
            file(&network, "0"),
            "the list of inner modules is [0], expected []",
        ),
        (
            "under another name",
            file(&renamed, "other"),
            "the list of inner modules is [other], expected [module]",
        ),
        (
            "in a chain that takes other examples",
            file(
                &json!({"kind": "Sequential", "attributes": [sizes("in", &[2])], "inner": [inner("0", &line())]}),
                "0",
            ),
            "an example of the input has shape (2), expected (1)",
        ),
        (
            "in a chain of the largest shape",
            file(
                &json!({"kind": "Sequential", "attributes": [sizes("in", &[usize::MAX; 4])], "inner": [inner("0", &line())]}),
                "0",
            ),
            "expected (1)",
        ),
    ]);
}
