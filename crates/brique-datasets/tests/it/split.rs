//! Expected indices: scikit-learn 1.9.1, `train_test_split(numpy.arange(n), …, random_state=seed)`.

use brique_datasets::{
    Dataset, Error, Selection, Side, Split, TestSize, train_test_indices, train_test_split,
};
use brique_random::{NumpyRandomState, RandomSource, portable};
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

fn shuffled(examples: usize, test_size: TestSize, seed: u32) -> Split {
    let mut rng = NumpyRandomState::new(seed);
    train_test_indices(examples, test_size, Selection::Shuffled(&mut rng)).unwrap()
}

fn stratified(classes: &[usize], test_size: TestSize, seed: u32) -> Split {
    let mut rng = NumpyRandomState::new(seed);
    train_test_indices(
        classes.len(),
        test_size,
        Selection::Stratified {
            classes,
            rng: &mut rng,
        },
    )
    .unwrap()
}

fn check(split: &Split, train: &[usize], test: &[usize]) {
    assert_eq!(split.train, train);
    assert_eq!(split.test, test);
}

#[test]
fn plain_splits_are_scikit_learns() {
    use TestSize::{Count, Fraction};
    check(
        &shuffled(10, Fraction(0.25), 0),
        &[9, 1, 6, 7, 3, 0, 5],
        &[2, 8, 4],
    );
    check(
        &shuffled(10, TestSize::default(), 0),
        &[9, 1, 6, 7, 3, 0, 5],
        &[2, 8, 4],
    );
    check(&shuffled(7, Fraction(0.2), 3), &[5, 3, 1, 0, 2], &[4, 6]);
    check(&shuffled(5, Count(2), 1), &[4, 0, 3], &[2, 1]);
    check(
        &shuffled(11, Fraction(0.5), 9),
        &[9, 3, 8, 6, 5],
        &[7, 4, 0, 2, 1, 10],
    );
}

#[test]
fn stratified_splits_are_scikit_learns() {
    use TestSize::{Count, Fraction};
    check(
        &stratified(&[0, 0, 0, 0, 1, 1, 1, 2, 2, 2], Fraction(0.4), 0),
        &[0, 4, 6, 7, 2, 9],
        &[1, 8, 5, 3],
    );
    check(
        &stratified(&[5, 5, 3, 3, 3, 3, 5, 9, 9, 9, 9], Fraction(0.3), 4),
        &[8, 9, 1, 2, 5, 10, 6],
        &[4, 7, 0, 3],
    );
    check(
        &stratified(&[1, 0].repeat(8), Fraction(0.25), 42),
        &[10, 8, 3, 0, 6, 15, 11, 5, 9, 1, 4, 14],
        &[7, 2, 13, 12],
    );
    check(
        &stratified(&[0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2], Count(5), 11),
        &[6, 5, 14, 4, 7, 9, 3, 11, 12, 2],
        &[0, 13, 8, 1, 10],
    );
}

/// Of 20 places 10.6, 3 and 6.4 fall to the classes: the one that is left goes to the largest remainder.
#[test]
fn what_rounding_leaves_goes_to_the_largest_remainder() {
    let classes = [vec![0; 53], vec![1; 15], vec![2; 32]].concat();
    let split = stratified(&classes, TestSize::Fraction(0.8), 7);
    assert_eq!(
        split.train,
        [
            82, 22, 27, 88, 74, 18, 75, 1, 29, 40, 32, 83, 55, 15, 30, 34, 54, 92, 59, 10
        ]
    );
}

#[test]
fn fractions_are_rounded_up() {
    for (fraction, sizes) in [
        (0.2, [(2, 1), (3, 1), (10, 2), (101, 21), (1000, 200)]),
        (0.0001, [(2, 1), (3, 1), (10, 1), (101, 1), (1000, 1)]),
        (0.25, [(2, 1), (3, 1), (10, 3), (101, 26), (1000, 250)]),
    ] {
        for (examples, expected) in sizes {
            assert_eq!(
                shuffled(examples, TestSize::Fraction(fraction), 0).test.len(),
                expected
            );
        }
    }
}

