//! The table of metadata, and what it says beside the network.
#![allow(clippy::too_many_lines, reason = "the tables are long")]

use serde_json::{Value, json};

use super::{Case, file, refused_at_open, with_content, with_text};

/// A file without tensors and with this text for its metadata.
fn metadata(name: &'static str, text: &str, expected: &'static str) -> Case {
    (name, file(&format!("{{\"__metadata__\":{text}}}"), &[]), expected)
}

/// A file with a network whose content has one field more, or another one.
fn field(name: &'static str, field: &str, value: Value, expected: &'static str) -> Case {
    let changed = with_content(|content| content[field] = value);
    (name, changed, expected)
}

/// A file whose content has this text as one more field.
fn text(name: &'static str, field: &str, expected: &'static str) -> Case {
    let content = super::content(&super::line()).to_string();
    (
        name,
        with_text(&content.replacen('{', &format!("{{{field},"), 1)),
        expected,
    )
}

#[test]
fn tables_of_metadata_that_are_none_are_errors() {
    let no_table = ": __metadata__ is malformed (invalid type";
    let no_text = ": the metadata \"a\" is malformed (invalid type";
    refused_at_open(&[
        metadata("a text", "\"a\"", no_table),
        metadata("a list", "[]", no_table),
        metadata("null", "null", no_table),
        metadata("a number", "1", no_table),
        metadata("a number inside", r#"{"a":1}"#, no_text),
        metadata("null inside", r#"{"a":null}"#, no_text),
        metadata("a list inside", r#"{"a":[]}"#, no_text),
        metadata("a table inside", r#"{"a":{"b":"c"}}"#, no_text),
        metadata("half a pair of surrogates", r#"{"a":"\udc00"}"#, "byte 3"),
        metadata(
            "a key twice",
            r#"{"a":"1","b":"","a":"2"}"#,
            "byte 44: the metadata \"a\" is there twice, expected each key once",
        ),
        metadata(
            "a network twice",
            r#"{"brique":"","brique":""}"#,
            "the metadata \"brique\" is there twice",
        ),
        metadata(
            "a key that is not safe to show, twice",
            r#"{"\u001b[2J":"","\u001b[2J":""}"#,
            "is there twice",
        ),
        (
            "twice",
            file(r#"{"__metadata__":{},"__metadata__":{}}"#, &[]),
            "byte 42: __metadata__ is there twice, expected one entry",
        ),
        (
            "an entry of a tensor",
            file(
                r#"{"__metadata__":{"dtype":"F64","shape":[],"data_offsets":[0,0]}}"#,
                &[],
            ),
            "the metadata \"shape\" is malformed",
        ),
    ]);
}

#[test]
fn content_of_another_form_is_an_error() {
    let malformed = ": the metadata \"brique\" is malformed (";
    let content = super::content(&super::line()).to_string();
    refused_at_open(&[
        ("empty", with_text(""), "is malformed (EOF"),
        ("words", with_text("no JSON"), malformed),
        ("null", with_text("null"), malformed),
        ("a number", with_text("1"), malformed),
        ("an empty list", with_text("[]"), malformed),
        (
            "an empty table",
            with_text("{}"),
            "missing field `checksums` at line 1 column 2",
        ),
        ("cut", with_text(&content[..content.len() - 1]), malformed),
        (
            "twice",
            with_text(&content.repeat(2)),
            "is malformed (trailing characters",
        ),
        (
            "a mark of UTF-8",
            with_text(&format!("\u{feff}{content}")),
            malformed,
        ),
        field("an unknown field", "more", json!(1), "unknown field `more`"),
        field("no checksums", "checksums", json!(null), malformed),
        field("a network that is a text", "network", json!("Linear"), malformed),
        field("a network that is null", "network", json!(null), malformed),
        text(
            "a version twice",
            r#""version":1"#,
            "is malformed (duplicate field `version`",
        ),
        text(
            "a network twice",
            r#""network":{"kind":"Tanh"}"#,
            "duplicate field",
        ),
        text(
            "an unknown field of 100,000 bytes",
            &format!("\"{}\":1", "\\u001b".repeat(20_000)),
            "unknown field",
        ),
    ]);
}

#[test]
fn other_versions_are_errors() {
    let newer = "has version 2, expected at most 1: a newer version of the library wrote it";
    let version = |name, version: Value, expected| field(name, "version", version, expected);
    refused_at_open(&[
        version("newer", json!(2), newer),
        version("2^64 - 1", json!(u64::MAX), "has version 18446744073709551615"),
        version(
            "0",
            json!(0),
            "the metadata \"brique\" is of version 0, expected version 1",
        ),
        version("negative", json!(-1), "invalid value: integer `-1`"),
        version("a fraction", json!(1.5), "invalid type: floating point"),
        version("a text", json!("1"), "invalid type: string"),
        version("null", json!(null), "invalid type: null"),
        (
            "missing",
            with_text(r#"{"checksums":"","network":{"kind":"Tanh"}}"#),
            "missing field `version`",
        ),
        (
            "newer, with other fields",
            with_text(r#"{"version":2,"net":[]}"#),
            newer,
        ),
        (
            "0, with other fields",
            with_text(r#"{"version":0,"net":[]}"#),
            "is of version 0, expected version 1",
        ),
        (
            "newer, with another network",
            with_content(|content| {
                content["version"] = json!(2);
                content["network"] = json!([1]);
            }),
            newer,
        ),
        (
            "newer twice",
            with_text(r#"{"version":2,"version":2}"#),
            "is malformed (duplicate field `version`",
        ),
    ]);
}

#[test]
fn lists_of_matrices_that_do_not_fit_are_errors() {
    let wrong = |name, value, expected| field(name, "matrices", value, expected);
    let count = "is with 3 tensors, expected the 2 tensors of the file";
    let dropout = json!({"kind": "Tanh"});
    let instead = |name, matrices: Value, expected| {
        let changed = with_content(|content| {
            content["network"] = dropout.clone();
            content["matrices"] = matrices;
        });
        (name, changed, expected)
    };
    refused_at_open(&[
        wrong("a tensor of the network", json!(["weight"]), count),
        wrong("a tensor that is missing", json!(["momentum"]), count),
        wrong("no list", json!("weight"), "is malformed ("),
        wrong("a number", json!([1]), "is malformed ("),
        instead(
            "missing ones",
            json!(["weight", "momentum"]),
            "the name of a matrix is \"momentum\"",
        ),
        instead(
            "one twice",
            json!(["weight", "weight"]),
            "expected the name of a tensor in the file, each once",
        ),
        instead("too few", json!(["weight"]), "is with 1 tensors, expected the 2"),
        instead(
            "a name of 100,000 bytes",
            json!(["weight", "x".repeat(100_000)]),
            "the name of a matrix is \"xxx",
        ),
        instead(
            "a name that is not safe to show",
            json!(["weight", "\u{1b}[2J"]),
            "is \"\\u{1b}[2J\"",
        ),
    ]);
}

#[test]
fn standardizers_that_cannot_divide_are_errors() {
    let of = |name, mean: Value, scale: Value, expected| {
        let value = json!({"mean": mean, "scale": scale});
        field(name, "standardizer", value, expected)
    };
    let divisor = "expected a finite number above 0";
    refused_at_open(&[
        of("a divisor of 0", json!([0]), json!([0]), divisor),
        of("a divisor of -0", json!([0]), json!([-0.0]), divisor),
        of("a negative divisor", json!([0]), json!([-1]), divisor),
        of("an infinite divisor", json!([0]), json!(["inf"]), divisor),
        of(
            "a divisor of NaN",
            json!([0]),
            json!(["NaN 7ff8000000000000"]),
            divisor,
        ),
        of(
            "a mean of NaN",
            json!(["NaN fff8000000000001"]),
            json!([1]),
            "expected a finite number",
        ),
        of(
            "an infinite mean",
            json!(["-inf"]),
            json!([1]),
            "expected a finite number",
        ),
        of(
            "a divisor too few",
            json!([0, 1]),
            json!([1]),
            "the divisors hold 1 examples, expected 2",
        ),
        of("a mean too few", json!([]), json!([1]), "expected 0"),
        of(
            "a NaN with the bits of a number",
            json!(["NaN 0000000000000000"]),
            json!([1]),
            "is no number",
        ),
        of("a word", json!(["many"]), json!([1]), "is malformed ("),
        of("null", json!([null]), json!([1]), "is malformed ("),
        of("a table", json!({}), json!([1]), "is malformed ("),
        of(
            "a word of 100,000 bytes",
            json!(["x".repeat(100_000)]),
            json!([1]),
            "is malformed (",
        ),
        field(
            "no divisors",
            "standardizer",
            json!({"mean": [0]}),
            "missing field",
        ),
    ]);
}

#[test]
fn other_fields_of_another_form_are_errors() {
    let malformed = ": the metadata \"brique\" is malformed (";
    let outer = |inner: &str| {
        let mut content = super::content(&json!({"kind": "Tanh"}));
        content["checksums"] = json!("");
        content["metadata"] = json!({inner: "2"});
        let header = json!({"__metadata__": {"brique": content.to_string(), "author": "1"}});
        file(&header.to_string(), &[])
    };
    refused_at_open(&[
        field(
            "names of classes that are numbers",
            "class_names",
            json!([1]),
            malformed,
        ),
        field(
            "names of classes that are a text",
            "class_names",
            json!("cat"),
            malformed,
        ),
        field(
            "metadata that are numbers",
            "metadata",
            json!({"a": 1}),
            malformed,
        ),
        field("metadata that are a list", "metadata", json!([]), malformed),
        field("sections that are a list", "sections", json!([]), malformed),
        text(
            "metadata twice",
            r#""metadata":{"a":"1","a":"2"}"#,
            "the key \"a\" is there twice",
        ),
        text(
            "a section twice",
            r#""sections":{"a":1,"a":2}"#,
            "the key \"a\" is there twice",
        ),
        text(
            "a section that is no JSON",
            r#""sections":{"a":nothing}"#,
            malformed,
        ),
        text("a section that is open", r#""sections":{"a":[1}"#, malformed),
        (
            "metadata inside and outside",
            outer("author"),
            "the metadata \"author\" is there twice",
        ),
    ]);
}
