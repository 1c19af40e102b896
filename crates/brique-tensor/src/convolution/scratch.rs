//! The buffers of a thread.

use std::ops::Range;

use ndarray::Array1;

use super::delta::Phase;
use super::narrow::Grid;
use crate::Scalar;
use crate::aligned::aligned_numbers;

/// The buffers of a thread. They grow to the sizes of the largest convolution and are never freed while the thread
/// lives.
///
/// | buffer | numbers |
/// |---|---|
/// | `source` | examples with padding: one, six for the delta of few channels, or a block of small ones; the last rows of narrow groups, and a row of zeros |
/// | `panels` | the weights; for the gradient, δ of at most 160 positions, or of the last rows of narrow groups |
/// | `rows`, `depths`, `targets` | one index per position of a block of examples, per element of a window, per weight row |
#[derive(Debug, Default)]
pub struct Scratch<T> {
    pub(super) source: Numbers<T>,
    pub(super) panels: Numbers<T>,
    pub(super) rows: Vec<usize>,
    pub(super) depths: Vec<usize>,
    pub(super) targets: Vec<usize>,
    pub(super) phases: Vec<Phase>,
    pub(super) grids: Vec<Grid>,
    pub(super) taps: Vec<usize>,
    pub(super) chunks: Vec<Range<usize>>,
}

impl<T: Scalar> Scratch<T> {
    pub(crate) const fn new() -> Self {
        Self {
            source: Numbers(None),
            panels: Numbers(None),
            rows: Vec::new(),
            depths: Vec::new(),
            targets: Vec::new(),
            phases: Vec::new(),
            grids: Vec::new(),
            taps: Vec::new(),
            chunks: Vec::new(),
        }
    }
}

/// An aligned buffer that grows.
#[derive(Debug, Default)]
pub(super) struct Numbers<T>(Option<Array1<T>>);

impl<T: Scalar> Numbers<T> {
    /// Returns the whole buffer.
    pub(super) fn numbers(&self) -> &[T] {
        self.0
            .as_ref()
            .and_then(|numbers| numbers.as_slice())
            .unwrap_or(&[])
    }

    /// Returns the first `size` numbers of the buffer, which is replaced by a larger one if it is too small. Their
    /// values are unspecified.
    pub(super) fn space(&mut self, size: usize) -> &mut [T] {
        if self.0.as_ref().is_none_or(|numbers| numbers.len() < size) {
            self.0 = Some(aligned_numbers(size));
        }
        match self.0.as_mut().and_then(|numbers| numbers.as_slice_mut()) {
            Some(numbers) => &mut numbers[..size],
            None => &mut [],
        }
    }
}
