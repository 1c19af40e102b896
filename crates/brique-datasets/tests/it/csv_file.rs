use std::io::{self, Read};
use std::{fs, path::Path};

use brique_datasets::{CsvOptions, Dataset, Error, LabelColumn, read_csv, read_csv_from};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

use crate::digest::gzip;

fn read(text: &str, options: &CsvOptions) -> Result<Dataset, Error> {
    read_csv_from(text.as_bytes(), options)
}

fn plain(text: &str) -> Dataset {
    read(text, &CsvOptions::default()).unwrap()
}

fn refused(text: &str) -> String {
    read(text, &CsvOptions::default()).unwrap_err().to_string()
}

fn with_header(label: LabelColumn) -> CsvOptions {
    CsvOptions {
        header: true,
        label,
        ..CsvOptions::default()
    }
}

fn named(name: &str) -> CsvOptions {
    with_header(LabelColumn::Name(name.to_owned()))
}

fn dataset(inputs: Array2<f64>, targets: Array2<f64>) -> Dataset {
    Dataset::new(inputs, targets).unwrap()
}

#[test]
fn the_last_column_is_the_target() {
    let expected = dataset(array![[1.0, 2.5], [-3.0, 4e-3]], array![[0.0], [1.0]]);
    assert_eq!(plain("1,2.5,0\n-3,4e-3,1\n"), expected);
    assert_eq!(plain("1,2.5,0\n-3,4e-3,1"), expected);
    assert_eq!(plain("1,2.5,0\r\n-3,4e-3,1\r\n"), expected);
    assert_eq!(plain("\n1,2.5,0\n\n\n-3,4e-3,1\n\n"), expected);
    assert_eq!(plain("\u{feff} 1 ,\t2.5, 0\n\"-3\",+4e-3,1.0\n"), expected);
    assert_eq!(
        plain("7\n8\n"),
        dataset(Array2::zeros((2, 0)), array![[7.0], [8.0]])
    );
}

#[test]
fn the_label_can_be_any_column() {
    let text = "a, b,\"c, d\"\n1,2,3\n4,5,6\n";
    let expected = |label: &LabelColumn| read(text, &with_header(label.clone())).unwrap();
    let first = dataset(array![[2.0, 3.0], [5.0, 6.0]], array![[1.0], [4.0]]);
    let second = dataset(array![[1.0, 3.0], [4.0, 6.0]], array![[2.0], [5.0]]);
    let third = dataset(array![[1.0, 2.0], [4.0, 5.0]], array![[3.0], [6.0]]);
    let named = |data: Dataset, names: [&str; 2], target: &str| {
        data.with_input_names(names).unwrap().with_target_name(target)
    };
    let first = named(first, ["b", "c, d"], "a");
    let second = named(second, ["a", "c, d"], "b");
    let third = named(third, ["a", "b"], "c, d");
    for (index, name, data) in [(0, "a", first), (1, "b", second), (2, "c, d", third.clone())] {
        assert_eq!(expected(&LabelColumn::Index(index)), data);
        assert_eq!(expected(&LabelColumn::Name(name.to_owned())), data);
    }
    assert_eq!(expected(&LabelColumn::Last), third);
}

#[test]
fn any_separator_that_is_in_no_number() {
    for separator in [';', '\t', ' ', '|'] {
        let text = "1,2\n3,4\n".replace(',', &separator.to_string());
        let options = CsvOptions {
            separator: separator as u8,
            ..CsvOptions::default()
        };
        assert_eq!(read(&text, &options).unwrap(), plain("1,2\n3,4\n"));
    }
    for (separator, shown) in [
        (b'.', "'.'"),
        (b'-', "'-'"),
        (b'e', "'e'"),
        (b'5', "'5'"),
        (b'"', "'\"'"),
        (b'\n', "'\\n'"),
        (0xe9, "'é'"),
    ] {
        let options = CsvOptions {
            separator,
            ..CsvOptions::default()
        };
        let message = format!(
            "read_csv: separator is {shown}, \
             expected an ASCII character that is no part of a number, no quote and no line end"
        );
        assert_eq!(read("1,2\n", &options).unwrap_err().to_string(), message);
        let of_file = read_csv::<f64>(Path::new("no such file"), &options).unwrap_err();
        assert_eq!(of_file.to_string(), message);
    }
}

