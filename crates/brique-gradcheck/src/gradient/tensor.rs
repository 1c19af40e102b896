//! Compares the gradient of one tensor with differences, entry by entry.

use brique_tensor::Matrix;

use super::GradientCheck;
use crate::differences::Derivative;
use crate::{Entry, TensorReport};

/// The tolerance of an entry is computed as if the entry were at least this fraction of the largest one of its tensor.
const SMALLEST_PART: f64 = 1e-3;

/// The tolerance of an entry is also computed as if the entry were at least this fraction of the largest δ: the digits
/// of a smaller entry are rounding errors of terms that cancelled in f.
const SMALLEST: f64 = 1e-9;

impl GradientCheck {
    /// Compares the entries of one tensor with the result of `derivative_at`, which takes an index, the entry and a
    /// step.
    pub(super) fn tensor(
        &self,
        name: &str,
        value: &Matrix,
        analytic: &Matrix,
        largest_delta: f64,
        mut derivative_at: impl FnMut((usize, usize), f64, f64) -> Derivative,
    ) -> TensorReport {
        let derivatives: Vec<Derivative> = value
            .indexed_iter()
            .map(|(index, &number)| derivative_at(index, number, self.step * number.abs().max(1.0)))
            .collect();
        let sizes = derivatives
            .iter()
            .map(Derivative::size)
            .filter(|size| size.is_finite());
        let smallest = (SMALLEST_PART * sizes.fold(0.0, f64::max)).max(SMALLEST * largest_delta);
        let mut report = TensorReport {
            tensor: name.to_owned(),
            shape: value.dim(),
            entries: 0,
            kinks: 0,
            failures: 0,
            worst: None,
            excerpt: String::new(),
        };
        let mut numeric = Vec::with_capacity(value.len());
        for ((index, _), derivative) in value.indexed_iter().zip(derivatives) {
            // If the gradient has another shape than its tensor, there may be no entry at this index.
            let analytic = analytic.get(index).copied().unwrap_or(f64::NAN);
            let entry = self.compare(index, analytic, derivative, smallest);
            match entry {
                Some(entry) => report.add(entry),
                None => report.kinks += 1,
            }
            numeric.push(entry.map(|entry| entry.numeric));
        }
        report.add_excerpt(analytic, &numeric);
        report
    }

    /// Returns both values of an entry, or `None` if the entry is skipped: at the edge of the domain, or at a kink if
    /// the analytic value is acceptable.
    fn compare(
        &self,
        index: (usize, usize),
        analytic: f64,
        derivative: Derivative,
        smallest: f64,
    ) -> Option<Entry> {
        let allowed = |numeric: f64, noise: f64| {
            self.tolerance * analytic.abs().max(numeric.abs()).max(smallest) + noise
        };
        let entry = |numeric: f64, noise: f64| Entry {
            index,
            analytic,
            numeric,
            error: (analytic - numeric).abs(),
            allowed: allowed(numeric, noise),
        };
        match derivative {
            Derivative::Smooth { derivative, noise } => Some(entry(derivative, noise)),
            Derivative::Kink {
                lowest,
                highest,
                noise,
            } => {
                let nearest = entry(analytic.max(lowest).min(highest), noise);
                (!nearest.agrees()).then_some(nearest)
            }
            Derivative::Edge => None,
        }
    }
}
