//! The figures: digits and their reconstructions, the plane of codes, and two measures against the size of the code.

use brique_datasets::Dataset;
use brique_tensor::ndarray::Array2;
use kuva::plot::LegendPosition;
use kuva::plot::scatter::{MarkerShape, ScatterPlot};
use kuva::render::plots::Plot;

use super::training::{CLASSES, CODES, DENOISING, NOISE, SIDE, Trained};
use crate::curves::Curves;
use crate::figure::{Figure, Panel, Sheet, colour, line_entry};
use crate::panels::level;
use crate::pictures::{Shades, picture_panel};

/// The height of a row of digits.
const ROW: f64 = 137.0;

/// The first test digit of each class, and what the auto-encoders make of it.
pub(super) fn reconstructions_figure(trained: &Trained, test: &Dataset<f32>) -> Figure {
    let mut rows = vec![digits_row("digits", test, test.inputs())];
    for index in [0, DENOISING] {
        let title = format!("from {} numbers", CODES[index]);
        rows.push(digits_row(&title, test, &trained.compressed[index].decoded));
    }
    Sheet {
        title: format!("Test digits of seed {}, and what is left of them", trained.seed),
        columns: 1,
        rows,
    }
    .draw(
        "auto_encoder_reconstructions.svg",
        "The first test digit of each class, and below it the digit that the decoder makes of two numbers and of eight: with \
         two several digits become blurred or another digit, with eight they are readable.",
    )
}

/// The same digits with noise of two levels, and without it again.
pub(super) fn noise_figure(trained: &Trained, test: &Dataset<f32>) -> Figure {
    let mut rows = vec![digits_row("digits", test, test.inputs())];
    for index in [1, 3] {
        let (noise, denoised) = (NOISE[index], &trained.denoised[index]);
        let title = format!("with noise of deviation {noise}");
        rows.push(digits_row(&title, test, &denoised.noisy));
        rows.push(digits_row("denoised", test, &denoised.restored));
    }
    Sheet {
        title: format!("Test digits of seed {} with noise, and without it again", trained.seed),
        columns: 1,
        rows,
    }
    .draw(
        "auto_encoder_noise.svg",
        "The first test digit of each class, clean, with noise of two levels, and after the auto-encoder: the background is \
         white again, and most digits are readable.",
    )
}

/// One picture for each class, in a row: the rows of `pictures` that belong to the first test digit of the class.
fn digits_row(title: &str, test: &Dataset<f32>, pictures: &Array2<f32>) -> (f64, Vec<(usize, Panel)>) {
    let classes = test.classes();
    let first = |class: usize| classes.iter().position(|&other| other == class);
    let shown: Vec<usize> = (0..CLASSES).filter_map(first).collect();
    let width = shown.len() * (SIDE + 1) - 1;
    // One blank column separates two digits.
    let pixel = |row: usize, column: usize| match (column / (SIDE + 1), column % (SIDE + 1)) {
        (_, SIDE) => 0.0,
        (digit, column) => f64::from(pictures[[shown[digit], row * SIDE + column]]),
    };
    let pixels: Vec<f64> = (0..SIDE)
        .flat_map(|row| (0..width).map(move |column| (row, column)))
        .map(|(row, column)| pixel(row, column))
        .collect();
    let panel = picture_panel(title, &pixels, width, Shades::Ink { full: 1.0 });
    (ROW, vec![(1, panel)])
}

/// A colour and a marker for each class.
const MARKS: [(&str, MarkerShape); CLASSES] = [
    ("#0072B2", MarkerShape::Circle),
    ("#D55E00", MarkerShape::Triangle),
    ("#009E73", MarkerShape::Square),
    ("#CC79A7", MarkerShape::Diamond),
    ("#B8A000", MarkerShape::Cross),
    ("#56B4E9", MarkerShape::TriangleDown),
    ("#000000", MarkerShape::Plus),
    ("#8B4513", MarkerShape::Star),
    ("#E69F00", MarkerShape::Circle),
    ("#7B3294", MarkerShape::Square),
];

