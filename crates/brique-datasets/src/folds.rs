//! Cross-validation: every example is in a test set once.

use std::iter;

use crate::memory::check_memory;
use crate::stratify::{check_one_class_an_example, members_by_class};
use crate::{Error, Selection, Split};

/// Returns the `k` splits of a cross-validation. Each example is in the test set of exactly one split and in the
/// training sets of the others.
///
/// | selection | the folds are | scikit-learn |
/// |---|---|---|
/// | [`InOrder`](Selection::InOrder) | blocks of consecutive examples | `KFold(k)` |
/// | [`Shuffled`](Selection::Shuffled) | drawn with equal probability | `KFold(k, shuffle=True, …)` |
/// | [`StratifiedInOrder`](Selection::StratifiedInOrder) | blocks of each class | `StratifiedKFold(k)` |
/// | [`Stratified`](Selection::Stratified) | drawn from each class | `StratifiedKFold(k, shuffle=True, …)` |
///
/// Without strata the first `examples mod k` folds have ⌈examples / k⌉ test examples, the others ⌊examples / k⌋. With
/// strata the number of members of a class in a fold is `members / k`, rounded down or up. Indices increase within each
/// side. With [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) the indices equal those of scikit-learn with
/// `random_state=s`.
/// If a class has fewer members than there are folds, scikit-learn only warns; this function returns an error.
///
/// # Errors
///
/// If `k` is below 2 or above the number of examples; if there is not one class per example, or a class has fewer than
/// `k` members; if memory cannot address that many indices. Nothing is drawn then.
///
/// Source: scikit-learn, `sklearn.model_selection.KFold` and `StratifiedKFold`.
///
/// ```
/// use brique_datasets::{Selection, k_fold, line};
/// use brique_random::portable;
///
/// let data = line(&mut portable(1));
/// for split in k_fold(data.len(), 5, Selection::Shuffled(&mut portable(2)))? {
///     let (train, test) = (data.select(&split.train)?, data.select(&split.test)?);
///     assert_eq!((train.len(), test.len()), (80, 20));
/// }
/// let blocks = k_fold(5, 2, Selection::InOrder)?;
/// assert_eq!(blocks[0].test, [0, 1, 2]);
/// assert_eq!(blocks[1].test, [3, 4]);
///
/// let classes = [0, 0, 0, 0, 1, 1];
/// let selection = Selection::StratifiedInOrder { classes: &classes };
/// let blocks = k_fold(classes.len(), 2, selection)?;
/// assert_eq!(blocks[0].test, [0, 1, 4]);
/// assert_eq!(blocks[1].test, [2, 3, 5]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn k_fold(examples: usize, k: usize, selection: Selection<'_>) -> Result<Vec<Split>, Error> {
    check_folds(examples, k)?;
    let fold_of = match selection {
        Selection::InOrder => blocks(examples, k),
        Selection::Shuffled(rng) => {
            let mut fold_of = vec![0; examples];
            for (index, fold) in rng.permutation(examples).into_iter().zip(blocks(examples, k)) {
                fold_of[index] = fold;
            }
            fold_of
        }
        Selection::StratifiedInOrder { classes } => stratified_folds(examples, k, classes, |_| ())?,
        Selection::Stratified { classes, rng } => {
            stratified_folds(examples, k, classes, |folds| rng.shuffle(folds))?
        }
    };
    Ok(splits(&fold_of, k))
}

/// Returns the fold of each of the examples if the folds are blocks of consecutive examples.
fn blocks(examples: usize, k: usize) -> Vec<usize> {
    (0..k)
        .flat_map(|fold| iter::repeat_n(fold, examples / k + usize::from(fold < examples % k)))
        .collect()
}

/// Returns the fold of each of the examples if the folds have the proportions of the classes. `shuffle` orders the
/// folds of the members of one class, which come in increasing order.
fn stratified_folds(
    examples: usize,
    k: usize,
    classes: &[usize],
    mut shuffle: impl FnMut(&mut Vec<usize>),
) -> Result<Vec<usize>, Error> {
    check_one_class_an_example(examples, classes)?;
    let mut classes: Vec<(usize, Vec<usize>)> = members_by_class(classes).into_iter().collect();
    if let Some((class, members)) = classes.iter().find(|(_, members)| members.len() < k) {
        return Err(Error::SmallClass {
            class: *class,
            members: members.len(),
            folds: k,
        });
    }
    classes.sort_by_key(|(_, members)| members[0]); // scikit-learn's order: the first class to appear comes first

    let mut fold_of = vec![0; examples];
    let mut dealt = 0;
    for (_, members) in &classes {
        let mut folds: Vec<usize> = (dealt..dealt + members.len()).map(|index| index % k).collect();
        folds.sort_unstable();
        shuffle(&mut folds);
        for (&index, fold) in members.iter().zip(folds) {
            fold_of[index] = fold;
        }
        dealt += members.len();
    }
    Ok(fold_of)
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

fn check_folds(examples: usize, k: usize) -> Result<(), Error> {
    let wrong = |found, expected| {
        Err(Error::Parameter {
            function: "k_fold",
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
    check_memory("k_fold", "k", (k, examples), 2)
}
