//! Which columns of a file become inputs and targets, and what they are called.

use brique_datasets::{
    Column, CsvOptions, Dataset, Error, InputColumns, LabelColumn, TextColumn, read_csv_from,
};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

fn read(text: &str, options: &CsvOptions) -> Result<Dataset, Error> {
    read_csv_from(text.as_bytes(), options)
}

fn only<C: Into<Column>>(columns: impl IntoIterator<Item = C>) -> CsvOptions {
    CsvOptions {
        header: true,
        inputs: InputColumns::only(columns),
        ..CsvOptions::default()
    }
}

fn refused(text: &str, options: &CsvOptions) -> String {
    read(text, options).unwrap_err().to_string()
}

const TABLE: &str = "id,age,bmi,cost\nx,30,20,100\n,50,24,300\n";

#[test]
fn inputs_come_in_the_requested_order_with_their_names() {
    let data = read(TABLE, &only(["bmi", "age"])).unwrap();
    assert_eq!(data.inputs(), array![[20.0, 30.0], [24.0, 50.0]]);
    assert_eq!(data.targets(), array![[100.0], [300.0]]);
    assert_eq!(data.input_names().unwrap(), ["bmi", "age"]);
    assert_eq!(data.target_name(), Some("cost"));
    assert_eq!(data.class_names(), None);

    let by_index = read(TABLE, &only([2, 1])).unwrap();
    assert_eq!(by_index, data);
    let mixed = read(TABLE, &only([Column::Index(2), Column::from("age".to_owned())])).unwrap();
    assert_eq!(mixed, data);
}

#[test]
fn a_file_without_a_header_has_columns_by_index_and_no_names() {
    let options = CsvOptions {
        header: false,
        label: LabelColumn::Index(1),
        ..only([3, 0])
    };
    let data = read("1,2,x,4\n5,6,,8\n", &options).unwrap();
    assert_eq!(data.inputs(), array![[4.0, 1.0], [8.0, 5.0]]);
    assert_eq!(data.targets(), array![[2.0], [6.0]]);
    assert_eq!((data.input_names(), data.target_name()), (None, None));
}

#[test]
fn there_can_be_no_inputs_and_a_single_one() {
    let none = read(TABLE, &only::<&str>([])).unwrap();
    assert_eq!(none.inputs().dim(), (2, 0));
    assert_eq!(none.input_names().unwrap(), [""; 0]);
    let one = read(TABLE, &only(["age"])).unwrap();
    assert_eq!(one.inputs(), array![[30.0], [50.0]]);
}

#[test]
fn names_can_have_quotes_separators_line_ends_and_every_script() {
    let text = "\u{feff}\"größe, cm\",\"say \"\"x\"\"\",\"two\r\nlines\", 年 ,\r\n1,2,3,4,5\r\n";
    let data = read(text, &only(["年", "two\r\nlines", "say \"x\"", "größe, cm"])).unwrap();
    assert_eq!(data.inputs(), array![[4.0, 3.0, 2.0, 1.0]]);
    assert_eq!(data.target_name(), Some(""));
    let long = format!("{},{},b\n1,2,3\n", "ü".repeat(70), "a".repeat(4096));
    let data = read(&long, &only([1, 0])).unwrap();
    let names = data.input_names().unwrap();
    assert_eq!((names[0].len(), names[1].chars().count()), (4096, 70));
    let latin: Dataset = read_csv_from(b"gr\xf6\xdfe,b\n1,2\n".as_slice(), &only([0])).unwrap();
    assert_eq!(latin.input_names().unwrap(), ["gr\u{fffd}\u{fffd}e"]);
}

