//! Comma-separated values: options, lines in errors, and many lines.

use std::fmt::Write;

use brique_datasets::{CsvOptions, InputColumns, LabelColumn, Missing, ReadLimits, TextColumn, read_csv};
use brique_distributed::{CsvSource, Order};
use brique_train::ExampleSource;
use proptest::prelude::*;

use crate::files::{Files, bits, message, read_all};

fn open_error(text: &str, options: &CsvOptions) -> String {
    let files = Files::new();
    let path = files.write("bad.csv", text.as_bytes());
    message(CsvSource::<f64>::open(&path, options), &path)
}

#[test]
fn options_that_need_all_examples_are_errors() {
    let text = "kind,a,b\nx,1,2\ny,3,4\n";
    let found = CsvOptions {
        text: vec![TextColumn::classes("kind")],
        ..CsvOptions::with_header()
    };
    assert_eq!(
        open_error(text, &found),
        "column 1 (\"kind\") is text without categories, expected TextColumn::categories, because all examples together \
         decide the number of each category; CsvReport::text of a part of the file has the categories of that part"
    );
    let label = CsvOptions {
        label: LabelColumn::name("kind"),
        ..found.clone()
    };
    assert!(open_error(text, &label).starts_with("column 1 (\"kind\") is text without categories"));
    let dropped = CsvOptions {
        missing: Missing::Drop,
        inputs: InputColumns::only(["a"]),
        ..CsvOptions::with_header()
    };
    assert_eq!(
        open_error(text, &dropped),
        "CsvRecords::scan: CsvOptions::missing is Drop, expected Refuse or Keep: the number of examples has to be known \
         before their fields are read; remove the examples from the file first"
    );
    // A text column that is not used needs no categories.
    let unused = CsvOptions {
        inputs: InputColumns::only(["a"]),
        ..found
    };
    let files = Files::new();
    let path = files.write("good.csv", text.as_bytes());
    assert_eq!(CsvSource::<f64>::open(path, &unused).unwrap().sizes().examples, 2);
}

#[test]
fn a_bad_file_is_an_error_at_open() {
    let options = CsvOptions::default();
    assert_eq!(
        open_error("", &options),
        "there is no example: expected at least one line of numbers"
    );
    assert_eq!(
        open_error("a,b\n", &CsvOptions::with_header()),
        "there is no example: expected at least one line of numbers"
    );
    assert_eq!(
        open_error("a,b\n1,2\n", &options),
        "line 1, column 1 is \"a\", expected a finite number; where the first line names the columns, set \
         CsvOptions::header"
    );
    assert_eq!(
        open_error("1,2\n\n\"3\n\",4\n5,6,7\n", &options),
        "line 5 has 3 fields, expected 2, as many as the first line has: column 3 is one too many"
    );
    assert_eq!(
        open_error("1,2\n3\n", &options),
        "line 2 has 1 fields, expected 2, as many as the first line has: column 2 is missing"
    );
    let missing = CsvOptions {
        label: LabelColumn::Index(2),
        ..CsvOptions::default()
    };
    assert!(open_error("1,2\n", &missing).starts_with("there is no column with index 2 for the labels"));
    assert!(
        open_error(&format!("1,2\n{:5000},4\n", 3), &options).starts_with("line 2, column 1 begins with")
    );
}

#[test]
fn limits_of_fields_can_be_set() {
    let files = Files::new();
    let path = files.write("long.csv", format!("1,2\n{:5000},4\n", 3).as_bytes());
    let limits = ReadLimits::new().field(6000);
    let mut source = CsvSource::<f64>::open_with(&path, &CsvOptions::default(), limits).unwrap();
    assert_eq!(read_all(&mut source, Some(1), 1).0.sum(), 4.0);
}

#[test]
fn an_error_in_a_batch_names_the_line_of_the_file() {
    let files = Files::new();
    let text = "a,b,kind\n\"1\",2,x\n\n3,4,x\r\n5,6,\"y\"\n7,NaN,x\n8,inf,x\n9,1,z\n10,\"\n1\",\n";
    let path = files.write("bad.csv", text.as_bytes());
    let options = CsvOptions {
        text: vec![TextColumn::classes("kind").categories(["x", "y"])],
        ..CsvOptions::with_header()
    };
    let mut source = CsvSource::<f64>::open(&path, &options).unwrap();
    let mut error = |range: std::ops::Range<usize>| {
        let error = source.batch(0..7, range).unwrap_err();
        assert!(matches!(error, brique_train::Error::Source { .. }));
        error.to_string().replace(&format!("{}: ", path.display()), "")
    };
    let number = "expected a finite number; if the column contains text, add it to CsvOptions::text";
    assert_eq!(
        error(0..7),
        format!("line 6, column 2 (\"b\") is \"NaN\", {number}")
    );
    assert_eq!(
        error(3..4),
        format!("line 6, column 2 (\"b\") is \"NaN\", {number}")
    );
    assert_eq!(
        error(4..5),
        format!("line 7, column 2 (\"b\") is \"inf\", {number}")
    );
    assert_eq!(
        error(5..6),
        "line 8, column 3 (\"kind\") is \"z\", expected one of \"x\", \"y\""
    );
    assert!(error(6..7).starts_with("line 9, column 3 (\"kind\") is \"\", expected a value"));
    // The good lines can be read after errors.
    assert_eq!(
        source.batch(0..3, 0..3).unwrap().x.column(0).to_vec(),
        [1.0, 3.0, 5.0]
    );
}

