//! The forward pass.

use super::super::forward::Forward;
use super::super::panels::lanes;
use super::super::scratch::Scratch;
use super::axis::Grid;
use super::examples::{Examples, Sizes};
use super::lanes::Lanes;
use super::windows::Windows;
use crate::Scalar;
use crate::simd::Simd;

/// Computes the forward pass of some examples.
#[inline(always)]
pub(in super::super) fn forward<T: Scalar, S: Simd>(simd: S, work: Forward<'_, T>, scratch: &mut Scratch<T>) {
    let Forward {
        convolution,
        x,
        parameters,
        y,
    } = work;
    let [inputs, outputs] = [convolution.group_inputs(), convolution.group_outputs()];
    let size = convolution.weight_rows() * lanes::<T, S>();
    let (weights, bias) = parameters.split_at(convolution.weight_rows() * convolution.outputs);
    let panels = convolution.panels_of_windows::<T, S>([inputs, outputs]);
    let packed = scratch.panels.space(panels.count() * size);
    for (panel, packed) in panels.panels().zip(packed.chunks_exact_mut(size)) {
        let columns = panel.groups * outputs;
        let rows = packed.chunks_exact_mut(lanes::<T, S>());
        for (row, packed) in weights.chunks_exact(convolution.outputs).zip(rows) {
            let (packed, zeros) = packed.split_at_mut(columns);
            packed.copy_from_slice(&row[panel.first_group * outputs..][..columns]);
            zeros.fill(T::zero());
        }
    }

    let grid = Grid::of_inputs(convolution);
    let of_lanes = Lanes::new(inputs, outputs);
    let beyond = panels.beyond::<T, S>(inputs);
    let source = Examples::new(
        x,
        Sizes::of_inputs(convolution),
        beyond,
        grid.reads_outside(),
        &mut scratch.source,
    );
    for (example, y) in y.chunks_exact_mut(convolution.output_size()).enumerate() {
        for (panel, weights) in panels.panels().zip(scratch.panels.numbers().chunks_exact(size)) {
            let windows = Windows {
                grid: &grid,
                panel,
                of_group: [inputs, outputs],
                lanes: &of_lanes,
                source: &source,
                example,
                weights,
                start: Some(bias),
                target: &mut *y,
                target_row: convolution.axes[1].outputs() * convolution.outputs,
                target_channels: convolution.outputs,
            };
            windows.compute(simd);
        }
    }
}
