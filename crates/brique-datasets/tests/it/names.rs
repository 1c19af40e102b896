//! The names and weights in a data set: what they must fit, and what keeps them.

use brique_datasets::{
    Dataset, Error, Selection, Standardizer, TestSize, balanced_class_weights, k_fold, one_hot,
    train_test_split,
};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

fn named() -> Dataset {
    let inputs = array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0], [6.0, 7.0]];
    Dataset::new(inputs, array![[0.0], [1.0], [1.0], [0.0]])
        .unwrap()
        .with_input_names(["age", "bmi"])
        .unwrap()
        .with_class_names(["no", "yes"])
        .unwrap()
        .with_target_name("ill")
        .with_example_weights(vec![1.0, 2.0, 3.0, 4.0])
        .unwrap()
}

fn has_all_names<T: brique_tensor::Scalar>(data: &Dataset<T>) -> bool {
    data.input_names().is_some_and(|names| names == ["age", "bmi"])
        && data.class_names().is_some_and(|names| names == ["no", "yes"])
        && data.target_name() == Some("ill")
}

#[test]
fn selections_splits_and_conversions_have_the_names_and_their_weights() {
    let data = named();
    let selected = data.select(&[3, 0, 3]).unwrap();
    assert!(has_all_names(&selected));
    assert_eq!(selected.example_weights().unwrap(), [4.0, 1.0, 4.0]);
    assert!(has_all_names(&data.select(&[]).unwrap()));

    let (train, test) = train_test_split(&data, TestSize::Count(1), Selection::InOrder).unwrap();
    assert!(has_all_names(&train) && has_all_names(&test));
    assert_eq!(train.example_weights().unwrap(), [1.0, 2.0, 3.0]);
    assert_eq!(test.example_weights().unwrap(), [4.0]);
    for split in k_fold(4, 2, Selection::InOrder).unwrap() {
        assert!(has_all_names(&data.select(&split.train).unwrap()));
    }
    let single: Dataset<f32> = data.cast();
    assert!(has_all_names(&single));
    assert_eq!(single.example_weights().unwrap(), [1.0_f32, 2.0, 3.0, 4.0]);
    let standardised = Standardizer::fit_inputs(&data).unwrap().apply(&data).unwrap();
    assert!(has_all_names(&standardised));
    assert_eq!(standardised.example_weights(), data.example_weights());
    let shapes: Vec<_> = data
        .batches(3)
        .unwrap()
        .map(|(x, y)| (x.dim(), y.dim()))
        .collect();
    assert_eq!(shapes, [((3, 2), (3, 1)), ((1, 2), (1, 1))]);
}

#[test]
fn other_inputs_have_the_names_if_there_are_as_many_columns() {
    let same = named().with_inputs(Array2::ones((4, 2))).unwrap();
    assert!(has_all_names(&same));
    let other = named().with_inputs(Array2::ones((4, 3))).unwrap();
    assert_eq!(other.input_names(), None);
    assert_eq!(other.class_names().unwrap(), ["no", "yes"]);
    assert_eq!(other.example_weights().unwrap().len(), 4);
}

#[test]
fn other_targets_have_the_class_names_if_they_are_classes() {
    let data = named();
    let one_hot = one_hot(&data.classes(), 2).unwrap();
    for (targets, are_classes) in [
        (one_hot, true),
        (array![[1.0], [0.0], [0.0], [0.0]], true),
        (array![[2.0], [0.0], [0.0], [0.0]], false),
        (array![[-1.0], [1.0], [1.0], [1.0]], false),
        (array![[0.5], [1.0], [1.0], [1.0]], false),
        (array![[f64::NAN], [1.0], [1.0], [1.0]], false),
        (Array2::zeros((4, 3)), false),
        (Array2::zeros((4, 0)), false),
    ] {
        let changed = data.clone().with_targets(targets.clone()).unwrap();
        assert_eq!(has_all_names(&changed), are_classes, "{targets}");
        assert_eq!(changed.target_name(), Some("ill"));
    }
}

