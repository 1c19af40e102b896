//! Inputs and their targets.

use std::sync::Arc;

use brique_random::RandomSource;
use brique_tensor::ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use brique_tensor::{Matrix, Scalar, copy_rows};

use crate::Error;
use crate::labels::{distinct_rows, signs_to_zero_one};
use crate::memory::check_memory;
use crate::names::Names;

/// Inputs and their targets, one example per row.
///
/// A data set can also contain the names of its inputs, classes and target, and a weight for each example. Selections,
/// splits and conversions contain them too. Two data sets are equal if all of this is equal: with other class names,
/// the same class numbers mean other classes.
///
/// ```
/// use brique_datasets::Dataset;
/// use brique_tensor::ndarray::array;
///
/// let inputs = array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]];
/// let data = Dataset::new(inputs, array![[1.0], [5.0], [9.0]])?;
/// assert_eq!(data.len(), 3);
/// for (x, y) in data.iter() {
///     assert_eq!(x[0] + x[1], y[0]);
/// }
/// for (x, y) in data.batches(2)? {
///     assert_eq!(x.nrows(), y.nrows()); // 2, then the 1 that is left
/// }
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Dataset<T: Scalar = f64> {
    pub(crate) inputs: Array2<T>,
    pub(crate) targets: Array2<T>,
    pub(crate) example_weights: Option<Vec<T>>,
    /// Shared, so that a selection does not copy the names.
    pub(crate) names: Arc<Names>,
}

impl<T: Scalar> Dataset<T> {
    /// Creates a data set from inputs of shape (n, in) and targets of shape (n, out).
    ///
    /// # Errors
    ///
    /// If the number of targets differs from the number of inputs.
    pub fn new(inputs: Array2<T>, targets: Array2<T>) -> Result<Self, Error> {
        if inputs.nrows() == targets.nrows() {
            return Ok(Self::of_equal_lengths(inputs, targets));
        }
        Err(Error::Lengths {
            what: "the targets",
            found: targets.nrows(),
            expected: inputs.nrows(),
            of: "inputs",
        })
    }

    /// Creates a data set from matrices that are known to have the same number of rows.
    pub(crate) fn of_equal_lengths(inputs: Array2<T>, targets: Array2<T>) -> Self {
        debug_assert_eq!(inputs.nrows(), targets.nrows());
        Self {
            inputs,
            targets,
            example_weights: None,
            names: Arc::default(),
        }
    }

    /// Returns the inputs, of shape (n, in).
    #[must_use]
    pub fn inputs(&self) -> &Array2<T> {
        &self.inputs
    }

    /// Returns the targets, of shape (n, out).
    #[must_use]
    pub fn targets(&self) -> &Array2<T> {
        &self.targets
    }

    /// Converts the data set into its inputs and targets. Names and weights are dropped.
    #[must_use]
    pub fn into_parts(self) -> (Array2<T>, Array2<T>) {
        (self.inputs, self.targets)
    }

