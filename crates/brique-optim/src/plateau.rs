//! The learning rate as a function of the losses.

use crate::Error;
use crate::error::{check, check_below_one, check_share};

/// Reduces the learning rate when the loss stops decreasing.
///
/// [`observe`](Self::observe) receives one loss after the other, usually one per epoch, and returns the current factor
/// for the learning rate, which is 1 at first.
///
/// A loss is an improvement if `loss < best · (1 − threshold)`; `best` is the last loss that was an improvement. NaN is
/// not an improvement. After more than `patience` consecutive losses without an improvement, the current factor is
/// multiplied by `factor`, but not reduced below `lowest`. The next `cooldown` losses then do not count against
/// `patience`.
///
/// Defaults: `factor` 0.1, `patience` 10, `threshold` 10⁻⁴, `cooldown` 0, `lowest` 0.
///
/// ```
/// use brique_optim::ReduceOnPlateau;
///
/// let mut plateau = ReduceOnPlateau::new().factor(0.5)?.patience(1);
/// let factors = [3.0, 2.0, 2.0, 2.0, 2.0, 2.0, 1.0].map(|loss| plateau.observe(loss));
/// assert_eq!(factors, [1.0, 1.0, 1.0, 0.5, 0.5, 0.25, 0.25]);
/// # Ok::<(), brique_optim::Error>(())
/// ```
///
/// Source: PyTorch's `ReduceLROnPlateau` with `mode="min"` and `threshold_mode="rel"`, which assume that losses are
/// positive. There is no `eps`, which in PyTorch suppresses small changes of the learning rate, because the factor does
/// not depend on the learning rate.
#[derive(Debug, Clone, PartialEq)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    cooldown: u64,
    lowest: f64,
    state: PlateauState,
}

/// The state of a [`ReduceOnPlateau`], for a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlateauState {
    /// The current factor for the learning rate.
    pub factor: f64,
    /// The last loss that was an improvement; infinity if there was none yet.
    pub best: f64,
    /// The number of consecutive losses without an improvement.
    pub bad: u64,
    /// The number of following losses that do not count against `patience`.
    pub cooling: u64,
}

impl Default for PlateauState {
    /// Returns the state before the first loss.
    fn default() -> Self {
        Self {
            factor: 1.0,
            best: f64::INFINITY,
            bad: 0,
            cooling: 0,
        }
    }
}

impl Default for ReduceOnPlateau {
    fn default() -> Self {
        Self::new()
    }
}

impl ReduceOnPlateau {
    /// Returns the same schedule before its first loss: its options alone.
    #[must_use]
    pub fn options(&self) -> Self {
        Self {
            state: PlateauState::default(),
            ..self.clone()
        }
    }

    /// Creates a `ReduceOnPlateau` with PyTorch's defaults.
    #[must_use]
    pub fn new() -> Self {
        Self {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            cooldown: 0,
            lowest: 0.0,
            state: PlateauState::default(),
        }
    }

    /// Sets the number by which the current factor is multiplied in each reduction.
    ///
    /// # Errors
    ///
    /// If `factor` is not in [0, 1).
    pub fn factor(mut self, factor: f64) -> Result<Self, Error> {
        check_below_one("ReduceOnPlateau", "factor", factor)?;
        self.factor = factor;
        Ok(self)
    }

    /// Sets the patience. The learning rate is reduced after more than this many consecutive losses without an
    /// improvement.
    #[must_use]
    pub fn patience(mut self, patience: u64) -> Self {
        self.patience = patience;
        self
    }

    /// Sets the relative threshold: an improvement is smaller than the best loss by more than this fraction of it.
    ///
    /// # Errors
    ///
    /// If `threshold` is not in [0, 1).
    pub fn threshold(mut self, threshold: f64) -> Result<Self, Error> {
        check_below_one("ReduceOnPlateau", "threshold", threshold)?;
        self.threshold = threshold;
        Ok(self)
    }

    /// Sets the number of losses after a reduction that do not count against `patience`.
    #[must_use]
    pub fn cooldown(mut self, cooldown: u64) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// Sets the smallest factor for the learning rate.
    ///
    /// # Errors
    ///
    /// If `lowest` is not in [0, 1].
    pub fn lowest(mut self, lowest: f64) -> Result<Self, Error> {
        check_share("ReduceOnPlateau", "lowest", lowest)?;
        self.lowest = lowest;
        Ok(self)
    }

    /// Continues from the state of an earlier `ReduceOnPlateau`.
    ///
    /// # Errors
    ///
    /// If `state.factor` is not in [0, 1], or `state.best` is NaN: no loss would be an improvement any more.
    pub fn with_state(mut self, state: PlateauState) -> Result<Self, Error> {
        check_share("ReduceOnPlateau", "state.factor", state.factor)?;
        check(
            !state.best.is_nan(),
            "ReduceOnPlateau",
            "state.best",
            state.best,
            || "a number".to_owned(),
        )?;
        self.state = state;
        Ok(self)
    }

    /// Returns the current state.
    #[must_use]
    pub fn state(&self) -> &PlateauState {
        &self.state
    }

    /// Processes the next loss and returns the factor by which to multiply the base learning rate from now on.
    pub fn observe(&mut self, loss: f64) -> f64 {
        let state = &mut self.state;
        if loss < state.best * (1.0 - self.threshold) {
            (state.best, state.bad) = (loss, 0);
        } else {
            state.bad = state.bad.saturating_add(1);
        }
        if state.cooling > 0 {
            (state.cooling, state.bad) = (state.cooling - 1, 0);
        }
        if state.bad > self.patience {
            // The factor of a restored state may already be below `lowest`. It must not increase to `lowest`.
            let reduced = (state.factor * self.factor).max(self.lowest);
            state.factor = state.factor.min(reduced);
            (state.cooling, state.bad) = (self.cooldown, 0);
        }
        state.factor
    }
}
