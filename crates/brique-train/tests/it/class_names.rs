use brique_tensor::ndarray::Array2;
use brique_train::metrics::{ConfusionMatrix, MetricError};

/// The confusion matrix of 0, 1, 2 … examples of the classes 0, 1, 2 …, all of them predicted as class 0.
fn confusion(classes: usize) -> ConfusionMatrix {
    let truths: Vec<usize> = (0..classes).flat_map(|class| vec![class; class]).collect();
    let y = Array2::from_shape_fn((truths.len(), 1), |(row, _)| truths[row] as f64);
    let yhat = Array2::from_shape_fn((truths.len(), classes), |(_, class)| {
        f64::from(u8::from(class == 0))
    });
    ConfusionMatrix::of(&y, &yhat).unwrap()
}

fn named(names: &[&str]) -> ConfusionMatrix {
    confusion(names.len())
        .with_class_names(names.iter().copied())
        .unwrap()
}

fn refused(classes: usize, names: &[&str]) -> MetricError {
    confusion(classes)
        .with_class_names(names.iter().copied())
        .unwrap_err()
}

#[test]
fn columns_line_up_under_names_of_any_length() {
    let expected = [
        "true \\ predicted  cat  ptarmigan  ñandú",
        "             cat    0          0      0",
        "       ptarmigan    1          0      0",
        "           ñandú    2          0      0",
    ];
    assert_eq!(
        named(&["cat", "ptarmigan", "ñandú"]).to_string(),
        expected.join("\n")
    );
}

#[test]
fn long_names_label_the_lines_and_indices_the_columns() {
    let names = [
        "a pullover with a hood and a long zip",
        "an ankle boot",
        "a bag with a shoulder strap, or without one",
    ];
    let expected = [
        "                             true \\ predicted  0  1  2",
        "      a pullover with a hood and a long zip 0  0  0  0",
        "                              an ankle boot 1  1  0  0",
        "a bag with a shoulder strap, or without one 2  2  0  0",
    ];
    assert_eq!(named(&names).to_string(), expected.join("\n"));
}

/// A label and two columns of 32 characters, with two spaces before each column, are 100 characters.
#[test]
fn names_are_headings_up_to_a_hundred_characters() {
    for (length, are_headings) in [(32, true), (33, false)] {
        let names = ["a", "b"].map(|name| name.repeat(length));
        let table = named(&names.each_ref().map(String::as_str)).to_string();
        let heading = table.lines().next().unwrap_or_default();
        assert_eq!(heading.ends_with(&names[1]), are_headings, "{table}");
    }
}

#[test]
fn every_line_is_as_long_as_the_first_and_names_no_wider_than_a_terminal() {
    for length in [1, 2, 5, 20, 40] {
        for classes in [2, 3, 12] {
            let names: Vec<String> = (0..classes)
                .map(|class| format!("{class:x}").repeat(length))
                .collect();
            let confusion = confusion(classes).with_class_names(names.clone()).unwrap();
            assert_eq!(confusion.class_names(), Some(names.as_slice()));
            let table = confusion.to_string();
            let lengths: Vec<usize> = table.lines().map(|line| line.chars().count()).collect();
            assert_eq!(lengths, vec![lengths[0]; classes + 1], "{table}");
            assert!(lengths[0] <= 100, "{table}");
        }
    }
}

#[test]
fn names_change_no_number() {
    let (plain, named) = (confusion(3), named(&["a", "b", "c"]));
    assert_eq!(plain.counts(), named.counts());
    assert_eq!(plain.macro_f1(), named.macro_f1());
    assert_eq!(plain.class_names(), None);
}

#[test]
fn names_that_do_not_fit_are_errors() {
    assert_eq!(
        refused(3, &["a", "b"]).to_string(),
        "2 names of classes were given, expected 3: one for each class"
    );
    assert_eq!(
        refused(3, &["b", "a", "b"]).to_string(),
        "the name of class 2 is \"b\", expected another name than that of a class before it"
    );
    for (name, shown) in [
        ("", "\"\""),
        ("a\nb", "\"a\\nb\""),
        ("\u{1b}[31m", "\"\\u{1b}[31m\""),
    ] {
        assert_eq!(
            refused(2, &["a", name]).to_string(),
            format!(
                "the name of class 1 is {shown}, expected at least one character, \
                 and no line break or other control character"
            )
        );
    }
}
