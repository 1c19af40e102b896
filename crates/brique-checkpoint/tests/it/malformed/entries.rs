//! Entries of tensors: types, shapes, intervals.
#![allow(clippy::too_many_lines, reason = "the tables are long")]

use serde_json::{Value, json};

use super::{Case, entry, file, numbers, refused_at_load, refused_at_open, with_content};

/// A file of 16 bytes of data with one tensor, whose entry is this text.
fn tensor(name: &'static str, entry: &str, expected: &'static str) -> Case {
    (name, file(&format!("{{\"a\":{entry}}}"), &numbers()), expected)
}

/// A tensor with this type, shape and interval.
fn of(name: &'static str, dtype: &str, shape: &Value, offsets: &Value, expected: &'static str) -> Case {
    let entry = json!({"dtype": dtype, "shape": shape, "data_offsets": offsets});
    tensor(name, &entry.to_string(), expected)
}

/// Two tensors of these intervals, in a file of 16 bytes of data.
fn two(name: &'static str, intervals: [[usize; 2]; 2], expected: &'static str) -> Case {
    let entry = |[begin, end]: [usize; 2]| json!({"dtype": "U8", "shape": [end.saturating_sub(begin)], "data_offsets": [begin, end]});
    let header = json!({"a": entry(intervals[0]), "b": entry(intervals[1])});
    (name, file(&header.to_string(), &numbers()), expected)
}

#[test]
fn entries_of_another_form_are_errors() {
    let malformed = "the entry of tensor \"a\" is malformed (";
    refused_at_open(&[
        tensor("null", "null", malformed),
        tensor("a number", "1", malformed),
        tensor("a text", "\"F64\"", malformed),
        tensor("an empty table", "{}", "is malformed (missing field `dtype`)"),
        tensor(
            "no shape",
            r#"{"dtype":"F64","data_offsets":[0,16]}"#,
            "missing field `shape`",
        ),
        tensor(
            "no interval",
            r#"{"dtype":"F64","shape":[2]}"#,
            "missing field `data_offsets`",
        ),
        tensor(
            "a field too many",
            r#"{"dtype":"F64","shape":[2],"data_offsets":[0,16],"more":1}"#,
            "unknown field `more`",
        ),
        tensor(
            "a type twice",
            r#"{"dtype":"F64","dtype":"F64","shape":[2],"data_offsets":[0,16]}"#,
            "duplicate field `dtype`",
        ),
        tensor(
            "a shape twice",
            r#"{"dtype":"F64","shape":[2],"shape":[2],"data_offsets":[0,16]}"#,
            "duplicate field `shape`",
        ),
        tensor(
            "an interval twice",
            r#"{"dtype":"F64","shape":[2],"data_offsets":[0,16],"data_offsets":[0,16]}"#,
            "duplicate field `data_offsets`",
        ),
        tensor(
            "a field of 100,000 bytes",
            &format!("{{\"{}\":1}}", "\\u001b".repeat(20_000)),
            "unknown field",
        ),
    ]);
}

#[test]
fn unknown_types_are_errors() {
    let (shape, offsets) = (&json!([2]), &json!([0, 16]));
    let of = |name, dtype: &str, expected| of(name, dtype, shape, offsets, expected);
    refused_at_open(&[
        of("unknown", "F65", "unknown variant `F65`, expected one of"),
        of("lower case", "f64", "unknown variant `f64`"),
        of("empty", "", "unknown variant ``"),
        of("of NumPy", "<f8", "unknown variant `<f8`"),
        of("100,000 bytes", &"F".repeat(100_000), "unknown variant `FFFF"),
        tensor(
            "a number",
            r#"{"dtype":64,"shape":[2],"data_offsets":[0,16]}"#,
            "is malformed (",
        ),
        tensor(
            "null",
            r#"{"dtype":null,"shape":[2],"data_offsets":[0,16]}"#,
            "is malformed (",
        ),
    ]);
}

#[test]
fn impossible_shapes_are_errors() {
    let of = |name, shape: &Value, expected| of(name, "F64", shape, &json!([0, 16]), expected);
    let max = usize::MAX;
    let many = json!(vec![1; 100_000]);
    let too_large = "byte 13: the shape of tensor \"a\" is [";
    refused_at_open(&[
        of(
            "nine dimensions",
            &json!(vec![1; 9]),
            "a list of more than 8 sizes",
        ),
        of("100,000 dimensions", &many, "a list of more than 8 sizes"),
        of("negative", &json!([-2]), "invalid value: integer `-2`"),
        of("a fraction", &json!([2.5]), "invalid type: floating point `2.5`"),
        of(
            "a whole number with a point",
            &json!([2.0]),
            "invalid type: floating point",
        ),
        of("a text", &json!(["2"]), "invalid type: string"),
        of("a list in a list", &json!([[2]]), "invalid type: sequence"),
        of("null", &json!(null), "invalid type: null"),
        of("a table", &json!({"0": 2}), "invalid type: map"),
        of("2^64 - 1", &json!([max]), too_large),
        of("a product of 2^64", &json!([1_u64 << 32, 1_u64 << 32]), too_large),
        of("a product of 2^64 + 2", &json!([max, max, 2]), too_large),
        of("0 and 2^64 - 1", &json!([0, max]), too_large),
        of("2^64 - 1 and 0", &json!([max, 0]), too_large),
        of("no bytes at 2^60", &json!([1_u64 << 60, 0]), too_large),
        of(
            "bits of more than 2^64",
            &json!([1_u64 << 59]),
            "is 16 bytes, expected the bytes of",
        ),
        tensor(
            "2^64",
            r#"{"dtype":"F64","shape":[18446744073709551616],"data_offsets":[0,16]}"#,
            "invalid type: floating point",
        ),
        tensor(
            "1e999",
            r#"{"dtype":"F64","shape":[1e999],"data_offsets":[0,16]}"#,
            "number out of range",
        ),
        of(
            "one element too few",
            &json!([1]),
            "the length of tensor \"a\" is 16 bytes, expected the bytes of shape [1] in F64",
        ),
        of(
            "one element too many",
            &json!([3]),
            "is 16 bytes, expected the bytes of shape [3] in F64",
        ),
        of(
            "one dimension too many",
            &json!([2, 2]),
            "is 16 bytes, expected the bytes",
        ),
        of(
            "a scalar of 16 bytes",
            &json!([]),
            "is 16 bytes, expected the bytes of shape []",
        ),
    ]);
}

