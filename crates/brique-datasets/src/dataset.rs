//! Inputs and their targets.

use brique_random::RandomSource;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use crate::Error;
use crate::labels::{distinct_rows, signs_to_zero_one};

/// Inputs and their targets, one example a row.
///
/// ```
/// use brique_datasets::Dataset;
/// use brique_tensor::ndarray::array;
///
/// let data = Dataset::new(array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], array![[1.0], [5.0], [9.0]])?;
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
    inputs: Array2<T>,
    targets: Array2<T>,
}

impl<T: Scalar> Dataset<T> {
    /// The data set of these inputs (n, in) and targets (n, out).
    ///
    /// # Errors
    ///
    /// If there are not as many targets as inputs.
    pub fn new(inputs: Array2<T>, targets: Array2<T>) -> Result<Self, Error> {
        if inputs.nrows() == targets.nrows() {
            return Ok(Self { inputs, targets });
        }
        Err(Error::Lengths {
            what: "the targets",
            found: targets.nrows(),
            expected: inputs.nrows(),
            of: "inputs",
        })
    }

    /// For matrices that were made equally long.
    pub(crate) fn of_equal_lengths(inputs: Array2<T>, targets: Array2<T>) -> Self {
        debug_assert_eq!(inputs.nrows(), targets.nrows());
        Self { inputs, targets }
    }

    /// The inputs, (n, in).
    #[must_use]
    pub fn inputs(&self) -> &Array2<T> {
        &self.inputs
    }

    /// The targets, (n, out).
    #[must_use]
    pub fn targets(&self) -> &Array2<T> {
        &self.targets
    }

    /// Inputs and targets, taken out.
    #[must_use]
    pub fn into_parts(self) -> (Array2<T>, Array2<T>) {
        (self.inputs, self.targets)
    }

    /// The same examples with other inputs, standardised ones for instance.
    ///
    /// # Errors
    ///
    /// If there are not as many inputs as targets.
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
        Self::new(inputs, self.targets)
    }

    /// The same examples with other targets, one-hot ones for instance.
    ///
    /// # Errors
    ///
    /// If there are not as many targets as inputs.
    pub fn with_targets(self, targets: Array2<T>) -> Result<Self, Error> {
        Self::new(self.inputs, targets)
    }

    /// The number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.nrows()
    }

    /// Whether there is no example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The examples in order, each an input and its target.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (ArrayView1<'_, T>, ArrayView1<'_, T>)> {
        self.inputs.outer_iter().zip(self.targets.outer_iter())
    }

    /// The examples at `indices`, in that order; an index may come more than once.
    ///
    /// # Errors
    ///
    /// If an index points outside the data set.
    pub fn select(&self, indices: &[usize]) -> Result<Self, Error> {
        match indices.iter().find(|&&index| index >= self.len()) {
            Some(&index) => Err(Error::Index {
                index,
                examples: self.len(),
            }),
            None => Ok(self.gather(indices)),
        }
    }

    /// The examples at `indices`, which point inside.
    pub(crate) fn gather(&self, indices: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select(Axis(0), indices),
            targets: self.targets.select(Axis(0), indices),
        }
    }

    /// The examples in order, `size` at a time; the last batch holds what is left.
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

    /// Every example once, in an order drawn from `rng`, `size` at a time; the last batch holds what is left.
    ///
    /// # Errors
    ///
    /// If `size` is 0; nothing is drawn then.
    ///
    /// ```
    /// use brique_datasets::line;
    /// use brique_random::portable;
    ///
    /// let mut rng = portable(1);
    /// let data = line(&mut rng);
    /// let sizes: Vec<usize> = data.shuffled_batches(32, &mut rng)?.map(|(x, _)| x.nrows()).collect();
    /// assert_eq!(sizes, [32, 32, 32, 4]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn shuffled_batches(
        &self,
        size: usize,
        rng: &mut dyn RandomSource,
    ) -> Result<impl ExactSizeIterator<Item = (Array2<T>, Array2<T>)> + use<'_, T>, Error> {
        check_batch_size("Dataset::shuffled_batches", size)?;
        let order = rng.permutation(self.len());
        let batches = self.len().div_ceil(size);
        Ok((0..batches).map(move |batch| {
            let end = order.len().min((batch + 1) * size);
            self.gather(&order[batch * size..end]).into_parts()
        }))
    }

    /// The class of each example: distinct targets, numbered in increasing order.
    ///
    /// Targets ±1 become 0 and 1; a one-hot target is a class like any other row of numbers.
    /// The numbers are this data set's own: where a part of it lacks a class, the part numbers otherwise, so take them
    /// before a split.
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

    /// The same examples with targets 0 and 1 in place of −1 and 1, for a sigmoid.
    ///
    /// # Errors
    ///
    /// If a target is neither −1 nor 1.
    pub fn with_zero_one_targets(self) -> Result<Self, Error> {
        let targets = signs_to_zero_one(&self.targets)?;
        Ok(Self {
            inputs: self.inputs,
            targets,
        })
    }

    /// The same examples in another precision, each number rounded to the nearest.
    #[must_use]
    pub fn cast<U: Scalar>(&self) -> Dataset<U> {
        let round = |value: &T| U::from_f64(value.as_f64());
        Dataset {
            inputs: self.inputs.map(round),
            targets: self.targets.map(round),
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
