//! The learning rate as a function of the losses.

use crate::Error;
use crate::error::{check, check_below_one, check_share};

/// Lowers the learning rate when the loss has stopped falling.
///
/// A loss is an improvement where `loss < best · (1 − threshold)`; a NaN never is. When more than `patience` losses in a
/// row were none, the factor for the learning rate is multiplied by `factor`, but goes no lower than `lowest`, and the
/// next `cooldown` losses are not counted.
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
/// Source: PyTorch's `ReduceLROnPlateau` with `mode="min"` and `threshold_mode="rel"`, which is made for losses above 0.
/// Its `eps`, which ignores small changes of the rate, is left out: a factor does not know the rate.
#[derive(Debug, Clone, PartialEq)]
pub struct ReduceOnPlateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    cooldown: u64,
    lowest: f64,
    state: PlateauState,
}

/// What a [`ReduceOnPlateau`] remembers, as plain data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PlateauState {
    /// The factor for the learning rate.
    pub factor: f64,
    /// The lowest loss that was an improvement; infinite before the first.
    pub best: f64,
    /// How many losses in a row were no improvement.
    pub bad: u64,
    /// How many of the next losses are not counted.
    pub cooling: u64,
}

impl Default for PlateauState {
    /// That before the first loss.
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
    /// With PyTorch's defaults.
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

    /// With what the factor for the learning rate is multiplied by.
    ///
    /// # Errors
    ///
    /// If `factor` is not in [0, 1).
    pub fn factor(mut self, factor: f64) -> Result<Self, Error> {
        check_below_one("ReduceOnPlateau", "factor", factor)?;
        self.factor = factor;
        Ok(self)
    }

    /// With how many losses in a row may be no improvement.
    #[must_use]
    pub fn patience(mut self, patience: u64) -> Self {
        self.patience = patience;
        self
    }

    /// With the share of the best loss by which an improvement is below it.
    ///
    /// # Errors
    ///
    /// If `threshold` is not in [0, 1).
    pub fn threshold(mut self, threshold: f64) -> Result<Self, Error> {
        check_below_one("ReduceOnPlateau", "threshold", threshold)?;
        self.threshold = threshold;
        Ok(self)
    }

    /// With how many losses after a reduction are not counted.
    #[must_use]
    pub fn cooldown(mut self, cooldown: u64) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// With the lowest factor for the learning rate.
    ///
    /// # Errors
    ///
    /// If `lowest` is not from 0 to 1.
    pub fn lowest(mut self, lowest: f64) -> Result<Self, Error> {
        check_share("ReduceOnPlateau", "lowest", lowest)?;
        self.lowest = lowest;
        Ok(self)
    }

    /// With the state of an earlier one.
    ///
    /// # Errors
    ///
    /// If the state's factor is not from 0 to 1, or its best loss is NaN, below which no loss could ever be.
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

    /// What it remembers.
    #[must_use]
    pub fn state(&self) -> &PlateauState {
        &self.state
    }

    /// Takes the next loss into account and returns what the base rate is multiplied by from now on.
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
            // A state that was put back may be below `lowest` already: a reduction never raises it.
            let reduced = (state.factor * self.factor).max(self.lowest);
            state.factor = state.factor.min(reduced);
            (state.cooling, state.bad) = (self.cooldown, 0);
        }
        state.factor
    }
}
