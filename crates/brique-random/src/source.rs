//! The trait, and what follows from its three draws.

/// A source of random numbers, always in `f64`.
///
/// Three draws are the implementation's own; the others are made of them.
/// The trait is object-safe: functions that draw take `&mut dyn RandomSource`.
pub trait RandomSource {
    /// A number from the uniform distribution on [`low`, `high`): `low + (high − low)·u`, u in [0, 1).
    ///
    /// Where the rounding of that formula reaches `high`, `high` is what comes.
    fn uniform(&mut self, low: f64, high: f64) -> f64;

    /// A number from the normal distribution of mean 0 and variance 1.
    fn standard_normal(&mut self) -> f64;

    /// Puts `indices` into an order of which each is equally likely.
    fn shuffle(&mut self, indices: &mut [usize]);

    /// A number from the normal distribution: `mean + deviation·z`, z standard normal.
    ///
    /// `deviation` is the standard deviation, the square root of the variance.
    fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        mean + deviation * self.standard_normal()
    }

    /// The numbers 0 to `n − 1` in an order of which each is equally likely.
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
    /// The components are drawn in the order of decreasing variance, equal ones from left to right.
    /// That is the order of NumPy's legacy `multivariate_normal`, whose covariance is decomposed into sorted singular
    /// values, for up to 25 variances that are all equal or all different; else ties fall as LAPACK's sort leaves them.
    ///
    /// # Errors
    ///
    /// Where the three lengths differ, or a variance is negative or not finite; nothing is drawn then.
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

/// What a source of random numbers cannot draw from.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Mean, variances and the example to fill are not of one length.
    #[error(
        "diagonal_normal: mean has {mean} components, variances {variances}, the example to fill {example}; \
         expected three equal numbers"
    )]
    Lengths {
        /// Components of the mean.
        mean: usize,
        /// Components of the diagonal.
        variances: usize,
        /// Components of the example.
        example: usize,
    },
    /// A variance is negative, infinite or not a number.
    #[error("diagonal_normal: variances[{index}] is {found}, expected a finite number of at least 0")]
    Variance {
        /// Where it stands.
        index: usize,
        /// What stands there.
        found: f64,
    },
}