#[test]
fn data_sets_with_other_names_or_weights_differ() {
    let data = named();
    assert_eq!(data, named());
    assert_ne!(data, data.clone().with_class_names(["yes", "no"]).unwrap());
    assert_ne!(data, data.clone().with_input_names(["bmi", "age"]).unwrap());
    assert_ne!(data, data.clone().with_target_name("well"));
    assert_ne!(data, data.clone().with_example_weights(vec![1.0; 4]).unwrap());
    let (inputs, targets) = data.clone().into_parts();
    assert_ne!(data, Dataset::new(inputs, targets).unwrap());
}

#[test]
fn names_that_do_not_fit_are_counted() {
    let message = |result: Result<Dataset, Error>| result.unwrap_err().to_string();
    assert_eq!(
        message(named().with_input_names(["a", "b", "c"])),
        "there are 3 names of inputs, expected 2: one for each column"
    );
    assert_eq!(
        message(named().with_class_names(["no"])),
        "targets[1, 0] is 1, expected a class number below 1, the number of class names"
    );
    let rows = named().with_targets(Array2::zeros((4, 3))).unwrap();
    assert_eq!(
        message(rows.with_class_names(["no", "yes"])),
        "there are 2 names of classes, expected 3: one for each column"
    );
    let empty = Dataset::<f64>::new(Array2::zeros((0, 0)), Array2::zeros((0, 1))).unwrap();
    let empty = empty
        .with_input_names([""; 0])
        .unwrap()
        .with_class_names(["a"])
        .unwrap();
    assert_eq!(empty.input_names().unwrap().len(), 0);
}

#[test]
fn weights_that_are_no_weights_are_named() {
    let message = |weights: Vec<f64>| named().with_example_weights(weights).unwrap_err().to_string();
    assert_eq!(
        message(vec![1.0; 3]),
        "the weights hold 3 examples, expected 4: one for each of the examples"
    );
    for wrong in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(
            message(vec![1.0, 1.0, wrong, 1.0]),
            format!("the weight of example 2 is {wrong}, expected a finite number of at least 0")
        );
    }
    assert_eq!(
        message(vec![0.0; 4]),
        "the weights of all 4 examples are 0, expected at least one above 0"
    );
    let single: Dataset<f32> = named().cast();
    let too_large = single.clone().with_example_weights(vec![1e300; 4]).unwrap_err();
    assert_eq!(
        too_large,
        Error::ExampleWeight {
            index: 0,
            found: 1e300
        }
    );
    let too_small = single.with_example_weights(vec![1e-300; 4]).unwrap_err();
    assert_eq!(too_small, Error::ZeroWeights { examples: 4 });
    let empty = Dataset::<f64>::new(Array2::zeros((0, 1)), Array2::zeros((0, 1))).unwrap();
    assert_eq!(
        empty
            .with_example_weights(vec![])
            .unwrap()
            .example_weights()
            .unwrap()
            .len(),
        0
    );
}

#[test]
fn balanced_weights_by_hand() {
    assert_eq!(
        balanced_class_weights(&[1, 0, 1, 1, 2, 1], 3).unwrap(),
        [2.0, 0.5, 2.0]
    );
    assert_eq!(balanced_class_weights(&[0, 0], 1).unwrap(), [1.0]);
    assert_eq!(balanced_class_weights(&[], 0).unwrap(), [0.0; 0]);
    let message = |classes: &[usize], n| balanced_class_weights(classes, n).unwrap_err().to_string();
    assert_eq!(message(&[0, 3], 3), "labels[1] is 3, expected a class below 3");
    assert_eq!(message(&[0], 0), "labels[0] is 0, expected a class below 0");
    for (classes, n, empty) in [
        (&[0, 2][..], 3, 1),
        (&[], 1, 0),
        (&[1, 0], usize::MAX, 2),
        (&[usize::MAX - 1], usize::MAX, 0),
    ] {
        assert_eq!(
            message(classes, n),
            format!("class {empty} has no example, expected at least one of each of the {n} classes")
        );
    }
}

proptest! {
    #[test]
    fn each_class_counts_the_same_with_balanced_weights(members in proptest::collection::vec(1..20_usize, 1..6)) {
        let classes: Vec<usize> = members.iter().enumerate().flat_map(|(class, &n)| vec![class; n]).collect();
        let weights = balanced_class_weights(&classes, members.len()).unwrap();
        let share = classes.len() as f64 / members.len() as f64;
        for (weight, &members) in weights.iter().zip(&members) {
            prop_assert!((weight * members as f64 - share).abs() < 1e-12 * share);
        }
    }
}