#[test]
fn impossible_intervals_are_errors() {
    let of = |name, offsets: &Value, expected| of(name, "F64", &json!([2]), offsets, expected);
    let max = usize::MAX;
    let not_next = "expected an interval that begins at";
    refused_at_open(&[
        of(
            "reversed",
            &json!([16, 0]),
            "byte 13: the interval of tensor \"a\" is [16, 0], expected an interval that begins at 0",
        ),
        of("a gap before", &json!([8, 24]), not_next),
        of(
            "before the beginning",
            &json!([-8, 8]),
            "invalid value: integer `-8`",
        ),
        of("one number", &json!([16]), "invalid length 1"),
        of("three numbers", &json!([0, 16, 32]), "trailing characters"),
        of("a number", &json!(16), "invalid type: integer"),
        of("a fraction", &json!([0, 15.5]), "floating point `15.5`"),
        of(
            "up to 2^64 - 1",
            &json!([0, max]),
            "is 18446744073709551615 bytes, expected",
        ),
        of("at 2^64 - 1", &json!([max, max]), not_next),
        self::of(
            "beyond the file",
            "F64",
            &json!([3]),
            &json!([0, 24]),
            "the part behind the header is 16 bytes long, expected 24 bytes",
        ),
        two("a gap between", [[0, 7], [8, 16]], "\"b\" is [8, 16], expected"),
        two("an overlap", [[0, 9], [8, 16]], not_next),
        two("the same interval", [[0, 16], [0, 16]], not_next),
        two("one inside the other", [[0, 16], [4, 8]], not_next),
        two("the second reversed", [[0, 16], [16, 0]], not_next),
        two(
            "both empty",
            [[0, 0], [0, 0]],
            "is 16 bytes long, expected 0 bytes",
        ),
    ]);
}

/// A file with [`line`](super::line), and another type, shape and interval of its weight.
fn weight(name: &'static str, dtype: &str, shape: &[usize], bytes: usize, expected: &'static str) -> Case {
    let network = super::content(&super::line()).to_string();
    let mut data = numbers().to_vec();
    data.splice(..8, vec![0; bytes]);
    let sum = format!("{:08x}", crc32fast::hash(&data[..bytes]));
    let header = json!({
        "__metadata__": {"brique": network.replace(&super::checksum(0), &sum)},
        "weight": {"dtype": dtype, "shape": shape, "data_offsets": [0, bytes]},
        "bias": entry(&[1], bytes),
    });
    (name, file(&header.to_string(), &data), expected)
}

#[test]
fn types_that_are_no_parameters_are_errors() {
    refused_at_load(&[
        weight(
            "F16",
            "F16",
            &[1, 1],
            2,
            "of another type: weight is F16, expected F64",
        ),
        weight("BF16", "BF16", &[1, 1], 2, "weight is BF16, expected F64"),
        weight("I64", "I64", &[1, 1], 8, "weight is I64, expected F64"),
        weight("U8", "U8", &[1, 1], 1, "weight is U8, expected F64"),
        weight("BOOL", "BOOL", &[1, 1], 1, "weight is BOOL, expected F64"),
        weight("C64", "C64", &[1, 1], 8, "weight is C64, expected F64"),
        weight(
            "F8_E4M3",
            "F8_E4M3",
            &[1, 1],
            1,
            "weight is F8_E4M3, expected F64",
        ),
        weight(
            "F32",
            "F32",
            &[1, 1],
            4,
            "Reader::convert converts between f32 and f64",
        ),
    ]);
    refused_at_open(&[
        weight(
            "half a byte",
            "F4",
            &[1, 1],
            1,
            "is 1 bytes, expected the bytes of shape [1, 1] in F4",
        ),
        weight("three quarters of a byte", "F6_E2M3", &[1, 1], 1, "in F6_E2M3"),
        weight(
            "two numbers of 4 bits",
            "F4",
            &[2],
            1,
            "of another shape: weight is [2]",
        ),
        weight("a scalar", "F64", &[], 8, "weight is [], expected [1, 1]"),
        weight(
            "a vector where a matrix belongs",
            "F64",
            &[1],
            8,
            "weight is [1], expected [1, 1]",
        ),
        weight("three dimensions", "F64", &[1, 1, 1], 8, "weight is [1, 1, 1]"),
        weight("no numbers", "F64", &[0, 1], 0, "weight is [0, 1]"),
    ]);
}

#[test]
fn a_file_that_shrinks_while_it_is_open_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.safetensors");
    let bytes = with_content(|_| ());
    std::fs::write(&path, &bytes).unwrap();
    let mut file = brique_checkpoint::Reader::open(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    let error = file.network(&brique_layers::registry::<f64>()).unwrap_err();
    assert!(error.to_string().contains("cannot read: "), "{error}");
    let error = file.verify().unwrap_err();
    assert!(error.to_string().contains("cannot read: "), "{error}");
}