#[test]
fn in_order_the_last_examples_are_for_testing() {
    let split = train_test_indices(7, TestSize::Fraction(0.4), Selection::InOrder).unwrap();
    check(&split, &[0, 1, 2, 3], &[4, 5, 6]);
}

#[test]
fn in_order_the_last_members_of_each_class_are_for_testing() {
    let in_order = |classes: &[usize], n_test| {
        let selection = Selection::StratifiedInOrder { classes };
        train_test_indices(classes.len(), TestSize::Count(n_test), selection)
    };
    let split = in_order(&[7, 7, 1, 7, 1, 7, 1, 1, 7, 7], 5).unwrap();
    check(&split, &[0, 1, 2, 3, 4], &[5, 6, 7, 8, 9]);
    // The tie for the ninth example of the training set goes to class 1, the smaller number.
    let split = in_order(&[7, 7, 7, 7, 7, 7, 1, 1, 1, 1, 1, 1], 3).unwrap();
    check(&split, &[0, 1, 2, 3, 6, 7, 8, 9, 10], &[4, 5, 11]);
    assert_eq!(
        in_order(&[1, 1, 2], 2),
        Err(Error::LonelyClass { class: 2, members: 1 })
    );
}

/// Classes of 2 to 9 members each, in a drawn order.
fn classes() -> impl Strategy<Value = Vec<usize>> {
    (proptest::collection::vec(2..10_usize, 1..6), any::<u64>()).prop_map(|(members, seed)| {
        let sorted: Vec<usize> = members
            .iter()
            .enumerate()
            .flat_map(|(class, &n)| std::iter::repeat_n(3 * class, n))
            .collect();
        portable(seed)
            .permutation(sorted.len())
            .into_iter()
            .map(|place| sorted[place])
            .collect()
    })
}

fn is_partition(split: &Split, examples: usize) -> bool {
    let mut all = [split.train.clone(), split.test.clone()].concat();
    all.sort_unstable();
    all == (0..examples).collect::<Vec<_>>()
}

proptest! {
    #[test]
    fn a_split_is_a_partition(examples in 2..200_usize, share in 0.0..1.0_f64, seed: u32) {
        let count = 1 + (share * (examples - 1) as f64) as usize;
        let split = shuffled(examples, TestSize::Count(count), seed);
        prop_assert_eq!(split.test.len(), count);
        prop_assert!(is_partition(&split, examples));
    }

    #[test]
    fn a_stratified_split_is_a_partition_that_keeps_proportions(classes in classes(), share in 0.0..1.0_f64, seed: u32) {
        let examples = classes.len();
        let n_classes = { let mut c = classes.clone(); c.sort_unstable(); c.dedup(); c.len() };
        let n_test = n_classes + (share * (examples - 2 * n_classes + 1) as f64) as usize;
        let in_order = Selection::StratifiedInOrder { classes: &classes };
        let in_order = train_test_indices(examples, TestSize::Count(n_test), in_order).unwrap();
        prop_assert!(in_order.train.is_sorted() && in_order.test.is_sorted());
        for split in [stratified(&classes, TestSize::Count(n_test), seed), in_order] {
            prop_assert!(is_partition(&split, examples));
            prop_assert_eq!(split.test.len(), n_test);
            for class in &classes {
                let of_class = |indices: &[usize]| indices.iter().filter(|&&i| classes[i] == *class).count() as f64;
                let members = classes.iter().filter(|&other| other == class).count() as f64;
                let share = of_class(&split.train) / members;
                let fair = split.train.len() as f64 / examples as f64;
                prop_assert!((share - fair).abs() * members <= 1.0 + 1e-9, "{share} of class {class}, fair is {fair}");
            }
        }
    }

    #[test]
    fn inputs_and_targets_stay_together(examples in 2..50_usize, seed: u64) {
        let inputs = Array2::from_shape_fn((examples, 2), |(row, column)| (10 * row + column) as f64);
        let targets = Array2::from_shape_fn((examples, 1), |(row, _)| row as f64);
        let data = Dataset::new(inputs, targets).unwrap();
        let (train, test) = train_test_split(&data, TestSize::default(), Selection::Shuffled(&mut portable(seed))).unwrap();
        prop_assert_eq!(train.len() + test.len(), examples);
        for (x, y) in train.iter().chain(test.iter()) {
            prop_assert_eq!((x[0], x[1]), (10.0 * y[0], 10.0 * y[0] + 1.0));
        }
    }
}

