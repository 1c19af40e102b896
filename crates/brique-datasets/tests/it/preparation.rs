//! Steps that are fitted on the training set alone.

use brique_datasets::{Dataset, Error, Fill, FittedPreparation, Preparation, Standardizer};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;

fn data(inputs: Array2<f64>) -> Dataset {
    let targets = Array2::from_shape_fn((inputs.nrows(), 1), |(row, _)| row as f64);
    Dataset::new(inputs, targets).unwrap()
}

fn named(inputs: Array2<f64>) -> Dataset {
    data(inputs).with_input_names(["age", "bmi"]).unwrap()
}

fn fill_value(fill: Fill, values: &[f64]) -> f64 {
    let inputs = Array2::from_shape_fn((values.len(), 1), |(row, _)| values[row]);
    let fitted = Preparation::new().fill_missing(fill).fit(&data(inputs)).unwrap();
    fitted.fill_values()[0].unwrap()
}

fn refused(preparation: &Preparation, train: &Dataset) -> String {
    preparation.fit(train).unwrap_err().to_string()
}

#[test]
fn fill_values_by_hand() {
    for (values, mean, median, most_frequent) in [
        (&[30.0, NAN, 50.0, 40.0][..], 40.0, 40.0, 30.0),
        (&[4.0, 1.0, 1.0, 2.0, NAN], 2.0, 1.5, 1.0),
        (&[3.0, 2.0, 3.0, 2.0, 7.0], 3.4, 3.0, 2.0),
        (&[NAN, -5.0, NAN], -5.0, -5.0, -5.0),
        (&[0.0, -0.0, 1.0], 1.0 / 3.0, 0.0, 0.0),
        (&[1.5e308, 1.5e308, 1.5e308], 1.5e308, 1.5e308, 1.5e308),
    ] {
        let found = [Fill::Mean, Fill::Median, Fill::MostFrequent].map(|fill| fill_value(fill, values));
        let expected = [mean, median, most_frequent];
        for (found, expected) in found.iter().zip(expected) {
            assert!(
                (found - expected).abs() <= 1e-15 * expected.abs(),
                "{values:?}: {found}, {expected}"
            );
        }
        assert_eq!(fill_value(Fill::Value(-1.0), values), -1.0);
    }
}

#[test]
fn missing_values_are_filled_before_they_are_standardised() {
    let train = named(array![[0.0, NAN], [4.0, 1.0], [NAN, 3.0]]);
    let preparation = Preparation::new().fill_missing(Fill::Value(2.0)).standardize();
    let fitted = preparation.fit(&train).unwrap();
    assert_eq!(fitted.fill_values(), [Some(2.0), Some(2.0)]);
    assert_eq!(fitted.filled(), [1, 1]);
    assert_eq!(fitted.standardizer().unwrap().mean(), [2.0, 2.0]);
    assert_eq!(
        fitted.to_string(),
        "fills missing values (in the training set: 1 in age, 1 in bmi), standardises 2 inputs"
    );
    let test = named(array![[NAN, NAN], [NAN, 2.0]]);
    assert_eq!(fitted.filled_in(&test).unwrap(), [2, 1]);
    let applied = fitted.apply(&test).unwrap();
    assert_eq!(applied.inputs(), Array2::<f64>::zeros((2, 2)));
    assert_eq!(applied.targets(), test.targets());
    assert_eq!(applied.input_names(), test.input_names());
}

#[test]
fn a_column_can_be_filled_in_another_way() {
    let train = named(array![[1.0, 7.0], [NAN, 7.0], [2.0, NAN], [NAN, 9.0]]);
    let of_one = Preparation::new().fill_column("bmi", Fill::MostFrequent);
    let fitted = of_one.fit(&train).unwrap();
    assert_eq!(fitted.fill_values(), [None, Some(7.0)]);
    assert_eq!(
        (fitted.filled(), fitted.filled_in(&train).unwrap()),
        (&[0, 1][..], vec![0, 1])
    );
    assert!(fitted.apply(&train).unwrap().inputs()[[1, 0]].is_nan());
    assert_eq!(
        refused(&of_one.clone().standardize(), &train),
        "inputs[1, 0] (\"age\") is NaN, expected a finite number"
    );
    let last_counts = of_one
        .fill_missing(Fill::Mean)
        .fill_column(1, Fill::Value(0.0))
        .fit(&train)
        .unwrap();
    assert_eq!(last_counts.fill_values(), [Some(1.5), Some(0.0)]);
}

