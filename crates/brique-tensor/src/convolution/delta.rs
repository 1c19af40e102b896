//! The gradient with respect to the input: rows are input positions, the depth are the elements of the windows that meet
//! them.
//!
//! A convolution with few input channels is computed by `windows_added` instead.
//!
//! With a stride s, element k of window p meets input `q = p · s + k · dilation − padding`. The inputs whose
//! `q + padding` has the same remainder when divided by s form a phase: they meet the same elements k, in windows that
//! are next to each other for inputs that are s apart. Each phase is a convolution of δ with stride 1, and no number of
//! it is multiplied by a zero between the strides.

use std::ops::Range;

use super::offsets::Offsets;
use super::panels::{Packed, pack, packed_size};
use super::scratch::Scratch;
use super::source::{Mode, Source};
use super::windows_added::add_windows;
use super::{Convolution, examples_at_once};
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
    rows: Range<usize>,
    /// How many of them are in one example.
    of_example: usize,
    /// The elements of a window.
    depths: Range<usize>,
    /// The first number of its panels.
    panels: usize,
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
    fn source_of_delta(&self) -> Source {
        Source {
            mode: Mode::of(self.groups, self.group_inputs()),
            groups: self.groups,
            group_inputs: self.group_outputs(),
            group_outputs: self.group_inputs(),
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
        let [most_down, most_right] = [0, 1].map(|axis| self.largest_shift(axis, phase[axis]));
        let (row_stride, step) = (source.row_stride(), source.position_stride());
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
                let step = source.channel_stride();
                depths.extend((0..source.group_inputs).map(|channel| first + channel * step));
            }
        }
    }

    fn largest_shift(&self, axis: usize, phase: usize) -> usize {
        let axis = self.axes[axis];
        axis.taps(phase)
            .map(|tap| shift(axis, phase, tap))
            .max()
            .unwrap_or(0)
    }

    /// Returns the weight rows of the elements of a window in a phase, without the channel: in the order of its depths.
    fn taps_of_phase(&self, phase: [usize; 2]) -> impl Iterator<Item = usize> + use<> {
        let [down, right] = self.axes;
        let in_row = move |y: usize| right.taps(phase[1]).map(move |x| y * right.kernel() + x);
        down.taps(phase[0]).flat_map(in_row)
    }
}

/// Returns how many windows the one whose element `tap` meets input t of a phase is before window t.
fn shift(axis: WindowAxis, phase: usize, tap: usize) -> usize {
    (tap * axis.dilation() - phase) / axis.stride()
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
    (groups, columns): (usize, usize),
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
    let all = convolution.taps() * source.group_inputs;
    let panels = panels.space(packed_size::<T, S>(all, columns) * groups);
    let mut packed = 0;
    let [down, right] = convolution.axes;
    for phase in down.phases().flat_map(|y| right.phases().map(move |x| [y, x])) {
        let (first_row, first_depth) = (rows.len(), depths.len());
        let tables = Tables {
            rows: &mut *rows,
            depths: &mut *depths,
            targets: &mut *targets,
        };
        convolution.add_phase(source, phase, at_once, tables);
        phases.push(Phase {
            rows: first_row..rows.len(),
            of_example: (rows.len() - first_row) / at_once,
            depths: first_depth..depths.len(),
            panels: packed,
        });
        taps.clear();
        taps.extend(convolution.taps_of_phase(phase));
        let depth = depths.len() - first_depth;
        let size = packed_size::<T, S>(depth, columns);
        for group in 0..groups {
            let row = |row: usize| {
                let (tap, channel) = (taps[row / source.group_inputs], row % source.group_inputs);
                let first = tap * source.group_outputs;
                move |column: usize| {
                    let (group, input) = match source.mode {
                        Mode::Shared => (group, column),
                        Mode::Each => (column / source.group_outputs, column % source.group_outputs),
                    };
                    parameters[(first + input) * convolution.outputs + group * source.group_inputs + channel]
                }
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
        let source = convolution.source_of_delta();
        let positions = convolution.input_size() / convolution.inputs;
        let at_once = examples_at_once(positions, source.example_stride());
        let (groups, columns) = match source.mode {
            Mode::Shared => (convolution.groups, source.group_outputs),
            Mode::Each => (1, convolution.inputs),
        };
        let panel_columns = packed_size::<T, S>(1, columns);
        prepare::<T, S>(&work, &source, at_once, (groups, columns), scratch);
        let InputDelta { delta, delta_x, .. } = work;
        if !convolution
            .axes
            .iter()
            .all(|axis| axis.phases().count() == axis.stride())
        {
            // No window meets the inputs of the other phases.
            delta_x.fill(T::zero());
        }
        let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
        let examples = delta
            .chunks(at_once * y_size)
            .zip(delta_x.chunks_mut(at_once * x_size));
        for (delta, delta_x) in examples {
            let a = source.stored(delta, panel_columns, &mut scratch.source);
            for phase in &scratch.phases {
                let count = delta_x.len() / x_size * phase.of_example;
                let rows = Offsets::of(&scratch.rows[phase.rows.clone()][..count]);
                let depths = Offsets::of(&scratch.depths[phase.depths.clone()]);
                let targets = &scratch.targets[phase.rows.clone()][..count];
                let size = packed_size::<T, S>(phase.depths.len(), columns);
                for group in 0..groups {
                    let packed = Packed {
                        a: &a[group * source.group_inputs..],
                        rows,
                        depths,
                        b: &scratch.panels.numbers()[phase.panels + group * size..][..size],
                        start: Start::Nothing,
                        c: &mut delta_x[group * columns..],
                        targets,
                        columns,
                        mode: source.mode,
                    };
                    packed.compute(simd);
                }
            }
        }
    }
}
