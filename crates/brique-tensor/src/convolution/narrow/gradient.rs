//! The gradient of the weights: for each element of a window, a sum over the output positions.

mod by_taps;
mod rolling;
mod rotated;
mod runs;
mod sliding;

use std::ops::Range;

use self::by_taps::ByTaps;
use self::rolling::Rolling;
use self::rotated::Rotated;
use self::runs::{Parts, Products, Runs};
use self::sliding::Sliding;
use super::super::gradient::GradientSums;
use super::super::scratch::Scratch;
use super::GroupPanel;
use super::axis::Grid;
use super::columns::Edge;
use super::examples::{Channels, Examples, Sizes};
use super::lanes::Lanes;
use super::rotations::Rotations;
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
    let rotations = Rotations::new(convolution.group_inputs());
    let at_once = convolution.examples_of_inputs_at_once();
    convolution.chunks(at_once, chunks);
    let examples = delta.len() / convolution.output_size();
    let panels = convolution.group_panels::<T, S>();
    let beyond = [convolution.group_inputs(), convolution.group_outputs()]
        .map(|channels| panels.beyond::<T, S>(channels));
    let of_inputs = Sizes::of_inputs(convolution);
    let of_outputs = Sizes::of_outputs(convolution);
    let x = Examples::new(x, of_inputs, beyond[0], grid.reads_outside(), &mut scratch.source);
    let delta = Examples::new(delta, of_outputs, beyond[1], false, &mut scratch.panels);
    for first_example in (0..examples).step_by(at_once) {
        if examples - first_example < at_once {
            convolution.chunks(examples - first_example, chunks);
        }
        for positions in &*chunks {
            for panel in panels.panels() {
                let sums = Sums {
                    convolution,
                    grid: &grid,
                    panel,
                    lanes: &lanes,
                    rotations: &rotations,
                    x: &x,
                    delta: &delta,
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
    rotations: &'a Rotations,
    x: &'a Examples<'a, T>,
    delta: &'a Examples<'a, T>,
    /// The example from which positions are counted.
    first_example: usize,
    positions: Range<usize>,
    /// The first of the rows.
    first: usize,
    gradient: &'a mut [T],
}

impl<'a, T: Scalar> Sums<'a, T> {
    #[inline(always)]
    fn compute<S: Simd>(self, simd: S) {
        let convolution = self.convolution;
        let Grid { down, right, .. } = self.grid;
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
            ([1, 1], [3, 3], 1) if S::HAS_MANY_REGISTERS => simd.run(Rolling::<_, 3, 3, 1>(self)),
            ([1, 1], [3, 3], 1) => simd.run(Sliding::<_, 3, 3, true>(self)),
            ([1, 1], [3, 3], 2) => simd.run(Rolling::<_, 3, 3, 2>(self)),
            ([1, 1], [_, 5], 1) => simd.run(Sliding::<_, 1, 5, true>(self)),
            ([1, 1], [_, 7], 1) => simd.run(Sliding::<_, 1, 7, true>(self)),
            ([1, 1], ..) => simd.run(ByTaps::<_, true>(self)),
            _ if !S::HAS_WIDE_VECTORS => unreachable!("lanes are permuted in wide vectors only"),
            ([1, _], [3, 3], 1) => simd.run(Sliding::<_, 3, 3, false>(self)),
            ([2, 2], ..) => simd.run(Rotated::<_, 2, 3>(self)),
            ([3, 3], ..) => simd.run(Rotated::<_, 3, 3>(self)),
            ([4, 4], ..) if S::HAS_MANY_REGISTERS => simd.run(Rotated::<_, 4, 3>(self)),
            ([4, 4], ..) => simd.run(Rotated::<_, 4, 2>(self)),
            ([8, 8], ..) if S::HAS_MANY_REGISTERS => simd.run(Rotated::<_, 8, 3>(self)),
            _ => simd.run(ByTaps::<_, false>(self)),
        }
    }

    /// Returns the examples of the positions, and the positions of each example.
    #[inline(always)]
    fn examples(&self) -> impl Iterator<Item = (usize, Range<usize>)> + use<T> {
        let positions = self.convolution.positions();
        let (first_example, Range { start, end }) = (self.first_example, self.positions.clone());
        (start / positions..end.div_ceil(positions)).map(move |example| {
            let first = example * positions;
            let of_example = start.max(first) - first..end.min(first + positions) - first;
            (first_example + example, of_example)
        })
    }

    /// Returns some positions of an example, row by row.
    #[inline(always)]
    fn runs(&self, positions: Range<usize>) -> Runs {
        Runs::new(positions, self.convolution.axes[1].outputs())
    }

    /// Adds the products of the first `COUNT` of some taps, for all positions.
    #[inline(always)]
    fn add_taps<V, P, const COUNT: usize>(&self, simd: V::Simd, taps: &Range<usize>, products: &mut P)
    where
        V: Vector<Number = T>,
        P: Products<V, COUNT>,
    {
        let Grid { down, right, .. } = self.grid;
        let (mut below, mut offsets) = ([0; COUNT], [0; COUNT]);
        for (index, (below, offset)) in below.iter_mut().zip(&mut offsets).enumerate() {
            // If there are fewer taps, the last is computed again.
            let tap = (taps.start + index).min(taps.end - 1);
            (*below, *offset) = (tap / right.taps, right.offsets.at(tap % right.taps));
        }
        for (example, positions) in self.examples() {
            let (x, delta) = self.channels::<V>(example);
            for run in self.runs(positions) {
                let mut lines = [x.line(down.element(run.row, below[0])); COUNT];
                for (line, &below) in lines.iter_mut().zip(&below).skip(1) {
                    *line = x.line(down.element(run.row, below));
                }
                let elements = Edge {
                    lines,
                    offsets,
                    position: right.source.at(run.columns.start),
                    step: right.source.step,
                };
                Parts::new(right, &run, elements, delta.line(run.row)).add_to(simd, 1, products);
            }
        }
    }

    /// Returns the vectors of an example of the input and of δ.
    #[inline(always)]
    fn channels<V: Vector<Number = T>>(&self, example: usize) -> (Channels<'a, V>, Channels<'a, V>) {
        let first_input = self.panel.first_group * self.convolution.group_inputs();
        (
            self.x.channels(example, first_input),
            self.delta.channels(example, self.columns().0),
        )
    }

    /// Returns the first output channel of the panel, and their number.
    #[inline(always)]
    fn columns(&self) -> (usize, usize) {
        let outputs = self.convolution.group_outputs();
        (self.panel.first_group * outputs, self.panel.groups * outputs)
    }
}
