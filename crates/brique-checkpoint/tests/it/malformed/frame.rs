//! The length of the header, the header as text, and the data behind it.

use std::fs::{self, File};

use brique_checkpoint::Reader;
use serde_json::json;

use super::{Case, check_error, entry, file, numbers, refused_at_open, with_content};

fn length(length: u64, rest: &[u8]) -> Vec<u8> {
    [&length.to_le_bytes(), rest].concat()
}

/// A text of JSON in the place of the header.
fn header(name: &'static str, text: &str, expected: &'static str) -> Case {
    (name, file(text, &[]), expected)
}

#[test]
fn files_that_end_early_are_errors() {
    let whole = with_content(|_| ());
    let cut = |length: usize| whole[..length].to_vec();
    let header = usize::from(whole[0]) + 256 * usize::from(whole[1]);
    let too_short = "bytes long, expected at least 10 bytes";
    let too_long = "byte 0: the length of the header is ";
    refused_at_open(&[
        ("an empty file", vec![], "byte 0: the file is 0 bytes long"),
        ("one byte", vec![1], too_short),
        ("in the length", cut(7), too_short),
        ("behind the length", cut(8), too_short),
        ("one byte of the header", cut(9), too_short),
        ("in the header", cut(8 + header / 2), too_long),
        (
            "before the last byte of the header",
            cut(8 + header - 1),
            too_long,
        ),
        (
            "behind the header",
            cut(8 + header),
            "the part behind the header is 0 bytes long, expected 16",
        ),
        (
            "in the data",
            cut(8 + header + 5),
            "is 5 bytes long, expected 16 bytes, all tensors",
        ),
        (
            "before the last byte",
            cut(whole.len() - 1),
            "is 15 bytes long, expected 16",
        ),
    ]);
}

#[test]
fn impossible_lengths_are_errors() {
    let wrong = "byte 0: the length of the header is ";
    refused_at_open(&[
        ("0", length(0, b"{}"), "is 0, expected from 2 to 2"),
        ("1", length(1, b"{}"), "is 1, expected from 2 to 2"),
        ("one too many", length(3, b"{}"), "is 3, expected from 2 to 2"),
        (
            "100 MB in a short file",
            length(100_000_000, b"{}"),
            "is 100000000, expected",
        ),
        ("2^32", length(1 << 32, b"{}"), wrong),
        ("2^63 - 1", length(i64::MAX as u64, b"{}"), wrong),
        ("2^64 - 8", length(u64::MAX - 7, b"{}"), wrong),
        ("2^64 - 1", length(u64::MAX, b"{}"), "is 18446744073709551615"),
        (
            "a big-endian 2",
            [&2_u64.to_be_bytes(), &b"{}"[..]].concat(),
            wrong,
        ),
    ]);
}

#[test]
fn a_header_of_more_than_100_mb_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    fs::write(&path, length(100_000_001, b"{")).unwrap();
    let holes = File::options().write(true).open(&path).unwrap();
    holes.set_len(200_000_000).unwrap();
    let error = Reader::open(&path).unwrap_err();
    check_error(
        "100 MB",
        &path,
        &error,
        "is 100000001, expected from 2 to 100000000",
    );
}

#[test]
fn headers_that_are_no_text_are_errors() {
    let invalid = |bytes: &[u8]| length(bytes.len() as u64, bytes);
    refused_at_open(&[
        (
            "not UTF-8",
            invalid(b"{\"\xff\":1}"),
            "byte 10: the header is not UTF-8",
        ),
        (
            "a surrogate in UTF-8",
            invalid(b"{\"\xed\xa0\x80\"}"),
            "byte 10: the header is not UTF-8",
        ),
        ("UTF-16", invalid(b"{\0}\0"), "byte 9: the header is malformed"),
        header(
            "a mark of UTF-8",
            "\u{feff}{}",
            "byte 8: the header is '\\u{feff}', expected { first",
        ),
        header(
            "white space",
            " {}",
            "byte 8: the header is ' ', expected { first",
        ),
        header("a line break", "\n{}", "byte 8: the header is '\\n'"),
        header("zeros", "\0\0\0\0", "byte 8: the header is '\\0'"),
        (
            "a zip file, as PyTorch writes it",
            length(0x0403_4b50, b"PK"),
            "is 67324752",
        ),
    ]);
}

#[test]
fn headers_of_other_json_are_errors() {
    let not_object = "byte 8: the header is ";
    let malformed = "the header is malformed (";
    refused_at_open(&[
        header("a list", "[]", not_object),
        header("a text", "\"{}\"", not_object),
        header("a number", "12", not_object),
        header("null", "null", not_object),
        header("words", "no JSON", not_object),
        header("an open table", "{ ", "byte 9: the header is malformed (EOF"),
        header("an open text", "{\"a", malformed),
        header(
            "a key that is a number",
            "{1:2}",
            "byte 9: the header is malformed",
        ),
        header("a comma at the end", "{\"__metadata__\":{},}", malformed),
        header("a comment", "{/**/}", "byte 9: the header is malformed"),
        header("two tables", "{}{}", "byte 10: the header is malformed (trailing"),
        header("zeros behind", "{}\0\0", "byte 10: the header is malformed"),
        header(
            "single quotes",
            "{'__metadata__':{}}",
            "byte 9: the header is malformed",
        ),
        header(
            "half a pair of surrogates",
            "{\"\\ud800\":1}",
            "byte 16: the header is malformed",
        ),
        header("a control character in a name", "{\"a\u{1}\":1}", malformed),
        (
            "lists in lists",
            file(&format!("{{\"a\":{}", "[".repeat(100_000)), &[]),
            malformed,
        ),
    ]);
}

#[test]
fn data_that_no_tensor_has_is_an_error() {
    let nothing = |data: &[u8]| file("{}", data);
    let one = json!({"a": entry(&[1], 0)}).to_string();
    refused_at_open(&[
        (
            "without tensors",
            nothing(&[0]),
            "byte 10: the part behind the header is 1 bytes long, expected 0",
        ),
        (
            "after the last tensor",
            file(&one, &numbers()),
            "is 16 bytes long, expected 8 bytes, all tensors",
        ),
        (
            "a second file",
            with_content(|_| ()).repeat(2),
            "expected 16 bytes, all tensors",
        ),
    ]);
}