#[test]
fn columns_to_fill_that_are_not_there_are_named() {
    let train = named(array![[1.0, 7.0]]);
    let fill = |column: &str| Preparation::new().fill_column(column, Fill::Mean);
    assert_eq!(
        refused(&fill("weight"), &train),
        "there is no column named \"weight\" for Preparation::fill_column: the inputs are \"age\", \"bmi\""
    );
    let twice = train.clone().with_input_names(["age", "age"]).unwrap();
    assert_eq!(
        refused(&fill("age"), &twice),
        "there is no column named \"age\" alone for Preparation::fill_column: the inputs are \"age\", \"age\""
    );
    assert_eq!(
        refused(&fill("age"), &data(array![[1.0]])),
        "there is no column named \"age\" for Preparation::fill_column: \
         the inputs have no names: take an index"
    );
    assert_eq!(
        refused(&Preparation::new().fill_column(2, Fill::Mean), &train),
        "there is no column with index 2 for Preparation::fill_column: there are 2, with indices from 0"
    );
}

#[test]
fn data_that_has_no_statistics_is_refused() {
    let mean = Preparation::new().fill_missing(Fill::Mean);
    for fill in [Fill::Mean, Fill::Median, Fill::MostFrequent, Fill::Value(0.0)] {
        assert_eq!(
            refused(
                &Preparation::new().fill_missing(fill),
                &named(array![[1.0, NAN], [2.0, NAN]])
            ),
            "column 1 (\"bmi\") of the inputs has no value in 2 examples, expected at least one"
        );
    }
    assert_eq!(
        refused(&mean, &data(array![[NAN]])),
        "column 0 of the inputs has no value in 1 examples, expected at least one"
    );
    assert_eq!(
        refused(&mean, &named(array![[1.0, 2.0], [f64::INFINITY, NAN]])),
        "inputs[1, 0] (\"age\") is inf, expected a finite number, or NaN for a missing value"
    );
    for preparation in [Preparation::new(), mean.clone(), Preparation::new().standardize()] {
        assert_eq!(
            refused(&preparation, &named(Array2::zeros((0, 2)))),
            "Preparation::fit: there are no examples to take statistics of"
        );
    }
    assert_eq!(
        refused(
            &Preparation::new().fill_missing(Fill::Value(NAN)),
            &data(array![[1.0]])
        ),
        "Preparation: the value of Fill::Value is NaN, expected a number that is finite in the type of the data"
    );
    let classes = data(array![[1.0], [2.0]])
        .with_class_names(["no", "yes"])
        .unwrap();
    assert_eq!(
        refused(&Preparation::new().standardize_targets(), &classes),
        "Preparation::fit: standardize_targets is set for targets with class names, \
         expected targets that are quantities, not classes"
    );
    let without_target = data(array![[1.0]])
        .with_targets(array![[NAN]])
        .unwrap()
        .with_target_name("cost");
    assert_eq!(
        refused(&Preparation::new().standardize_targets(), &without_target),
        "targets[0, 0] (\"cost\") is NaN, expected a finite number"
    );
}

