//! Expected indices: scikit-learn 1.9.1, `KFold` and `StratifiedKFold` with `shuffle=True, random_state=seed`, or with
//! neither.

use brique_datasets::{Error, Selection, Split, digits, k_fold};
use brique_random::{NumpyRandomState, portable};
use proptest::prelude::*;

use crate::digest;

/// Checks the test sides, and that the train sides are all the rest in order.
fn check(splits: &[Split], tests: &[&[usize]]) {
    assert_eq!(
        splits
            .iter()
            .map(|split| split.test.as_slice())
            .collect::<Vec<_>>(),
        tests
    );
    let examples: usize = tests.iter().map(|test| test.len()).sum();
    for split in splits {
        let rest: Vec<usize> = (0..examples)
            .filter(|index| !split.test.contains(index))
            .collect();
        assert_eq!(split.train, rest);
    }
}

fn shuffled(examples: usize, k: usize, seed: u32) -> Vec<Split> {
    k_fold(examples, k, Selection::Shuffled(&mut NumpyRandomState::new(seed))).unwrap()
}

fn stratified(classes: &[usize], k: usize, seed: u32) -> Vec<Split> {
    let rng = &mut NumpyRandomState::new(seed);
    k_fold(classes.len(), k, Selection::Stratified { classes, rng }).unwrap()
}

fn stratified_blocks(classes: &[usize], k: usize) -> Vec<Split> {
    k_fold(classes.len(), k, Selection::StratifiedInOrder { classes }).unwrap()
}

#[test]
fn folds_are_scikit_learns() {
    check(&shuffled(10, 3, 0), &[&[2, 4, 8, 9], &[1, 6, 7], &[0, 3, 5]]);
    check(
        &shuffled(11, 5, 42),
        &[&[0, 5, 9], &[2, 10], &[1, 8], &[4, 7], &[3, 6]],
    );
    check(&shuffled(7, 7, 3), &[&[4], &[6], &[5], &[3], &[1], &[0], &[2]]);
    check(
        &k_fold(11, 4, Selection::InOrder).unwrap(),
        &[&[0, 1, 2], &[3, 4, 5], &[6, 7, 8], &[9, 10]],
    );
}

#[test]
fn stratified_folds_are_scikit_learns() {
    let sorted = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];
    check(
        &stratified(&sorted, 3, 0),
        &[&[2, 3, 4, 8], &[0, 6, 9], &[1, 5, 7]],
    );
    check(
        &stratified_blocks(&sorted, 3),
        &[&[0, 1, 4, 7], &[2, 5, 8], &[3, 6, 9]],
    );

    let first_is_not_least = [5, 5, 3, 3, 3, 3, 5, 9, 9, 9, 9, 3];
    check(
        &stratified(&first_is_not_least, 3, 4),
        &[&[1, 5, 8, 11], &[0, 3, 4, 10], &[2, 6, 7, 9]],
    );
    check(
        &stratified_blocks(&first_is_not_least, 3),
        &[&[0, 2, 3, 7], &[1, 4, 5, 8], &[6, 9, 10, 11]],
    );

    let alternating = [1, 0].repeat(8);
    check(
        &stratified(&alternating, 4, 42),
        &[&[0, 4, 5, 13], &[1, 8, 11, 12], &[2, 7, 9, 10], &[3, 6, 14, 15]],
    );

    let uneven = [[2, 0, 1].repeat(5), vec![0, 0, 0, 0, 2, 2]].concat();
    check(
        &stratified(&uneven, 5, 11),
        &[
            &[8, 15, 18, 19, 20],
            &[0, 11, 12, 16],
            &[4, 5, 6, 13],
            &[1, 2, 3, 10],
            &[7, 9, 14, 17],
        ],
    );
    check(
        &stratified_blocks(&uneven, 5),
        &[
            &[0, 1, 2, 3, 4],
            &[5, 6, 7, 9],
            &[8, 10, 12, 13],
            &[11, 15, 16, 19],
            &[14, 17, 18, 20],
        ],
    );
}

/// Digests of the indices of all folds, train before test, as `<u8`.
#[test]
fn folds_of_the_digits_are_scikit_learns() {
    let classes = digits::<f64>().unwrap().classes();
    let digest = |splits: &[Split]| {
        let indices = splits
            .iter()
            .flat_map(|split| split.train.iter().chain(&split.test));
        digest::sha256(indices.map(|&index| index as u64))
    };
    assert_eq!(
        digest(&shuffled(1797, 10, 42)),
        "f22e15ece6bb53a7b44faaa83973c4ec29e856536162348bfa6401bd9712b7b0"
    );
    assert_eq!(
        digest(&stratified(&classes, 10, 42)),
        "1e9fcea898a736f0e5828068c7378460964524c16c7d499afb1af7286a9c5780"
    );
    assert_eq!(
        digest(&stratified_blocks(&classes, 10)),
        "fc434d52fcfbc22ef06f781dd8874a4ebc5f64ea3e89091451429e39366c1ef8"
    );
}

