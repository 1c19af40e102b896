use brique_core::Module;
use brique_gradcheck::Judge;
use brique_gradcheck::strategies::size;
use brique_layers::{Dropout, Sequential};
use brique_tensor::ndarray::{Array2, Axis};
use proptest::prelude::*;

fn mask(dropout: Dropout, shape: (usize, usize)) -> Array2<f64> {
    dropout.forward(&Array2::ones(shape)).unwrap()
}

fn at_step(mut dropout: Dropout, step: u64) -> Dropout {
    Module::<f64>::begin_step(&mut dropout, step);
    dropout
}

/// The mask belongs to a place in the batch: a row alone has that of the first.
#[test]
fn it_keeps_every_law_but_one() {
    let modules = || {
        (size(), 0.0..0.9, any::<u64>())
            .prop_map(|(inputs, rate, seed)| (Dropout::new(rate, seed).unwrap(), inputs))
    };
    let judgement = Judge::new(1)
        .without("a_batch_is_its_rows")
        .modules(modules())
        .unwrap();
    assert!(judgement.entries() > 300, "{judgement}");
    assert_eq!(
        Judge::new(1).modules(modules()).unwrap_err().check(),
        "a_batch_is_its_rows"
    );
}

#[test]
fn the_rate_is_that_of_the_dropped() {
    for rate in [0.0, 0.1, 0.5, 0.9] {
        let mask = mask(Dropout::new(rate, 3).unwrap(), (300, 300));
        let dropped = mask.iter().filter(|m| **m == 0.0).count() as f64 / 90_000.0;
        assert!((dropped - rate).abs() < 0.005, "{dropped} at a rate of {rate}");
        assert!(mask.iter().all(|m| *m == 0.0 || *m == 1.0 / (1.0 - rate)));
    }
}

/// No row, no column and no step repeats another, and neighbours say nothing about one another.
#[test]
fn masks_of_rows_columns_steps_and_seeds_are_unrelated() {
    let dropout = Dropout::new(0.5, 3).unwrap();
    let first = mask(dropout, (200, 200)).mapv(|m| m - 1.0);
    let related = |other: &Array2<f64>| (&first * other).mean().unwrap().abs();
    for other in [
        first.t().to_owned(),
        mask(at_step(dropout, 1), (200, 200)).mapv(|m| m - 1.0),
        mask(Dropout::new(0.5, 4).unwrap(), (200, 200)).mapv(|m| m - 1.0),
        Array2::from_shape_fn((200, 200), |(i, j)| first[[(i + 1) % 200, j]]),
        Array2::from_shape_fn((200, 200), |(i, j)| first[[i, (j + 1) % 200]]),
    ] {
        assert!(related(&other) < 0.03, "{}", related(&other));
    }
    for axis in [Axis(0), Axis(1)] {
        let most = first
            .mean_axis(axis)
            .unwrap()
            .iter()
            .fold(0.0_f64, |most, mean| most.max(mean.abs()));
        assert!(most < 0.35, "a row or column of almost one kind: {most}");
    }
}

#[test]
fn the_mask_depends_on_seed_step_and_place_alone() {
    let dropout = Dropout::new(0.3, 9).unwrap();
    let large = mask(dropout, (50, 20));
    assert_eq!(mask(at_step(at_step(dropout, 5), 0), (50, 20)), large);
    let small = mask(dropout, (20, 7));
    assert_eq!(
        small,
        large
            .slice_axis(Axis(0), (0..20).into())
            .slice_axis(Axis(1), (0..7).into())
    );
}

/// Computed by another program. A training that continues needs the same masks in every version.
#[test]
fn the_mask_of_a_seed_and_a_step_stays_the_same() {
    let mask = mask(at_step(Dropout::new(0.5, 42).unwrap(), 3), (4, 16));
    let rows: Vec<String> = mask
        .rows()
        .into_iter()
        .map(|row| row.iter().map(f64::to_string).collect())
        .collect();
    assert_eq!(
        rows,
        [
            "0002022202020020",
            "2002222202022020",
            "0202200202000020",
            "0022022220002022"
        ]
    );
}

#[test]
fn a_network_drops_in_training_and_not_in_prediction() {
    let x = Array2::ones((30, 4));
    let mut network: Sequential = Sequential::new(4).then(Dropout::new(0.5, 1).unwrap()).unwrap();
    let first = network.forward(&x).unwrap();
    assert!(first.iter().any(|y| *y == 0.0));
    assert_eq!(network.predict(&x).unwrap(), x);
    network.begin_step(1);
    assert_ne!(network.forward(&x).unwrap(), first);
    assert_eq!(network.predict(&x).unwrap(), x);
}

#[test]
fn rates_that_are_none_are_refused() {
    for wrong in [-0.1, 1.0, f64::NAN] {
        assert_eq!(
            Dropout::new(wrong, 0).unwrap_err().to_string(),
            format!("Dropout, new: rate is {wrong}, expected a probability of at least 0 and below 1")
        );
    }
    assert_eq!(Dropout::new(0.25, 0).unwrap().to_string(), "Dropout(0.25)");
}
