//! Medians and bands over seeds.

/// The `share`-quantile of `values`, with linear interpolation between neighbours, as NumPy's default.
///
/// NaN if there are no values.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = share * sorted.len().saturating_sub(1) as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a position in `sorted`"
    )]
    let below = position.floor() as usize;
    match (sorted.get(below), sorted.get(below + 1)) {
        (Some(low), Some(high)) => low + (high - low) * (position - below as f64),
        (Some(last), None) => *last,
        (None, _) => f64::NAN,
    }
}

/// The median.
pub(crate) fn median(values: &[f64]) -> f64 {
    quantile(values, 0.5)
}

/// The ratio of the highest value to the lowest.
pub(crate) fn highest_over_lowest(values: &[f64]) -> f64 {
    quantile(values, 1.0) / quantile(values, 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_by_hand() {
        let values = [4.0, 1.0, 3.0, 2.0];
        let quantiles = [0.0, 0.25, 0.5, 1.0].map(|share| quantile(&values, share));
        assert!(
            quantiles
                .iter()
                .zip([1.0, 1.75, 2.5, 4.0])
                .all(|(q, expected)| (q - expected).abs() < 1e-15)
        );
        assert!((median(&[7.0]) - 7.0).abs() < 1e-15);
        assert!(median(&[]).is_nan());
    }
}
