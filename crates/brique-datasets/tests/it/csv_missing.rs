//! Missing values: refused, dropped or stored as NaN, and counted.

use brique_datasets::{
    CsvOptions, CsvReport, Dataset, Error, InputColumns, Missing, TextColumn, read_csv_from, read_csv_report,
    read_csv_report_from,
};
use brique_tensor::ndarray::array;
use proptest::prelude::*;

fn options(missing: Missing) -> CsvOptions {
    CsvOptions {
        missing,
        missing_marks: vec!["NA".to_owned(), "?".to_owned()],
        ..CsvOptions::default()
    }
}

fn read(text: &str, options: &CsvOptions) -> Result<(Dataset, CsvReport), Error> {
    read_csv_report_from(text.as_bytes(), options)
}

fn refused(text: &str, options: &CsvOptions) -> String {
    read(text, options).unwrap_err().to_string()
}

#[test]
fn missing_values_are_refused_by_default() {
    let with_header = CsvOptions {
        header: true,
        ..options(Missing::Refuse)
    };
    for (field, shown) in [("", ""), ("\"\"", ""), ("  ", ""), (" NA ", "NA"), ("\"?\"", "?")] {
        assert_eq!(
            refused(&format!("age,bmi,y\n1,2,3\n4,{field},6\n"), &with_header),
            format!(
                "line 3, column 2 (\"bmi\") is \"{shown}\", \
                 expected a value: CsvOptions::missing drops or keeps missing ones"
            )
        );
    }
}

#[test]
fn only_declared_marks_stand_for_missing_values() {
    for field in ["na", "N/A", "NaN", "null", "-", "NA NA"] {
        assert!(
            refused(&format!("1,2\n{field},4\n"), &options(Missing::Drop))
                .contains("expected a finite number"),
            "{field}"
        );
    }
    let mark = CsvOptions {
        missing_marks: vec!["-999".to_owned()],
        ..options(Missing::Keep)
    };
    let (data, _) = read("-999,1\n-999.0,2\n", &mark).unwrap();
    assert!(data.inputs()[[0, 0]].is_nan());
    assert_eq!(data.inputs()[[1, 0]], -999.0);
}

#[test]
fn examples_with_missing_values_are_dropped_and_counted() {
    let (data, report) = read("1,2,0\nNA,,1\n3,4,?\n5,6,1\n", &options(Missing::Drop)).unwrap();
    assert_eq!(data.inputs(), array![[1.0, 2.0], [5.0, 6.0]]);
    assert_eq!(data.targets(), array![[0.0], [1.0]]);
    assert_eq!((report.examples, report.dropped), (2, 2));
    let names = ["column 1", "column 2", "column 3"].map(|name| (name.to_owned(), 1));
    assert_eq!(report.missing, names);
    assert_eq!(
        report.to_string(),
        "2 examples, 2 dropped; missing: 1 in column 1, 1 in column 2, 1 in column 3"
    );
}

#[test]
fn missing_inputs_are_stored_as_nan_and_counted() {
    let (data, report) = read("1,2,0\nNA,,1\n3,?,1\n", &options(Missing::Keep)).unwrap();
    let is_nan = data.inputs().mapv(f64::is_nan);
    assert_eq!(is_nan, array![[false, false], [true, true], [false, true]]);
    assert_eq!((data.inputs()[[0, 1]], data.inputs()[[2, 0]]), (2.0, 3.0));
    assert_eq!(
        report.to_string(),
        "3 examples, 0 dropped; missing: 1 in column 1, 2 in column 2"
    );
}

#[test]
fn a_missing_label_is_never_stored() {
    let with_header = CsvOptions {
        header: true,
        ..options(Missing::Keep)
    };
    assert_eq!(
        refused("a,y\n1,2\n3,NA\n", &with_header),
        "line 3, column 2 (\"y\") is \"NA\", expected a label: Missing::Drop drops examples without one"
    );
    let text = CsvOptions {
        text: vec![TextColumn::classes("y")],
        ..with_header
    };
    assert!(refused("a,y\n1,\n", &text).contains("expected a label"));
}

