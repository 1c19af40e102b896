//! The gradient of the weights: for each element of a window, a sum over the output positions.

mod by_rows;
mod rolling;
mod sliding;

use std::ops::Range;

use self::by_rows::ByRows;
use self::rolling::Rolling;
use self::sliding::Sliding;
use super::super::gradient::GradientSums;
use super::super::scratch::Scratch;
use super::GroupPanel;
use super::axis::{Axis, Grid};
use super::image::{Edge, Examples, Image, Inner, Line};
use super::lanes::Lanes;
use crate::Scalar;
use crate::convolution::Convolution;
use crate::simd::{Simd, Vector};

/// Adds the gradient of some rows of the weights.
#[inline(always)]
pub(in super::super) fn gradient<T: Scalar, S: Simd>(
    simd: S,
    work: GradientSums<'_, T>,
    scratch: &mut Scratch<T>,
) {
    let GradientSums {
        convolution,
        x,
        delta,
        first,
        gradient,
        bias: _,
    } = work;
    let chunks = &mut scratch.chunks;
    let grid = Grid::of_inputs(convolution);
    let lanes = Lanes::new(convolution.group_inputs(), convolution.group_outputs());
    let at_once = convolution.examples_of_inputs_at_once();
    convolution.chunks(at_once, chunks);
    let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
    let examples = delta.len() / y_size;
    let beyond = [convolution.group_inputs(), convolution.group_outputs()]
        .map(|channels| convolution.beyond::<T, S>(channels));
    let x = Examples::new(x, x_size, beyond[0], &mut scratch.source);
    let delta = Examples::new(delta, y_size, beyond[1], &mut scratch.panels);
    for first_example in (0..examples).step_by(at_once) {
        if examples - first_example < at_once {
            convolution.chunks(examples - first_example, chunks);
        }
        for positions in &*chunks {
            for panel in convolution.group_panels::<T, S>() {
                let sums = Sums {
                    convolution,
                    grid: &grid,
                    panel,
                    lanes: &lanes,
                    x,
                    delta,
                    first_example,
                    positions: positions.clone(),
                    first,
                    gradient: &mut *gradient,
                };
                sums.compute(simd);
            }
        }
    }
}

/// The gradient of some rows of the weights from some output positions, for the groups of a panel.
struct Sums<'a, T> {
    convolution: &'a Convolution,
    grid: &'a Grid,
    panel: GroupPanel,
    lanes: &'a Lanes,
    x: Examples<'a, T>,
    delta: Examples<'a, T>,
    /// The example from which positions are counted.
    first_example: usize,
    positions: Range<usize>,
    /// The first of the rows.
    first: usize,
    gradient: &'a mut [T],
}

