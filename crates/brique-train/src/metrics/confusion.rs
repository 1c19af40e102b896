//! The confusion matrix and the metrics computed from it.

mod names;
mod table;
mod tally;

use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar, is_allocatable};

use super::MetricError;
use super::classes::{Cut, Outcomes, decide};
use names::check_names;
use tally::{Tally, ratio};

/// A confusion matrix: `counts[[i, j]]` is the number of examples of class i that were predicted to be of class j.
///
/// If ŷ has several columns, each column is a class. If ŷ has a single column, there are two classes: the targets 0 and
/// −1 are class 0, the target 1 is class 1. The [module documentation](super#classes) explains how the class of a
/// target and of a prediction is determined.
///
/// For class k, the true positives are `TP = counts[[k, k]]`. The false positives FP are the sum of the other elements
/// of column k, and the false negatives FN are the sum of the other elements of row k.
///
/// | method | formula | 0 / 0 if |
/// |---|---|---|
/// | [`precision`](Self::precision) | `TP / (TP + FP)` | no example is predicted as k |
/// | [`recall`](Self::recall) | `TP / (TP + FN)` | no example has the true class k |
/// | [`f1`](Self::f1) | `2·TP / (2·TP + FP + FN)` | both hold |
///
/// If a formula divides 0 by 0, the result is 0, as with scikit-learn's `zero_division=0`. A macro average is the
/// unweighted mean over the classes that occur, as in scikit-learn. A class occurs if it is the true or the predicted
/// class of at least one example. A weighted average weights each class by its support, the number of examples whose
/// true class it is.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_train::metrics::ConfusionMatrix;
///
/// let y = array![[0.0], [0.0], [1.0], [2.0]];
/// let yhat = array![
///     [0.7, 0.2, 0.1],
///     [0.1, 0.8, 0.1],
///     [0.2, 0.6, 0.2],
///     [0.0, 0.3, 0.7]
/// ];
/// let confusion = ConfusionMatrix::of(&y, &yhat)?;
/// assert_eq!(confusion.counts(), array![[1, 1, 0], [0, 1, 0], [0, 0, 1]]);
/// assert_eq!(confusion.accuracy(), 0.75);
/// assert_eq!((confusion.precision(1)?, confusion.recall(1)?), (0.5, 1.0));
/// assert_eq!(
///     confusion.to_string(),
///     "true \\ predicted  0  1  2\n\
///      \x20              0  1  1  0\n\
///      \x20              1  0  1  0\n\
///      \x20              2  0  0  1"
/// );
/// # Ok::<(), brique_train::metrics::MetricError>(())
/// ```
///
/// Source: scikit-learn's `confusion_matrix` and `precision_recall_fscore_support`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfusionMatrix {
    counts: Array2<usize>,
    /// The name of each class, if names were given.
    names: Option<Vec<String>>,
}

impl ConfusionMatrix {
    /// Creates the confusion matrix of predictions. If there is a single column, predictions above the midpoint of the
    /// two targets are class 1, the others class 0.
    ///
    /// # Errors
    ///
    /// As [`accuracy`](super::accuracy), and if memory cannot hold a number for each pair of classes.
    pub fn of<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Self, MetricError> {
        Self::count(&decide(y, yhat, Cut::Middle)?)
    }