#[test]
fn a_mistake_in_an_example_that_is_dropped_is_an_error() {
    for text in ["1,2,3\n,x,6\n", "1,2,3\nx,,6\n"] {
        assert!(refused(text, &options(Missing::Drop)).contains("is \"x\", expected a finite number"));
    }
    assert!(refused("1,2,3\n,5\n", &options(Missing::Drop)).starts_with("line 2 has 2 fields"));
}

#[test]
fn a_file_of_dropped_examples_is_an_error() {
    let with_header = CsvOptions {
        header: true,
        ..options(Missing::Drop)
    };
    assert_eq!(
        refused("age,y\n,1\nNA,NA\n", &with_header),
        "there is no example without missing values, expected at least one: \
         2 dropped; missing: 2 in age, 1 in y"
    );
    let wide = format!("{}1\n", ",".repeat(24));
    assert!(refused(&wide, &options(Missing::Drop)).ends_with("1 in column 20, and in 4 more columns"));
    assert_eq!(
        refused("age,y\n", &with_header),
        "there is no example: expected at least one line of numbers"
    );
}

#[test]
fn values_in_unused_columns_are_not_missing() {
    let options = CsvOptions {
        inputs: InputColumns::only([0]),
        ..options(Missing::Refuse)
    };
    let (data, report) = read("1,,2\n3,NA,4\n", &options).unwrap();
    assert_eq!((data.len(), report.missing.len()), (2, 0));
    assert_eq!(report.to_string(), "2 examples, 0 dropped; no value is missing");
}

#[test]
fn a_report_of_a_file_names_it_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.csv");
    std::fs::write(&path, "1,\n2,3\n").unwrap();
    let (data, report) = read_csv_report::<f64>(&path, &options(Missing::Drop)).unwrap();
    assert_eq!((data.len(), report.dropped), (1, 1));
    let error = read_csv_report::<f64>(&path, &options(Missing::Refuse)).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with(&format!("{}: line 1, column 2", path.display()))
    );
}

#[test]
fn many_dropped_lines_leave_the_numbers_of_the_others() {
    let line = |row| match row % 3 {
        0 => format!("{row},\n"),
        _ => format!("{row},{row}\n"),
    };
    let text = (0..20_000).map(line).collect::<Vec<_>>().concat();
    let (data, report) = read(&text, &options(Missing::Drop)).unwrap();
    assert_eq!((report.dropped, data.len()), (6667, 13_333));
    assert!(data.iter().all(|(x, y)| x[0] == y[0] && x[0] % 3.0 != 0.0));
}

proptest! {
    #[test]
    fn dropped_and_remaining_examples_are_all_lines(
        cells in proptest::collection::vec(proptest::option::weighted(0.7, -9..9_i32), 1..60),
        columns in 1..4_usize,
    ) {
        let rows: Vec<_> = cells.chunks_exact(columns).collect();
        prop_assume!(!rows.is_empty());
        let field = |cell: &Option<i32>| cell.map_or("NA".to_owned(), |value| value.to_string());
        let line = |row: &&[Option<i32>]| row.iter().map(field).collect::<Vec<_>>().join(",") + "\n";
        let text: String = rows.iter().map(line).collect();
        let whole: Vec<_> = rows.iter().filter(|row| row.iter().all(Option::is_some)).collect();
        let result = read(&text, &options(Missing::Drop));
        if whole.is_empty() {
            let is_dropped = matches!(result, Err(Error::AllDropped { dropped, .. }) if dropped == rows.len());
            prop_assert!(is_dropped);
            return Ok(());
        }
        let (data, report) = result.unwrap();
        prop_assert_eq!((report.examples, data.len()), (whole.len(), whole.len()));
        prop_assert_eq!(report.examples + report.dropped, rows.len());
        let missing: usize = report.missing.iter().map(|(_, count)| count).sum();
        prop_assert_eq!(missing, rows.iter().flat_map(|row| row.iter()).filter(|cell| cell.is_none()).count());
        let text: String = whole.iter().map(|row| line(row)).collect();
        prop_assert_eq!(read_csv_from::<f64>(text.as_bytes(), &CsvOptions::default()).unwrap(), data);
    }
}
