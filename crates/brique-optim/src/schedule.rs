//! The learning rate as a function of the step.

use std::f64::consts::PI;

use crate::Error;
use crate::error::{check_not_negative, check_positive, check_share, check_steps};

/// A learning rate schedule: [`factor`](Self::factor) returns a factor for the learning rate at each step.
///
/// Steps are counted from 0. They can be steps of the optimiser or epochs, as the caller chooses. Unlike PyTorch's
/// schedulers, a schedule has no state and does not know the optimiser: the caller multiplies the base learning rate by
/// the factor.
///
/// A cosine and a one-cycle schedule have a length. Without one of its own, such a schedule spans the whole training:
/// its length is the total that is passed to `factor`.
///
/// ```
/// use brique_optim::{Optimizer, Schedule, SGD};
///
/// let schedule = Schedule::warm_up(4, Schedule::cosine(0.0)?);
/// let (mut sgd, total): (SGD, u64) = (SGD::new(0.1)?, 8);
/// let mut rates = Vec::new();
/// for step in 0..total {
///     sgd.set_learning_rate(0.1 * schedule.factor(step, total))?;
///     rates.push((1e3 * sgd.learning_rate()).round());
/// }
/// assert_eq!(rates, [25.0, 50.0, 75.0, 100.0, 100.0, 85.0, 50.0, 15.0]);
/// # Ok::<(), brique_optim::Error>(())
/// ```
///
/// Each variant is created by the function of the same name, such as [`Schedule::step`], which checks the options.
///
/// Source: PyTorch's `torch.optim.lr_scheduler`. Every factor is computed directly from the step, not from the factor
/// of the previous step.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Schedule {
    /// 1 at every step.
    #[default]
    Constant,
    /// `gamma ^ ⌊step / every⌋`: PyTorch's `StepLR`.
    #[non_exhaustive]
    Step {
        /// The number of steps between two changes of the factor.
        every: u64,
        /// The number by which the factor is multiplied at each change.
        gamma: f64,
    },
    /// `gamma ^ step`: PyTorch's `ExponentialLR`.
    #[non_exhaustive]
    Exponential {
        /// The number by which the factor is multiplied at every step.
        gamma: f64,
    },
    /// `lowest + (1 − lowest) · (1 + cos(π · step / length)) / 2`: PyTorch's `CosineAnnealingLR`.
    ///
    /// The factor decreases from 1 to `lowest` in `length` steps. After that it increases again, as in PyTorch; its
    /// period is `2 · length`.
    #[non_exhaustive]
    Cosine {
        /// The number of steps from 1 to `lowest`, PyTorch's `T_max`; `None` is the whole training.
        length: Option<u64>,
        /// The smallest factor: PyTorch's `eta_min` divided by the base learning rate.
        lowest: f64,
    },
    /// A linear warm-up, followed by another schedule: `(step + 1) / steps · then(0)` for the first `steps` steps, and
    /// `then(step − steps)` after them. Here `then(s)` is the factor of `then` at step s. If `then` spans the training,
    /// its length is the total without the warm-up.
    ///
    /// The same as PyTorch's `LinearLR` with the start factor `1 / steps`, followed by `then` in a `SequentialLR`. The
    /// warm-up begins above 0, so the first step is not lost.
    #[non_exhaustive]
    WarmUp {
        /// The number of steps of the warm-up.
        steps: u64,
        /// The schedule after the warm-up. It starts at its own step 0.
        then: Box<Schedule>,
    },
    /// The factor increases to 1 along half a cosine, then decreases along another: PyTorch's `OneCycleLR`. The base
    /// learning rate is PyTorch's `max_lr`.
    ///
    /// With `cosine(a, b, q) = b + (a − b) / 2 · (1 + cos(π · q))` and `peak = pct_start · length − 1`:
    ///
    /// ```text
    /// up to the peak:  cosine(1 / div_factor, 1, step / peak)
    /// after the peak:  cosine(1, 1 / (div_factor · final_div_factor),
    ///                         (step − peak) / (length − 1 − peak))
    /// ```
    ///
    /// After the last step the factor does not change any more; PyTorch raises an exception there.
    #[non_exhaustive]
    OneCycle {
        /// The number of steps; `None` is the whole training.
        length: Option<u64>,
        /// The fraction of the steps in which the factor increases.
        pct_start: f64,
        /// The factor at the peak divided by the factor at the first step.
        div_factor: f64,
        /// The factor at the first step divided by the factor at the last step.
        final_div_factor: f64,
    },
}

impl Schedule {
    /// Creates a [`Schedule::Step`].
    ///
    /// # Errors
    ///
    /// If `every` is 0, or `gamma` is negative or not finite.
    pub fn step(every: u64, gamma: f64) -> Result<Self, Error> {
        check_steps("Schedule::step", "every", every)?;
        check_not_negative::<f64>("Schedule::step", "gamma", gamma)?;
        Ok(Self::Step { every, gamma })
    }

    /// Creates a [`Schedule::Exponential`]. If `gamma` is above 1, the factor becomes infinite at some step, and
    /// [`set_learning_rate`](crate::Optimizer::set_learning_rate) then returns an error.
    ///
    /// # Errors
    ///
    /// If `gamma` is negative or not finite.
    pub fn exponential(gamma: f64) -> Result<Self, Error> {
        check_not_negative::<f64>("Schedule::exponential", "gamma", gamma)?;
        Ok(Self::Exponential { gamma })
    }

