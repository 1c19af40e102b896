//! Columns of text as classes and as one-hot columns.

use brique_datasets::{
    CsvOptions, Dataset, Error, InputColumns, LabelColumn, Missing, ReadLimits, TextColumn, class_indices,
    one_hot, read_csv_from, read_csv_report_from,
};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

fn options(text: impl IntoIterator<Item = TextColumn>) -> CsvOptions {
    CsvOptions {
        text: text.into_iter().collect(),
        ..CsvOptions::default()
    }
}

fn read(text: &str, options: &CsvOptions) -> Result<Dataset, Error> {
    read_csv_from(text.as_bytes(), options)
}

fn refused(text: &str, options: &CsvOptions) -> String {
    read(text, options).unwrap_err().to_string()
}

#[test]
fn categories_of_the_file_are_sorted() {
    let label = options([TextColumn::classes(1)]);
    let data = read("1,dog\n2,cat\n3,dog\n4,ant\n", &label).unwrap();
    assert_eq!(data.targets(), array![[2.0], [1.0], [2.0], [0.0]]);
    assert_eq!(data.class_names().unwrap(), ["ant", "cat", "dog"]);
    assert_eq!(data.classes(), [2, 1, 2, 0]);

    let numbers = read("1,10\n2,9\n", &label).unwrap();
    assert_eq!(numbers.class_names().unwrap(), ["10", "9"], "texts, not numbers");
    let one = read("1,x\n", &label).unwrap();
    assert_eq!(
        (one.targets()[[0, 0]], one.class_names().unwrap()),
        (0.0, &["x".to_owned()][..])
    );
}

#[test]
fn given_categories_have_the_given_order() {
    let column = TextColumn::classes(1).categories(["small", "medium", "large"]);
    let data = read("1,large\n2,small\n", &options([column])).unwrap();
    assert_eq!(data.targets(), array![[2.0], [0.0]]);
    assert_eq!(data.class_names().unwrap(), ["small", "medium", "large"]);
}

#[test]
fn a_text_that_is_no_category_is_named_with_those_that_are() {
    let column = || TextColumn::classes("size").categories(["small", "large"]);
    let with_header = CsvOptions {
        header: true,
        ..options([column()])
    };
    assert_eq!(
        refused("a,size\n1,small\n2,huge\n", &with_header),
        "line 3, column 2 (\"size\") is \"huge\", expected one of \"small\", \"large\""
    );
    let many = TextColumn::classes(0).categories((0..25).map(|index| format!("c{index}")));
    assert!(refused("x,1\n", &options([many])).ends_with("\"c19\", and 5 more"));
    let none = TextColumn::one_hot(0).categories([""; 0]);
    assert_eq!(
        refused("x,1\n", &options([none])),
        "line 1, column 1 is \"x\", expected one of "
    );
}

#[test]
fn categories_that_cannot_occur_are_refused() {
    let message = |found: &str, expected: &str| {
        format!("read_csv: a category of TextColumn::categories is {found}, expected {expected}")
    };
    for (categories, found, expected) in [
        (["a", "a"], "\"a\"", "each category once"),
        (
            ["a", " b"],
            "\" b\"",
            "a text that is not empty, without white space around it",
        ),
        (
            ["", "b"],
            "\"\"",
            "a text that is not empty, without white space around it",
        ),
    ] {
        let column = TextColumn::classes(0).categories(categories);
        assert_eq!(refused("a,1\n", &options([column])), message(found, expected));
    }
}

