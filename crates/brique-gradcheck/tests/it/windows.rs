//! Right modules that slide a window along an example.

use brique_tensor::ndarray::Array2;

use crate::toy::Toy;
use crate::toys::{add, normal};

pub const LENGTH: usize = 7;
pub const KERNEL: usize = 3;
pub const STRIDE: usize = 2;
/// Windows that overlap by one: ⌊(7 − 3) / 2⌋ + 1.
pub const WINDOWS: usize = 3;
pub const CHANNELS: usize = 2;

/// The column of a position and a channel.
pub fn at(position: usize, channel: usize) -> usize {
    position * CHANNELS + channel
}

/// The row of the parameters for a place in the kernel and an input channel; the bias is the last row.
pub fn tap(place: usize, channel: usize) -> usize {
    place * CHANNELS + channel
}

/// All (window, place in the kernel, input channel).
pub fn taps() -> impl Iterator<Item = (usize, usize, usize)> {
    (0..WINDOWS).flat_map(|w| (0..KERNEL).flat_map(move |k| (0..CHANNELS).map(move |c| (w, k, c))))
}

fn slides(columns: usize) -> Option<usize> {
    (columns == LENGTH * CHANNELS).then_some(WINDOWS * CHANNELS)
}

/// Two channels in, two out: coincident, so that a transposition passes every check of shapes.
pub fn conv() -> Toy {
    Toy::new(
        "Conv1D",
        LENGTH * CHANNELS,
        slides,
        |p, x, y| {
            for ((row, column), y) in y.indexed_iter_mut() {
                let (window, out) = (column / CHANNELS, column % CHANNELS);
                *y = p[0].value()[[KERNEL * CHANNELS, out]];
                for (_, k, c) in taps().filter(|(w, _, _)| *w == window) {
                    *y += x[[row, at(window * STRIDE + k, c)]] * p[0].value()[[tap(k, c), out]];
                }
            }
        },
        |p, _, delta, d| {
            d.fill(0.0);
            for row in 0..d.nrows() {
                for (w, k, c) in taps() {
                    for out in 0..CHANNELS {
                        d[[row, at(w * STRIDE + k, c)]] +=
                            delta[[row, at(w, out)]] * p[0].value()[[tap(k, c), out]];
                    }
                }
            }
        },
    )
    .learning(
        vec![normal((KERNEL * CHANNELS + 1, CHANNELS), 10)],
        |p, x, delta| {
            let mut gradient = Array2::zeros(p[0].shape());
            for ((row, column), delta) in delta.indexed_iter() {
                let (window, out) = (column / CHANNELS, column % CHANNELS);
                for (_, k, c) in taps().filter(|(w, _, _)| *w == window) {
                    gradient[[tap(k, c), out]] += delta * x[[row, at(window * STRIDE + k, c)]];
                }
                gradient[[KERNEL * CHANNELS, out]] += delta;
            }
            add(&mut p[0], &gradient);
        },
    )
}

/// The place in a window with the largest value: the first of several; NaN is larger than any number.
pub fn winner(value: impl Fn(usize) -> f64) -> usize {
    (1..KERNEL).fold(0, |best, k| {
        let larger = value(k) > value(best) || value(k).is_nan() && !value(best).is_nan();
        if larger { k } else { best }
    })
}

pub fn max_pool() -> Toy {
    Toy::new(
        "MaxPool1D",
        LENGTH * CHANNELS,
        slides,
        |_, x, y| {
            for ((row, column), y) in y.indexed_iter_mut() {
                let (w, c) = (column / CHANNELS, column % CHANNELS);
                let value = |k: usize| x[[row, at(w * STRIDE + k, c)]];
                let k = winner(value);
                *y = value(k);
            }
        },
        |_, x, delta, d| {
            d.fill(0.0);
            for ((row, column), delta) in delta.indexed_iter() {
                let (w, c) = (column / CHANNELS, column % CHANNELS);
                let k = winner(|k| x[[row, at(w * STRIDE + k, c)]]);
                d[[row, at(w * STRIDE + k, c)]] += delta;
            }
        },
    )
}

pub fn average_pool() -> Toy {
    Toy::new(
        "AvgPool1D",
        LENGTH * CHANNELS,
        slides,
        |_, x, y| {
            for ((row, column), y) in y.indexed_iter_mut() {
                let (w, c) = (column / CHANNELS, column % CHANNELS);
                let sum: f64 = (0..KERNEL).map(|k| x[[row, at(w * STRIDE + k, c)]]).sum();
                *y = sum / KERNEL as f64;
            }
        },
        |_, _, delta, d| {
            d.fill(0.0);
            for row in 0..d.nrows() {
                for (w, k, c) in taps() {
                    d[[row, at(w * STRIDE + k, c)]] += delta[[row, at(w, c)]] / KERNEL as f64;
                }
            }
        },
    )
}