    /// Creates a [`Schedule::Cosine`] that spans the whole training.
    ///
    /// # Errors
    ///
    /// If `lowest` is not in [0, 1].
    pub fn cosine(lowest: f64) -> Result<Self, Error> {
        check_share("Schedule::cosine", "lowest", lowest)?;
        Ok(Self::Cosine { length: None, lowest })
    }

    /// Creates a [`Schedule::Cosine`] that decreases for `length` steps.
    ///
    /// # Errors
    ///
    /// If `length` is 0, or `lowest` is not in [0, 1].
    pub fn cosine_of_length(length: u64, lowest: f64) -> Result<Self, Error> {
        check_steps("Schedule::cosine_of_length", "length", length)?;
        check_share("Schedule::cosine_of_length", "lowest", lowest)?;
        Ok(Self::Cosine {
            length: Some(length),
            lowest,
        })
    }

    /// Creates a [`Schedule::WarmUp`]. With 0 steps, its factors are those of `then`.
    #[must_use]
    pub fn warm_up(steps: u64, then: Self) -> Self {
        Self::WarmUp {
            steps,
            then: Box::new(then),
        }
    }

    /// Creates a [`Schedule::OneCycle`] that spans the whole training, with PyTorch's defaults: `pct_start` 0.3,
    /// `div_factor` 25, `final_div_factor` 10⁴.
    #[must_use]
    pub fn one_cycle() -> Self {
        Self::OneCycle {
            length: None,
            pct_start: 0.3,
            div_factor: 25.0,
            final_div_factor: 1e4,
        }
    }

    /// Creates a [`Schedule::OneCycle`] of this length, or with `None` one that spans the whole training.
    ///
    /// # Errors
    ///
    /// If `length` is 0, `pct_start` is not in [0, 1], or `div_factor` or `final_div_factor` is not positive and finite.
    pub fn one_cycle_with(
        length: Option<u64>,
        pct_start: f64,
        div_factor: f64,
        final_div_factor: f64,
    ) -> Result<Self, Error> {
        const FUNCTION: &str = "Schedule::one_cycle_with";
        check_steps(FUNCTION, "length", length.unwrap_or(1))?;
        check_share(FUNCTION, "pct_start", pct_start)?;
        check_positive::<f64>(FUNCTION, "div_factor", div_factor)?;
        check_positive::<f64>(FUNCTION, "final_div_factor", final_div_factor)?;
        Ok(Self::OneCycle {
            length,
            pct_start,
            div_factor,
            final_div_factor,
        })
    }

    /// Returns the factor for the base learning rate at `step`, counted from 0, of a training of `total` steps.
    ///
    /// The total is the length of a schedule that has none of its own; other schedules do not depend on it.
    #[must_use]
    pub fn factor(&self, step: u64, total: u64) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Step { every, gamma } => libm::pow(gamma, (step / every) as f64),
            Self::Exponential { gamma } => libm::pow(gamma, step as f64),
            Self::Cosine { length, lowest } => {
                let length = length.unwrap_or(total).max(1);
                // The integer remainder is exact. The argument of the cosine stays below 2π, so the factor of a late
                // step is as accurate as that of an early one.
                let step = step % length.saturating_mul(2);
                cosine(1.0, lowest, step as f64 / length as f64)
            }
            Self::WarmUp { steps, ref then } => {
                let total = total.saturating_sub(steps);
                match step.checked_sub(steps) {
                    Some(after) => then.factor(after, total),
                    None => (step + 1) as f64 / steps as f64 * then.factor(0, total),
                }
            }
            Self::OneCycle {
                length,
                pct_start,
                div_factor,
                final_div_factor,
            } => {
                let length = length.unwrap_or(total).max(1);
                let (last, start) = ((length - 1) as f64, 1.0 / div_factor);
                let (step, peak) = ((step as f64).min(last), pct_start * length as f64 - 1.0);
                if step > peak {
                    cosine(1.0, start / final_div_factor, (step - peak) / (last - peak))
                } else if peak > 0.0 {
                    cosine(start, 1.0, step / peak)
                } else {
                    1.0 // the peak is step 0: the factor never increases
                }
            }
        }
    }

    /// Returns whether a part of the schedule has no length of its own, so that its factors depend on the total.
    #[must_use]
    pub fn spans_training(&self) -> bool {
        match self {
            Self::Cosine { length, .. } | Self::OneCycle { length, .. } => length.is_none(),
            Self::WarmUp { then, .. } => then.spans_training(),
            _ => false,
        }
    }

    /// Returns the first step after which a factor is larger than the one before because a cosine has come to the end of
    /// its length, or `None` if this does not happen in `total` steps.
    ///
    /// ```
    /// use brique_optim::Schedule;
    ///
    /// let cosine = Schedule::cosine_of_length(10, 0.0)?;
    /// assert_eq!(cosine.rises_again(11), None);
    /// assert_eq!(cosine.rises_again(12), Some(10));
    /// # Ok::<(), brique_optim::Error>(())
    /// ```
    #[must_use]
    pub fn rises_again(&self, total: u64) -> Option<u64> {
        match *self {
            Self::Cosine {
                length: Some(length),
                lowest,
            } if lowest < 1.0 && total > length.saturating_add(1) => Some(length),
            Self::WarmUp { steps, ref then } => {
                let after = then.rises_again(total.saturating_sub(steps));
                after.map(|step| step.saturating_add(steps))
            }
            _ => None,
        }
    }
}

/// Interpolates along half a period of a cosine: returns `start` if `share` is 0 and `end` if `share` is 1.
fn cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + libm::cos(PI * share))
}
