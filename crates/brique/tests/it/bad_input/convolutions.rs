//! Sizes, windows and groups of convolutions and pools.

use brique::prelude::*;

use super::{ADDRESS, HUGE, Row, refused, refused_undrawn};

pub fn rows() -> Vec<Row> {
    let mut rows = convolutions();
    rows.extend(groups());
    rows.extend(pools());
    rows.extend(shapes());
    rows
}

/// Windows that cannot be placed in an input of 6 positions and 2 channels, and what each error has to say.
fn windows() -> Vec<(&'static str, Window<1>, &'static str)> {
    vec![
        ("kernel 0", Window::new(0), "kernel"),
        ("kernel 7", Window::new(7), "kernel"),
        ("stride 0", Window::new(3).stride(0), "stride"),
        ("dilation 0", Window::new(3).dilation(0), "dilation"),
        ("dilation 3", Window::new(3).dilation(3), "kernel"),
        ("kernel max", Window::new(usize::MAX), "kernel"),
        ("dilation max", Window::new(3).dilation(usize::MAX), ""),
        ("padding max", Window::new(3).padding(usize::MAX), ""),
    ]
}

fn convolutions() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, window, part) in windows() {
        rows.push(refused_undrawn(
            format!("Conv1D {name}"),
            &["Conv1D((6, 2) → 4 channels), new: ", part],
            move |rng| Conv1D::<f64>::new([6, 2], 4, window, Init::PyTorch, rng),
        ));
    }
    for (input, channels) in [(HUGE, 1), (1, HUGE), (1 << 33, 1 << 33)] {
        rows.push(refused_undrawn(
            format!("Conv1D {input} channels to {channels}"),
            &["Conv1D", ADDRESS],
            move |rng| Conv1D::<f64>::new([6, input], channels, 3, Init::PyTorch, rng),
        ));
    }
    for bound in [-1.0, f64::NAN, f64::INFINITY] {
        let found = format!("bound of Init::Uniform is {bound}, expected a number of at least 0");
        rows.push(refused_undrawn(
            format!("Conv2D bound {bound}"),
            &["Conv2D", &found],
            move |rng| Conv2D::<f64>::new([6, 6, 2], 4, 3, Init::Uniform(bound), rng),
        ));
    }
    rows
}

fn groups() -> Vec<Row> {
    let mut rows = Vec::new();
    for groups in [0, 3, 5, 8, usize::MAX] {
        rows.push(refused_undrawn(
            format!("{groups} groups of 4 channels"),
            &["Conv1D((6, 4) → 8 channels)", "groups"],
            move |rng| Conv1D::<f64>::grouped([6, 4], 8, 3, groups, Init::PyTorch, rng),
        ));
        rows.push(refused(
            format!("GroupNorm {groups} groups"),
            &["GroupNorm", "groups"],
            move || GroupNorm::<f64>::new([6, 4], groups),
        ));
    }
    for parameters in [0, 1, 3, 8] {
        rows.push(refused(
            format!("{parameters} rows of parameters"),
            &["Conv1D, from_parameters: "],
            move || Conv1D::from_parameters([6, 2], 3, Array2::<f64>::zeros((parameters, 4))),
        ));
    }
    rows
}

fn pools() -> Vec<Row> {
    let mut rows = Vec::new();
    for kernel in [0, 7, usize::MAX] {
        rows.push(refused(
            format!("MaxPool1D {kernel}"),
            &["MaxPool1D", "kernel"],
            move || MaxPool1D::new([6, 2], kernel),
        ));
        rows.push(refused(
            format!("AvgPool1D {kernel}"),
            &["AvgPool1D", "kernel"],
            move || AvgPool1D::new([6, 2], kernel),
        ));
    }
    rows.push(refused("a pool of stride 0", &["MaxPool1D", "stride"], || {
        MaxPool1D::new([6, 2], 2)?.stride(0)
    }));
    rows
}

fn shapes() -> Vec<Row> {
    let mut rows = Vec::new();
    for columns in [0, 1, 11, 13] {
        rows.push(refused(
            format!("a convolution of {columns} columns"),
            &["forward: ", "(6, 2)"],
            move || {
                let convolution = Conv1D::<f64>::new([6, 2], 4, 3, Init::PyTorch, &mut portable(1))?;
                convolution.forward(&Array2::zeros((2, columns)))
            },
        ));
        rows.push(refused(
            format!("a pool of {columns} columns"),
            &["forward: ", "(6, 2)"],
            move || MaxPool1D::new([6, 2], 2)?.forward(&Array2::<f64>::zeros((2, columns))),
        ));
    }
    rows
}
