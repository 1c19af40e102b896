//! Figures as SVG, and their common style.

use std::sync::Arc;

use kuva::backend::svg::SvgBackend;
use kuva::plot::LegendPosition;
use kuva::plot::legend::{LegendEntry, LegendShape};
use kuva::plot::scatter::MarkerShape;
use kuva::render::figure::Figure as Grid;
use kuva::render::layout::{Layout, TickFormat};
use kuva::render::plots::Plot;

/// A drawn figure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The name of its file in `figures/`, `.svg` included.
    pub file: String,
    /// A description of the figure, for the report and for readers who cannot see it.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

/// The colours, after Okabe and Ito: readers with any kind of colour vision can distinguish them.
pub(crate) mod colour {
    pub(crate) const BLUE: &str = "#0072B2";
    pub(crate) const ORANGE: &str = "#D55E00";
    pub(crate) const TEAL: &str = "#009E73";
    pub(crate) const GREY: &str = "#666666";
    pub(crate) const RED: &str = "#C0272D";
    pub(crate) const GREEN: &str = "#14713B";
    pub(crate) const PALE_SAND: &str = "#F7E6CF";
    pub(crate) const PALE_ORANGE: &str = "#F5D5BD";
    pub(crate) const PALE_BLUE: &str = "#D6E6F4";
}

/// Axes and the plots in them.
pub(crate) struct Panel {
    pub(crate) plots: Vec<Plot>,
    pub(crate) layout: Layout,
}

impl Panel {
    /// Axes around `plots`, with the title and labels that every panel has.
    pub(crate) fn new(plots: Vec<Plot>, title: &str, x_label: &str, y_label: &str) -> Self {
        let layout = Layout::auto_from_plots(&plots)
            .with_title(title)
            .with_x_label(x_label)
            .with_y_label(y_label)
            .with_title_size(15)
            .with_label_size(13)
            .with_tick_size(12)
            .with_body_size(12);
        Self { plots, layout }
    }

    /// Changes the layout.
    pub(crate) fn with(mut self, change: impl FnOnce(Layout) -> Layout) -> Self {
        self.layout = change(self.layout);
        self
    }

    /// Limits the axes to these ranges.
    pub(crate) fn ranges(self, x: (f64, f64), y: (f64, f64)) -> Self {
        self.with(|layout| {
            layout
                .with_x_axis_min(x.0)
                .with_x_axis_max(x.1)
                .with_y_axis_min(y.0)
                .with_y_axis_max(y.1)
        })
    }

    /// Makes the y axis logarithmic.
    pub(crate) fn logarithmic_y(self) -> Self {
        self.with(|layout| layout.with_log_y().with_y_tick_format(powers()))
    }

    /// Labels the y axis as powers of ten, where logarithms are drawn.
    pub(crate) fn exponents_y(self) -> Self {
        let power = TickFormat::Custom(Arc::new(|exponent| power_of_ten(&format!("{exponent:.0}"))));
        self.with(|layout| layout.with_y_tick_format(power))
    }

    /// Makes the x axis logarithmic.
    pub(crate) fn logarithmic_x(self) -> Self {
        self.with(|layout| layout.with_log_x().with_x_tick_format(powers()))
    }

    /// Puts the legend there.
    pub(crate) fn legend(self, position: LegendPosition) -> Self {
        self.with(|layout| layout.with_legend_position(position))
    }
}

