//! Splits that preserve the proportions of the classes.

use std::collections::BTreeMap;

use brique_random::RandomSource;

use crate::{Error, Side, Split};

/// Returns the indices of a stratified split whose test examples are drawn. The draws are in scikit-learn's order:
/// shares of the training set, shares of the test set, one permutation for each class, and one for each side.
pub(crate) fn stratified(
    classes: &[usize],
    n_test: usize,
    rng: &mut dyn RandomSource,
) -> Result<Split, Error> {
    let members = members_by_class(classes);
    let (for_train, for_test) = shares(&members, classes.len(), n_test, |tied| rng.permutation(tied))?;

    let (mut train, mut test) = (
        Vec::with_capacity(classes.len() - n_test),
        Vec::with_capacity(n_test),
    );
    for ((members, n_train), n_test) in members.values().zip(for_train).zip(for_test) {
        let order = rng.permutation(members.len());
        let mut drawn = order.into_iter().map(|index| members[index]);
        train.extend(drawn.by_ref().take(n_train));
        test.extend(drawn.take(n_test));
    }
    rng.shuffle(&mut train);
    rng.shuffle(&mut test);
    Ok(Split { train, test })
}

/// Returns the indices of a stratified split whose test examples are the last members of each class. If two classes
/// have the same claim to one more example, the smaller class index receives it.
pub(crate) fn stratified_in_order(classes: &[usize], n_test: usize) -> Result<Split, Error> {
    let members = members_by_class(classes);
    let (for_train, _) = shares(&members, classes.len(), n_test, |tied| (0..tied).collect())?;

    let (mut train, mut test) = (
        Vec::with_capacity(classes.len() - n_test),
        Vec::with_capacity(n_test),
    );
    for (members, n_train) in members.values().zip(for_train) {
        let (first, last) = members.split_at(n_train);
        train.extend(first);
        test.extend(last);
    }
    train.sort_unstable();
    test.sort_unstable();
    Ok(Split { train, test })
}

/// Returns how many members of each class go to the training set and to the test set.
fn shares(
    members: &BTreeMap<usize, Vec<usize>>,
    examples: usize,
    n_test: usize,
    mut order_ties: impl FnMut(usize) -> Vec<usize>,
) -> Result<(Vec<usize>, Vec<usize>), Error> {
    let n_train = examples - n_test;
    check_every_class_fits(members, n_train, n_test)?;

    let counts: Vec<usize> = members.values().map(Vec::len).collect();
    let for_train = proportional_shares(&counts, n_train, &mut order_ties);
    let left: Vec<usize> = counts
        .iter()
        .zip(&for_train)
        .map(|(count, taken)| count - taken)
        .collect();
    let for_test = proportional_shares(&left, n_test, &mut order_ties);
    Ok((for_train, for_test))
}

/// Returns the indices of the examples of each class; classes and indices are in increasing order.
pub(crate) fn members_by_class(classes: &[usize]) -> BTreeMap<usize, Vec<usize>> {
    let mut members: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, &class) in classes.iter().enumerate() {
        members.entry(class).or_default().push(index);
    }
    members
}

fn check_every_class_fits(
    members: &BTreeMap<usize, Vec<usize>>,
    n_train: usize,
    n_test: usize,
) -> Result<(), Error> {
    if let Some((&class, members)) = members.iter().find(|(_, members)| members.len() < 2) {
        return Err(Error::LonelyClass {
            class,
            members: members.len(),
        });
    }
    let classes = members.len();
    for (side, examples) in [(Side::Train, n_train), (Side::Test, n_test)] {
        if examples < classes {
            return Err(Error::TooFewForClasses {
                side,
                examples,
                classes,
            });
        }
    }
    Ok(())
}

/// Divides `total` into whole shares as nearly proportional to `counts` as possible: the shares are rounded down, then
/// those with the largest remainders receive one more. `order_ties(n)` returns the order of n equal remainders.
fn proportional_shares(
    counts: &[usize],
    total: usize,
    order_ties: &mut impl FnMut(usize) -> Vec<usize>,
) -> Vec<usize> {
    let sum: usize = counts.iter().sum();
    let exact: Vec<f64> = counts
        .iter()
        .map(|&count| count as f64 / sum as f64 * total as f64)
        .collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of `total`"
    )]
    let mut shares: Vec<usize> = exact.iter().map(|exact| exact.floor() as usize).collect();
    let mut missing = total.saturating_sub(shares.iter().sum());

    let remainders: Vec<f64> = exact.iter().map(|exact| exact - exact.floor()).collect();
    let mut values = remainders.clone();
    values.sort_by(|a, b| b.total_cmp(a));
    values.dedup();
    for value in values {
        if missing == 0 {
            break;
        }
        #[expect(clippy::float_cmp, reason = "ties are equal numbers")]
        let tied: Vec<usize> = (0..counts.len())
            .filter(|&class| remainders[class] == value)
            .collect();
        let order = order_ties(tied.len());
        for index in order.into_iter().take(missing) {
            shares[tied[index]] += 1;
        }
        missing -= missing.min(tied.len());
    }
    shares
}

pub(crate) fn check_one_class_an_example(examples: usize, classes: &[usize]) -> Result<(), Error> {
    if classes.len() == examples {
        return Ok(());
    }
    Err(Error::Lengths {
        what: "the classes to stratify by",
        found: classes.len(),
        expected: examples,
        of: "examples",
    })
}
