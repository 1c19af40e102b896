//! The learning rate as a function of the step.

use std::f64::consts::PI;

use crate::Error;
use crate::error::{check_not_negative, check_positive, check_share, check_steps};

/// A learning rate schedule: [`factor`](Self::factor) returns a factor for the learning rate at each step.
///
/// Steps are counted from 0. They can be steps of the optimiser or epochs. Unlike PyTorch's schedulers, a schedule has
/// no state and does not know the optimiser: the caller multiplies the base learning rate by the factor.
///
/// ```
/// use brique_optim::{Optimizer, Schedule, SGD};
///
/// let schedule = Schedule::warm_up(4, Schedule::step(10, 0.5)?);
/// let mut sgd: SGD = SGD::new(0.1)?;
/// let mut rates = Vec::new();
/// for step in [0, 1, 3, 4, 13, 14, 24] {
///     sgd.set_learning_rate(0.1 * schedule.factor(step))?;
///     rates.push(sgd.learning_rate());
/// }
/// assert_eq!(rates, [0.025, 0.05, 0.1, 0.1, 0.1, 0.05, 0.025]);
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
    /// `lowest + (1 − lowest) · (1 + cos(π · step / steps)) / 2`: PyTorch's `CosineAnnealingLR`.
    ///
    /// The factor decreases from 1 to `lowest` in `steps` steps. After that it increases again, as in PyTorch; its
    /// period is `2 · steps`.
    #[non_exhaustive]
    Cosine {
        /// The number of steps from 1 to `lowest`: PyTorch's `T_max`.
        steps: u64,
        /// The smallest factor: PyTorch's `eta_min` divided by the base learning rate.
        lowest: f64,
    },
    /// A linear warm-up, followed by another schedule: `(step + 1) / steps · then(0)` for the first `steps` steps, and
    /// `then(step − steps)` after them. Here `then(s)` is the factor of `then` at step s.
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
    /// With `cosine(a, b, q) = b + (a − b) / 2 · (1 + cos(π · q))` and `peak = pct_start · steps − 1`:
    ///
    /// ```text
    /// up to the peak:  cosine(1 / div_factor, 1, step / peak)
    /// after the peak:  cosine(1, 1 / (div_factor · final_div_factor),
    ///                         (step − peak) / (steps − 1 − peak))
    /// ```
    ///
    /// After the last step the factor does not change any more; PyTorch raises an exception there.
    #[non_exhaustive]
    OneCycle {
        /// The total number of steps.
        steps: u64,
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

    /// Creates a [`Schedule::Cosine`].
    ///
    /// # Errors
    ///
    /// If `steps` is 0, or `lowest` is not in [0, 1].
    pub fn cosine(steps: u64, lowest: f64) -> Result<Self, Error> {
        check_steps("Schedule::cosine", "steps", steps)?;
        check_share("Schedule::cosine", "lowest", lowest)?;
        Ok(Self::Cosine { steps, lowest })
    }

    /// Creates a [`Schedule::WarmUp`]. With 0 steps, its factors are those of `then`.
    #[must_use]
    pub fn warm_up(steps: u64, then: Self) -> Self {
        Self::WarmUp {
            steps,
            then: Box::new(then),
        }
    }

    /// Creates a [`Schedule::OneCycle`] with PyTorch's defaults: `pct_start` 0.3, `div_factor` 25, `final_div_factor`
    /// 10⁴.
    ///
    /// # Errors
    ///
    /// If `steps` is 0.
    pub fn one_cycle(steps: u64) -> Result<Self, Error> {
        Self::one_cycle_with(steps, 0.3, 25.0, 1e4)
    }

    /// Creates a [`Schedule::OneCycle`].
    ///
    /// # Errors
    ///
    /// If `steps` is 0, `pct_start` is not in [0, 1], or `div_factor` or `final_div_factor` is not positive and finite.
    pub fn one_cycle_with(
        steps: u64,
        pct_start: f64,
        div_factor: f64,
        final_div_factor: f64,
    ) -> Result<Self, Error> {
        const PLACE: &str = "Schedule::one_cycle";
        check_steps(PLACE, "steps", steps)?;
        check_share(PLACE, "pct_start", pct_start)?;
        check_positive::<f64>(PLACE, "div_factor", div_factor)?;
        check_positive::<f64>(PLACE, "final_div_factor", final_div_factor)?;
        Ok(Self::OneCycle {
            steps,
            pct_start,
            div_factor,
            final_div_factor,
        })
    }

    /// Returns the factor for the base learning rate at `step`, counted from 0.
    #[must_use]
    pub fn factor(&self, step: u64) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Step { every, gamma } => gamma.powf((step / every) as f64),
            Self::Exponential { gamma } => gamma.powf(step as f64),
            Self::Cosine { steps, lowest } => {
                // The integer remainder is exact. The argument of the cosine stays below 2π, so the factor of a late
                // step is as accurate as that of an early one.
                let step = step % steps.saturating_mul(2);
                cosine(1.0, lowest, step as f64 / steps as f64)
            }
            Self::WarmUp { steps, ref then } => match step.checked_sub(steps) {
                Some(after) => then.factor(after),
                None => (step + 1) as f64 / steps as f64 * then.factor(0),
            },
            Self::OneCycle {
                steps,
                pct_start,
                div_factor,
                final_div_factor,
            } => {
                let (last, start) = ((steps - 1) as f64, 1.0 / div_factor);
                let (step, peak) = ((step as f64).min(last), pct_start * steps as f64 - 1.0);
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
}

/// Interpolates along half a period of a cosine: returns `start` if `share` is 0 and `end` if `share` is 1.
fn cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (PI * share).cos())
}
