//! The names of the classes of a confusion matrix.

use super::ConfusionMatrix;
use crate::metrics::MetricError;

impl ConfusionMatrix {
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
}

fn check_names(names: &[String]) -> Result<(), MetricError> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    // The sort is stable, so that the error names the second of two equal names.
    order.sort_by_key(|&class| &names[class]);
    let repeated = order
        .windows(2)
        .find(|pair| names[pair[0]] == names[pair[1]])
        .map(|pair| (pair[1], "another name than that of a class before it"));
    let unprintable = names
        .iter()
        .position(|name| name.is_empty() || name.chars().any(char::is_control))
        .map(|class| {
            (
                class,
                "at least one character, and no line break or other control character",
            )
        });
    match unprintable.or(repeated) {
        None => Ok(()),
        Some((class, expected)) => Err(MetricError::ClassName {
            class,
            found: names[class].clone(),
            expected,
        }),
    }
}
