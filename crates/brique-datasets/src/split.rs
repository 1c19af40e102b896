//! Splits into training and test sets.

use std::fmt;

use brique_random::RandomSource;
use brique_tensor::Scalar;

use crate::memory::check_memory;
use crate::stratify::{check_one_class_an_example, stratified, stratified_in_order};
use crate::{Dataset, Error, Side};

/// The size of the test set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum TestSize {
    /// This fraction of the examples, in (0, 1), rounded up to a whole number.
    Fraction(f64),
    /// This many examples.
    Count(usize),
}

impl Default for TestSize {
    /// Returns a quarter, as in scikit-learn.
    fn default() -> Self {
        Self::Fraction(0.25)
    }
}

impl fmt::Display for TestSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fraction(fraction) => write!(f, "{fraction}"),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

/// The way in which [`train_test_split`] and [`k_fold`](crate::k_fold) select the test examples.
///
/// The first two variants do not look at classes. The others give each side of a split the proportions of the classes.
pub enum Selection<'a> {
    /// Consecutive examples. A single split tests on the last ones.
    InOrder,
    /// Examples are drawn with equal probability. A single split returns both sides in the drawn order.
    Shuffled(&'a mut dyn RandomSource),
    /// Consecutive members of each class. A single split tests on the last members of each class; both sides are in
    /// order.
    StratifiedInOrder {
        /// The class of each example, as any numbers; [`Dataset::classes`] returns them.
        classes: &'a [usize],
    },
    /// Members of each class are drawn. A single split returns both sides in a drawn order.
    Stratified {
        /// The class number of each example, for example from [`Dataset::classes`]. The numbers may have gaps.
        classes: &'a [usize],
        /// The source of random numbers.
        rng: &'a mut dyn RandomSource,
    },
}

/// The indices of the examples in the training set and in the test set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The training examples.
    pub train: Vec<usize>,
    /// The test examples.
    pub test: Vec<usize>,
}

impl Split {
    /// Returns the training set and the test set of a data set, (train, test).
    ///
    /// # Errors
    ///
    /// If an index is not below the number of examples.
    ///
    /// ```
    /// use brique_datasets::{Selection, k_fold, line};
    /// use brique_random::portable;
    ///
    /// let data = line(&mut portable(1));
    /// for fold in k_fold(data.len(), 4, Selection::InOrder)? {
    ///     let (train, test) = fold.select(&data)?;
    ///     assert_eq!((train.len(), test.len()), (75, 25));
    /// }
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn select<T: Scalar>(&self, data: &Dataset<T>) -> Result<(Dataset<T>, Dataset<T>), Error> {
        Ok((data.select(&self.train)?, data.select(&self.test)?))
    }
}

/// Splits a data set into a training set and a test set, and returns (train, test).
///
/// With [`NumpyRandomState::new(s)`](brique_random::NumpyRandomState) as the source of random numbers, both sets are
/// those of scikit-learn's `train_test_split(…, random_state=s)`, row by row.
///
/// # Errors
///
/// As [`train_test_indices`].
///
/// ```
/// use brique_datasets::{Selection, TestSize, line, train_test_split};
/// use brique_random::NumpyRandomState;
///
/// let data = line(&mut NumpyRandomState::new(42));
/// let mut rng = NumpyRandomState::new(42);
/// let (size, selection) = (TestSize::Fraction(0.2), Selection::Shuffled(&mut rng));
/// let (train, test) = train_test_split(&data, size, selection)?;
/// assert_eq!((train.len(), test.len()), (80, 20));
///
/// let (first, last) = train_test_split(&data, TestSize::Count(1), Selection::InOrder)?;
/// assert_eq!((first.len(), last.inputs()[[0, 0]]), (99, 10.0));
///
/// let size = TestSize::Fraction(1.2);
/// let error = train_test_split(&data, size, Selection::InOrder).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "train_test_split: the fraction of TestSize is 1.2, expected a number between 0 \
///      and 1, both excluded; a number of examples is TestSize::Count"
/// );
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn train_test_split<T: Scalar>(
    data: &Dataset<T>,
    test_size: TestSize,
    selection: Selection<'_>,
) -> Result<(Dataset<T>, Dataset<T>), Error> {
    let Split { train, test } = train_test_indices(data.len(), test_size, selection)?;
    Ok((data.gather(&train), data.gather(&test)))
}

/// Splits the indices `0..examples` as [`train_test_split`] splits a data set. Use it for data that is not in a
/// [`Dataset`].
///
/// # Errors
///
/// If a fraction is outside (0, 1), or one of the two sets would be empty. For a stratified split, also if `classes`
/// does not have one element per example, a class has a single example, or one of the two sets has fewer examples than
/// there are classes. Also if memory cannot hold the indices. In all these cases no random number is drawn.
pub fn train_test_indices(
    examples: usize,
    test_size: TestSize,
    selection: Selection<'_>,
) -> Result<Split, Error> {
    let n_test = test_count(examples, test_size)?;
    check_memory("train_test_split", "examples", (examples, 1), 2)?;
    match selection {
        Selection::InOrder => {
            let n_train = examples - n_test;
            Ok(Split {
                train: (0..n_train).collect(),
                test: (n_train..examples).collect(),
            })
        }
        Selection::Shuffled(rng) => {
            let mut order = rng.permutation(examples);
            let train = order.split_off(n_test);
            Ok(Split { train, test: order })
        }
        Selection::StratifiedInOrder { classes } => {
            check_one_class_an_example(examples, classes)?;
            stratified_in_order(classes, n_test)
        }
        Selection::Stratified { classes, rng } => {
            check_one_class_an_example(examples, classes)?;
            stratified(classes, n_test, rng)
        }
    }
}

fn test_count(examples: usize, test_size: TestSize) -> Result<usize, Error> {
    let count = match test_size {
        TestSize::Count(count) => count,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of `examples`"
        )]
        TestSize::Fraction(fraction) if fraction > 0.0 && fraction < 1.0 => {
            (fraction * examples as f64).ceil() as usize
        }
        TestSize::Fraction(fraction) => {
            return Err(Error::Parameter {
                function: "train_test_split",
                parameter: "the fraction of TestSize",
                found: fraction.to_string(),
                expected: "a number between 0 and 1, both excluded; a number of examples is TestSize::Count",
            });
        }
    };
    if count > examples {
        return Err(Error::Parameter {
            function: "train_test_split",
            parameter: "the count of TestSize",
            found: format!("{count} of {examples} examples"),
            expected: "fewer than there are examples",
        });
    }
    let empty = |side| {
        Err(Error::EmptySide {
            side,
            examples,
            test_size: test_size.to_string(),
        })
    };
    match count {
        _ if count == examples => empty(Side::Train),
        0 => empty(Side::Test),
        count => Ok(count),
    }
}
