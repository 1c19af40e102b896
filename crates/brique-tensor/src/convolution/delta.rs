//! The gradient with respect to the input: rows are input positions, the depth are the elements of the windows that meet
//! them.
//!
//! A convolution with few input channels is computed by `windows_added` instead, and one with narrow groups by `narrow`.
//!
//! With a stride s, element k of window p meets input `q = p · s + k · dilation − padding`. The inputs whose
//! `q + padding` has the same remainder when divided by s form a phase: they meet the same elements k, in windows that
//! are next to each other for inputs that are s apart. Each phase is a convolution of δ with stride 1, and no number of
//! it is multiplied by a zero between the strides.

use std::ops::Range;

use super::offsets::Offsets;
use super::panels::{Packed, pack, packed_size, space};
use super::scratch::Scratch;
use super::source::Source;
use super::windows_added::add_windows;
use super::{Convolution, examples_at_once, narrow};
use crate::Scalar;
use crate::product::operands::Start;
use crate::simd::{Simd, Work};
use crate::threads::Divisible;
use crate::windows::WindowAxis;

/// The delta of some examples.
pub struct InputDelta<'a, T> {
    pub(super) convolution: &'a Convolution,
    pub(super) delta: &'a [T],
    pub(super) parameters: &'a [T],
    pub(super) delta_x: &'a mut [T],
}

/// The parts of the tables that belong to a phase.
#[derive(Debug, Clone)]
pub(super) struct Phase {
    /// The inputs of a block of examples.
    pub(super) rows: Range<usize>,
    /// The elements of a window.
    pub(super) depths: Range<usize>,
}

impl<T> InputDelta<'_, T> {
    pub(super) fn examples(&self) -> usize {
        self.delta_x.len() / self.convolution.input_size()
    }
}

impl<T: Scalar> Divisible for InputDelta<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let examples = self.examples() / 2;
        if examples == 0 {
            return Err(self);
        }
        let (delta, other) = self.delta.split_at(examples * self.convolution.output_size());
        let (delta_x, other_x) = self
            .delta_x
            .split_at_mut(examples * self.convolution.input_size());
        let other = InputDelta {
            delta: other,
            delta_x: other_x,
            ..self
        };
        Ok((
            InputDelta {
                delta,
                delta_x,
                ..self
            },
            other,
        ))
    }

    fn compute(self) {
        T::convolution_delta(self);
    }
}

impl Convolution {
    /// Returns the source of the windows of δ: for the delta, inputs and outputs change their roles.
    pub(super) fn source_of_delta(&self) -> Source {
        Source {
            channels: self.outputs,
            group_channels: self.group_outputs(),
            sizes: self.axes.map(|axis| axis.outputs()),
            border: self.axes.map(|axis| axis.border_of_outputs()),
        }
    }

    /// Appends the inputs of one phase and the elements of its windows to the tables.
    fn add_phase(&self, source: &Source, phase: [usize; 2], examples: usize, tables: Tables<'_>) {
        let Tables {
            rows,
            depths,
            targets,
        } = tables;
        let [down, right] = self.axes;
        let [most_down, most_right] = [0, 1].map(|axis| largest_shift(self.axes[axis], phase[axis]));
        let (row_stride, step) = (source.row_stride(), source.channels);
        let [(above, _), (before, _)] = source.border;
        for example in 0..examples {
            let (first, target) = (example * source.example_stride(), example * self.input_size());
            for t in down.inputs(phase[0]) {
                let first = first + (t + above).saturating_sub(most_down) * row_stride;
                let target =
                    target + (phase[0] + down.stride() * t - down.padding()) * right.length() * self.inputs;
                for t in right.inputs(phase[1]) {
                    rows.push(first + (t + before).saturating_sub(most_right) * step);
                    let x = phase[1] + right.stride() * t - right.padding();
                    targets.push(target + x * self.inputs);
                }
            }
        }
        for y in down.taps(phase[0]) {
            for x in right.taps(phase[1]) {
                let first = (most_down - shift(down, phase[0], y)) * row_stride
                    + (most_right - shift(right, phase[1], x)) * step;
                depths.extend((0..source.group_channels).map(|channel| first + channel));
            }
        }
    }

    /// Returns the phases along both axes.
    pub(super) fn phases(&self) -> impl Iterator<Item = [usize; 2]> + use<> {
        let [down, right] = self.axes;
        let in_row = move |y: usize| right.phases().map(move |x| [y, x]);
        down.phases().flat_map(in_row)
    }

    /// Returns whether no window meets some inputs: those of the phases without an element of a window.
    pub(super) fn has_unmet_inputs(&self) -> bool {
        let is_met = |axis: &WindowAxis| axis.phases().count() == axis.stride();
        !self.axes.iter().all(is_met)
    }