#[test]
fn data_with_other_columns_is_refused() {
    let preparation = Preparation::new().fill_missing(Fill::Mean).standardize_targets();
    let fitted = preparation.fit(&named(array![[1.0, 2.0]])).unwrap();
    let message = |result: Result<Dataset, Error>| result.unwrap_err().to_string();
    assert_eq!(
        message(fitted.apply(&data(array![[1.0]]))),
        "the inputs have 1 columns, expected 2: as many as the preparation was fitted to"
    );
    let swapped = named(array![[1.0, 2.0]])
        .with_input_names(["age", "height"])
        .unwrap();
    let expected = "column 1 of the inputs is \"height\", expected \"bmi\": the preparation was fitted to it";
    assert_eq!(message(fitted.apply(&swapped)), expected);
    assert_eq!(fitted.filled_in(&swapped).unwrap_err().to_string(), expected);
    assert!(
        fitted.apply(&data(array![[1.0, 2.0]])).is_ok(),
        "without names, columns are counted"
    );
    let targets = named(array![[1.0, 2.0]])
        .with_targets(Array2::zeros((1, 2)))
        .unwrap();
    assert_eq!(
        message(fitted.apply(&targets)),
        "the targets have 2 columns, expected 1: as many as the standardizer was fitted to"
    );
    assert_eq!(
        fitted
            .restore_targets(&Array2::<f64>::zeros((1, 2)))
            .unwrap_err()
            .to_string(),
        "the predictions have 2 columns, expected 1: as many as the standardizer was fitted to"
    );
    let large = Preparation::new().fill_missing(Fill::Value(1e300));
    let large = large.fit(&named(array![[1.0, 2.0]])).unwrap();
    assert!(large.apply(&named(array![[1.0, 2.0]]).cast::<f32>()).is_err());
}

#[test]
fn a_preparation_without_steps_changes_nothing() {
    let train = named(array![[1.0, 2.0]]);
    let fitted = Preparation::new().fit(&train).unwrap();
    assert_eq!(fitted.apply(&train).unwrap(), train);
    assert_eq!(fitted.restore_targets(train.targets()).unwrap(), train.targets());
    assert_eq!(fitted.to_string(), "changes nothing");
    assert!(fitted.standardizer().is_none() && fitted.target_standardizer().is_none());
    let no_columns = data(Array2::zeros((2, 0)));
    let fitted = Preparation::new()
        .fill_missing(Fill::Mean)
        .standardize()
        .fit(&no_columns)
        .unwrap();
    assert_eq!(fitted.apply(&no_columns).unwrap(), no_columns);
}

#[test]
fn a_preparation_is_built_again_from_its_numbers() {
    let train = named(array![[1.0, NAN], [3.0, 5.0], [4.0, 6.0]]);
    let preparation = Preparation::new()
        .fill_missing(Fill::Median)
        .standardize()
        .standardize_targets();
    let fitted = preparation.fit(&train).unwrap();
    let again = |standardizer: Option<&Standardizer>| {
        let standardizer = standardizer.unwrap();
        Standardizer::new(standardizer.mean().to_vec(), standardizer.scale().to_vec()).unwrap()
    };
    let built = FittedPreparation::new(2)
        .with_input_names(fitted.input_names().unwrap().to_vec())
        .unwrap()
        .with_fill_values(fitted.fill_values().to_vec())
        .unwrap()
        .with_standardizer(again(fitted.standardizer()))
        .unwrap()
        .with_target_standardizer(again(fitted.target_standardizer()));
    assert_eq!(built.apply(&train).unwrap(), fitted.apply(&train).unwrap());
    assert_eq!(
        built.to_string(),
        "fills missing values (none in the training set), standardises 2 inputs, standardises 1 targets"
    );

    let one = || FittedPreparation::new(1);
    let message = |result: Result<FittedPreparation, Error>| result.unwrap_err().to_string();
    let expected =
        |what| format!("{what} have 2 columns, expected 1: as many as the preparation was fitted to");
    assert_eq!(
        message(one().with_fill_values(vec![None; 2])),
        expected("the fill values")
    );
    assert_eq!(message(one().with_input_names(["a", "b"])), expected("the names"));
    let of_two = Standardizer::new(vec![0.0; 2], vec![1.0; 2]).unwrap();
    assert_eq!(message(one().with_standardizer(of_two)), expected("the means"));
    assert!(message(one().with_fill_values(vec![Some(NAN)])).contains("Fill::Value is NaN"));
}

