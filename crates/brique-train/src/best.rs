//! Which epoch of a training is the best.

use crate::Epoch;

/// Whether a metric is better when it is lower or when it is higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Goal {
    /// Lower is better, as for an error.
    Lowest,
    /// Higher is better, as for an accuracy.
    Highest,
}

/// The value by which epochs are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Criterion {
    /// A metric; the loss if there is none.
    pub(crate) metric: Option<&'static str>,
    pub(crate) goal: Goal,
}

impl Criterion {
    /// The smallest watched loss.
    pub(crate) const LOSS: Self = Self {
        metric: None,
        goal: Goal::Lowest,
    };

    /// Returns whether an epoch is better than the best one before it. NaN is worse than every number.
    pub(crate) fn is_better(self, epoch: &Epoch, best: &Epoch) -> bool {
        let (value, best) = (self.value(epoch), self.value(best));
        match self.goal {
            _ if best.is_nan() => !value.is_nan(),
            Goal::Lowest => value < best,
            Goal::Highest => value > best,
        }
    }

    fn value(self, epoch: &Epoch) -> f64 {
        match self.metric {
            None => epoch.watched_loss(),
            Some(name) => epoch.metric(name).unwrap_or(f64::NAN),
        }
    }
}
