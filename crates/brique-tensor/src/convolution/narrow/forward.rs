//! The forward pass: rows are output positions, the depth are the elements of a window.

use std::ops::Range;

use super::super::forward::Forward;
use super::super::gather::Gather;
use super::super::offsets::Offsets;
use super::super::panels::chunks;
use super::super::scratch::Scratch;
use super::patch::{Layout, Patch, patches};
use super::sliding::Sliding;
use super::spread::PatchSource;
use super::{fills_a_line, panels};
use crate::Scalar;
use crate::convolution::Convolution;
use crate::product::operands::Start;
use crate::simd::{Simd, Vector};
use crate::simd_number::SimdNumber;

impl Convolution {
    /// Writes the offsets of the windows of a patch.
    pub(super) fn windows_of_patch(&self, patch: &Patch, layout: &Layout, rows: &mut Vec<usize>) {
        let [down, right] = self.axes;
        let [height, width] = patch.windows.clone().map(|windows| windows.len());
        rows.clear();
        for example in 0..layout.examples {
            for y in 0..height {
                let window = |x: usize| layout.at(example, y * down.stride(), 0, x * right.stride());
                rows.extend((0..width).map(window));
            }
        }
    }

    /// Writes the offsets of the elements of a window, in the order of the weights.
    pub(super) fn elements_of_patch(&self, layout: &Layout, depths: &mut Vec<usize>) {
        let [down, right] = self.axes;
        depths.clear();
        for y in 0..down.kernel() {
            for x in 0..right.kernel() {
                let (y, x) = (y * down.dilation(), x * right.dilation());
                depths.extend((0..layout.channels).map(|channel| layout.at(0, y, channel, x)));
            }
        }
    }

    /// Writes where the outputs of a patch are.
    fn outputs_of_patch(&self, patch: &Patch, examples: usize, targets: &mut Vec<usize>) {
        let [rows, columns]: [Range<usize>; 2] = patch.windows.clone();
        targets.clear();
        for example in 0..examples {
            for y in rows.clone() {
                let first = example * self.positions() + y * self.axes[1].outputs();
                targets.extend(columns.clone().map(|x| (first + x) * self.outputs));
            }
        }
    }
}

/// Computes the forward pass of some examples.
#[inline(always)]
pub(in super::super) fn forward<T: Scalar, S: Simd>(simd: S, work: Forward<'_, T>, scratch: &mut Scratch<T>) {
    if fills_a_line::<T, S>() {
        in_panels::<<T as SimdNumber>::Vector<S>, 1>(simd, work, scratch);
    } else {
        in_panels::<<T as SimdNumber>::Vector<S>, 2>(simd, work, scratch);
    }
}

#[inline(always)]
fn in_panels<V, const WIDE: usize>(
    simd: V::Simd,
    work: Forward<'_, V::Number>,
    scratch: &mut Scratch<V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let Forward {
        convolution,
        x,
        parameters,
        y,
    } = work;
    let (group_inputs, group_outputs) = (convolution.group_inputs(), convolution.group_outputs());
    let (outputs, depth) = (convolution.outputs, convolution.weight_rows());
    let width = WIDE * V::LANES;
    let panels = panels(convolution.groups, group_outputs, width);
    let (weights, bias) = parameters.split_at(depth * outputs);
    let packed = scratch.panels.space(panels.clone().count() * depth * width);
    for (panel, packed) in panels.clone().zip(packed.chunks_exact_mut(depth * width)) {
        let columns = panel.groups * group_outputs;
        for (row, packed) in weights.chunks_exact(outputs).zip(packed.chunks_exact_mut(width)) {
            let (packed, zeros) = packed.split_at_mut(columns);
            packed.copy_from_slice(&row[panel.first_group * group_outputs..][..columns]);
            zeros.fill(V::Number::default());
        }
    }

    let axes = convolution.axes_of_inputs();
    let source = PatchSource::of_inputs(convolution, &axes);
    let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
    let at_once = convolution.examples_of_inputs_at_once();
    scratch.reserve(&axes, at_once, group_inputs * width, 1);
    for (x, y) in x.chunks(at_once * x_size).zip(y.chunks_mut(at_once * y_size)) {
        let examples = y.len() / y_size;
        for patch in patches(&axes) {
            let run = patch.windows[1].len();
            let slides = convolution.slides(run);
            let layout = Layout::new(&patch, examples, if slides { 1 } else { group_inputs }, width);
            convolution.windows_of_patch(&patch, &layout, &mut scratch.rows);
            convolution.elements_of_patch(&layout, &mut scratch.depths);
            convolution.outputs_of_patch(&patch, examples, &mut scratch.targets);
            let (rows, depths) = (Offsets::of(&scratch.rows), Offsets::of(&scratch.depths));
            let packed = scratch.panels.numbers().chunks_exact(depth * width);
            for (panel, packed) in panels.clone().zip(packed) {
                let copy = scratch.source.space(layout.size());
                source.copy::<V, WIDE>(simd, x, &patch, &layout, panel, copy);
                let column = panel.first_group * group_outputs;
                if slides {
                    let sliding = Sliding {
                        a: copy,
                        rows,
                        run,
                        depths,
                        weights: packed,
                        start: Some(&bias[column..]),
                        c: &mut y[column..],
                        targets: &scratch.targets,
                        columns: panel.groups * group_outputs,
                    };
                    sliding.compute::<V::Simd, WIDE, false>(simd, convolution);
                    continue;
                }
                for chunk in chunks(depth) {
                    let mut gather = Gather {
                        a: copy,
                        rows,
                        depths: depths.part(chunk.clone()),
                        b: &packed[chunk.start * width..chunk.end * width],
                        b_stride: width,
                        start: Start::Row(bias).of_part(chunk.start == 0, column),
                        c: &mut y[column..],
                        targets: &scratch.targets,
                        columns: panel.groups * group_outputs,
                    };
                    gather.compute::<V::Simd, WIDE, true>(simd);
                }
            }
        }
    }
}
