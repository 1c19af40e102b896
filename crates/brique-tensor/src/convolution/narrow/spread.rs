//! Copies a patch so that the numbers that the lanes of a panel need are next to each other.

use std::ops::Range;

use super::GroupPanel;
use super::axis::Axis;
use super::patch::{Layout, Patch};
use crate::Scalar;
use crate::convolution::Convolution;
use crate::product::operands::load;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The source of a pass: x for the output, δ for the delta.
#[derive(Debug, Clone, Copy)]
pub(super) struct PatchSource<'a> {
    pub(super) axes: &'a [Axis; 2],
    pub(super) groups: usize,
    /// The channels of a group that are read.
    pub(super) inputs: usize,
    /// The channels of a group that are computed.
    pub(super) outputs: usize,
}

impl<'a> PatchSource<'a> {
    pub(super) fn of_inputs(convolution: &Convolution, axes: &'a [Axis; 2]) -> Self {
        Self {
            axes,
            groups: convolution.groups,
            inputs: convolution.group_inputs(),
            outputs: convolution.group_outputs(),
        }
    }

    /// For the delta, inputs and outputs change their roles.
    pub(super) fn of_delta(convolution: &Convolution, axes: &'a [Axis; 2]) -> Self {
        Self {
            axes,
            groups: convolution.groups,
            inputs: convolution.group_outputs(),
            outputs: convolution.group_inputs(),
        }
    }

    /// Returns the number of values in an example.
    pub(super) fn example_size(&self) -> usize {
        let [down, right] = self.axes;
        down.length * right.length * self.groups * self.inputs
    }

    /// Copies a patch of some examples, with zeros beyond the source: for each position and each channel of a group, the
    /// number of every lane's group; or the channels of all groups, if the layout has one channel for them.
    #[inline(always)]
    pub(super) fn copy<V, const WIDE: usize>(
        &self,
        simd: V::Simd,
        examples: &[V::Number],
        patch: &Patch,
        layout: &Layout,
        panel: GroupPanel,
        copy: &mut [V::Number],
    ) where
        V: Vector<Number: Scalar>,
    {
        let [down, right] = self.axes;
        let channels = self.groups * self.inputs;
        let (above, rows) = inside(&patch.elements[0], down);
        let (before, columns) = inside(&patch.elements[1], right);
        let inner = layout.at(0, 0, 0, before)..layout.at(0, 0, 0, before + columns.len());
        let copies = copy.chunks_exact_mut(layout.at(1, 0, 0, 0));
        for (example, copy) in examples.chunks_exact(self.example_size()).zip(copies) {
            for (y, copy) in copy.chunks_exact_mut(layout.at(0, 1, 0, 0)).enumerate() {
                let row = y.wrapping_sub(above);
                if row >= rows.len() {
                    copy.fill(V::Number::default());
                    continue;
                }
                copy[..inner.start].fill(V::Number::default());
                copy[inner.end..].fill(V::Number::default());
                let from = (rows.start + row) * right.length + columns.start;
                let row = Row {
                    source: *self,
                    panel,
                    numbers: &example[from * channels..][..columns.len() * channels],
                    copy: &mut copy[inner.clone()],
                };
                if self.outputs == 1 && self.inputs == 1 || layout.channels < self.inputs {
                    simd.run(CopyRow::<_, WIDE>(row));
                } else if self.inputs <= V::LANES {
                    simd.run(PermuteRow::<_, WIDE>(row));
                } else {
                    simd.run(RepeatRow(row));
                }
            }
        }
    }
}

/// A row of positions and its copy.
struct Row<'a, T> {
    source: PatchSource<'a>,
    panel: GroupPanel,
    numbers: &'a [T],
    copy: &'a mut [T],
}

impl<T> Row<'_, T> {
    fn channels(&self) -> usize {
        self.source.groups * self.source.inputs
    }

    /// Returns the first channel of the panel.
    fn first(&self) -> usize {
        self.panel.first_group * self.source.inputs
    }
}

/// Copies the channels of all groups of the panel, one after the other.
struct CopyRow<'a, T, const WIDE: usize>(Row<'a, T>);