#[test]
fn a_field_that_is_no_number_is_named_with_its_place() {
    assert_eq!(
        refused("1,2\n3,4\n5,six\n"),
        "line 3, column 2 is \"six\", expected a finite number; \
         if the column contains text, add it to CsvOptions::text"
    );
    assert_eq!(
        refused("1,2\n,4\n"),
        "line 2, column 1 is \"\", expected a value: CsvOptions::missing drops or keeps missing ones"
    );
    assert_eq!(
        refused("a,b\n1,2\n"),
        "line 1, column 1 is \"a\", \
         expected a finite number; where the first line names the columns, set CsvOptions::header"
    );
    let of_header = read("a,b\n1,x\n", &with_header(LabelColumn::Last)).unwrap_err();
    assert_eq!(
        of_header,
        Error::Field {
            line: 2,
            column: 2,
            name: Some("b".into()),
            found: "x".to_owned(),
            expected: "a finite number; if the column contains text, add it to CsvOptions::text"
        }
    );
    for field in [
        "NaN",
        "inf",
        "-infinity",
        "1e999",
        "0x10",
        "1_000",
        "1,5\"",
        "--1",
    ] {
        assert!(
            refused(&format!("1,2\n3,\"{field}\"\n")).starts_with("line 2, column 2 is "),
            "{field}"
        );
    }
    let long = refused(&format!("{}\n", "x".repeat(1000)));
    assert!(long.contains(&format!("is \"{}…\"", "x".repeat(40))), "{long}");
    let error = read_csv_from::<f64>([b'1', b',', 0xff].as_slice(), &CsvOptions::default()).unwrap_err();
    assert!(
        error.to_string().starts_with("line 1, column 2 is \"\u{fffd}\""),
        "{error}"
    );
}

#[test]
fn a_number_too_large_for_the_precision_is_refused() {
    let options = CsvOptions::default();
    assert_eq!(plain("1e300,0\n").inputs(), array![[1e300]]);
    let error = read_csv_from::<f32>("1e300,0\n".as_bytes(), &options).unwrap_err();
    assert!(
        error.to_string().starts_with("line 1, column 1 is \"1e300\""),
        "{error}"
    );
    let tenth = read_csv_from::<f32>("0.1,0\n".as_bytes(), &options).unwrap();
    assert_eq!(tenth.inputs(), array![[0.1_f32]]);
}

#[test]
fn lines_are_counted_as_editors_count_them() {
    for text in [
        "1,2\n\n\n3,x\n",
        "1,2\r\n\r\n\r\n3,x\r\n",
        "1,2\r\r\r3,x\r",
        "\n\n\n3,x",
        "\"1\",2\n\r\n\n\"3\",x\n",
        "\u{feff}1,2\r\n3,4\r\n5,6\r\n7,x",
    ] {
        assert!(
            refused(text).starts_with("line 4, column 2 is \"x\""),
            "{text:?}: {}",
            refused(text)
        );
    }
    let in_header = read("a,\"b\nc\"\n1,x\n", &with_header(LabelColumn::Last)).unwrap_err();
    assert!(
        in_header.to_string().starts_with("line 3, column 2"),
        "{in_header}"
    );
}

#[test]
fn a_line_with_another_number_of_fields_is_named() {
    assert_eq!(
        refused("1,2,3\n4,5\n"),
        "line 2 has 2 fields, expected 3, as many as the first line has: column 3 is missing"
    );
    assert_eq!(
        refused("1,2,3\n4,5,6\n7,8,9,10,11\n"),
        "line 3 has 5 fields, expected 3, as many as the first line has: column 4 is one too many"
    );
    let of_header = read("a,b\n1,2,3\n", &with_header(LabelColumn::Last)).unwrap_err();
    assert_eq!(
        of_header,
        Error::Fields {
            line: 2,
            found: 3,
            expected: 2,
            reason: "as many as the first line has"
        }
    );
}

#[test]
fn a_label_column_that_is_not_there_is_named_with_those_that_are() {
    let text = "a,b\n1,2\n";
    assert_eq!(
        read(text, &named("c")).unwrap_err().to_string(),
        "there is no column named \"c\" for the labels: the header names \"a\", \"b\""
    );
    assert_eq!(
        read(text, &with_header(LabelColumn::Index(2)))
            .unwrap_err()
            .to_string(),
        "there is no column with index 2 for the labels: there are 2, with indices from 0"
    );
    assert_eq!(
        read("b,a,b\n1,2,3\n", &named("b")).unwrap_err().to_string(),
        "there is no column named \"b\" alone for the labels: the header names \"b\", \"a\", \"b\": take an index"
    );
    let no_header = CsvOptions {
        label: LabelColumn::Name("a".to_owned()),
        ..CsvOptions::default()
    };
    assert_eq!(
        read("1,2\n", &no_header).unwrap_err().to_string(),
        "there is no column named \"a\" for the labels: \
         without a header columns have no names: set CsvOptions::header, or take an index"
    );
    let wide = vec!["x"; 25].join(",");
    let error = read(&wide, &named("c")).unwrap_err().to_string();
    assert!(error.ends_with("\"x\", and 5 more"), "{error}");
}