#[test]
fn a_standardizer_applies_to_data_sets() {
    let train = named(array![[0.0, 1.0], [4.0, 1.0]]);
    let standardizer = Standardizer::fit_inputs(&train).unwrap();
    let applied = standardizer.apply(&train).unwrap();
    assert_eq!(applied.inputs(), standardizer.transform(train.inputs()).unwrap());
    assert_eq!(applied.input_names(), train.input_names());
    assert_eq!(
        Standardizer::fit_inputs(&train).unwrap(),
        Standardizer::fit(train.inputs()).unwrap()
    );
    let of_targets = Standardizer::fit_targets(&train).unwrap();
    assert_eq!(
        of_targets.apply_to_targets(&train).unwrap().targets(),
        array![[-1.0], [1.0]]
    );
    assert_eq!(
        standardizer.apply_to_targets(&train).unwrap_err().to_string(),
        "the targets have 1 columns, expected 2: as many as the standardizer was fitted to"
    );
    let classes = train.with_class_names(["no", "yes"]).unwrap();
    assert_eq!(of_targets.apply_to_targets(&classes).unwrap().class_names(), None);
}

/// Numbers, a third of which are missing, with a number in the first row.
fn numbers(rows: usize, columns: usize) -> impl Strategy<Value = Array2<f64>> {
    let number = prop_oneof![2 => -1e3..1e3_f64, 1 => Just(NAN)];
    proptest::collection::vec(number, rows * columns).prop_map(move |numbers| {
        Array2::from_shape_fn((rows, columns), |(row, column)| {
            match numbers[row * columns + column] {
                number if row == 0 && number.is_nan() => 1.0,
                number => number,
            }
        })
    })
}

fn two_sets() -> impl Strategy<Value = (Array2<f64>, Array2<f64>)> {
    (1..20_usize, 0..10_usize, 0..4_usize)
        .prop_flat_map(|(train, test, columns)| (numbers(train, columns), numbers(test, columns)))
}

fn fills() -> impl Strategy<Value = Fill> {
    prop_oneof![
        Just(Fill::Mean),
        Just(Fill::Median),
        Just(Fill::MostFrequent),
        (-5.0..5.0_f64).prop_map(Fill::Value)
    ]
}

proptest! {
    #[test]
    fn nothing_is_missing_after_a_fill((train, test) in two_sets(), fill in fills(), standardize: bool) {
        let preparation = Preparation::new().fill_missing(fill);
        let preparation = if standardize { preparation.standardize() } else { preparation };
        let (train, test) = (data(train), data(test));
        let fitted = preparation.fit(&train).unwrap();
        for set in [&train, &test] {
            let filled = fitted.apply(set).unwrap();
            prop_assert!(filled.inputs().iter().all(|value| value.is_finite()));
            let missing = set.inputs().iter().filter(|value| value.is_nan()).count();
            prop_assert_eq!(fitted.filled_in(set).unwrap().iter().sum::<usize>(), missing);
            if !standardize {
                let same = set.inputs().iter().zip(filled.inputs()).filter(|(before, after)| before == after).count();
                prop_assert_eq!(same, set.inputs().len() - missing);
            }
        }
        prop_assert_eq!(fitted.filled(), fitted.filled_in(&train).unwrap());
    }

    #[test]
    fn an_example_of_a_test_set_does_not_depend_on_the_others((train, test) in two_sets(), fill in fills()) {
        let preparation = Preparation::new().fill_missing(fill).standardize().standardize_targets();
        let fitted = preparation.fit(&data(train)).unwrap();
        let test = data(test);
        let together = fitted.apply(&test).unwrap();
        for row in 0..test.len() {
            let alone = fitted.apply(&test.select(&[row]).unwrap()).unwrap();
            prop_assert_eq!(alone, together.select(&[row]).unwrap());
        }
    }

    #[test]
    fn restored_targets_are_the_targets((train, test) in two_sets()) {
        let fitted = Preparation::new().standardize_targets().fit(&data(train)).unwrap();
        let test = data(test);
        let restored = fitted.restore_targets(fitted.apply(&test).unwrap().targets()).unwrap();
        for (restored, target) in restored.iter().zip(test.targets()) {
            prop_assert!((restored - target).abs() < 1e-12 * target.abs().max(10.0));
        }
    }
}
