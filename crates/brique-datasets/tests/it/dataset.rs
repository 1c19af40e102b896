use brique_datasets::{Dataset, Error};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

/// Example i is ((i, −i), 2i).
fn numbered(n: usize) -> Dataset {
    let inputs = Array2::from_shape_fn(
        (n, 2),
        |(row, column)| if column == 0 { row as f64 } else { -(row as f64) },
    );
    let targets = Array2::from_shape_fn((n, 1), |(row, _)| 2.0 * row as f64);
    Dataset::new(inputs, targets).unwrap()
}

fn batch_size() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1_usize), 2..40_usize]
}

fn length() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0_usize), Just(1), 2..60_usize]
}

/// The number of each example, after a look at whether it is still whole.
fn numbers<'a>(batches: impl Iterator<Item = (&'a Array2<f64>, &'a Array2<f64>)>) -> Vec<usize> {
    let mut numbers = Vec::new();
    for (x, y) in batches {
        assert_eq!(x.nrows(), y.nrows());
        for (x, y) in x.rows().into_iter().zip(y.rows()) {
            assert_eq!((x[1], y[0]), (-x[0], 2.0 * x[0]));
            numbers.push(x[0] as usize);
        }
    }
    numbers
}

proptest! {
    #[test]
    fn batches_come_in_order_and_hold_every_example(n in length(), size in batch_size()) {
        let data = numbered(n);
        let batches: Vec<_> = data.batches(size).unwrap().map(|(x, y)| (x.to_owned(), y.to_owned())).collect();
        prop_assert_eq!(batches.len(), n.div_ceil(size));
        prop_assert!(batches.iter().rev().skip(1).all(|(x, _)| x.nrows() == size));
        prop_assert_eq!(numbers(batches.iter().map(|(x, y)| (x, y))), (0..n).collect::<Vec<_>>());
    }

    #[test]
    fn shuffled_batches_hold_every_example_once(n in length(), size in batch_size(), seed: u64) {
        let data = numbered(n);
        let batches: Vec<_> = data.shuffled_batches(size, &mut portable(seed)).unwrap().collect();
        prop_assert_eq!(batches.len(), n.div_ceil(size));
        prop_assert!(batches.iter().rev().skip(1).all(|(x, _)| x.nrows() == size));
        let mut numbers = numbers(batches.iter().map(|(x, y)| (x, y)));
        numbers.sort_unstable();
        prop_assert_eq!(numbers, (0..n).collect::<Vec<_>>());
    }

    #[test]
    fn selected_examples_come_in_the_order_asked_for(n in 1..30_usize, picks in proptest::collection::vec(0..1000_usize, 0..20)) {
        let picks: Vec<usize> = picks.into_iter().map(|pick| pick % n).collect();
        let (x, y) = numbered(n).select(&picks).unwrap().into_parts();
        prop_assert_eq!(numbers([(&x, &y)].into_iter()), picks);
    }
}

#[test]
fn every_row_meets_every_other_row_in_some_batch() {
    let data = numbered(6);
    let mut rng = portable(2);
    let mut met = [[false; 6]; 6];
    for _ in 0..200 {
        for (x, _) in data.shuffled_batches(2, &mut rng).unwrap() {
            let (a, b) = (x[[0, 0]] as usize, x[[1, 0]] as usize);
            (met[a][b], met[b][a]) = (true, true);
        }
    }
    assert!((0..6).all(|a| (0..6).all(|b| a == b || met[a][b])), "{met:?}");
}

#[test]
fn a_data_set_by_hand() {
    let data = numbered(3);
    assert_eq!((data.len(), data.is_empty()), (3, false));
    assert!(numbered(0).is_empty());
    assert_eq!(data.inputs(), array![[0.0, -0.0], [1.0, -1.0], [2.0, -2.0]]);
    assert_eq!(data.targets(), array![[0.0], [2.0], [4.0]]);
    let sums: Vec<f64> = data.iter().map(|(x, y)| x[0] + y[0]).collect();
    assert_eq!(sums, [0.0, 3.0, 6.0]);
    assert_eq!(data.iter().len(), 3);
    let moved = data.clone().with_inputs(data.inputs() + 1.0).unwrap();
    assert_eq!((moved.inputs()[[0, 0]], moved.targets()), (1.0, data.targets()));
    let moved = moved.with_targets(array![[7.0], [8.0], [9.0]]).unwrap();
    assert_eq!((moved.inputs()[[0, 0]], moved.targets()[[2, 0]]), (1.0, 9.0));
    assert!(data.clone().with_inputs(Array2::zeros((2, 2))).is_err());
    assert!(data.clone().with_targets(Array2::zeros((4, 1))).is_err());
    let single: Dataset<f32> = data.cast();
    assert_eq!(single.inputs()[[2, 1]], -2.0_f32);
    assert_eq!(single.cast::<f64>(), data);
}

#[test]
fn classes_are_distinct_targets_in_increasing_order() {
    let with_targets =
        |targets: Array2<f64>| Dataset::new(Array2::zeros((targets.nrows(), 1)), targets).unwrap();
    assert_eq!(
        with_targets(array![[1.0], [-1.0], [1.0], [0.5]]).classes(),
        [2, 0, 2, 1]
    );
    assert_eq!(with_targets(array![[0.0], [-0.0]]).classes(), [0, 0]);
    assert_eq!(
        with_targets(array![[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]).classes(),
        [0, 1, 0]
    );
    assert_eq!(
        with_targets(array![[-1e300], [f64::NEG_INFINITY], [f64::INFINITY], [-1e-300]]).classes(),
        [1, 0, 3, 2]
    );
    assert_eq!(with_targets(Array2::zeros((0, 1))).classes(), [0_usize; 0]);
}

#[test]
fn what_does_not_fit_is_named() {
    let error = Dataset::<f64>::new(Array2::zeros((3, 2)), Array2::zeros((4, 1))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the targets hold 4 examples, expected 3: one for each of the inputs"
    );

    let error = numbered(3).select(&[0, 3]).unwrap_err();
    assert_eq!(
        error,
        Error::Index {
            index: 3,
            examples: 3
        }
    );
    assert_eq!(
        error.to_string(),
        "index 3 points outside: the data set has 3 examples"
    );

    let data = numbered(3);
    let error = data.batches(0).err().unwrap();
    assert_eq!(
        error.to_string(),
        "Dataset::batches: size is 0, expected at least 1"
    );
    let mut rng = portable(1);
    let error = data.shuffled_batches(0, &mut rng).err().unwrap();
    assert_eq!(
        error.to_string(),
        "Dataset::shuffled_batches: size is 0, expected at least 1"
    );
    assert_eq!(rng, portable(1));
}
