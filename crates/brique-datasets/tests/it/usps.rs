use std::fs;

use brique_datasets::{Dataset, Error, read_usps, read_usps_from};
use proptest::prelude::*;

use crate::digest::gzip;

fn read(text: &str) -> Result<Dataset, Error> {
    read_usps_from(text.as_bytes())
}

fn refused(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

/// A label and 256 grey values, of which the first and the last are given.
fn line(label: &str, first: &str, last: &str) -> String {
    format!("{label} {first} {} {last}", vec!["0"; 254].join(" "))
}

fn check(text: &str, expected: &[(f64, f64, f64)]) {
    let data = read(text).unwrap();
    assert_eq!(data.inputs().dim(), (expected.len(), 256));
    for ((x, y), &(label, first, last)) in data.iter().zip(expected) {
        assert_eq!((y[0], x[0], x[255]), (label, first, last));
        assert!(x.iter().skip(1).take(254).all(|&grey| grey == 0.0));
    }
}

#[test]
fn the_files_of_the_book_have_no_header() {
    let train = format!(
        "{} \n{} \n",
        line("6.0000", "-1.0000", "0.3120"),
        line("0.0000", "1.0000", "-0.5")
    );
    check(&train, &[(6.0, -1.0, 0.312), (0.0, 1.0, -0.5)]);
    check(&line("9", "-1", "1"), &[(9.0, -1.0, 1.0)]);
}

#[test]
fn a_header_of_two_or_three_numbers_is_skipped() {
    let digits = format!("{}\r\n\r\n{}\r\n", line("4", "0", "2"), line("5", "1.25", "0"));
    let expected = [(4.0, 0.0, 2.0), (5.0, 1.25, 0.0)];
    for header in ["", "10 256\r\n", "7291 256 10\r\n", "\n  2 256 10 \n"] {
        for end in ["", "-1", "-1\r\n\r\n", " -1 \n"] {
            check(&format!("{header}{digits}{end}"), &expected);
        }
    }
}

#[test]
fn lines_of_another_length_are_named() {
    let good = line("4", "0", "2");
    assert_eq!(
        refused(&format!("{good}\n\n{good} 1\n")),
        "line 3 has 258 fields, expected 257, a digit and its 256 grey values: column 258 is one too many"
    );
    assert_eq!(
        refused("4 0 0 0\n"),
        "line 1 has 4 fields, expected 257, a digit and its 256 grey values: column 5 is missing"
    );
    for header in ["1", "1 2.5", "1 -2 3", "a b c", "1 2 3 4"] {
        assert!(
            refused(&format!("{header}\n{good}")).starts_with("line 1 has "),
            "{header}"
        );
    }
    assert!(refused(&format!("10 256\n10 256\n{good}")).starts_with("line 2 has 2 fields, expected 257"));
    assert!(refused(&format!("{good}\n10 256\n")).starts_with("line 2 has 2 fields, expected 257"));
}

#[test]
fn nothing_follows_the_end_marker() {
    let good = line("4", "0", "2");
    assert_eq!(
        refused(&format!("{good}\n-1\n\n{good}\n")),
        "line 4 has 257 fields, expected 0, as the file ends at the line of -1: column 1 is one too many"
    );
}

#[test]
fn fields_that_cannot_be_are_named() {
    let good = line("4", "0", "2");
    for label in ["10", "-1", "1.5", "six", "NaN"] {
        assert_eq!(
            refused(&format!("{good}\n{}", line(label, "0", "0"))),
            format!("line 2, column 1 is \"{label}\", expected a digit from 0 to 9")
        );
    }
    for grey in ["-1.001", "2.001", "255", "x", "NaN", "inf"] {
        assert_eq!(
            refused(&format!("2 256\n{good}\n{}", line("3", "0", grey))),
            format!("line 3, column 257 is \"{grey}\", expected a grey value from -1 to 2")
        );
        assert!(refused(&line("3", grey, "0")).starts_with("line 1, column 2 is "));
    }
}

#[test]
fn a_file_without_a_digit_is_an_error() {
    for text in ["", "\n \n", "10 256\n", "7291 256 10\n-1\n", "-1\n"] {
        assert_eq!(read(text).unwrap_err(), Error::NoLines, "{text:?}");
    }
}

#[test]
fn files_are_read_plain_and_packed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("zip.train");
    let text = line("4", "0.1", "2");
    for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes())] {
        fs::write(&path, bytes).unwrap();
        assert_eq!(read_usps::<f64>(&path).unwrap(), read(&text).unwrap());
        assert_eq!(read_usps::<f32>(&path).unwrap().inputs()[[0, 0]], 0.1_f32);
    }
    fs::write(&path, "4 x\n").unwrap();
    let error = read_usps::<f64>(&path).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{}: line 1 has 2 fields", path.display())),
        "{error}"
    );
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "[0-9 .\n-]{0,80}") {
        prop_assert!(read(&text).is_err());
    }
}