proptest! {
    #[test]
    fn every_example_is_tested_once(examples in 2..80_usize, share in 0.0..1.0_f64, seed: u64) {
        let k = 2 + (share * (examples - 1) as f64) as usize;
        let splits = k_fold(examples, k, Selection::Shuffled(&mut portable(seed))).unwrap();
        prop_assert_eq!(splits.len(), k);
        let mut tested: Vec<usize> = splits.iter().flat_map(|split| split.test.clone()).collect();
        tested.sort_unstable();
        prop_assert_eq!(tested, (0..examples).collect::<Vec<_>>());
        for (fold, split) in splits.iter().enumerate() {
            prop_assert_eq!(split.test.len(), examples / k + usize::from(fold < examples % k));
            prop_assert_eq!(split.train.len() + split.test.len(), examples);
            prop_assert!(split.test.is_sorted() && split.train.is_sorted());
            prop_assert!(split.test.iter().all(|index| !split.train.contains(index)));
        }
    }

    #[test]
    fn stratified_folds_hold_fair_shares(members in proptest::collection::vec(3..12_usize, 1..5), k in 2..4_usize, seed: u64) {
        let classes: Vec<usize> = members.iter().enumerate().flat_map(|(class, &n)| std::iter::repeat_n(7 * class, n)).collect();
        let rng = &mut portable(seed);
        let splits = k_fold(classes.len(), k, Selection::Stratified { classes: &classes, rng }).unwrap();
        for split in &splits {
            for (class, members) in members.iter().enumerate() {
                let here = split.test.iter().filter(|&&index| classes[index] == 7 * class).count();
                prop_assert!(here == members / k || here == members.div_ceil(k));
            }
            prop_assert_eq!(split.train.len() + split.test.len(), classes.len());
        }
        prop_assert_eq!(splits.iter().map(|split| split.test.len()).sum::<usize>(), classes.len());
    }
}

#[test]
fn folds_that_cannot_be_are_refused_before_anything_is_drawn() {
    let mut rng = portable(1);
    let mut refused = |examples, k| {
        let error = k_fold(examples, k, Selection::Shuffled(&mut rng)).unwrap_err();
        assert_eq!(k_fold(examples, k, Selection::InOrder), Err(error.clone()));
        error.to_string()
    };
    for k in [0, 1] {
        assert_eq!(
            refused(5, k),
            format!("k_fold: k is {k}, expected at least 2 folds")
        );
    }
    assert_eq!(
        refused(5, 6),
        "k_fold: k is 6 with 5 examples, expected at most one fold for each example"
    );
    assert_eq!(
        refused(0, 2),
        "k_fold: k is 2 with 0 examples, expected at most one fold for each example"
    );
    assert!(refused(usize::MAX, 2).ends_with("expected as many as memory can address"));
    assert_eq!(rng, portable(1));
}

#[test]
fn a_class_that_is_smaller_than_the_folds_are_many_is_named() {
    let mut rng = portable(1);
    let mut refused = |classes: &[usize], k| {
        let rng = &mut rng;
        let error = k_fold(classes.len(), k, Selection::Stratified { classes, rng }).unwrap_err();
        let in_order = k_fold(classes.len(), k, Selection::StratifiedInOrder { classes });
        assert_eq!(in_order, Err(error.clone()));
        error
    };
    let small = refused(&[0, 7, 0, 0, 7, 0], 3);
    assert_eq!(
        small,
        Error::SmallClass {
            class: 7,
            members: 2,
            folds: 3
        }
    );
    assert_eq!(
        small.to_string(),
        "class 7 has 2 members; 3 stratified folds need at least 3, one for each"
    );
    assert_eq!(
        refused(&[1, 1], 1).to_string(),
        "k_fold: k is 1, expected at least 2 folds"
    );
    assert_eq!(
        refused(&[], 2).to_string(),
        "k_fold: k is 2 with 0 examples, expected at most one fold for each example"
    );
    assert_eq!(rng, portable(1));
}

#[test]
fn strata_need_one_class_per_example() {
    let classes = &[0, 0, 1, 1];
    let error = k_fold(5, 2, Selection::StratifiedInOrder { classes }).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the classes to stratify by hold 4 examples, expected 5: one for each of the examples"
    );
}
