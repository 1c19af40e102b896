//! Cross-validation: every example is in a test set once.

use brique_random::RandomSource;

use crate::error::check_addressable;
use crate::stratify::members_by_class;
use crate::{Error, Split};

/// Returns the `k` splits of a cross-validation. Each example is in the test set of exactly one split and in the
/// training sets of the others.
///
/// Without `shuffle` the folds are blocks of consecutive examples; with it they are drawn, each with equal
/// probability. The first `examples mod k` folds have ⌈examples / k⌉ test examples, the others ⌊examples / k⌋. Indices
/// increase within each side.
///
/// With [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) the indices equal those of scikit-learn's
/// `KFold(k, shuffle=True, random_state=s)`; without a source they equal those of `KFold(k)`.
///
/// # Errors
///
/// If `k` is below 2 or above the number of examples, or memory cannot address that many indices; nothing is drawn
/// then.
///
/// Source: scikit-learn, `sklearn.model_selection.KFold`.
///
/// ```
/// use brique_datasets::{k_fold, line};
/// use brique_random::portable;
///
/// let data = line(&mut portable(1));
/// for split in k_fold(data.len(), 5, Some(&mut portable(2)))? {
///     let (train, test) = (data.select(&split.train)?, data.select(&split.test)?);
///     assert_eq!((train.len(), test.len()), (80, 20));
/// }
/// let blocks = k_fold(5, 2, None)?;
/// assert_eq!(blocks[0].test, [0, 1, 2]);
/// assert_eq!(blocks[1].test, [3, 4]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn k_fold(
    examples: usize,
    k: usize,
    shuffle: Option<&mut dyn RandomSource>,
) -> Result<Vec<Split>, Error> {
    check_folds("k_fold", examples, k)?;
    let order = match shuffle {
        Some(rng) => rng.permutation(examples),
        None => (0..examples).collect(),
    };
    let mut fold_of = vec![0; examples];
    let mut rest = order.as_slice();
    for fold in 0..k {
        let size = examples / k + usize::from(fold < examples % k);
        let (members, others) = rest.split_at(size);
        for &index in members {
            fold_of[index] = fold;
        }
        rest = others;
    }
    Ok(splits(&fold_of, k))
}

/// Returns the `k` splits of a cross-validation whose folds have the proportions of the classes.
///
/// `classes` contains the class of each example, as any numbers; [`Dataset::classes`](crate::Dataset::classes) returns
/// them. In each fold the number of members of a class is `members / k`, rounded down or up. Without `shuffle` the
/// members of a class are assigned to the folds in blocks; with it they are drawn. Indices increase within each side.
///
/// With [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) the indices equal those of scikit-learn's
/// `StratifiedKFold(k, shuffle=True, random_state=s)`; without a source they equal those of `StratifiedKFold(k)`. If a
/// class has fewer members than there are folds, scikit-learn only warns; this function returns an error.
///
/// # Errors
///
/// If `k` is below 2, a class has fewer than `k` members, there are no examples, or memory cannot address that many
/// indices; nothing is drawn then.
///
/// Source: scikit-learn, `sklearn.model_selection.StratifiedKFold`.
///
/// ```
/// use brique_datasets::stratified_k_fold;
/// use brique_random::portable;
///
/// let classes = [0, 0, 0, 0, 1, 1];
/// for split in stratified_k_fold(&classes, 2, Some(&mut portable(1)))? {
///     assert_eq!(split.test.iter().filter(|&&index| classes[index] == 0).count(), 2);
///     assert_eq!(split.test.iter().filter(|&&index| classes[index] == 1).count(), 1);
/// }
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn stratified_k_fold(
    classes: &[usize],
    k: usize,
    mut shuffle: Option<&mut dyn RandomSource>,
) -> Result<Vec<Split>, Error> {
    check_folds("stratified_k_fold", classes.len(), k)?;
    let mut classes: Vec<(usize, Vec<usize>)> = members_by_class(classes).into_iter().collect();
    if let Some((class, members)) = classes.iter().find(|(_, members)| members.len() < k) {
        return Err(Error::SmallClass {
            class: *class,
            members: members.len(),
            folds: k,
        });
    }
    classes.sort_by_key(|(_, members)| members[0]); // scikit-learn's order: the first class to appear comes first

    let mut fold_of = vec![0; classes.iter().map(|(_, members)| members.len()).sum()];
    let mut dealt = 0;
    for (_, members) in &classes {
        let mut folds: Vec<usize> = (dealt..dealt + members.len()).map(|index| index % k).collect();
        folds.sort_unstable();
        if let Some(rng) = &mut shuffle {
            rng.shuffle(&mut folds);
        }
        for (&index, fold) in members.iter().zip(folds) {
            fold_of[index] = fold;
        }
        dealt += members.len();
    }
    Ok(splits(&fold_of, k))
}

/// Returns the split of each fold: the test examples are those of the fold, the training examples all others.
fn splits(fold_of: &[usize], k: usize) -> Vec<Split> {
    (0..k)
        .map(|fold| {
            let (test, train) = (0..fold_of.len()).partition(|&index| fold_of[index] == fold);
            Split { train, test }
        })
        .collect()
}

fn check_folds(function: &'static str, examples: usize, k: usize) -> Result<(), Error> {
    let wrong = |found, expected| {
        Err(Error::Parameter {
            function,
            parameter: "k",
            found,
            expected,
        })
    };
    if k < 2 {
        return wrong(k.to_string(), "at least 2 folds");
    }
    if k > examples {
        return wrong(
            format!("{k} with {examples} examples"),
            "at most one fold for each example",
        );
    }
    check_addressable(function, "k", k, examples)
}
