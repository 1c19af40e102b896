//! Weights of examples and of classes.

use brique_tensor::Scalar;

use crate::{Dataset, Error};

impl<T: Scalar> Dataset<T> {
    /// Returns the weight of each example, or `None` if no weights were set.
    #[must_use]
    pub fn example_weights(&self) -> Option<&[T]> {
        self.example_weights.as_deref()
    }

    /// Sets the weight of each example, which tells how much the example counts in a loss.
    ///
    /// Selections, splits and conversions contain the weights of their examples.
    /// [`batches`](Self::batches) and [`iter`](Self::iter) return inputs and targets alone.
    ///
    /// # Errors
    ///
    /// If there is not one weight per example; if a weight is negative, NaN, or not finite in `T`; if there are examples
    /// and all weights are 0 in `T`.
    ///
    /// ```
    /// use brique_datasets::Dataset;
    /// use brique_tensor::ndarray::array;
    ///
    /// let data = Dataset::new(array![[0.5], [1.5]], array![[0.0], [1.0]])?;
    /// let weighted = data.clone().with_example_weights(vec![1.0, 3.0])?;
    /// assert_eq!(weighted.select(&[1])?.example_weights().unwrap(), [3.0]);
    ///
    /// let error = data.with_example_weights(vec![1.0, -3.0]).unwrap_err();
    /// let expected = "the weight of example 1 is -3, \
    ///                 expected a finite number of at least 0";
    /// assert_eq!(error.to_string(), expected);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn with_example_weights(mut self, weights: Vec<f64>) -> Result<Self, Error> {
        let examples = self.len();
        if weights.len() != examples {
            return Err(Error::Lengths {
                what: "the weights",
                found: weights.len(),
                expected: examples,
                of: "examples",
            });
        }
        let is_weight = |weight: f64| weight >= 0.0 && T::from_f64(weight).is_finite();
        if let Some(index) = weights.iter().position(|&weight| !is_weight(weight)) {
            let found = weights[index];
            return Err(Error::ExampleWeight { index, found });
        }
        let weights: Vec<T> = weights.into_iter().map(T::from_f64).collect();
        if examples > 0 && weights.iter().all(|&weight| weight == T::zero()) {
            return Err(Error::ZeroWeights { examples });
        }
        self.example_weights = Some(weights);
        Ok(self)
    }
}

/// Returns a weight for each of `n` classes, with which each class counts the same: `examples / (n · members)`, for the
/// number of all examples and the members of the class.
///
/// A loss with these weights does not favour the class with the most examples. They are those of scikit-learn's
/// `class_weight="balanced"`. Compute them from the training set.
///
/// # Errors
///
/// If a class number is not below `n`, or a class has no example.
///
/// Source: G. King and L. Zeng, *Logistic Regression in Rare Events Data*, Political Analysis 9, 2001.
///
/// ```
/// use brique_datasets::balanced_class_weights;
///
/// // Three healthy patients and one who is ill.
/// let weights = balanced_class_weights(&[0, 0, 1, 0], 2)?;
/// assert_eq!(weights, [4.0 / (2.0 * 3.0), 4.0 / (2.0 * 1.0)]);
///
/// let error = balanced_class_weights(&[0, 0, 1, 0], 3).unwrap_err();
/// let expected = "class 2 has no example, \
///                 expected at least one of each of the 3 classes";
/// assert_eq!(error.to_string(), expected);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn balanced_class_weights(classes: &[usize], n: usize) -> Result<Vec<f64>, Error> {
    if let Some(index) = classes.iter().position(|&class| class >= n) {
        return Err(Error::Class {
            index,
            found: classes[index],
            classes: n,
        });
    }
    // One of the first `classes.len() + 1` classes is empty if there are more classes than examples.
    let mut members = vec![0_usize; n.min(classes.len() + 1)];
    for &class in classes {
        if let Some(members) = members.get_mut(class) {
            *members += 1;
        }
    }
    if let Some(class) = members.iter().position(|&members| members == 0) {
        return Err(Error::EmptyClass { class, classes: n });
    }
    let weight = |&members: &usize| classes.len() as f64 / (n as f64 * members as f64);
    Ok(members.iter().map(weight).collect())
}
