//! Small grey or signed pictures, one per panel.

use std::sync::Arc;

use kuva::plot::colormap::ColorMap;
use kuva::plot::heatmap::Heatmap;
use kuva::render::plots::Plot;

use crate::figure::Panel;

/// The colours of numbers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shades {
    /// From white at 0 to black at `full`.
    Ink { full: f64 },
    /// From blue at `−full` through white at 0 to orange at `full`.
    Signed { full: f64 },
}

/// The ends of the scales, as in the other figures.
const WHITE: [f64; 3] = [255.0, 255.0, 255.0];
const BLACK: [f64; 3] = [20.0, 20.0, 20.0];
const BLUE: [f64; 3] = [0.0, 114.0, 178.0];
const ORANGE: [f64; 3] = [213.0, 94.0, 0.0];

impl Shades {
    /// The colour of a number, as `#rrggbb`. A number beyond the scale has the colour of its end.
    pub(crate) fn colour(self, value: f64) -> String {
        let (end, share) = match self {
            Self::Ink { full } => (BLACK, value / full),
            Self::Signed { full } if value < 0.0 => (BLUE, -value / full),
            Self::Signed { full } => (ORANGE, value / full),
        };
        let share = share.clamp(0.0, 1.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between two numbers from 0 to 255"
        )]
        let [red, green, blue] =
            [0, 1, 2].map(|channel| (WHITE[channel] + (end[channel] - WHITE[channel]) * share).round() as u8);
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// A picture of `columns` pixels in a row, the first row at the top.
pub(crate) fn picture_panel(title: &str, pixels: &[f64], columns: usize, shades: Shades) -> Panel {
    let rows: Vec<Vec<f64>> = pixels.chunks(columns).map(<[f64]>::to_vec).collect();
    let (width, height) = (columns as f64 + 0.5, rows.len() as f64 + 0.5);
    Panel::new(vec![tiles(rows, shades)], title, "", "")
        .ranges((0.5, width), (0.5, height))
        .with(|layout| layout.with_equal_aspect().with_box_axes())
        .with(without_ticks)
}

/// Rows of coloured cells, the first row at the top. Columns and rows count from 1, rows from the bottom.
pub(crate) fn tiles(mut rows: Vec<Vec<f64>>, shades: Shades) -> Plot {
    // kuva takes the lowest row first.
    rows.reverse();
    let all = || rows.iter().flatten().copied();
    let (low, high) = (
        all().fold(f64::INFINITY, f64::min),
        all().fold(f64::NEG_INFINITY, f64::max),
    );
    // kuva passes shares of the range of these numbers; the scale is for the numbers themselves.
    let map = ColorMap::Custom(Arc::new(move |share| shades.colour(low + share * (high - low))));
    Heatmap::new()
        .with_data(rows)
        .with_color_map(map)
        .with_cell_size(1.0)
        .into()
}

fn without_ticks(mut layout: kuva::render::layout::Layout) -> kuva::render::layout::Layout {
    (layout.suppress_x_ticks, layout.suppress_y_ticks) = (true, true);
    (layout.show_colorbar, layout.show_grid) = (false, false);
    (layout.x_label, layout.y_label) = (None, None);
    layout
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shades_go_from_white_to_the_end_of_their_side() {
        let ink = Shades::Ink { full: 16.0 };
        assert_eq!(
            [0.0, 8.0, 16.0, 20.0].map(|value| ink.colour(value)),
            ["#ffffff", "#8a8a8a", "#141414", "#141414"]
        );
        let signed = Shades::Signed { full: 2.0 };
        assert_eq!(
            [-2.0, 0.0, 2.0].map(|value| signed.colour(value)),
            ["#0072b2", "#ffffff", "#d55e00"]
        );
    }
}
