//! The statistics of a layer, epoch by epoch.

use serde::Serialize;

use super::LayerStatistics;

/// The numbers of one module after every epoch: see [`LayerStatistics`] for what they are.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LayerHistory {
    /// The path of the module.
    pub path: String,
    /// The module as text.
    pub text: String,
    /// The size of δ.
    pub delta: Vec<f64>,
    /// The size of the gradient of the module's own parameters.
    pub gradient: Option<Vec<f64>>,
    /// The fraction of saturated outputs.
    pub saturated: Option<Vec<f64>>,
    /// The fraction of dead units.
    pub dead: Option<Vec<f64>>,
}

impl LayerHistory {
    /// Adds the numbers of an epoch to the history of each layer.
    pub(super) fn add(layers: &mut Vec<Self>, statistics: Vec<LayerStatistics>) {
        if layers.is_empty() {
            layers.extend(statistics.into_iter().map(Self::begin));
            return;
        }
        let push = |values: &mut Option<Vec<f64>>, value: Option<f64>| {
            if let (Some(values), Some(value)) = (values, value) {
                values.push(value);
            }
        };
        for (layer, measured) in layers.iter_mut().zip(statistics) {
            layer.delta.push(measured.delta);
            push(&mut layer.gradient, measured.gradient);
            push(&mut layer.saturated, measured.saturated);
            push(&mut layer.dead, measured.dead);
        }
    }

    fn begin(first: LayerStatistics) -> Self {
        let list = |value: Option<f64>| value.map(|value| vec![value]);
        Self {
            path: first.path,
            text: first.text,
            delta: vec![first.delta],
            gradient: list(first.gradient),
            saturated: list(first.saturated),
            dead: list(first.dead),
        }
    }

    /// Returns the epochs from number `first` on.
    pub(super) fn from(&self, first: usize) -> Self {
        let part = |values: &Vec<f64>| values.get(first..).unwrap_or_default().to_vec();
        Self {
            path: self.path.clone(),
            text: self.text.clone(),
            delta: part(&self.delta),
            gradient: self.gradient.as_ref().map(part),
            saturated: self.saturated.as_ref().map(part),
            dead: self.dead.as_ref().map(part),
        }
    }
}
