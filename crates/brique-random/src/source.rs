//! The trait for sources of random numbers, and the draws that follow from its three required methods.

/// A source of random numbers, always in `f64`.
///
/// An implementation provides three draws; by default, the others are computed from them.
/// The trait is object-safe: functions that draw take `&mut dyn RandomSource`.
pub trait RandomSource {
    /// Draws a number from the uniform distribution on [`low`, `high`): `low + (high − low)·u`, u in [0, 1).
    ///
    /// If the formula rounds to `high`, the result is `high`.
    fn uniform(&mut self, low: f64, high: f64) -> f64;

    /// Draws a number from the normal distribution of mean 0 and variance 1.
    fn standard_normal(&mut self) -> f64;

    /// Shuffles `indices`; every order is equally likely.
    fn shuffle(&mut self, indices: &mut [usize]);

    /// Draws a number from the normal distribution: `mean + deviation·z`, z standard normal.
    ///
    /// `deviation` is the standard deviation, the square root of the variance.
    fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        mean + deviation * self.standard_normal()
    }

    /// Draws an integer from 0 to `max`, both included; each is equally likely.
    ///
    /// With `NumpyRandomState`, it is NumPy's `randint(max + 1)` and `choice(max + 1)`, which draw nothing if `max` is
    /// 0. The default implementation computes `⌊uniform(0, max + 1)⌋`: the frequencies of the integers then differ by a
    /// relative error of at most `(max + 1)·2⁻⁵³`.
    ///
    /// ```
    /// use brique_random::{NumpyRandomState, RandomSource};
    ///
    /// let mut state = NumpyRandomState::new(42);
    /// let dice: Vec<usize> = (0..5).map(|_| 1 + state.uniform_integer(5)).collect();
    /// assert_eq!(dice, [4, 5, 3, 5, 5]);
    /// ```
    fn uniform_integer(&mut self, max: usize) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number from 0 to max + 1 is cut off on purpose"
        )]
        let integer = self.uniform(0.0, max as f64 + 1.0) as usize;
        integer.min(max)
    }

    /// Returns the numbers 0 to `n − 1` in random order; every order is equally likely.
    ///
    /// # Panics
    ///
    /// If memory cannot address `n` numbers, as [`Vec::with_capacity`].
    ///
    /// ```
    /// use brique_random::{NumpyRandomState, RandomSource};
    ///
    /// let order = NumpyRandomState::new(42).permutation(10);
    /// assert_eq!(order, [8, 1, 5, 0, 7, 2, 9, 4, 3, 6]);
    /// ```
    fn permutation(&mut self, n: usize) -> Vec<usize> {
        let mut indices: Vec<usize> = (0..n).collect();
        self.shuffle(&mut indices);
        indices
    }

    /// Fills `example` with one draw from the normal distribution of the given mean and diagonal covariance:
    /// `example[i] = mean[i] + √variances[i]·z`.
    ///
    /// The components are drawn in the order of decreasing variance; components of equal variance from left to right.
    /// For up to 25 variances that are all equal or all different, this is the order of NumPy's legacy
    /// `multivariate_normal`, which decomposes the covariance into sorted singular values. Otherwise NumPy's order of
    /// equal variances depends on LAPACK's sort.
    ///
    /// # Errors
    ///
    /// If the three lengths differ, or a variance is negative or not finite. In this case nothing is drawn.
    ///
    /// ```
    /// use brique_random::{NumpyRandomState, RandomSource};
    ///
    /// let mut example = [0.0; 2];
    /// NumpyRandomState::new(42).diagonal_normal(&[1.0, 1.0], &[0.1, 0.1], &mut example)?;
    /// assert_eq!(example, [1.157074806955688, 0.956276988920757]);
    /// # Ok::<(), brique_random::Error>(())
    /// ```
    fn diagonal_normal(&mut self, mean: &[f64], variances: &[f64], example: &mut [f64]) -> Result<(), Error> {
        check_diagonal(mean, variances, example)?;
        let mut order: Vec<usize> = (0..mean.len()).collect();
        order.sort_by(|&i, &j| variances[j].total_cmp(&variances[i]));
        for i in order {
            example[i] = mean[i] + self.standard_normal() * variances[i].sqrt();
        }
        Ok(())
    }
}

fn check_diagonal(mean: &[f64], variances: &[f64], example: &[f64]) -> Result<(), Error> {
    if mean.len() != variances.len() || mean.len() != example.len() {
        return Err(Error::Lengths {
            mean: mean.len(),
            variances: variances.len(),
            example: example.len(),
        });
    }
    match variances
        .iter()
        .position(|variance| !(variance.is_finite() && *variance >= 0.0))
    {
        Some(index) => Err(Error::Variance {
            index,
            found: variances[index],
        }),
        None => Ok(()),
    }
}

/// An error in the parameters of a draw.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The lengths of mean, variances and the example to fill differ.
    #[error(
        "diagonal_normal: mean has {mean} components, variances {variances}, the example to fill {example}; \
         expected three equal numbers"
    )]
    Lengths {
        /// The number of components of the mean.
        mean: usize,
        /// The number of components of the diagonal.
        variances: usize,
        /// The number of components of the example.
        example: usize,
    },
    /// A variance is negative, infinite or not a number.
    #[error("diagonal_normal: variances[{index}] is {found}, expected a finite number of at least 0")]
    Variance {
        /// The index of the variance.
        index: usize,
        /// The variance.
        found: f64,
    },
}
