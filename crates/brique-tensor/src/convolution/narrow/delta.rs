//! The gradient with respect to the input. `convolution::delta` explains phases.

use super::super::delta::InputDelta;
use super::super::panels::lanes;
use super::super::scratch::Scratch;
use super::axis::Grid;
use super::examples::{Examples, Sizes};
use super::lanes::Lanes;
use super::strided::Strided;
use super::windows::Windows;
use crate::Scalar;
use crate::convolution::Convolution;
use crate::simd::Simd;

/// Packs the weights: panel by panel, phase by phase, with zeros beyond the last column.
#[inline(always)]
fn pack<T: Scalar, S: Simd>(convolution: &Convolution, parameters: &[T], scratch: &mut Scratch<T>) {
    let [inputs, outputs] = [convolution.group_inputs(), convolution.group_outputs()];
    let Scratch { panels, taps, .. } = scratch;
    taps.clear();
    for phase in convolution.phases() {
        taps.extend(convolution.taps_of_phase(phase));
    }
    let of_tap = outputs * lanes::<T, S>();
    let all = convolution.panels_of_windows::<T, S>([outputs, inputs]);
    let packed = panels.space(all.count() * taps.len() * of_tap);
    for (panel, packed) in all.panels().zip(packed.chunks_exact_mut(taps.len() * of_tap)) {
        for (tap, packed) in taps.iter().zip(packed.chunks_exact_mut(of_tap)) {
            let weights = &parameters[tap * inputs * convolution.outputs..];
            for (channel, packed) in packed.chunks_exact_mut(lanes::<T, S>()).enumerate() {
                packed.fill(T::zero());
                for group in 0..panel.groups {
                    let output = (panel.first_group + group) * outputs + channel;
                    for input in 0..inputs {
                        packed[group * inputs + input] = weights[input * convolution.outputs + output];
                    }
                }
            }
        }
    }
}

/// Computes the delta of some examples.
#[inline(always)]
pub(in super::super) fn delta<T: Scalar, S: Simd>(
    simd: S,
    work: InputDelta<'_, T>,
    scratch: &mut Scratch<T>,
) {
    let InputDelta {
        convolution,
        delta,
        parameters,
        delta_x,
    } = work;
    let [inputs, outputs] = [convolution.group_inputs(), convolution.group_outputs()];
    pack::<T, S>(convolution, parameters, scratch);
    if convolution.has_unmet_inputs() {
        delta_x.fill(T::zero());
    }

    Grid::of_delta(convolution, &mut scratch.grids);
    let of_lanes = Lanes::new(outputs, inputs);
    let of_tap = outputs * lanes::<T, S>();
    let of_panel = scratch.panels.numbers().chunks_exact(convolution.taps() * of_tap);
    let panels = convolution.panels_of_windows::<T, S>([outputs, inputs]);
    let beyond = panels.beyond::<T, S>(outputs);
    let source = Examples::new(
        delta,
        Sizes::of_outputs(convolution),
        beyond,
        convolution.has_phases_at_once() || scratch.grids.iter().any(Grid::reads_outside),
        &mut scratch.source,
    );
    for (example, delta_x) in delta_x.chunks_exact_mut(convolution.input_size()).enumerate() {
        for (panel, weights) in panels.panels().zip(of_panel.clone()) {
            if convolution.has_phases_at_once() {
                let work = Strided {
                    convolution,
                    panel,
                    source: &source,
                    example,
                    weights,
                    target: &mut *delta_x,
                };
                simd.run(work);
                continue;
            }
            for grid in &scratch.grids {
                let windows = Windows {
                    grid,
                    panel,
                    of_group: [outputs, inputs],
                    lanes: &of_lanes,
                    source: &source,
                    example,
                    weights: &weights[grid.first_tap * of_tap..][..grid.taps() * of_tap],
                    start: None,
                    target: &mut *delta_x,
                    target_row: convolution.axes[1].length() * convolution.inputs,
                    target_channels: convolution.inputs,
                };
                windows.compute(simd);
            }
        }
    }
}