/// The test digits as points of the plane of two codes.
pub(super) fn codes_figure(trained: &Trained, test: &Dataset<f32>) -> Figure {
    let codes = &trained.compressed[0].codes;
    let classes = test.classes();
    let of_class = |class: usize, (colour, marker): (&str, MarkerShape)| -> Plot {
        let members = codes.outer_iter().zip(&classes);
        let points = members.filter(|&(_, &other)| other == class);
        ScatterPlot::new()
            .with_data(points.map(|(code, _)| (f64::from(code[0]), f64::from(code[1]))))
            .with_color(colour)
            .with_marker(marker)
            .with_size(4.0)
            .with_legend(class.to_string())
            .into()
    };
    let plots = MARKS
        .into_iter()
        .enumerate()
        .map(|(class, mark)| of_class(class, mark));
    let panel = Panel::new(
        plots.collect(),
        &format!("Codes of the test digits of seed {}", trained.seed),
        "first number",
        "second number",
    )
    .legend(LegendPosition::OutsideRightTop)
    .ranges((-1.05, 1.05), (-1.05, 1.05));
    Sheet {
        title: "A digit in two numbers".to_owned(),
        columns: 1,
        rows: vec![(620.0, vec![(1, panel)])],
    }
    .draw(
        "auto_encoder_codes.svg",
        "The test digits of one seed in the plane of their two codes, with a colour and a marker for each class: some classes \
         have a region of their own and others overlap, although no class was given to the auto-encoder.",
    )
}

/// The error of the reconstruction and the accuracy of a linear layer against the size of the code.
pub(super) fn sizes_figure(trained: &[Trained]) -> Figure {
    let error = curves(trained, |trained, index| trained.compressed[index].error);
    let linear = curves(trained, |trained, index| trained.compressed[index].linear_error);
    let accuracy = curves(trained, |trained, index| trained.compressed[index].accuracy);
    let pixels = curves(trained, |trained, _| trained.pixel_accuracy).quantile(0.5)[0];
    let sizes = (0.0, 18.0);
    let errors = vec![
        error.band((0.0, 1.0), colour::BLUE, 0.25),
        error.median_line(colour::BLUE),
        linear.median_line(colour::ORANGE),
    ];
    let legend = vec![
        line_entry("auto-encoder", colour::BLUE, None),
        line_entry("principal components", colour::ORANGE, None),
    ];
    let left = Panel::new(
        errors,
        "Error of the reconstruction",
        "numbers in the code",
        "mean squared error",
    )
    .legend(LegendPosition::InsideTopRight)
    .with(|layout| layout.with_legend_entries(legend))
    .ranges(sizes, (0.0, 0.07));
    let accuracies = vec![
        accuracy.band((0.0, 1.0), colour::BLUE, 0.25),
        accuracy.median_line(colour::BLUE),
        level(pixels, sizes.0, sizes.1, colour::GREY, "from 64 pixels"),
    ];
    let legend = vec![
        line_entry("from the code", colour::BLUE, None),
        line_entry("from 64 pixels", colour::GREY, Some("6 4")),
    ];
    let right = Panel::new(
        accuracies,
        "Accuracy of a linear layer",
        "numbers in the code",
        "test accuracy",
    )
    .legend(LegendPosition::InsideBottomRight)
    .with(|layout| layout.with_legend_entries(legend))
    .ranges(sizes, (0.4, 1.0));
    Sheet {
        title: format!("Codes of different sizes over {} seeds", trained.len()),
        columns: 2,
        rows: vec![(340.0, vec![(1, left), (1, right)])],
    }
    .draw(
        "auto_encoder_sizes.svg",
        "The mean squared error of a pixel and the test accuracy of a linear layer against the size of the code, as median \
         and range over the seeds: with a larger code the error falls and the accuracy rises.",
    )
}

/// A measure of each size of the code, for every seed.
fn curves(trained: &[Trained], of: impl Fn(&Trained, usize) -> f64) -> Curves {
    let curve = |trained| (0..CODES.len()).map(|index| of(trained, index)).collect();
    Curves {
        positions: CODES.map(|size| size as f64).to_vec(),
        by_seed: trained.iter().map(curve).collect(),
    }
}
