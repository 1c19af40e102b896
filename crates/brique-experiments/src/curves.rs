//! Curves over seeds, as median and band.

use kuva::plot::band::BandPlot;
use kuva::plot::line::LinePlot;
use kuva::render::plots::Plot;
use serde_json::{Value, json};

use crate::statistics::{median, quantile};

/// One curve per seed, all at the same x coordinates.
pub(crate) struct Curves {
    pub(crate) positions: Vec<f64>,
    pub(crate) by_seed: Vec<Vec<f64>>,
}

impl Curves {
    /// The quantile over the seeds, for each x coordinate.
    pub(crate) fn quantile(&self, share: f64) -> Vec<f64> {
        (0..self.positions.len())
            .map(|index| {
                let here: Vec<f64> = self.by_seed.iter().map(|curve| curve[index]).collect();
                quantile(&here, share)
            })
            .collect()
    }

    /// The median as a line.
    pub(crate) fn median_line(&self, colour: &str) -> Plot {
        LinePlot::new()
            .with_data(self.positions.iter().copied().zip(self.quantile(0.5)))
            .with_color(colour)
            .with_stroke_width(2.0)
            .into()
    }

    /// The area between two quantiles.
    pub(crate) fn band(&self, (low, high): (f64, f64), colour: &str, opacity: f64) -> Plot {
        let positions = self.positions.iter().copied();
        BandPlot::new(positions, self.quantile(low), self.quantile(high))
            .with_color(colour)
            .with_opacity(opacity)
            .into()
    }
}

/// Values by seed as in `results.json`, with their median under the key `name`.
pub(crate) fn summary(name: &str, values: &[f64]) -> Value {
    json!({
        (name): median(values),
        "lower_quartile": quantile(values, 0.25),
        "upper_quartile": quantile(values, 0.75),
        "by_seed": values,
    })
}

/// Median, and in brackets the lowest and the highest.
pub(crate) fn median_and_range(values: &[f64], decimals: usize) -> String {
    let [lowest, middle, highest] = [0.0, 0.5, 1.0].map(|share| quantile(values, share));
    format!("{middle:.decimals$} ({lowest:.decimals$}–{highest:.decimals$})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_taken_place_by_place() {
        let curves = Curves {
            positions: vec![1.0, 2.0],
            by_seed: vec![vec![1.0, 30.0], vec![2.0, 10.0], vec![3.0, 20.0]],
        };
        assert_eq!(curves.quantile(0.5), [2.0, 20.0]);
        assert_eq!(curves.quantile(0.0), [1.0, 10.0]);
    }

    #[test]
    fn a_summary_has_its_median_under_the_name_given() {
        let summary = summary("median_loss", &[3.0, 1.0, 2.0]);
        assert_eq!(summary["median_loss"], 2.0);
        assert!(summary.get("median").is_none());
        assert_eq!(median_and_range(&[3.0, 1.0, 2.5], 1), "2.5 (1.0–3.0)");
    }
}