/// Labels of a logarithmic axis: decimal numbers from 0.001 to 5000, powers of ten below and above.
fn powers() -> TickFormat {
    TickFormat::Custom(Arc::new(|value| {
        if (1e-3..1e4).contains(&value) {
            let text = format!("{value:.3}");
            return text.trim_end_matches('0').trim_end_matches('.').to_owned();
        }
        let scientific = format!("{value:.0e}");
        let (digit, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let power = power_of_ten(exponent);
        if digit == "1" {
            power
        } else {
            format!("{digit}·{power}")
        }
    }))
}

fn power_of_ten(exponent: &str) -> String {
    format!("10{}", exponent.chars().map(superscript).collect::<String>())
}

fn superscript(digit: char) -> char {
    match digit {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        other => other,
    }
}

/// Panels in a grid: which panels stand in a row, and how high the row is.
pub(crate) struct Sheet {
    pub(crate) title: String,
    pub(crate) columns: usize,
    /// For each row its height, and its panels with the number of columns that each takes.
    pub(crate) rows: Vec<(f64, Vec<(usize, Panel)>)>,
}

/// The width that figures are drawn for, in pixels.
const WIDTH: f64 = 800.0;
/// The margin around all panels, in pixels.
const MARGIN: f64 = 16.0;
/// The gap between panels, in pixels.
const SPACING: f64 = 14.0;

impl Sheet {
    /// Draws the panels.
    pub(crate) fn draw(self, file: &str, caption: &str) -> Figure {
        let columns = self.columns;
        let mut grid = Grid::new(self.rows.len(), columns)
            .with_title(self.title)
            .with_title_size(19)
            .with_spacing(SPACING)
            .with_padding(MARGIN);
        let (mut structure, mut plots, mut layouts) = (Vec::new(), Vec::new(), Vec::new());
        let column_width = (WIDTH - 2.0 * MARGIN - SPACING * (columns - 1) as f64) / columns as f64;
        for column in 0..columns {
            grid = grid.with_col_width(column, column_width);
        }
        for (row, (height, panels)) in self.rows.into_iter().enumerate() {
            grid = grid.with_row_height(row, height);
            let mut cell = row * columns;
            for (span, panel) in panels {
                structure.push((cell..cell + span).collect());
                cell += span;
                plots.push(panel.plots);
                layouts.push(panel.layout);
            }
        }
        let scene = grid
            .with_structure(structure)
            .with_plots(plots)
            .with_layouts(layouts)
            .render();
        Figure {
            file: file.to_owned(),
            caption: caption.to_owned(),
            svg: accessible(&renumbered(&SvgBackend::new().render_scene(&scene)), caption),
        }
    }
}

/// Numbers the clipping paths of this drawing from 0. kuva continues its numbering from one drawing to the next, so a
/// figure would depend on the figures that were drawn before it.
fn renumbered(svg: &str) -> String {
    const NAME: &str = "kuva-clip-";
    let mut parts = svg.split(NAME);
    let mut text = parts.next().unwrap_or_default().to_owned();
    let mut seen: Vec<&str> = Vec::new();
    for part in parts {
        let digits = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        let (number, rest) = part.split_at(digits);
        let index = seen.iter().position(|known| *known == number).unwrap_or_else(|| {
            seen.push(number);
            seen.len() - 1
        });
        text.extend([NAME, &index.to_string(), rest]);
    }
    text
}

/// Adds the text for screen readers.
fn accessible(svg: &str, caption: &str) -> String {
    let escaped = caption.replace('&', "&amp;").replace('<', "&lt;");
    let with_role = svg.replacen("<svg ", "<svg role=\"img\" ", 1);
    match with_role.split_once('>') {
        Some((head, rest)) => format!("{head}><title>{escaped}</title>{rest}\n"),
        None => with_role,
    }
}

pub(crate) fn line_entry(label: &str, colour: &str, dash: Option<&str>) -> LegendEntry {
    entry(label, colour, LegendShape::Line, dash)
}

pub(crate) fn area_entry(label: &str, colour: &str) -> LegendEntry {
    entry(label, colour, LegendShape::Rect, None)
}

pub(crate) fn marker_entry(label: &str, colour: &str, marker: MarkerShape) -> LegendEntry {
    entry(label, colour, LegendShape::Marker(marker), None)
}

fn entry(label: &str, colour: &str, shape: LegendShape, dash: Option<&str>) -> LegendEntry {
    LegendEntry {
        label: label.to_owned(),
        color: colour.to_owned(),
        shape,
        dasharray: dash.map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clipping_paths_are_counted_from_zero() {
        let svg = "<a id=\"kuva-clip-26\"/><b id=\"kuva-clip-7\"/><c ref=\"kuva-clip-26\"/>";
        let expected = "<a id=\"kuva-clip-0\"/><b id=\"kuva-clip-1\"/><c ref=\"kuva-clip-0\"/>";
        assert_eq!(renumbered(svg), expected);
    }

    #[test]
    fn captions_are_escaped() {
        assert_eq!(
            accessible("<svg a>", "x < y & z"),
            "<svg role=\"img\" a><title>x &lt; y &amp; z</title>\n"
        );
    }

    #[test]
    fn logarithmic_axes_are_labelled_with_few_digits() {
        let TickFormat::Custom(label) = powers() else {
            panic!("not a custom format")
        };
        let labels = [0.0005, 0.01, 1.0, 50.0, 1000.0, 1e5, 1e-10, 2e-7].map(|value| label(value));
        assert_eq!(
            labels,
            ["5·10⁻⁴", "0.01", "1", "50", "1000", "10⁵", "10⁻¹⁰", "2·10⁻⁷"]
        );
    }
}
