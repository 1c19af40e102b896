//! The gradient of the weights: rows are the elements of a window, the depth are the output positions.

use super::gather::Gather;
use super::offsets::Offsets;
use super::panels::{Panel, gather_panel, packed_size, panels};
use super::scratch::Scratch;
use super::source::Mode;
use super::{Convolution, examples_at_once};
use crate::Scalar;
use crate::product::operands::Start;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;
use crate::threads::Divisible;

/// The number of positions that are added up in registers at once: their windows stay in the nearest cache.
const CHUNK: usize = 160;

/// Rows of δ of at most this many bytes are not copied: those of a chunk stay in the nearest cache.
const NEAR_ROW: usize = 128;

/// Adds the gradient of some rows of the weights.
///
/// Threads divide the rows of the weights and not the batch: each number is the sum over the batch in the same order on
/// any number of threads.
pub struct GradientSums<'a, T> {
    convolution: &'a Convolution,
    x: &'a [T],
    delta: &'a [T],
    /// The first of the rows.
    first: usize,
    gradient: &'a mut [T],
}

impl<'a, T> GradientSums<'a, T> {
    /// Adds the gradient of all rows.
    pub(super) fn new(
        convolution: &'a Convolution,
        x: &'a [T],
        delta: &'a [T],
        gradient: &'a mut [T],
    ) -> Self {
        Self {
            convolution,
            x,
            delta,
            first: 0,
            gradient,
        }
    }

    pub(super) fn examples(&self) -> usize {
        self.delta.len() / self.convolution.output_size()
    }
}

impl<T: Scalar> Divisible for GradientSums<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let rows = self.gradient.len() / self.convolution.outputs;
        if rows < 2 {
            return Err(self);
        }
        // Whole tiles of six rows, if there are enough: most have that height.
        let half = if rows >= 12 {
            (rows / 2).next_multiple_of(6)
        } else {
            rows / 2
        };
        let (gradient, other) = self.gradient.split_at_mut(half * self.convolution.outputs);
        let other = GradientSums {
            first: self.first + half,
            gradient: other,
            ..self
        };
        Ok((GradientSums { gradient, ..self }, other))
    }

    fn compute(self) {
        T::convolution_gradient(self);
    }
}

impl<T: Scalar> Work for (GradientSums<'_, T>, &mut Scratch<T>) {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (
            GradientSums {
                convolution,
                x,
                delta,
                first,
                gradient,
            },
            scratch,
        ) = self;
        let source = convolution.source_of_inputs();
        let (positions, outputs) = (convolution.positions(), convolution.outputs);
        let at_once = examples_at_once(positions, source.example_stride());
        convolution.windows(&source, at_once, &mut scratch.rows);
        convolution.elements(&source, &mut scratch.depths);
        let count = gradient.len() / outputs;
        scratch.targets.clear();
        scratch.targets.extend((0..count).map(|row| row * outputs));
        let (groups, columns) = match source.mode {
            Mode::Shared => (convolution.groups, convolution.group_outputs()),
            Mode::Each => (1, outputs),
        };
        let panel_columns = packed_size::<T, S>(1, columns);

        let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
        let examples = x.chunks(at_once * x_size).zip(delta.chunks(at_once * y_size));
        for (x, delta) in examples {
            let a = source.stored(x, panel_columns, &mut scratch.source);
            let windows = delta.len() / outputs;
            let rows = Offsets::of(&scratch.depths[first..first + count]);
            for group in 0..groups {
                let length = windows.div_ceil(windows.div_ceil(CHUNK).max(1)).max(1);
                for start in (0..windows).step_by(length) {
                    let chunk = start..windows.min(start + length);
                    let depths = Offsets::of(&scratch.rows[chunk.clone()]);
                    let delta = &delta[chunk.start * outputs + group * columns..];
                    for panel in panels::<T, S>(columns) {
                        let of_delta = &delta[panel.column..];
                        let (b, b_stride) = if is_near::<T>(of_delta.len(), chunk.len(), outputs, panel) {
                            (of_delta, outputs)
                        } else {
                            let space = scratch.panels.space(chunk.len() * panel.width);
                            copy_columns::<<T as SimdNumber>::Vector<S>>(
                                simd, of_delta, outputs, panel, space,
                            );
                            (&*space, panel.width)
                        };
                        let gather = Gather {
                            a: &a[group * source.group_inputs..],
                            rows,
                            depths,
                            b,
                            b_stride,
                            start: Start::Itself,
                            c: &mut gradient[group * columns..],
                            targets: &scratch.targets,
                            column: panel.column,
                            columns: panel.width.min(columns - panel.column),
                        };
                        gather_panel(simd, gather, panel.width, source.mode);
                    }
                }
            }
        }
    }
}

/// Returns whether a panel of δ need not be copied: its rows are near each other, and its last vector ends within δ.
///
/// Vectors may be longer than a row. The elements beyond it are multiplied too, and not written.
#[inline(always)]
fn is_near<T>(numbers: usize, rows: usize, stride: usize, panel: Panel) -> bool {
    let is_dense = stride <= panel.width || stride * size_of::<T>() <= NEAR_ROW;
    is_dense && (rows - 1) * stride + panel.width <= numbers
}

/// Copies a panel of δ; what it has beyond the last column is not read.
#[inline(always)]
fn copy_columns<V>(simd: V::Simd, delta: &[V::Number], stride: usize, panel: Panel, target: &mut [V::Number])
where
    V: Vector<Number: Scalar>,
{
    for (row, target) in target.chunks_exact_mut(panel.width).enumerate() {
        let from = &delta[row * stride..];
        for (vector, target) in target.chunks_exact_mut(V::LANES).enumerate() {
            let from = from.get(vector * V::LANES..).unwrap_or(&[]);
            V::load_some(simd, from).store(target);
        }
    }
}