    /// Replaces the inputs, for instance by standardised ones, and keeps the targets and weights. The names of the
    /// inputs stay if there are as many columns as before, and are dropped otherwise.
    ///
    /// # Errors
    ///
    /// If the number of inputs differs from the number of targets.
    ///
    /// ```
    /// use brique_datasets::{Standardizer, line};
    /// use brique_random::portable;
    ///
    /// let data = line(&mut portable(1));
    /// let inputs = Standardizer::fit(data.inputs())?.transform(data.inputs())?;
    /// let data = data.with_inputs(inputs)?;
    /// assert!(data.inputs().sum().abs() < 1e-9);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn with_inputs(self, inputs: Array2<T>) -> Result<Self, Error> {
        Self::new(inputs, self.targets).map(|data| data.with_names_of(self.names, self.example_weights))
    }

    /// Replaces the targets, for instance by one-hot ones, and keeps the inputs and weights. The class names stay if the
    /// new targets are classes too: one-hot rows or other rows with one column per class, or a single column of class
    /// numbers. Otherwise they are dropped.
    ///
    /// # Errors
    ///
    /// If the number of targets differs from the number of inputs.
    pub fn with_targets(self, targets: Array2<T>) -> Result<Self, Error> {
        Self::new(self.inputs, targets).map(|data| data.with_names_of(self.names, self.example_weights))
    }

    /// Returns the number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.nrows()
    }

    /// Returns whether there are no examples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns an iterator over the examples in order, each an input and its target.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ArrayView1<'_, T>, ArrayView1<'_, T>)> {
        self.inputs.outer_iter().zip(self.targets.outer_iter())
    }

    /// Returns the examples at `indices`, in that order; an index may occur more than once.
    ///
    /// # Errors
    ///
    /// If an index is not below the number of examples.
    pub fn select(&self, indices: &[usize]) -> Result<Self, Error> {
        match indices.iter().find(|&&index| index >= self.len()) {
            Some(&index) => Err(Error::Index {
                index,
                examples: self.len(),
            }),
            None => Ok(self.gather(indices)),
        }
    }

    /// Returns the examples at `indices`, which must be below the number of examples.
    pub(crate) fn gather(&self, indices: &[usize]) -> Self {
        let weights = self.example_weights.as_ref();
        Self {
            inputs: selected(&self.inputs, indices),
            targets: selected(&self.targets, indices),
            example_weights: weights.map(|weights| indices.iter().map(|&index| weights[index]).collect()),
            names: Arc::clone(&self.names),
        }
    }

    /// Returns the examples in batches of `size`, in their order; the last batch contains the remaining examples.
    /// Batches consist of inputs and targets, without weights.
    ///
    /// # Errors
    ///
    /// If `size` is 0.
    pub fn batches(
        &self,
        size: usize,
    ) -> Result<impl ExactSizeIterator<Item = (ArrayView2<'_, T>, ArrayView2<'_, T>)>, Error> {
        check_batch_size("Dataset::batches", size)?;
        let inputs = self.inputs.axis_chunks_iter(Axis(0), size);
        Ok(inputs.zip(self.targets.axis_chunks_iter(Axis(0), size)))
    }

    /// Returns all examples in a random order drawn from `rng`, in batches of `size`. Every example occurs once; the
    /// last batch contains the remaining examples.
    ///
    /// # Errors
    ///
    /// If `size` is 0, or memory cannot hold the order; `rng` is not used in this case.
    ///
    /// ```
    /// use brique_datasets::line;
    /// use brique_random::portable;
    ///
    /// let mut rng = portable(1);
    /// let data = line(&mut rng);
    /// let batches = data.shuffled_batches(32, &mut rng)?;
    /// let sizes: Vec<usize> = batches.map(|(x, _)| x.nrows()).collect();
    /// assert_eq!(sizes, [32, 32, 32, 4]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn shuffled_batches(
        &self,
        size: usize,
        rng: &mut dyn RandomSource,
    ) -> Result<impl ExactSizeIterator<Item = (Array2<T>, Array2<T>)> + use<'_, T>, Error> {
        check_batch_size("Dataset::shuffled_batches", size)?;
        check_memory("Dataset::shuffled_batches", "the order", (self.len(), 1), 1)?;
        let order = rng.permutation(self.len());
        let batches = self.len().div_ceil(size);
        Ok((0..batches).map(move |batch| {
            let end = order.len().min((batch + 1) * size);
            let rows = &order[batch * size..end];
            (selected(&self.inputs, rows), selected(&self.targets, rows))
        }))
    }

    /// Returns the class number of each example. The distinct targets are sorted and numbered from 0.
    ///
    /// For example, the targets −1 and 1 are the classes 0 and 1. If a target has several columns, its whole row is
    /// compared, first column first. One-hot targets are sorted in this way too, so the column of the 1 is not the
    /// class number; [`class_indices`](crate::class_indices) returns that column.
    ///
    /// The numbers depend on the data set: a subset without one of the classes has other numbers. Therefore call this
    /// method before a split.
    ///
    /// ```
    /// use brique_datasets::Dataset;
    /// use brique_tensor::ndarray::{Array2, array};
    ///
    /// let data = Dataset::new(Array2::zeros((3, 2)), array![[1.0], [-1.0], [1.0]])?;
    /// assert_eq!(data.classes(), [1, 0, 1]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn classes(&self) -> Vec<usize> {
        distinct_rows(&self.targets)
    }

    /// Replaces targets −1 and 1 by 0 and 1, for use with a sigmoid.
    ///
    /// # Errors
    ///
    /// If a target is neither −1 nor 1.
    pub fn with_zero_one_targets(self) -> Result<Self, Error> {
        let targets = signs_to_zero_one(&self.targets)?;
        self.with_targets(targets)
    }

    /// Converts the examples and their weights to another type; each number is rounded to the nearest of that type.
    #[must_use]
    pub fn cast<U: Scalar>(&self) -> Dataset<U> {
        let round = |value: &T| U::from_f64(value.as_f64());
        let weights = self.example_weights.as_ref();
        Dataset {
            inputs: self.inputs.map(round),
            targets: self.targets.map(round),
            example_weights: weights.map(|weights| weights.iter().map(round).collect()),
            names: Arc::clone(&self.names),
        }
    }
}

fn check_batch_size(function: &'static str, size: usize) -> Result<(), Error> {
    if size > 0 {
        return Ok(());
    }
    Err(Error::Parameter {
        function,
        parameter: "size",
        found: "0".to_owned(),
        expected: "at least 1",
    })
}

fn selected<T: Scalar>(matrix: &Matrix<T>, rows: &[usize]) -> Array2<T> {
    let mut selected = Array2::zeros((rows.len(), matrix.ncols()));
    copy_rows(matrix, rows, &mut selected);
    selected
}
