//! The forward pass: rows are output positions, the depth are the elements of a window.

use super::offsets::Offsets;
use super::panels::{Packed, pack, packed_size, space};
use super::scratch::Scratch;
use super::source::Source;
use super::{Convolution, examples_at_once, narrow};
use crate::Scalar;
use crate::product::operands::Start;
use crate::simd::{Simd, Work};
use crate::threads::Divisible;

/// The forward pass of some examples.
pub struct Forward<'a, T> {
    pub(super) convolution: &'a Convolution,
    pub(super) x: &'a [T],
    pub(super) parameters: &'a [T],
    pub(super) y: &'a mut [T],
}

impl<T> Forward<'_, T> {
    pub(super) fn examples(&self) -> usize {
        self.y.len() / self.convolution.output_size()
    }
}

impl<T: Scalar> Divisible for Forward<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let examples = self.examples() / 2;
        if examples == 0 {
            return Err(self);
        }
        let (x, other_x) = self.x.split_at(examples * self.convolution.input_size());
        let (y, other_y) = self.y.split_at_mut(examples * self.convolution.output_size());
        let other = Forward {
            x: other_x,
            y: other_y,
            ..self
        };
        Ok((Forward { x, y, ..self }, other))
    }

    fn compute(self) {
        T::convolution_forward(self);
    }
}

impl Convolution {
    /// Returns the source of the windows of the input.
    pub(super) fn source_of_inputs(&self) -> Source {
        Source {
            channels: self.inputs,
            group_channels: self.group_inputs(),
            sizes: self.axes.map(|axis| axis.length()),
            border: self.axes.map(|axis| (axis.padding(), axis.padding())),
        }
    }

    /// Returns how many examples of the input are computed together.
    pub(super) fn examples_of_inputs_at_once(&self) -> usize {
        examples_at_once(self.positions(), self.source_of_inputs().example_stride())
    }

    /// Writes the offsets of the windows of `examples` examples.
    pub(super) fn windows(&self, source: &Source, examples: usize, rows: &mut Vec<usize>) {
        let [down, right] = self.axes;
        rows.clear();
        for example in 0..examples {
            for y in 0..down.outputs() {
                let first = example * source.example_stride() + y * down.stride() * source.row_stride();
                let window = |x: usize| first + x * right.stride() * source.channels;
                rows.extend((0..right.outputs()).map(window));
            }
        }
    }

    /// Writes the offsets of the elements of a window, in the order of the weights.
    pub(super) fn elements(&self, source: &Source, depths: &mut Vec<usize>) {
        let [down, right] = self.axes;
        depths.clear();
        for y in 0..down.kernel() {
            for x in 0..right.kernel() {
                let first =
                    y * down.dilation() * source.row_stride() + x * right.dilation() * source.channels;
                depths.extend((0..source.group_channels).map(|channel| first + channel));
            }
        }
    }
}

impl<T: Scalar> Work for (Forward<'_, T>, &mut Scratch<T>) {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (work, scratch) = self;
        let convolution = work.convolution;
        if convolution.has_narrow_groups::<T, S>() {
            return narrow::forward(simd, work, scratch);
        }
        let Forward { x, parameters, y, .. } = work;
        let source = convolution.source_of_inputs();
        let positions = convolution.positions();
        let at_once = convolution.examples_of_inputs_at_once();
        convolution.windows(&source, at_once, &mut scratch.rows);
        convolution.elements(&source, &mut scratch.depths);
        let outputs = convolution.outputs;
        scratch.targets.clear();
        scratch
            .targets
            .extend((0..at_once * positions).map(|position| position * outputs));

        let depth = convolution.weight_rows();
        let (groups, columns) = (convolution.groups, convolution.group_outputs());
        let size = packed_size::<T, S>(depth, columns);
        let panels = space::<T, S>(&mut scratch.panels, depth, columns, groups);
        let (weights, bias) = parameters.split_at(depth * outputs);
        for group in 0..groups {
            let row = |row: usize| {
                let numbers = &weights[row * outputs + group * columns..][..columns];
                move |column: usize| numbers[column]
            };
            pack::<T, S, _>(depth, columns, row, &mut panels[group * size..][..size]);
        }

        let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
        let examples = x.chunks(at_once * x_size).zip(y.chunks_mut(at_once * y_size));
        for (x, y) in examples {
            let count = y.len() / outputs;
            let a = source.stored(x, at_once, &mut scratch.source);
            let rows = Offsets::of(&scratch.rows[..count]);
            let depths = Offsets::of(&scratch.depths);
            for group in 0..groups {
                let packed = Packed {
                    a: &a[group * source.group_channels..],
                    rows,
                    depths,
                    b: &panels[group * size..][..size],
                    start: Start::Row(&bias[group * columns..]),
                    c: &mut y[group * columns..],
                    targets: &scratch.targets[..count],
                    columns,
                };
                packed.compute(simd);
            }
        }
    }
}
