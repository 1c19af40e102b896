//! The gradient with respect to the input, one window after the other: rows are output positions, the depth are the output
//! channels, and each row of the product is added to the inputs of its window.
//!
//! SIMD vectors hold a row of the window, whose inputs are neighbours where they are added. They are full even if there are
//! few input channels, and no zero of a border is multiplied. The addition of the windows is known as col2im.

use super::Convolution;
use super::delta::InputDelta;
use super::examples_at_once;
use super::gather::HEIGHT;
use super::offsets::Offsets;
use super::panels::{Packed, pack, packed_size, space};
use super::scratch::Scratch;
use crate::Scalar;
use crate::product::operands::Start;
use crate::simd::Simd;

/// The lanes of a SIMD vector for which both ways are compared. The choice decides the order of the sums, so that it is the
/// same for all instruction sets.
const LANES: usize = 16;

/// Adding a SIMD vector of sums to the inputs takes as long as this many multiply-adds.
const ADDITION: usize = 4;

impl Convolution {
    /// Returns whether adding windows takes fewer operations on SIMD vectors than gathering δ.
    pub(super) fn adds_windows(&self) -> bool {
        let [down, right] = self.axes;
        if self.groups > 1 {
            return false;
        }
        // Numbers of 128 bits, so that machines with 32 and with 64 bits choose the same way.
        let product = |sizes: [usize; 4]| sizes.into_iter().map(|size| size as u128).product::<u128>();
        let (inputs, vectors) = (self.input_size() / self.inputs, self.inputs.div_ceil(LANES));
        let gathered = product([inputs, self.taps(), vectors, self.outputs]);
        let vectors = (right.kernel() * self.inputs).div_ceil(LANES);
        let added = product([self.positions(), down.kernel(), vectors, self.outputs + ADDITION]);
        added < gathered / down.stride() as u128 / right.stride() as u128
    }

    /// Returns the size of an example with its padding, and with its columns in the order of [`padded_column`](Self::padded_column).
    fn padded_size(&self) -> usize {
        self.axes[0].padded() * self.padded_row()
    }

    /// Returns the numbers of a row of a padded example.
    fn padded_row(&self) -> usize {
        self.column_dilation() * self.columns_of_remainder() * self.inputs
    }

    /// Returns the dilation of the columns, which has no effect on a window of one column.
    fn column_dilation(&self) -> usize {
        let right = self.axes[1];
        if right.kernel() == 1 { 1 } else { right.dilation() }
    }

    /// Returns how many columns of a padded row have the same remainder when divided by the dilation, at most.
    fn columns_of_remainder(&self) -> usize {
        self.axes[1].padded().div_ceil(self.column_dilation())
    }

    /// Returns where a column of a padded row begins. Columns that are the dilation apart are neighbours, and so are the
    /// inputs of a row of a window.
    fn padded_column(&self, column: usize) -> usize {
        let dilation = self.column_dilation();
        (column % dilation * self.columns_of_remainder() + column / dilation) * self.inputs
    }

    /// Returns whether the windows are added to δ of the input itself.
    fn adds_in_place(&self) -> bool {
        self.axes.iter().all(|axis| axis.padding() == 0) && self.column_dilation() == 1
    }

    /// Writes where the δ of each position and its window begin, for `examples` padded examples.
    ///
    /// The same position of all examples comes first: most windows of a tile are then in different examples, and are not
    /// loaded while one that they overlap is still being stored.
    fn positions_and_windows(&self, examples: usize, rows: &mut Vec<usize>, windows: &mut Vec<usize>) {
        let [down, right] = self.axes;
        rows.clear();
        windows.clear();
        for y in 0..down.outputs() {
            for x in 0..right.outputs() {
                let row = (y * right.outputs() + x) * self.outputs;
                let window = y * down.stride() * self.padded_row() + self.padded_column(x * right.stride());
                rows.extend((0..examples).map(|example| example * self.output_size() + row));
                windows.extend((0..examples).map(|example| example * self.padded_size() + window));
            }
        }
    }

    /// Copies an example without its padding, and with its columns in order.
    fn copy_unpadded<T: Copy>(&self, padded: &[T], example: &mut [T]) {
        let [down, right] = self.axes;
        let from = padded.chunks_exact(self.padded_row()).skip(down.padding());
        for (example, padded) in example.chunks_exact_mut(right.length() * self.inputs).zip(from) {
            if self.column_dilation() == 1 {
                let before = right.padding() * self.inputs;
                example.copy_from_slice(&padded[before..before + example.len()]);
                continue;
            }
            for (column, example) in example.chunks_exact_mut(self.inputs).enumerate() {
                let first = self.padded_column(column + right.padding());
                example.copy_from_slice(&padded[first..first + self.inputs]);
            }
        }
    }
}

/// Computes the delta of some examples.
#[inline(always)]
pub(super) fn add_windows<T: Scalar, S: Simd>(simd: S, work: InputDelta<'_, T>, scratch: &mut Scratch<T>) {
    let InputDelta {
        convolution,
        delta,
        parameters,
        delta_x,
    } = work;
    let [down, right] = convolution.axes;
    let Scratch {
        source,
        panels,
        rows,
        depths,
        targets,
        ..
    } = scratch;
    let (outputs, columns) = (convolution.outputs, right.kernel() * convolution.inputs);
    rows.clear();
    depths.clear();
    depths.extend(0..outputs);
    let size = packed_size::<T, S>(outputs, columns);
    let panels = space::<T, S>(panels, outputs, columns, down.kernel());
    let weights = parameters.chunks_exact(columns * outputs);
    for (weights, panels) in weights.zip(panels.chunks_exact_mut(size)) {
        let row = |output: usize| move |column: usize| weights[column * outputs + output];
        pack::<T, S, _>(outputs, columns, row, panels);
    }

    let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
    let padded = convolution.padded_size();
    let at_once = examples_at_once(convolution.positions(), padded).next_multiple_of(HEIGHT);
    // As much as any part of a batch needs, so that no thread allocates when it gets a larger part.
    rows.reserve(at_once * convolution.positions());
    targets.clear();
    targets.reserve(at_once * convolution.positions());
    let in_place = convolution.adds_in_place();
    if !in_place {
        source.space(at_once * padded);
    }
    for (delta, delta_x) in delta
        .chunks(at_once * y_size)
        .zip(delta_x.chunks_mut(at_once * x_size))
    {
        let examples = delta.len() / y_size;
        if rows.len() != examples * convolution.positions() {
            convolution.positions_and_windows(examples, rows, targets);
        }
        let sums = if in_place {
            &mut *delta_x
        } else {
            source.space(examples * padded)
        };
        sums.fill(T::zero());
        for (row, panels) in panels.chunks_exact(size).enumerate() {
            let packed = Packed {
                a: delta,
                rows: Offsets::of(rows),
                depths: Offsets::of(depths),
                b: panels,
                start: Start::Itself,
                c: &mut sums[row * down.dilation() * convolution.padded_row()..],
                targets,
                columns,
            };
            packed.compute(simd);
        }
        if !in_place {
            let copies = source.numbers().chunks_exact(padded);
            for (copy, delta_x) in copies.zip(delta_x.chunks_exact_mut(x_size)) {
                convolution.copy_unpadded(copy, delta_x);
            }
        }
    }
}
