//! The learning rate as a function of the step.

use std::f64::consts::PI;

use crate::Error;
use crate::error::{check_not_negative, check_positive, check_share, check_steps};

/// A factor for the learning rate at each step: plain data, and a pure function of the step.
///
/// Steps count from 0; they may be those of the optimiser, or epochs. The caller multiplies:
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
/// Variants are made by the functions of their names, which check the options, and can be read by matching.
///
/// Source: PyTorch's `torch.optim.lr_scheduler`, each as a closed formula of the step.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub enum Schedule {
    /// 1 at every step.
    #[default]
    Constant,
    /// `gamma ^ ⌊step / every⌋`: PyTorch's `StepLR`.
    #[non_exhaustive]
    Step {
        /// After this many steps the factor changes.
        every: u64,
        /// By this much.
        gamma: f64,
    },
    /// `gamma ^ step`: PyTorch's `ExponentialLR`.
    #[non_exhaustive]
    Exponential {
        /// The change of the factor at every step.
        gamma: f64,
    },
    /// `lowest + (1 − lowest) · (1 + cos(π · step / steps)) / 2`: PyTorch's `CosineAnnealingLR`.
    ///
    /// It falls from 1 to `lowest` in `steps`, and then, as PyTorch's, goes up again: its period is `2 · steps`.
    #[non_exhaustive]
    Cosine {
        /// The steps of the way down, PyTorch's `T_max`.
        steps: u64,
        /// The factor at its end: PyTorch's `eta_min`, divided by the base rate.
        lowest: f64,
    },
    /// `(step + 1) / steps · then(0)` for the first `steps`, then `then(step − steps)`.
    ///
    /// PyTorch's `LinearLR` from `1 / steps`, chained by `SequentialLR`. No step is taken with a rate of 0.
    #[non_exhaustive]
    WarmUp {
        /// The steps of the way up.
        steps: u64,
        /// What comes after; its steps count from 0 again.
        then: Box<Schedule>,
    },
    /// Up by half a cosine and down by another: PyTorch's `OneCycleLR`, where the base rate is its `max_lr`.
    ///
    /// With `cosine(a, b, q) = b + (a − b) / 2 · (1 + cos(π · q))` and `peak = pct_start · steps − 1`:
    ///
    /// ```text
    /// up to the peak:  cosine(1 / div_factor, 1, step / peak)
    /// after the peak:  cosine(1, 1 / (div_factor · final_div_factor),
    ///                         (step − peak) / (steps − 1 − peak))
    /// ```
    ///
    /// After the last of its steps, where PyTorch raises an exception, the factor stays what it was.
    #[non_exhaustive]
    OneCycle {
        /// All steps, up and down.
        steps: u64,
        /// The share of the steps that goes up.
        pct_start: f64,
        /// The peak divided by the start.
        div_factor: f64,
        /// The start divided by the end.
        final_div_factor: f64,
    },
}

impl Schedule {
    /// A [`Schedule::Step`].
    ///
    /// # Errors
    ///
    /// If `every` is 0, or `gamma` is negative or not finite.
    pub fn step(every: u64, gamma: f64) -> Result<Self, Error> {
        check_steps("Schedule::step", "every", every)?;
        check_not_negative::<f64>("Schedule::step", "gamma", gamma)?;
        Ok(Self::Step { every, gamma })
    }

    /// A [`Schedule::Exponential`]. With a `gamma` above 1 its factor is infinite in the end, which
    /// [`set_learning_rate`](crate::Optimizer::set_learning_rate) refuses.
    ///
    /// # Errors
    ///
    /// If `gamma` is negative or not finite.
    pub fn exponential(gamma: f64) -> Result<Self, Error> {
        check_not_negative::<f64>("Schedule::exponential", "gamma", gamma)?;
        Ok(Self::Exponential { gamma })
    }

    /// A [`Schedule::Cosine`].
    ///
    /// # Errors
    ///
    /// If `steps` is 0, or `lowest` is not from 0 to 1.
    pub fn cosine(steps: u64, lowest: f64) -> Result<Self, Error> {
        check_steps("Schedule::cosine", "steps", steps)?;
        check_share("Schedule::cosine", "lowest", lowest)?;
        Ok(Self::Cosine { steps, lowest })
    }

    /// A [`Schedule::WarmUp`]; of 0 steps it is `then`.
    #[must_use]
    pub fn warm_up(steps: u64, then: Self) -> Self {
        Self::WarmUp {
            steps,
            then: Box::new(then),
        }
    }

    /// A [`Schedule::OneCycle`] with PyTorch's defaults: `pct_start` 0.3, `div_factor` 25, `final_div_factor` 10⁴.
    ///
    /// # Errors
    ///
    /// If `steps` is 0.
    pub fn one_cycle(steps: u64) -> Result<Self, Error> {
        Self::one_cycle_with(steps, 0.3, 25.0, 1e4)
    }

    /// A [`Schedule::OneCycle`].
    ///
    /// # Errors
    ///
    /// If `steps` is 0, `pct_start` is not from 0 to 1, or a factor is not above 0 and finite.
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

    /// What the base rate is multiplied by at `step`, which counts from 0.
    #[must_use]
    pub fn factor(&self, step: u64) -> f64 {
        match *self {
            Self::Constant => 1.0,
            Self::Step { every, gamma } => gamma.powf((step / every) as f64),
            Self::Exponential { gamma } => gamma.powf(step as f64),
            Self::Cosine { steps, lowest } => {
                // In whole numbers, so that a late step has the digits of an early one.
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
                    1.0 // the way up has no length: its first step is the peak
                }
            }
        }
    }
}

/// Half a cosine from `start` to `end`, for `share` from 0 to 1.
fn cosine(start: f64, end: f64, share: f64) -> f64 {
    end + (start - end) / 2.0 * (1.0 + (PI * share).cos())
}
