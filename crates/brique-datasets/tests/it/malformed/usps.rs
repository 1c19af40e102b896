//! Texts of digits.
#![allow(clippy::too_many_lines, reason = "the table is long")]

use super::Format::Usps;
use super::{check_plain_and_packed, usps_line};

#[test]
fn malformed_files_are_errors() {
    let good = usps_line("4", "2");
    let label = |label: &str| format!("{good}\n{}\n", usps_line(label, "0")).into_bytes();
    let grey = |grey: &str| format!("{good}\n\n{}\n", usps_line("3", grey)).into_bytes();
    let no_example = "there is no example: expected at least one line of numbers";
    let cases = [
        ("empty", Usps, vec![], no_example),
        ("white space", Usps, b" \t\r\n\n \x0c ".to_vec(), no_example),
        ("a header alone", Usps, b"10 256\n".to_vec(), no_example),
        ("an end alone", Usps, b"-1\n".to_vec(), no_example),
        (
            "two headers",
            Usps,
            format!("1 256\n1 256\n{good}").into(),
            "line 2 has 2 fields, expected 257",
        ),
        (
            "a header of four numbers",
            Usps,
            format!("1 2 3 4\n{good}").into(),
            "line 1 has 4 fields, expected 257",
        ),
        (
            "a header after the digits",
            Usps,
            format!("{good}\n1 256\n").into(),
            "line 2 has 2 fields, expected 257",
        ),
        (
            "one grey value too few",
            Usps,
            good[..good.len() - 2].into(),
            "line 1 has 256 fields, expected 257",
        ),
        (
            "one grey value too many",
            Usps,
            format!("{good} 1").into(),
            "line 1 has 258 fields, expected 257",
        ),
        (
            "all digits in one line",
            Usps,
            format!("{good} ").repeat(300).into(),
            "line 1 has 77100 fields, expected 257",
        ),
        (
            "a digit over two lines",
            Usps,
            good.replacen(" 0", "\n0", 1).into(),
            "line 1 has 1 fields, expected 257",
        ),
        (
            "lines after the end",
            Usps,
            format!("{good}\n-1\n{good}\n").into(),
            "line 3 has 257 fields, expected 0",
        ),
        (
            "a label of 10",
            Usps,
            label("10"),
            "line 2, column 1 is \"10\", expected a digit from 0 to 9",
        ),
        (
            "a label below 0",
            Usps,
            label("-1"),
            "line 2, column 1 is \"-1\", expected a digit from 0 to 9",
        ),
        (
            "a label with a fraction",
            Usps,
            label("1.5"),
            "line 2, column 1 is \"1.5\", expected a digit",
        ),
        (
            "a label of NaN",
            Usps,
            label("nan"),
            "line 2, column 1 is \"nan\", expected a digit",
        ),
        (
            "a label of 1e999",
            Usps,
            label("1e999"),
            "line 2, column 1 is \"1e999\", expected a digit",
        ),
        (
            "a grey value above 2",
            Usps,
            grey("2.0001"),
            "line 3, column 257 is \"2.0001\", expected a grey value",
        ),
        (
            "a grey value below −1",
            Usps,
            grey("-1.01"),
            "line 3, column 257 is \"-1.01\", expected a grey value",
        ),
        (
            "a grey value of infinity",
            Usps,
            grey("inf"),
            "line 3, column 257 is \"inf\", expected a grey value",
        ),
        (
            "commas",
            Usps,
            good.replace(' ', ",").into(),
            "line 1 has 1 fields, expected 257",
        ),
        (
            "a mark of UTF-8",
            Usps,
            format!("\u{feff}{good}").into(),
            "line 1, column 1 is \"\\u{feff}4\"",
        ),
        ("NUL", Usps, grey("0\0"), "line 3, column 257 is \"0\\0\""),
        (
            "invalid UTF-8",
            Usps,
            [good.as_bytes(), b"\xff\xfe"].concat(),
            "line 1, column 257 is \"2\u{fffd}\u{fffd}\"",
        ),
        (
            "a long field",
            Usps,
            vec![b'0'; 5000],
            "line 1, column 1 begins with \"00000",
        ),
        (
            "a long field after many",
            Usps,
            format!("{good} {}", "1".repeat(5000)).into(),
            "line 1, column 258 begins with",
        ),
    ];
    check_plain_and_packed(&cases);
}
