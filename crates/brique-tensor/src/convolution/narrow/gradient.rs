//! The gradient of the weights: rows are the elements of a window, the depth are the output positions.

use std::ops::Range;

use super::super::gather::Gather;
use super::super::gradient::{GradientSums, MOST_POSITIONS, panel_of_delta};
use super::super::offsets::Offsets;
use super::super::scratch::Scratch;
use super::panels;
use super::patch::{Layout, Patch, patches};
use super::sliding::SlidingGradient;
use super::spread::PatchSource;
use crate::Scalar;
use crate::convolution::Convolution;
use crate::product::operands::Start;
use crate::simd::Vector;

/// The vectors of a panel: with few elements in a window, two vectors of each keep the multipliers busy.
const WIDE: usize = 2;

impl Convolution {
    /// Returns the positions of a patch that are added up in registers at once. They are neighbours in the output: each chunk
    /// is a range within the patch, and its first position in the output.
    fn chunks_of_patch(
        &self,
        patch: &Patch,
        examples: usize,
    ) -> impl Iterator<Item = (Range<usize>, usize)> + use<> {
        let [y, x] = patch.windows.clone();
        let (width, all) = (x.len(), self.axes[1].outputs());
        // Several examples have patches of all their positions, so that the rows of all are neighbours.
        debug_assert!(examples == 1 || y.len() * x.len() == self.positions());
        let rows = examples * y.len();
        let at_once = if width == all {
            (MOST_POSITIONS / width).max(1)
        } else {
            1
        };
        (0..rows).step_by(at_once).flat_map(move |row| {
            let end = rows.min(row + at_once) * width;
            let first = (y.start + row) * all + x.start;
            // A row of a patch is longer only if the windows reach far.
            (row * width..end).step_by(MOST_POSITIONS).map(move |start| {
                let chunk = start..end.min(start + MOST_POSITIONS);
                (chunk, first + start - row * width)
            })
        })
    }

    /// Writes the output positions that are added up in registers at once where groups are narrow for some instruction set:
    /// the order of the sums must not depend on it.
    pub(in super::super) fn chunks_of_groups(&self, examples: usize, chunks: &mut Vec<Range<usize>>) {
        for patch in patches(&self.axes_of_inputs()) {
            let of_patch = self.chunks_of_patch(&patch, examples);
            chunks.extend(of_patch.map(|(chunk, first)| first..first + chunk.len()));
        }
    }
}

/// Adds the gradient of some rows of the weights.
#[inline(always)]
pub(in super::super) fn gradient<V>(
    simd: V::Simd,
    work: GradientSums<'_, V::Number>,
    scratch: &mut Scratch<V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let GradientSums {
        convolution,
        x,
        delta,
        first,
        gradient,
        bias: _,
    } = work;
    let (group_inputs, group_outputs) = (convolution.group_inputs(), convolution.group_outputs());
    let outputs = convolution.outputs;
    let (width, count) = (WIDE * V::LANES, gradient.len() / outputs);
    let axes = convolution.axes_of_inputs();
    let source = PatchSource::of_inputs(convolution, &axes);
    let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
    let at_once = convolution.examples_of_inputs_at_once();
    let slides = convolution.has_sliding_gradient(count);
    scratch.reserve(&axes, at_once, group_inputs * width, 1);
    scratch.reserve_gradient(convolution, at_once, width);
    scratch.targets.extend((0..count).map(|row| row * outputs));
    for (x, delta) in x.chunks(at_once * x_size).zip(delta.chunks(at_once * y_size)) {
        let examples = delta.len() / y_size;
        for patch in patches(&axes) {
            let run = patch.windows[1].len();
            let layout = Layout::new(&patch, examples, if slides { 1 } else { group_inputs }, width);
            convolution.windows_of_patch(&patch, &layout, &mut scratch.rows);
            convolution.elements_of_patch(&layout, &mut scratch.depths);
            let elements = Offsets::of(&scratch.depths);
            for panel in panels(convolution.groups, group_outputs, width) {
                let copy = scratch.source.space(layout.size());
                source.copy::<V, WIDE>(simd, x, &patch, &layout, panel, copy);
                let (column, columns) = (panel.first_group * group_outputs, panel.groups * group_outputs);
                for (chunk, position) in convolution.chunks_of_patch(&patch, examples) {
                    let delta = &delta[position * outputs + column..];
                    if slides {
                        let sliding = SlidingGradient::<_, WIDE> {
                            a: copy,
                            windows: Offsets::of(&scratch.rows[chunk]),
                            run,
                            elements,
                            delta,
                            outputs,
                            gradient: &mut gradient[column..],
                            columns,
                        };
                        sliding.compute(simd, group_inputs);
                        continue;
                    }
                    let (b, b_stride) =
                        panel_of_delta::<V>(simd, delta, (chunk.len(), outputs), width, &mut scratch.panels);
                    let mut gather = Gather {
                        a: copy,
                        rows: elements.part(first..first + count),
                        depths: Offsets::of(&scratch.rows[chunk]),
                        b,
                        b_stride,
                        start: Start::Itself,
                        c: &mut gradient[column..],
                        targets: &scratch.targets,
                        columns,
                    };
                    gather.compute::<V::Simd, WIDE, true>(simd);
                }
            }
        }
    }
}
