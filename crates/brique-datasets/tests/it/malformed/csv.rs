//! Texts of comma-separated values.
#![allow(clippy::too_many_lines, reason = "the table is long")]

use super::Format::{Csv, NamedCsv};
use super::check_plain_and_packed;

#[test]
fn malformed_files_are_errors() {
    let text = |text: &str| text.as_bytes().to_vec();
    let no_example = "there is no example: expected at least one line of numbers";
    let cases = [
        ("empty", Csv, vec![], no_example),
        ("blank lines", Csv, text("\n\r\n\r\n\n"), no_example),
        ("a mark of UTF-8 alone", Csv, text("\u{feff}"), no_example),
        ("two marks of UTF-8", Csv, text("\u{feff}\u{feff}"), no_example),
        ("a header alone", NamedCsv, text("a,b\n"), no_example),
        (
            "a header of names where none is expected",
            Csv,
            text("a,b\n1,2\n"),
            "line 1, column 1 is \"a\"",
        ),
        (
            "a name that is missing",
            NamedCsv,
            text("a,c\n1,2\n"),
            "there is no column named \"b\"",
        ),
        (
            "a name twice",
            NamedCsv,
            text("b,b\n1,2\n"),
            "there is no column named \"b\" alone",
        ),
        (
            "a header with one column too few",
            NamedCsv,
            text("a,b\n1,2,3\n"),
            "line 2 has 3 fields, expected 2",
        ),
        (
            "a line that is too short",
            Csv,
            text("1,2,3\n4,5\n"),
            "line 2 has 2 fields, expected 3",
        ),
        (
            "a line that is too long",
            Csv,
            text("1,2\n3,4,5\n"),
            "line 2 has 3 fields, expected 2",
        ),
        (
            "a separator at the end",
            Csv,
            text("1,2\n3,4,\n"),
            "line 2 has 3 fields, expected 2",
        ),
        (
            "the last line cut",
            Csv,
            text("1,2\n3,4\n5"),
            "line 3 has 1 fields, expected 2",
        ),
        (
            "the last field cut",
            Csv,
            text("1,2\n3,"),
            "line 2, column 2 is \"\"",
        ),
        (
            "white space for a line",
            Csv,
            text("1,2\n \n3,4\n"),
            "line 2 has 1 fields, expected 2",
        ),
        (
            "an empty field",
            Csv,
            text("1,2\n,4\n"),
            "line 2, column 1 is \"\"",
        ),
        (
            "another separator",
            Csv,
            text("1;2\n"),
            "line 1, column 1 is \"1;2\"",
        ),
        (
            "a decimal comma",
            Csv,
            text("1,5;2\n"),
            "line 1, column 2 is \"5;2\"",
        ),
        ("NaN", Csv, text("1,2\nNaN,4\n"), "line 2, column 1 is \"NaN\""),
        (
            "infinity",
            Csv,
            text("1,2\n3,-inf\n"),
            "line 2, column 2 is \"-inf\"",
        ),
        (
            "too large for f64",
            Csv,
            text("1e999,2\n"),
            "line 1, column 1 is \"1e999\"",
        ),
        (
            "an exponent of 30 digits",
            Csv,
            format!("1e{},2", "9".repeat(30)).into(),
            "line 1, column 1 is \"1e999",
        ),
        (
            "hexadecimal",
            Csv,
            text("0x10,2\n"),
            "line 1, column 1 is \"0x10\"",
        ),
        (
            "full-width digits",
            Csv,
            text("１,2\n"),
            "line 1, column 1 is \"１\"",
        ),
        (
            "NUL",
            Csv,
            b"1,2\n3\0,4\n".to_vec(),
            "line 2, column 1 is \"3\\0\"",
        ),
        (
            "NUL bytes only",
            Csv,
            vec![0; 100],
            "line 1, column 1 is \"\\0\\0",
        ),
        (
            "invalid UTF-8",
            Csv,
            b"1,\xff\xfe2\n".to_vec(),
            "line 1, column 2 is \"\u{fffd}\u{fffd}2\"",
        ),
        (
            "UTF-16",
            Csv,
            b"\xff\xfe1\0,\x002\0\n\0".to_vec(),
            "line 1, column 1 is \"\u{fffd}\u{fffd}1\\0\"",
        ),
        (
            "a mark of UTF-8 in line 2",
            Csv,
            text("1,2\n\u{feff}3,4\n"),
            "line 2, column 1 is \"\\u{feff}3\"",
        ),
        (
            "mixed line ends",
            Csv,
            text("1,2\r\n3,4\n5,6\r7,x\n"),
            "line 4, column 2 is \"x\"",
        ),
        (
            "a quote that is not closed",
            Csv,
            text("1,2\n3,\"4\n5,6\n"),
            "line 2, column 2 is \"4\\n5,6\"",
        ),
        (
            "a quote that is not closed in a long file",
            Csv,
            format!("1,\"2\n{}", "3,4\n".repeat(2000)).into(),
            "line 1, column 2 begins with \"2\\n3,4\\n",
        ),
        (
            "a quote in a field",
            Csv,
            text("1,2\"3\n"),
            "line 1, column 2 is \"2\\\"3\"",
        ),
        (
            "text after a quote",
            Csv,
            text("1,\"2\"x\n"),
            "line 1, column 2 is \"2x\"",
        ),
        (
            "a long field",
            Csv,
            vec![b'0'; 100_000],
            "line 1, column 1 begins with \"00000",
        ),
        (
            "a long name",
            NamedCsv,
            format!("{},b\n1,2", "a".repeat(4097)).into(),
            "line 1, column 1 begins with \"aaa",
        ),
        (
            "many columns, then one",
            Csv,
            format!("{}1\n1\n", "1,".repeat(50_000)).into(),
            "line 2 has 1 fields, expected 50001",
        ),
        (
            "one column, then many",
            Csv,
            format!("1\n{}1\n", "1,".repeat(50_000)).into(),
            "line 2 has 50001 fields, expected 1",
        ),
        (
            "many names",
            NamedCsv,
            format!("{}a\n1\n", "a,".repeat(50_000)).into(),
            "and 49981 more",
        ),
        (
            "an image",
            Csv,
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            "line 1, column 1 is \"\u{fffd}PNG\"",
        ),
    ];
    check_plain_and_packed(&cases);
}
