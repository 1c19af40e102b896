//! The counts of one class, and the metrics computed from them.

/// The counts for one class against all others: `hits` is TP, `members` is TP + FN, `predicted` is TP + FP.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tally {
    pub(super) hits: usize,
    pub(super) members: usize,
    pub(super) predicted: usize,
}

impl Tally {
    pub(super) fn precision(self) -> f64 {
        ratio(self.hits, self.predicted)
    }

    pub(super) fn recall(self) -> f64 {
        ratio(self.hits, self.members)
    }

    /// Computes `2·TP / (2·TP + FP + FN)`; the denominator is `members + predicted`.
    pub(super) fn f1(self) -> f64 {
        ratio(2 * self.hits, self.members + self.predicted)
    }
}

/// Returns `part / whole`, or 0 if `whole` is 0.
pub(super) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}
