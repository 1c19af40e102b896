//! Networks that separate two classes: their data, their layers, their accuracy and their decision regions.

use brique_core::Module;
use brique_datasets::{Dataset, Selection, TestSize, train_test_split};
use brique_layers::{Init, Linear, Sequential, Tanh};
use brique_random::RandomSource;
use kuva::plot::LegendPosition;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use crate::Error;
use crate::figure::{Panel, area_entry, colour, marker_entry};
use crate::panels::area;
use crate::regions::{padded_range, rectangles_above};
use crate::report_data::TEST_SHARE;

/// `Linear(widths[0] → widths[1])`, Tanh, `Linear(widths[1] → widths[2])`, …: a Tanh between any two linear layers.
pub(crate) fn tanh_network(
    widths: &[usize],
    init: Init,
    rng: &mut dyn RandomSource,
) -> Result<Sequential<f32>, Error> {
    let mut network = Sequential::new(widths.first().copied().unwrap_or(0));
    for pair in widths.windows(2) {
        if !network.is_empty() {
            network = network.then(Tanh)?;
        }
        network = network.then(Linear::new(pair[0], pair[1], init, rng)?)?;
    }
    Ok(network)
}

/// A random split with the report's share for testing, both parts in the precision of the training: (train, test).
pub(crate) fn drawn_split(
    data: &Dataset,
    rng: &mut dyn RandomSource,
) -> Result<(Dataset<f32>, Dataset<f32>), Error> {
    let (train, test) = train_test_split(data, TestSize::Fraction(TEST_SHARE), Selection::Shuffled(rng))?;
    Ok((train.cast(), test.cast()))
}

/// The seed for the order of the examples. Epochs count up from it, and the ranges of two seeds never overlap.
pub(crate) fn order_seed(seed: usize) -> u64 {
    (seed as u64 + 1) << 32
}

/// The share of the examples whose prediction is on its target's side of the threshold, the targets being 0 and 1; a
/// prediction on the threshold is on neither.
pub(crate) fn accuracy_above(
    network: &Sequential<f32>,
    data: &Dataset<f32>,
    threshold: f32,
) -> Result<f64, Error> {
    let yhat = network.predict(data.inputs())?;
    let right = yhat
        .iter()
        .zip(data.targets())
        .filter(|(yhat, y)| (**yhat - threshold) * (**y - 0.5) > 0.0)
        .count();
    Ok(right as f64 / data.len() as f64)
}

/// The regions on both sides of the threshold, with the test points of classes 0 and 1 on them.
pub(crate) fn frontier_panel(
    title: &str,
    network: &Sequential<f32>,
    threshold: f64,
    everything: &Dataset,
    test: &Dataset<f32>,
) -> Result<Panel, Error> {
    let [x_range, y_range] = [0, 1].map(|column| padded_range(everything, column));
    let mut plots = vec![area(x_range, y_range, colour::PALE_SAND)];
    for (xs, ys) in rectangles_above(network, threshold, x_range, y_range)? {
        plots.push(area(xs, ys, colour::PALE_BLUE));
    }
    let of_class = |is_one: bool| {
        let points = test.iter().filter(move |(_, y)| (y[0] > 0.5) == is_one);
        let points = points.map(|(x, _)| (f64::from(x[0]), f64::from(x[1])));
        ScatterPlot::new().with_data(points)
    };
    let zeros = of_class(false).with_color(colour::RED).with_size(2.4);
    let ones = of_class(true)
        .with_color(colour::GREEN)
        .with_marker(MarkerShape::Plus);
    plots.extend([
        Plot::from(zeros),
        ones.with_size(3.6).with_marker_stroke_width(1.4).into(),
    ]);
    let legend = vec![
        marker_entry("test 0", colour::RED, MarkerShape::Circle),
        marker_entry("test 1", colour::GREEN, MarkerShape::Plus),
        area_entry(&format!("ŷ < {threshold}"), colour::PALE_SAND),
        area_entry(&format!("ŷ > {threshold}"), colour::PALE_BLUE),
    ];
    Ok(Panel::new(plots, title, "x₁", "x₂")
        .ranges(x_range, y_range)
        .with(|layout| layout.with_show_grid(false).with_legend_entries(legend))
        .legend(LegendPosition::OutsideRightTop))
}

#[cfg(test)]
mod tests {
    use brique_random::portable;
    use brique_tensor::ndarray::array;

    use super::*;

    #[test]
    fn a_tanh_stands_between_any_two_linear_layers() {
        let modules = |widths: &[usize]| {
            let network = tanh_network(widths, Init::PyTorch, &mut portable(1)).unwrap();
            let module = |name: String| network.module(&name).unwrap().to_string();
            network.names().map(module).collect::<Vec<_>>()
        };
        assert_eq!(modules(&[2, 5, 1]), ["Linear(2 → 5)", "Tanh", "Linear(5 → 1)"]);
        assert_eq!(modules(&[2, 1]), ["Linear(2 → 1)"]);
        assert!(modules(&[2]).is_empty());
    }

    #[test]
    fn a_prediction_on_the_threshold_is_right_about_nothing() {
        let data = Dataset::new(array![[1.0], [0.0], [2.0]], array![[1.0], [0.0], [0.0]])
            .unwrap()
            .cast::<f32>();
        let layer = Linear::from_parameters(array![[1.0], [0.0]]).unwrap();
        let network = Sequential::new(1).then(layer).unwrap();
        let accuracy_at = |threshold| accuracy_above(&network, &data, threshold).unwrap();
        assert!((accuracy_at(0.5) - 2.0 / 3.0).abs() < 1e-15);
        assert!((accuracy_at(1.0) - 1.0 / 3.0).abs() < 1e-15);
        assert!((accuracy_at(-1.0) - 1.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn the_orders_of_two_seeds_do_not_meet() {
        let epochs = |seed| order_seed(seed)..order_seed(seed) + 1_000_000;
        assert!((0..20).all(|seed| epochs(seed).end < epochs(seed + 1).start));
    }

    #[test]
    fn a_fifth_is_for_testing() {
        let inputs = brique_tensor::ndarray::Array2::from_shape_fn((10, 1), |(row, _)| row as f64);
        let data = Dataset::new(inputs.clone(), inputs).unwrap();
        let (train, test) = drawn_split(&data, &mut portable(1)).unwrap();
        assert_eq!((train.len(), test.len()), (8, 2));
    }
}