    /// Returns how many examples of δ are computed together.
    pub(super) fn examples_of_delta_at_once(&self) -> usize {
        let numbers = self.source_of_delta().example_stride();
        examples_at_once(self.input_size() / self.inputs, numbers)
    }

    /// Returns the weight rows of the elements of a window in a phase, without the channel: in the order of its depths.
    pub(super) fn taps_of_phase(&self, phase: [usize; 2]) -> impl Iterator<Item = usize> + use<> {
        let [down, right] = self.axes;
        let in_row = move |y: usize| right.taps(phase[1]).map(move |x| y * right.kernel() + x);
        down.taps(phase[0]).flat_map(in_row)
    }
}

/// Returns how many windows the one whose element `tap` meets input t of a phase is before window t.
pub(super) fn shift(axis: WindowAxis, phase: usize, tap: usize) -> usize {
    (tap * axis.dilation() - phase) / axis.stride()
}

/// Returns the largest [`shift`] of a phase.
fn largest_shift(axis: WindowAxis, phase: usize) -> usize {
    let shifts = axis.taps(phase).map(|tap| shift(axis, phase, tap));
    shifts.max().unwrap_or(0)
}

/// The tables of all phases.
struct Tables<'a> {
    rows: &'a mut Vec<usize>,
    depths: &'a mut Vec<usize>,
    targets: &'a mut Vec<usize>,
}

/// Fills the tables of all phases and packs their weights.
#[inline(always)]
fn prepare<T: Scalar, S: Simd>(
    delta: &InputDelta<'_, T>,
    source: &Source,
    at_once: usize,
    scratch: &mut Scratch<T>,
) {
    let InputDelta {
        convolution,
        parameters,
        ..
    } = delta;
    let Scratch {
        panels,
        rows,
        depths,
        targets,
        phases,
        taps,
        ..
    } = scratch;
    rows.clear();
    depths.clear();
    targets.clear();
    phases.clear();
    let (groups, columns) = (convolution.groups, convolution.group_inputs());
    let all = convolution.taps() * source.group_channels;
    let panels = space::<T, S>(panels, all, columns, groups);
    let mut packed = 0;
    for phase in convolution.phases() {
        let (first_row, first_depth) = (rows.len(), depths.len());
        let tables = Tables {
            rows: &mut *rows,
            depths: &mut *depths,
            targets: &mut *targets,
        };
        convolution.add_phase(source, phase, at_once, tables);
        phases.push(Phase {
            rows: first_row..rows.len(),
            depths: first_depth..depths.len(),
        });
        taps.clear();
        taps.extend(convolution.taps_of_phase(phase));
        let depth = depths.len() - first_depth;
        let size = packed_size::<T, S>(depth, columns);
        for group in 0..groups {
            let row = |row: usize| {
                let (tap, channel) = (taps[row / source.group_channels], row % source.group_channels);
                let output = group * source.group_channels + channel;
                move |input: usize| parameters[(tap * columns + input) * convolution.outputs + output]
            };
            pack::<T, S, _>(depth, columns, row, &mut panels[packed..packed + size]);
            packed += size;
        }
    }
}

impl<T: Scalar> Work for (InputDelta<'_, T>, &mut Scratch<T>) {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (work, scratch) = self;
        let convolution = work.convolution;
        if convolution.adds_windows() {
            return add_windows(simd, work, scratch);
        }
        if convolution.has_narrow_groups::<T, S>() {
            return narrow::delta(simd, work, scratch);
        }
        let source = convolution.source_of_delta();
        let at_once = convolution.examples_of_delta_at_once();
        prepare::<T, S>(&work, &source, at_once, scratch);
        let (groups, columns) = (convolution.groups, convolution.group_inputs());
        let InputDelta { delta, delta_x, .. } = work;
        if convolution.has_unmet_inputs() {
            delta_x.fill(T::zero());
        }
        let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
        let examples = delta
            .chunks(at_once * y_size)
            .zip(delta_x.chunks_mut(at_once * x_size));
        for (delta, delta_x) in examples {
            let a = source.stored(delta, at_once, &mut scratch.source);
            let mut panels = scratch.panels.numbers();
            for phase in &scratch.phases {
                let count = delta_x.len() / x_size * (phase.rows.len() / at_once);
                let rows = Offsets::of(&scratch.rows[phase.rows.clone()][..count]);
                let depths = Offsets::of(&scratch.depths[phase.depths.clone()]);
                let targets = &scratch.targets[phase.rows.clone()][..count];
                let size = packed_size::<T, S>(phase.depths.len(), columns);
                let (of_phase, others) = panels.split_at(groups * size);
                panels = others;
                for group in 0..groups {
                    let packed = Packed {
                        a: &a[group * source.group_channels..],
                        rows,
                        depths,
                        b: &of_phase[group * size..][..size],
                        start: Start::Nothing,
                        c: &mut delta_x[group * columns..],
                        targets,
                        columns,
                    };
                    packed.compute(simd);
                }
            }
        }
    }
}