impl<T: Scalar> Sums<'_, T> {
    #[inline(always)]
    fn compute<S: Simd>(self, simd: S) {
        let convolution = self.convolution;
        let Grid { down, right, .. } = self.grid;
        let has_many = S::REGISTERS >= 32;
        let is_whole = self.gradient.len() == convolution.weight_rows() * convolution.outputs;
        let (tap, step) = (right.offsets.step, right.source.step);
        // How many taps a window is after the one before it, if it shares elements with it and all weight rows are computed.
        let steps = match () {
            () if is_whole && tap == step => 1,
            () if is_whole && tap.wrapping_mul(2) == step => 2,
            () => 0,
        };
        let group = [convolution.group_inputs(), convolution.group_outputs()];
        match (group, [down.taps, right.taps], steps) {
            ([1, 1], [3, 3], 1) if has_many => simd.run(Rolling::<_, 3, 3, 1>(self)),
            ([1, 1], [3, 3], 1) => simd.run(Sliding::<_, 1, 3, 3, true>(self)),
            ([1, 1], [3, 3], 2) => simd.run(Rolling::<_, 3, 3, 2>(self)),
            ([1, 1], [_, 5], 1) => simd.run(Sliding::<_, 1, 1, 5, true>(self)),
            ([1, 1], [_, 7], 1) => simd.run(Sliding::<_, 1, 1, 7, true>(self)),
            ([1, 1], ..) => simd.run(ByRows::<_, true>(self)),
            _ if !S::HAS_WIDE_VECTORS => unreachable!("lanes are permuted in wide vectors only"),
            ([1, _], [3, 3], 1) => simd.run(Sliding::<_, 1, 3, 3, false>(self)),
            ([2, _], [_, 3], 1) => simd.run(Sliding::<_, 2, 1, 3, false>(self)),
            ([3, _], [_, 3], 1) => simd.run(Sliding::<_, 3, 1, 3, false>(self)),
            ([4, _], [_, 3], 1) => simd.run(Sliding::<_, 4, 1, 3, false>(self)),
            ([8, _], [_, 3], 1) if has_many => simd.run(Sliding::<_, 8, 1, 3, false>(self)),
            _ => simd.run(ByRows::<_, false>(self)),
        }
    }

    /// Returns the positions row by row.
    #[inline(always)]
    fn runs(&self) -> impl Iterator<Item = Run<'_, T>> {
        let [down, right] = self.convolution.axes;
        let (height, width) = (down.outputs(), right.outputs());
        let (first, end) = (self.positions.start, self.positions.end);
        (first / width..end.div_ceil(width)).map(move |row| {
            let columns = first.max(row * width) - row * width..end.min((row + 1) * width) - row * width;
            let (example, row) = (self.first_example + row / height, row % height);
            let outputs = self.convolution.outputs;
            Run {
                image: Image {
                    numbers: self.x.from(example),
                    height: down.length(),
                    width: right.length(),
                    channels: self.convolution.inputs,
                },
                row,
                column: columns.start,
                delta: Line::new(
                    &self.delta.from(example)[(row * width + columns.start) * outputs + self.columns().0..],
                    columns.len(),
                    outputs,
                ),
            }
        })
    }

    /// Returns the first output channel of the panel, and their number.
    #[inline(always)]
    fn columns(&self) -> (usize, usize) {
        let outputs = self.convolution.group_outputs();
        (self.panel.first_group * outputs, self.panel.groups * outputs)
    }
}

/// Output positions of one row, which are next to each other.
struct Run<'a, T> {
    /// The example.
    image: Image<'a, T>,
    /// The row of the output, and the first of its columns.
    row: usize,
    column: usize,
    /// δ of the groups of the panel.
    delta: Line<'a, T>,
}

impl<'a, T: Scalar> Run<'a, T> {
    /// Returns the parts of the run. `lines` and `elements` are the lines that are read together and the first element of each;
    /// the elements of a line are `step` elements apart.
    #[inline(always)]
    fn parts<const LINES: usize>(
        &self,
        axis: &Axis,
        lines: [Line<'a, T>; LINES],
        elements: [usize; LINES],
        step: usize,
    ) -> Parts<'a, T, LINES> {
        let end = self.column + self.delta.width();
        let inner = [axis.inner.start, axis.inner.end].map(|window| window.clamp(self.column, end));
        Parts {
            elements: Edge {
                lines,
                positions: elements,
                step,
            },
            delta: Edge {
                lines: [self.delta],
                positions: [0],
                step: 1,
            },
            before: inner[0] - self.column,
            inner: inner[1] - inner[0],
            after: end - inner[1],
        }
    }
}

/// The positions of a run: those whose windows reach beyond the edge, those whose windows do not, and again the former.
struct Parts<'a, T, const LINES: usize> {
    elements: Edge<'a, T, LINES>,
    delta: Edge<'a, T, 1>,
    before: usize,
    inner: usize,
    after: usize,
}

impl<'a, T: Scalar, const LINES: usize> Parts<'a, T, LINES> {
    /// Returns the next columns of elements and the next positions of δ without the checks for the edge; nothing if one of them
    /// is beyond it.
    #[inline(always)]
    fn inner_columns<V: Vector<Number = T>>(
        &self,
        columns: usize,
        positions: usize,
    ) -> Option<(Inner<'a, T, LINES>, Inner<'a, T, 1>)> {
        Some((
            self.elements.inner::<V>(columns)?,
            self.delta.inner::<V>(positions)?,
        ))
    }

    /// Passes over columns of elements and positions of δ.
    #[inline(always)]
    fn skip(&mut self, columns: usize, positions: usize) {
        self.elements.skip(columns);
        self.delta.skip(positions);
    }
}
