//! Names of tensors.

use serde_json::{Value, json};

use super::{Case, entry, file, numbers, refused_at_open};

/// A file with one tensor of this name, as JSON text without quotes.
fn named(name: &'static str, text: &str, expected: &'static str) -> Case {
    let entry = entry(&[2], 0);
    (
        name,
        file(&format!("{{\"{text}\":{entry}}}"), &numbers()),
        expected,
    )
}

#[test]
fn names_that_are_not_safe_are_errors() {
    let control = "which has a control character, expected a name like 0.weight";
    let path = "which looks like a path of files, expected a name like 0.weight";
    refused_at_open(&[
        named(
            "empty",
            "",
            "byte 12: the name of the tensor is \"\", which is empty",
        ),
        named("NUL", "a\\u0000b", control),
        named("a line break", "a\\nb", control),
        named("escape", "a\\u001b[2J", control),
        named("delete", "a\u{7f}", control),
        named("a control character of Latin-1", "a\u{9b}", control),
        named("the folder above", "../x", path),
        named("a folder", "a/b", path),
        named("a folder of Windows", "a\\\\b", path),
        named("from the root", "/etc/passwd", path),
        named("a drive", "C:\\\\x", path),
        named("a point", ".", path),
        named("two points", "..", path),
        named("a point first", ".a", path),
        named("a point last", "a.", path),
        named("an empty part", "a..b", path),
        named(
            "1025 bytes",
            &"x".repeat(1025),
            "which is longer than 1024 bytes, expected",
        ),
        named(
            "1026 bytes of 513 letters",
            &"ä".repeat(513),
            "which is longer than 1024 bytes",
        ),
        named(
            "100,000 bytes",
            &"x".repeat(100_000),
            "which is longer than 1024 bytes",
        ),
    ]);
}

#[test]
fn names_that_occur_twice_are_errors() {
    let two = |first: &str, second: &str| {
        let (one, other) = (entry(&[1], 0), entry(&[1], 8));
        file(&format!("{{\"{first}\":{one},\"{second}\":{other}}}"), &numbers())
    };
    let empty: Vec<Value> = (0..20_000).map(|_| json!(entry(&[0], 0))).collect();
    let many: Vec<String> = empty.iter().map(|entry| format!("\"a\":{entry}")).collect();
    let twice = "the name of tensor \"a\" is there twice, expected each name once";
    refused_at_open(&[
        ("twice", two("a", "a"), twice),
        ("once as an escape", two("a", "\\u0061"), twice),
        (
            "20,000 times",
            file(&format!("{{{}}}", many.join(",")), &[]),
            twice,
        ),
    ]);
}