    /// Creates the confusion matrix of logits. If there is a single column, logits above 0 are class 1, the others
    /// class 0; this holds for targets 0 and 1 too.
    ///
    /// # Errors
    ///
    /// As [`accuracy`](super::accuracy), and if memory cannot hold a number for each pair of classes.
    ///
    /// ```
    /// use brique_tensor::ndarray::array;
    /// use brique_train::metrics::ConfusionMatrix;
    ///
    /// let (y, logits) = (array![[0.0], [1.0]], array![[-1.0], [0.25]]);
    /// assert_eq!(ConfusionMatrix::of_logits(&y, &logits)?.f1(1)?, 1.0);
    /// # Ok::<(), brique_train::metrics::MetricError>(())
    /// ```
    pub fn of_logits<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) -> Result<Self, MetricError> {
        Self::count(&decide(y, yhat, Cut::Logits)?)
    }

    /// Creates the confusion matrix of predictions in a single column. Predictions above `threshold` are class 1, the
    /// others class 0.
    ///
    /// # Errors
    ///
    /// As [`accuracy`](super::accuracy), and if `ŷ` has several columns or the threshold is NaN.
    ///
    /// ```
    /// use brique_tensor::ndarray::array;
    /// use brique_train::metrics::ConfusionMatrix;
    ///
    /// let (y, yhat) = (array![[0.0], [1.0]], array![[0.1], [0.4]]);
    /// assert_eq!(ConfusionMatrix::of(&y, &yhat)?.recall(1)?, 0.0);
    /// assert_eq!(ConfusionMatrix::with_threshold(&y, &yhat, 0.25)?.recall(1)?, 1.0);
    /// # Ok::<(), brique_train::metrics::MetricError>(())
    /// ```
    pub fn with_threshold<T: Scalar>(
        y: &Matrix<T>,
        yhat: &Matrix<T>,
        threshold: f64,
    ) -> Result<Self, MetricError> {
        Self::count(&decide(y, yhat, Cut::At(threshold))?)
    }

    /// Returns the counts. Rows are the true classes, columns are the predicted classes.
    #[must_use]
    pub fn counts(&self) -> &Array2<usize> {
        &self.counts
    }

    /// Returns the fraction of the examples whose predicted class is the true class.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        ratio(self.counts.diag().sum(), self.counts.sum())
    }

    /// Returns the precision of a class: the fraction of the examples predicted as this class that belong to it.
    ///
    /// # Errors
    ///
    /// If there is no such class.
    pub fn precision(&self, class: usize) -> Result<f64, MetricError> {
        Ok(self.tally(class)?.precision())
    }

    /// Returns the recall of a class: the fraction of the examples of this class that are predicted as this class.
    ///
    /// # Errors
    ///
    /// If there is no such class.
    pub fn recall(&self, class: usize) -> Result<f64, MetricError> {
        Ok(self.tally(class)?.recall())
    }

    /// Returns the F1 score of a class: the harmonic mean of its precision and its recall.
    ///
    /// # Errors
    ///
    /// If there is no such class.
    pub fn f1(&self, class: usize) -> Result<f64, MetricError> {
        Ok(self.tally(class)?.f1())
    }

    /// Returns the mean precision of the classes that occur.
    #[must_use]
    pub fn macro_precision(&self) -> f64 {
        self.macro_average(Tally::precision)
    }

    /// Returns the mean recall of the classes that occur. A class that is predicted, but is not the true class of any
    /// example, has the recall 0.
    #[must_use]
    pub fn macro_recall(&self) -> f64 {
        self.macro_average(Tally::recall)
    }

    /// Returns the mean F1 of the classes that occur.
    #[must_use]
    pub fn macro_f1(&self) -> f64 {
        self.macro_average(Tally::f1)
    }

    /// Returns the mean precision of the classes, weighted by the number of examples of each class.
    #[must_use]
    pub fn weighted_precision(&self) -> f64 {
        self.weighted_average(Tally::precision)
    }

    /// Returns the mean recall of the classes, weighted by the number of examples of each class. It is equal to the
    /// accuracy except for rounding.
    #[must_use]
    pub fn weighted_recall(&self) -> f64 {
        self.weighted_average(Tally::recall)
    }

    /// Returns the mean F1 of the classes, weighted by the number of examples of each class.
    #[must_use]
    pub fn weighted_f1(&self) -> f64 {
        self.weighted_average(Tally::f1)
    }

    /// Sets the names of the classes, in the order of their indices. The table then contains the names.
    ///
    /// # Errors
    ///
    /// If there is not exactly one name per class; if a name is empty or contains a control character, for example a
    /// line break; if two classes have the same name.
    ///
    /// ```
    /// use brique_tensor::ndarray::array;
    /// use brique_train::metrics::ConfusionMatrix;
    ///
    /// let (y, yhat) = (array![[0.0], [1.0], [1.0]], array![[0.1], [0.4], [0.9]]);
    /// let confusion = ConfusionMatrix::of(&y, &yhat)?.with_class_names(["healthy", "ill"])?;
    /// assert_eq!(
    ///     confusion.to_string(),
    ///     "true \\ predicted  healthy  ill\n\
    ///      \x20        healthy        1    0\n\
    ///      \x20            ill        1    1"
    /// );
    /// # Ok::<(), brique_train::metrics::MetricError>(())
    /// ```
    pub fn with_class_names<N: Into<String>>(
        mut self,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, MetricError> {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        let classes = self.counts.nrows();
        if names.len() != classes {
            let found = names.len();
            return Err(MetricError::ClassNames { found, classes });
        }
        check_names(&names)?;
        self.names = Some(names);
        Ok(self)
    }

    /// Returns the names of the classes, or `None` if no names were given.
    #[must_use]
    pub fn class_names(&self) -> Option<&[String]> {
        self.names.as_deref()
    }

    fn count(outcomes: &Outcomes) -> Result<Self, MetricError> {
        let classes = outcomes.classes;
        if !is_allocatable::<f64>((classes, classes), 1) {
            return Err(MetricError::TooManyClasses { classes });
        }
        let mut counts = Array2::zeros((classes, classes));
        for &(truth, predicted) in &outcomes.pairs {
            counts[[truth, predicted]] += 1;
        }
        Ok(Self { counts, names: None })
    }

    fn tally(&self, class: usize) -> Result<Tally, MetricError> {
        let classes = self.counts.nrows();
        if class >= classes {
            return Err(MetricError::Class {
                found: class,
                classes,
            });
        }
        Ok(self.tally_of(class))
    }

    fn tally_of(&self, class: usize) -> Tally {
        Tally {
            hits: self.counts[[class, class]],
            members: self.counts.row(class).sum(),
            predicted: self.counts.column(class).sum(),
        }
    }

    fn macro_average(&self, of_class: impl Fn(Tally) -> f64) -> f64 {
        let tallies = (0..self.counts.nrows()).map(|class| self.tally_of(class));
        // There is at least one example, so at least one class occurs.
        let (sum, classes) = tallies
            .filter(|tally| tally.members + tally.predicted > 0)
            .fold((0.0, 0_usize), |(sum, classes), tally| {
                (sum + of_class(tally), classes + 1)
            });
        sum / classes as f64
    }

    fn weighted_average(&self, of_class: impl Fn(Tally) -> f64) -> f64 {
        let tallies = (0..self.counts.nrows()).map(|class| self.tally_of(class));
        let sum: f64 = tallies.map(|tally| tally.members as f64 * of_class(tally)).sum();
        // There is at least one example.
        sum / self.counts.sum() as f64
    }
}
