//! The gradient with respect to the input: rows are input positions, the depth are the elements of the windows that meet
//! them. `convolution::delta` explains phases.

use super::super::delta::{InputDelta, Phase, shift};
use super::super::gather::Gather;
use super::super::offsets::Offsets;
use super::super::panels::chunks;
use super::super::scratch::Scratch;
use super::axis::Axis;
use super::patch::{Layout, Patch, patches};
use super::sliding::Sliding;
use super::spread::PatchSource;
use super::{fills_a_line, overlap, panels};
use crate::Scalar;
use crate::convolution::Convolution;
use crate::product::operands::Start;
use crate::simd::{Simd, Vector};
use crate::simd_number::SimdNumber;

impl Convolution {
    /// Appends the inputs of one phase that are in a patch, and the elements of its windows.
    fn add_phase_of_patch<T>(
        &self,
        axes: &[Axis; 2],
        patch: &Patch,
        layout: &Layout,
        phase: [usize; 2],
        scratch: &mut Scratch<T>,
    ) {
        let Scratch {
            rows,
            depths,
            targets,
            phases,
            ..
        } = scratch;
        let [down, right] = self.axes;
        let (first_row, first_depth) = (rows.len(), depths.len());
        let [of_y, of_x] = &patch.windows;
        let columns = overlap(of_x.clone(), right.inputs(phase[1]));
        for example in 0..layout.examples {
            for y in overlap(of_y.clone(), down.inputs(phase[0])) {
                let position = |x: usize| layout.at(example, y - of_y.start, 0, x - of_x.start);
                rows.extend(columns.clone().map(position));
                let input = phase[0] + down.stride() * y - down.padding();
                let first = example * self.input_size() + input * right.length() * self.inputs;
                let input = move |x: usize| phase[1] + right.stride() * x - right.padding();
                targets.extend(columns.clone().map(|x| first + input(x) * self.inputs));
            }
        }
        for y in down.taps(phase[0]) {
            for x in right.taps(phase[1]) {
                let above = axes[0].reach - shift(down, phase[0], y);
                let before = axes[1].reach - shift(right, phase[1], x);
                depths.extend((0..layout.channels).map(|channel| layout.at(0, above, channel, before)));
            }
        }
        phases.push(Phase {
            rows: first_row..rows.len(),
            depths: first_depth..depths.len(),
        });
    }
}

/// Computes the delta of some examples.
#[inline(always)]
pub(in super::super) fn delta<T: Scalar, S: Simd>(
    simd: S,
    work: InputDelta<'_, T>,
    scratch: &mut Scratch<T>,
) {
    if fills_a_line::<T, S>() {
        in_panels::<<T as SimdNumber>::Vector<S>, 1>(simd, work, scratch);
    } else {
        in_panels::<<T as SimdNumber>::Vector<S>, 2>(simd, work, scratch);
    }
}

/// Packs the weights: panel by panel, phase by phase, with zeros beyond the last column.
#[inline(always)]
fn pack<T: Scalar>(convolution: &Convolution, parameters: &[T], width: usize, scratch: &mut Scratch<T>) {
    let (group_inputs, group_outputs) = (convolution.group_inputs(), convolution.group_outputs());
    let Scratch {
        panels: packed, taps, ..
    } = scratch;
    taps.clear();
    for phase in convolution.phases() {
        taps.extend(convolution.taps_of_phase(phase));
    }
    let panels = panels(convolution.groups, group_inputs, width);
    let depth = taps.len() * group_outputs;
    let packed = packed.space(panels.clone().count() * depth * width);
    for (panel, packed) in panels.zip(packed.chunks_exact_mut(depth * width)) {
        for (tap, packed) in taps.iter().zip(packed.chunks_exact_mut(group_outputs * width)) {
            let weights = &parameters[tap * group_inputs * convolution.outputs..];
            for (channel, packed) in packed.chunks_exact_mut(width).enumerate() {
                packed.fill(T::zero());
                for group in 0..panel.groups {
                    let output = (panel.first_group + group) * group_outputs + channel;
                    for input in 0..group_inputs {
                        packed[group * group_inputs + input] = weights[input * convolution.outputs + output];
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn in_panels<V, const WIDE: usize>(
    simd: V::Simd,
    work: InputDelta<'_, V::Number>,
    scratch: &mut Scratch<V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let InputDelta {
        convolution,
        delta,
        parameters,
        delta_x,
    } = work;
    let (group_inputs, group_outputs) = (convolution.group_inputs(), convolution.group_outputs());
    let width = WIDE * V::LANES;
    pack(convolution, parameters, width, scratch);
    if convolution.has_unmet_inputs() {
        delta_x.fill(V::Number::default());
    }

    let axes = convolution.axes_of_delta();
    let source = PatchSource::of_delta(convolution, &axes);
    let depth = convolution.taps() * group_outputs;
    let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
    let at_once = convolution.examples_of_delta_at_once();
    scratch.reserve(
        &axes,
        at_once,
        group_outputs * width,
        convolution.phases().count(),
    );
    let examples = delta
        .chunks(at_once * y_size)
        .zip(delta_x.chunks_mut(at_once * x_size));
    for (delta, delta_x) in examples {
        let examples = delta.len() / y_size;
        for patch in patches(&axes) {
            let run = patch.windows[1].len();
            let slides = convolution.slides(run);
            let layout = Layout::new(&patch, examples, if slides { 1 } else { group_outputs }, width);
            scratch.clear_tables();
            for phase in convolution.phases() {
                convolution.add_phase_of_patch(&axes, &patch, &layout, phase, scratch);
            }
            let packed = scratch.panels.numbers().chunks_exact(depth * width);
            for (panel, packed) in panels(convolution.groups, group_inputs, width).zip(packed) {
                let copy = scratch.source.space(layout.size());
                source.copy::<V, WIDE>(simd, delta, &patch, &layout, panel, copy);
                let column = panel.first_group * group_inputs;
                for phase in &scratch.phases {
                    let depths = Offsets::of(&scratch.depths[phase.depths.clone()]);
                    let packed = &packed[phase.depths.start * (group_outputs / layout.channels) * width..];
                    if slides {
                        let sliding = Sliding {
                            a: copy,
                            rows: Offsets::of(&scratch.rows[phase.rows.clone()]),
                            run,
                            depths,
                            weights: packed,
                            start: None,
                            c: &mut delta_x[column..],
                            targets: &scratch.targets[phase.rows.clone()],
                            columns: panel.groups * group_inputs,
                        };
                        sliding.compute::<V::Simd, WIDE, true>(simd, convolution);
                        continue;
                    }
                    for chunk in chunks(phase.depths.len()) {
                        let mut gather = Gather {
                            a: copy,
                            rows: Offsets::of(&scratch.rows[phase.rows.clone()]),
                            depths: depths.part(chunk.clone()),
                            b: &packed[chunk.start * width..chunk.end * width],
                            b_stride: width,
                            start: Start::Nothing.of_part(chunk.start == 0, 0),
                            c: &mut delta_x[column..],
                            targets: &scratch.targets[phase.rows.clone()],
                            columns: panel.groups * group_inputs,
                        };
                        gather.compute::<V::Simd, WIDE, true>(simd);
                    }
                }
            }
        }
    }
}