fn refused(examples: usize, test_size: TestSize) -> Error {
    let mut rng = portable(1);
    let error = train_test_indices(examples, test_size, Selection::Shuffled(&mut rng)).unwrap_err();
    assert_eq!(rng, portable(1), "something was drawn");
    assert_eq!(
        train_test_indices(examples, test_size, Selection::InOrder).unwrap_err(),
        error
    );
    error
}

#[test]
fn an_empty_side_is_an_error() {
    let empty = |side, examples, test_size: &str| Error::EmptySide {
        side,
        examples,
        test_size: test_size.to_owned(),
    };
    assert_eq!(refused(5, TestSize::Fraction(0.9)), empty(Side::Train, 5, "0.9"));
    assert_eq!(
        refused(1, TestSize::Fraction(0.25)),
        empty(Side::Train, 1, "0.25")
    );
    assert_eq!(
        refused(0, TestSize::Fraction(0.25)),
        empty(Side::Train, 0, "0.25")
    );
    assert_eq!(refused(0, TestSize::Count(0)), empty(Side::Train, 0, "0"));
    assert_eq!(refused(5, TestSize::Count(5)), empty(Side::Train, 5, "5"));
    assert_eq!(refused(5, TestSize::Count(0)), empty(Side::Test, 5, "0"));
    assert_eq!(
        refused(5, TestSize::Fraction(0.9)).to_string(),
        "with 5 examples and a test size of 0.9, the train set would be empty: change the test size, or take more examples"
    );
}

#[test]
fn a_size_out_of_range_is_an_error() {
    for fraction in [0.0, -0.2, 1.0, 1.2, f64::NAN, f64::INFINITY] {
        let message = refused(5, TestSize::Fraction(fraction)).to_string();
        assert!(message.starts_with(&format!(
            "train_test_split: the fraction of TestSize is {fraction}, expected"
        )));
    }
    assert_eq!(
        refused(5, TestSize::Count(6)).to_string(),
        "train_test_split: the count of TestSize is 6 of 5 examples, expected fewer than there are examples"
    );
}

fn refused_stratified(examples: usize, classes: &[usize], test_size: TestSize) -> Error {
    let mut rng = portable(1);
    let selection = Selection::Stratified {
        classes,
        rng: &mut rng,
    };
    let error = train_test_indices(examples, test_size, selection).unwrap_err();
    assert_eq!(rng, portable(1), "something was drawn");
    error
}

#[test]
fn classes_that_cannot_be_split_are_named() {
    let lonely = refused_stratified(5, &[0, 7, 0, 0, 0], TestSize::Fraction(0.5));
    assert_eq!(lonely, Error::LonelyClass { class: 7, members: 1 });
    assert_eq!(
        lonely.to_string(),
        "class 7 has 1 member; a stratified split needs at least 2, one for each side"
    );

    let too_few = refused_stratified(5, &[0, 0, 1, 1, 1], TestSize::Fraction(0.2));
    assert_eq!(
        too_few,
        Error::TooFewForClasses {
            side: Side::Test,
            examples: 1,
            classes: 2
        }
    );
    let too_few = refused_stratified(4, &[0, 0, 1, 1], TestSize::Count(3));
    assert_eq!(
        too_few,
        Error::TooFewForClasses {
            side: Side::Train,
            examples: 1,
            classes: 2
        }
    );

    let lengths = refused_stratified(5, &[0, 0, 1, 1], TestSize::Count(2));
    assert_eq!(
        lengths.to_string(),
        "the classes to stratify by hold 4 examples, expected 5: one for each of the examples"
    );
}