#[test]
fn a_file_without_an_example_is_an_error() {
    let message = "there is no example: expected at least one line of numbers";
    for text in ["", "\n", "\r\n\n", "\u{feff}"] {
        assert_eq!(refused(text), message, "{text:?}");
        assert_eq!(read(text, &named("a")).unwrap_err().to_string(), message);
    }
    assert_eq!(read("a,b\n", &named("a")).unwrap_err().to_string(), message);
}

#[test]
fn files_are_read_plain_and_packed_whatever_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let text = "1,2\n3,4\n";
    let (first, second) = text.split_at(4);
    let packed_in_two = [gzip(first.as_bytes()), gzip(second.as_bytes())].concat();
    for bytes in [text.as_bytes().to_vec(), gzip(text.as_bytes()), packed_in_two] {
        let path = folder.path().join("numbers");
        fs::write(&path, bytes).unwrap();
        assert_eq!(
            read_csv::<f64>(&path, &CsvOptions::default()).unwrap(),
            plain(text)
        );
    }
}

#[test]
fn errors_name_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("numbers.csv");
    let missing = read_csv::<f64>(&path, &CsvOptions::default()).unwrap_err();
    assert!(
        missing
            .to_string()
            .starts_with(&format!("{}: the bytes cannot be read: ", path.display())),
        "{missing}"
    );
    let Error::File { path: found, error } = missing else {
        panic!("{missing}");
    };
    assert_eq!(found, path);
    assert!(matches!(
        *error,
        Error::Unreadable {
            kind: io::ErrorKind::NotFound,
            ..
        }
    ));

    fs::write(&path, "1,x\n").unwrap();
    let error = read_csv::<f64>(&path, &CsvOptions::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with(&format!("{}: line 1, column 2 is \"x\"", path.display())),
        "{error}"
    );
}

/// A reader that fails.
struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::ConnectionReset, "the line is dead"))
    }
}

#[test]
fn broken_streams_are_errors() {
    let packed = gzip("1,2\n3,4\n".as_bytes());
    let mut wrong_checksum = packed.clone();
    let place = packed.len() - 6;
    wrong_checksum[place] ^= 1;
    let garbage_behind = [packed.as_slice(), b"1,2\n"].concat();
    for bytes in [
        &packed[..packed.len() - 3],
        &packed[..2],
        &wrong_checksum,
        &garbage_behind,
    ] {
        let error = read_csv_from::<f64>(bytes, &CsvOptions::default()).unwrap_err();
        assert!(matches!(error, Error::Gzip { .. }), "{error:?}");
        assert!(
            error
                .to_string()
                .starts_with("the gzip stream cannot be unpacked after "),
            "{error}"
        );
    }

    let error = read_csv_from::<f64>(Broken, &CsvOptions::default()).unwrap_err();
    assert_eq!(error.to_string(), "the bytes cannot be read: the line is dead");
}

proptest! {
    #[test]
    fn what_is_written_is_read(rows in 1..6_usize, columns in 1..5_usize, label in 0..5_usize, values in proptest::collection::vec(-1e300..1e300_f64, 30), header: bool) {
        let label = label % columns;
        let mut text = String::new();
        if header {
            text += &(0..columns).map(|column| format!("column {column}")).collect::<Vec<_>>().join(",");
            text.push('\n');
        }
        for row in 0..rows {
            text += &(0..columns).map(|column| values[row * columns + column].to_string()).collect::<Vec<_>>().join(",");
            text.push('\n');
        }
        let options = CsvOptions { header, label: LabelColumn::Index(label), ..CsvOptions::default() };
        let data = read(&text, &options).unwrap();
        prop_assert_eq!(data.inputs().dim(), (rows, columns - 1));
        for (row, (x, y)) in data.iter().enumerate() {
            let mut expected = values[row * columns..][..columns].to_vec();
            prop_assert_eq!(y[0], expected.remove(label));
            prop_assert_eq!(x.to_vec(), expected);
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "[0-9a,.\"\r\n -]{0,60}", header: bool) {
        let result = read(&text, &CsvOptions { header, ..CsvOptions::default() });
        if let Ok(data) = result {
            prop_assert!(!data.is_empty());
        }
    }
}