#[test]
fn columns_that_are_not_there_or_not_alone_are_named() {
    let names = "the header names \"id\", \"age\", \"bmi\", \"cost\"";
    assert_eq!(
        refused(TABLE, &only(["age", "weight"])),
        format!("there is no column named \"weight\" for the inputs: {names}")
    );
    assert_eq!(
        refused(TABLE, &only([4])),
        "there is no column with index 4 for the inputs: there are 4, with indices from 0"
    );
    assert_eq!(
        refused("a,a,b\n1,2,3\n", &only(["a"])),
        "there is no column named \"a\" alone for the inputs: \
         the header names \"a\", \"a\", \"b\": take an index"
    );
    let unnamed = CsvOptions {
        header: false,
        ..only(["age"])
    };
    assert_eq!(
        refused("1,2\n", &unnamed),
        "there is no column named \"age\" for the inputs: \
         without a header columns have no names: set CsvOptions::header, or take an index"
    );
    let text = CsvOptions {
        text: vec![TextColumn::classes("sex")],
        ..only(["age"])
    };
    assert_eq!(
        refused(TABLE, &text),
        format!("there is no column named \"sex\" for CsvOptions::text: {names}")
    );
}

#[test]
fn columns_that_are_requested_twice_are_named() {
    assert_eq!(
        refused(TABLE, &only([Column::from("age"), Column::from(1)])),
        "column 2 (\"age\") is twice in CsvOptions::inputs, expected each column once"
    );
    assert_eq!(
        refused(TABLE, &only(["age", "cost"])),
        "column 4 (\"cost\") is the label, and in CsvOptions::inputs, expected one of the two"
    );
    let text = CsvOptions {
        header: false,
        text: vec![TextColumn::classes(0), TextColumn::one_hot(0)],
        ..CsvOptions::default()
    };
    assert_eq!(
        refused("x,1\n", &text),
        "column 1 is twice in CsvOptions::text, expected each column once"
    );
}

#[test]
fn errors_in_fields_contain_the_name_of_the_column() {
    let options = CsvOptions {
        header: true,
        ..CsvOptions::default()
    };
    assert_eq!(
        refused("age,bmi,cost\n30,fat,1\n", &options),
        "line 2, column 2 (\"bmi\") is \"fat\", expected a finite number; \
         if the column contains text, add it to CsvOptions::text"
    );
}

#[test]
fn fields_of_ignored_columns_must_be_there() {
    assert_eq!(
        refused("a,b,c\n1,2,3\n4,5\n", &only(["a"])),
        "line 3 has 2 fields, expected 3, as many as the first line has: column 3 is missing"
    );
}

/// A permutation of some of the columns.
fn columns() -> impl Strategy<Value = (usize, Vec<usize>)> {
    (2..8_usize).prop_flat_map(|columns| {
        let inputs: Vec<usize> = (0..columns - 1).collect();
        let some = proptest::sample::subsequence(inputs, 0..columns).prop_shuffle();
        (Just(columns), some)
    })
}

proptest! {
    #[test]
    fn selected_inputs_are_columns_of_all_inputs((columns, inputs) in columns(), rows in 1..5_usize, header: bool) {
        let mut text = String::new();
        if header {
            text += &(0..columns).map(|column| format!("c{column}")).collect::<Vec<_>>().join(",");
            text.push('\n');
        }
        for row in 0..rows {
            text += &(0..columns).map(|column| (10 * row + column).to_string()).collect::<Vec<_>>().join(",");
            text.push('\n');
        }
        let all = CsvOptions { header, ..CsvOptions::default() };
        let some = CsvOptions { inputs: InputColumns::only(inputs.clone()), ..all.clone() };
        let (all, some) = (read(&text, &all).unwrap(), read(&text, &some).unwrap());
        let expected = Array2::from_shape_fn((rows, inputs.len()), |(row, column)| all.inputs()[[row, inputs[column]]]);
        prop_assert_eq!(some.inputs(), expected);
        prop_assert_eq!(some.targets(), all.targets());
        if header {
            let names: Vec<String> = inputs.iter().map(|column| format!("c{column}")).collect();
            prop_assert_eq!(some.input_names().unwrap(), names);
        }
    }
}