impl<T: Scalar, const WIDE: usize> Work for CopyRow<'_, T, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (channels, first) = (self.0.channels(), self.0.first());
        let read = self.0.panel.groups * self.0.source.inputs;
        let lanes = <T as SimdNumber>::Vector::<S>::LANES;
        let positions = self.0.numbers.chunks_exact(channels);
        for (position, copy) in positions.zip(self.0.copy.chunks_exact_mut(WIDE * lanes)) {
            let vectors = load::<<T as SimdNumber>::Vector<S>, WIDE>(simd, &position[first..][..read]);
            for (vector, copy) in vectors.into_iter().zip(copy.chunks_exact_mut(lanes)) {
                vector.store(copy);
            }
        }
    }
}

/// Copies each number to all lanes of its group: a SIMD vector of whole groups is permuted once for each channel of a group.
struct PermuteRow<'a, T, const WIDE: usize>(Row<'a, T>);

impl<T: Scalar, const WIDE: usize> Work for PermuteRow<'_, T, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let lanes = <T as SimdNumber>::Vector::<S>::LANES;
        let PatchSource { inputs, outputs, .. } = self.0.source;
        let of_vector = (lanes / inputs).min(lanes / outputs);
        let of_channel = lanes_of_first_channel(inputs, outputs, of_vector);
        let (channels, first) = (self.0.channels(), self.0.first());
        let Row {
            panel: GroupPanel { groups, width, .. },
            numbers,
            copy,
            ..
        } = self.0;
        let positions = numbers
            .chunks_exact(channels)
            .zip(copy.chunks_exact_mut(inputs * width));
        for (position, copy) in positions {
            let position = &position[first..][..groups * inputs];
            for group in (0..groups).step_by(WIDE * of_vector) {
                let mut vectors = [<T as SimdNumber>::Vector::<S>::splat(simd, T::default()); WIDE];
                for (index, vector) in vectors.iter_mut().enumerate() {
                    let numbers = position
                        .get((group + index * of_vector) * inputs..)
                        .unwrap_or(&[]);
                    *vector = <T as SimdNumber>::Vector::<S>::load_some(simd, numbers);
                }
                let (mut lanes, mut start) = (of_channel, 0);
                for _ in 0..inputs {
                    let copy = &mut copy[start..][..width];
                    for (index, vector) in vectors.into_iter().enumerate() {
                        let copy = copy
                            .get_mut((group + index * of_vector) * outputs..)
                            .unwrap_or_default();
                        // The lanes beyond the groups of a vector are overwritten by those that follow, or belong to no group.
                        vector.permute(simd, &lanes).store_some(copy);
                    }
                    start += width;
                    for lane in &mut lanes {
                        *lane += 1;
                    }
                }
            }
        }
    }
}

/// Returns the lane from which each lane gets the first channel of its group.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "numbers of lanes are small")]
fn lanes_of_first_channel(inputs: usize, outputs: usize, groups: usize) -> [u32; MOST_LANES] {
    let mut lanes = [0; MOST_LANES];
    for (group, lanes) in lanes.chunks_mut(outputs).take(groups).enumerate() {
        for lane in lanes {
            *lane = (group * inputs) as u32;
        }
    }
    lanes
}

/// As [`PermuteRow`], for groups of which a SIMD vector cannot hold one.
struct RepeatRow<'a, T>(Row<'a, T>);

impl<T: Scalar> Work for RepeatRow<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let (channels, first) = (self.0.channels(), self.0.first());
        let PatchSource { inputs, outputs, .. } = self.0.source;
        let GroupPanel { groups, width, .. } = self.0.panel;
        let positions = self.0.numbers.chunks_exact(channels);
        for (position, copy) in positions.zip(self.0.copy.chunks_exact_mut(inputs * width)) {
            for group in 0..groups {
                let numbers = &position[first + group * inputs..][..inputs];
                for (channel, number) in numbers.iter().enumerate() {
                    copy[channel * width + group * outputs..][..outputs].fill(*number);
                }
            }
        }
    }
}

/// Returns how many of these elements, counted from the first of the border, are before the source, and those in it.
fn inside(elements: &Range<usize>, axis: &Axis) -> (usize, Range<usize>) {
    let of_source = |element: usize| element.saturating_sub(axis.border).min(axis.length);
    let before = axis.border.saturating_sub(elements.start).min(elements.len());
    (before, of_source(elements.start)..of_source(elements.end))
}