#[test]
fn a_one_hot_column_becomes_a_column_for_each_category_at_its_position() {
    let text = "a,island,b,y\n1,Dream,2,0\n3,Biscoe,4,1\n";
    let with_header = CsvOptions {
        header: true,
        ..options([TextColumn::one_hot("island")])
    };
    let data = read(text, &with_header).unwrap();
    assert_eq!(data.inputs(), array![[1.0, 0.0, 1.0, 2.0], [3.0, 1.0, 0.0, 4.0]]);
    assert_eq!(
        data.input_names().unwrap(),
        ["a", "island=Biscoe", "island=Dream", "b"]
    );
    let reordered = CsvOptions {
        inputs: InputColumns::only(["b", "island"]),
        ..with_header
    };
    let data = read(text, &reordered).unwrap();
    assert_eq!(data.inputs(), array![[2.0, 0.0, 1.0], [4.0, 1.0, 0.0]]);
    assert_eq!(
        data.input_names().unwrap(),
        ["b", "island=Biscoe", "island=Dream"]
    );

    let single = read("x,1\n", &options([TextColumn::one_hot(0)])).unwrap();
    assert_eq!(single.inputs(), array![[1.0]]);
    assert_eq!(single.input_names(), None);
}

#[test]
fn a_one_hot_label_is_a_matrix_of_targets() {
    let label = CsvOptions {
        label: LabelColumn::Index(0),
        ..options([TextColumn::one_hot(0)])
    };
    let data = read("no,1\nyes,2\nno,3\n", &label).unwrap();
    assert_eq!(data.targets(), array![[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]);
    assert_eq!(data.class_names().unwrap(), ["no", "yes"]);
    assert_eq!(class_indices(data.targets()).unwrap(), [0, 1, 0]);
}

#[test]
fn texts_can_have_quotes_separators_line_ends_and_every_script() {
    let text = "\u{feff}\"a, b\",1\r\n\"say \"\"x\"\"\",2\r\n 年 ,3\r\n\"two\nlines\",4\r\n\"a, b\" ,5\r\n";
    let data = read(text, &options([TextColumn::classes(0)])).unwrap();
    assert_eq!(data.inputs(), array![[0.0], [1.0], [3.0], [2.0], [0.0]]);
    let (_, report) =
        read_csv_report_from::<f64>(text.as_bytes(), &options([TextColumn::classes(0)])).unwrap();
    let expected = TextColumn::classes(0).categories(["a, b", "say \"x\"", "two\nlines", "年"]);
    assert_eq!(report.text, [expected]);
    let latin = read_csv_from::<f64>(b"\xe9,1\n".as_slice(), &options([TextColumn::classes(0)]));
    assert_eq!(
        latin.unwrap_err().to_string(),
        "line 1, column 1 is \"\u{fffd}\", expected text in UTF-8"
    );
}

#[test]
fn too_many_categories_are_an_error_that_names_the_column() {
    let line = |row| format!("name {row},1\n");
    let text: String = (0..1001).map(line).collect();
    let names = options([TextColumn::classes(0)]);
    assert_eq!(
        refused(&text, &names),
        "line 1001, column 1 is \"name 1000\", expected at most 1000 different texts in this column, \
         the limit for categories: ReadLimits::categories sets another"
    );
    let limits = ReadLimits::new().categories(1001);
    assert_eq!(
        limits
            .read_csv_from::<f64>(text.as_bytes(), &names)
            .unwrap()
            .len(),
        1001
    );
    let given = TextColumn::classes(0).categories((0..1001).map(|row| format!("name {row}")));
    assert_eq!(read(&text, &options([given])).unwrap().len(), 1001);
    assert_eq!(
        ReadLimits::new().categories(usize::MAX),
        ReadLimits::new().categories(1 << 24)
    );
}

#[test]
fn a_text_column_that_is_not_used_is_ignored() {
    let unused = CsvOptions {
        inputs: InputColumns::only([1]),
        ..options([TextColumn::one_hot(0)])
    };
    let (data, report) = read_csv_report_from::<f64>("x,1,2\n,3,4\n".as_bytes(), &unused).unwrap();
    assert_eq!(data.inputs(), array![[1.0], [3.0]]);
    assert_eq!((report.text, report.missing), (unused.text, vec![]));
}

#[test]
fn a_missing_text_is_nan_in_each_of_its_columns() {
    let keep = CsvOptions {
        missing: Missing::Keep,
        ..options([TextColumn::one_hot(0), TextColumn::classes(1)])
    };
    let data = read("a,x,1\n,y,2\nb,,3\n", &keep).unwrap();
    assert_eq!(data.inputs().row(0).to_vec(), [1.0, 0.0, 0.0]);
    assert!(data.inputs()[[1, 0]].is_nan() && data.inputs()[[1, 1]].is_nan());
    assert_eq!(data.inputs().row(2).to_vec()[..2], [0.0, 1.0]);
    assert!(data.inputs()[[2, 2]].is_nan());
    let nothing = read(",,1\n", &keep).unwrap();
    assert_eq!(
        nothing.inputs().dim(),
        (1, 1),
        "no category, and a class that is missing"
    );
}

#[test]
fn categories_of_dropped_examples_do_not_count() {
    let drop = CsvOptions {
        missing: Missing::Drop,
        ..options([TextColumn::classes(0), TextColumn::classes(2)])
    };
    let text = "b,1,x\nc,,z\na,,y\na,2,w\n";
    let (data, report) = read_csv_report_from::<f64>(text.as_bytes(), &drop).unwrap();
    assert_eq!(data.inputs(), array![[1.0, 1.0], [0.0, 2.0]]);
    assert_eq!(data.class_names().unwrap(), ["w", "x"]);
    assert_eq!(report.text[0], TextColumn::classes(0).categories(["a", "b"]));
    let limits = ReadLimits::new().categories(2);
    assert!(limits.read_csv_from::<f64>(text.as_bytes(), &drop).is_ok());
}

#[test]
fn the_categories_of_one_file_read_the_next() {
    let both = options([TextColumn::one_hot(0), TextColumn::classes(1)]);
    let (_, report) = read_csv_report_from::<f64>("a,x\nb,y\nc,x\n".as_bytes(), &both).unwrap();
    let next = CsvOptions {
        text: report.text,
        ..both
    };
    let data = read("c,y\n", &next).unwrap();
    assert_eq!(
        (data.inputs(), data.targets()),
        (&array![[0.0, 0.0, 1.0]], &array![[1.0]])
    );
    assert_eq!(
        refused("d,y\n", &next),
        "line 1, column 1 is \"d\", expected one of \"a\", \"b\", \"c\""
    );
}

/// A field that a reader gives back as it was.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn one_hot_columns_are_one_hot_rows_of_the_classes(rows in proptest::collection::vec("[a-cä\", ]{0,2}[a-c]", 1..20)) {
        let line = |row: &String| format!("{},1\n", quoted(row.trim()));
        let text: String = rows.iter().map(line).collect();
        let classes = read(&text, &options([TextColumn::classes(0)])).unwrap();
        let encoded = read(&text, &options([TextColumn::one_hot(0)])).unwrap();
        let classes: Vec<usize> = classes.inputs().iter().map(|&class| class as usize).collect();
        let mut categories: Vec<&str> = rows.iter().map(|row| row.trim()).collect();
        let texts = categories.clone();
        categories.sort_unstable();
        categories.dedup();
        prop_assert_eq!(encoded.inputs(), one_hot::<f64>(&classes, categories.len()).unwrap());
        let back: Vec<&str> = classes.iter().map(|&class| categories[class]).collect();
        prop_assert_eq!(back, texts);
    }

    #[test]
    fn single_precision_has_the_same_classes(rows in proptest::collection::vec(0..300_usize, 1..300)) {
        let line = |row: &usize| format!("{row},1\n");
        let text: String = rows.iter().map(line).collect();
        let column = options([TextColumn::classes(0)]);
        let double: Dataset = read(&text, &column).unwrap();
        let single: Dataset<f32> = read_csv_from(text.as_bytes(), &column).unwrap();
        prop_assert_eq!(single.cast::<f64>(), double);
    }
}

#[test]
fn the_matrix_can_be_empty() {
    let none = CsvOptions {
        missing: Missing::Keep,
        ..options([TextColumn::one_hot(0)])
    };
    assert_eq!(
        read(",1\n,2\n", &none).unwrap().inputs(),
        Array2::<f64>::zeros((2, 0))
    );
}