/// A byte order mark in the middle of a file is part of a field, as for the reader of the whole file.
#[test]
fn a_byte_order_mark_belongs_to_the_first_line_only() {
    let files = Files::new();
    let path = files.write("marks.csv", "1,2\n\u{feff}3,4\n".as_bytes());
    let options = CsvOptions::default();
    let whole = read_csv::<f64>(&path, &options).unwrap_err().to_string();
    let mut source = CsvSource::<f64>::open(&path, &options).unwrap();
    assert_eq!(source.batch(0..2, 1..2).unwrap_err().to_string(), whole);
    assert!(whole.contains(r#"line 2, column 1 is "\u{feff}3""#), "{whole}");
}

/// More lines than the index has positions.
#[test]
fn millions_of_lines_are_found() {
    let lines = (5 << 19) + 7;
    let mut text = String::new();
    for line in 0..lines {
        writeln!(text, "{line},{}", line % 10).unwrap();
    }
    let files = Files::new();
    let path = files.write("large.csv", text.as_bytes());
    let mut source = CsvSource::<f64>::open(&path, &CsvOptions::default()).unwrap();
    assert_eq!(source.sizes().examples, lines);
    source.begin_epoch(Some(5));
    let order = Order::new(lines, Some(5));
    for start in [0, 1000, lines - 100] {
        let examples = source.batch(start..start + 100, start..start + 100).unwrap();
        for (row, position) in (start..start + 100).enumerate() {
            let expected = order.get(position).unwrap();
            assert_eq!(
                (examples.x[[row, 0]], examples.y[[row, 0]]),
                (expected as f64, (expected % 10) as f64)
            );
        }
    }
    source.begin_epoch(None);
    let opened = source.bytes_read();
    let examples = source.batch(0..lines, lines / 2..lines / 2 + 5000).unwrap();
    assert!(
        examples
            .x
            .column(0)
            .iter()
            .enumerate()
            .all(|(row, &x)| x == (lines / 2 + row) as f64)
    );
    assert!(source.bytes_read() - opened < 5000 * 10 + (16 << 10));
}

#[test]
fn a_source_without_a_header_reads_the_first_line_too() {
    let files = Files::new();
    let path = files.write("plain.csv", b"1;2;3\r4;5;6\r7;8;9\r");
    let options = CsvOptions {
        separator: b';',
        label: LabelColumn::Index(0),
        ..CsvOptions::default()
    };
    let data = read_csv::<f32>(&path, &options).unwrap();
    let mut source = CsvSource::<f32>::open(&path, &options).unwrap();
    assert_eq!(bits(&read_all(&mut source, None, 2)), bits(&data.into_parts()));
}

/// A field that a writer of comma-separated values would have to put in quotes, or not.
fn note() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["a", ",", "\n", "\r", "\r\n", "\"\"", " ", "é"]),
        0..5,
    )
    .prop_map(|parts| format!("\"{}\"", parts.concat()))
}

fn line() -> impl Strategy<Value = String> {
    let ends = prop::sample::select(vec!["\n", "\r\n", "\r", "\n\n", "\r\r"]);
    let note = prop_oneof![note(), Just(String::new()), Just("plain".to_owned())];
    (note, any::<i16>(), any::<f32>(), ends)
        .prop_filter("finite", |(_, _, y, _)| y.is_finite())
        .prop_map(|(note, x, y, end)| format!("{x},{note},{y}{end}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_lines_are_those_of_the_reader_of_the_whole_file(
        lines in prop::collection::vec(line(), 1..30),
        header: bool,
        seed: u64,
        batch in 1_usize..10,
    ) {
        let names = if header { "x,note,y\n" } else { "" };
        let files = Files::new();
        let path = files.write("lines.csv", format!("{names}{}", lines.concat()).as_bytes());
        let options = CsvOptions { header, inputs: InputColumns::only([0]), ..CsvOptions::default() };
        let data = read_csv::<f64>(&path, &options).unwrap();
        let mut source = CsvSource::<f64>::open(&path, &options).unwrap();
        prop_assert_eq!(read_all(&mut source, None, batch), (data.inputs().clone(), data.targets().clone()));
        let order = Order::new(data.len(), Some(seed));
        let rows: Vec<usize> = (0..data.len()).filter_map(|position| order.get(position)).collect();
        let shuffled = data.select(&rows).unwrap();
        prop_assert_eq!(read_all(&mut source, Some(seed), batch), shuffled.into_parts());
    }
}
