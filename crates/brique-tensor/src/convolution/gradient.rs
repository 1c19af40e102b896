//! The gradient of the weights: rows are the elements of a window, the depth are the output positions.

use std::marker::PhantomData;
use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut1};

use super::gather::{Gather, tallest};
use super::offsets::Offsets;
use super::panels::{Panel, gather_panel, lanes, panels, widest};
use super::scratch::{Numbers, Scratch};
use super::{Convolution, narrow};
use crate::product::operands::Start;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_level::dispatch;
use crate::simd_number::SimdNumber;
use crate::threads::Divisible;
use crate::{Scalar, add_column_sums};

/// The number of positions that are added up in registers at once: their windows stay in the nearest cache.
const MOST_POSITIONS: usize = 160;

/// Rows of δ of at most this many bytes are not copied: those of a chunk stay in the nearest cache.
const NEAR_ROW: usize = 128;

/// Adds the gradient of some rows of the weights, and of the bias in one of the parts.
///
/// Threads divide the rows of the weights and not the batch: each number is the sum over the batch in the same order on
/// any number of threads.
pub struct GradientSums<'a, T> {
    pub(super) convolution: &'a Convolution,
    pub(super) x: &'a [T],
    pub(super) delta: &'a [T],
    /// The first of the rows.
    pub(super) first: usize,
    pub(super) gradient: &'a mut [T],
    pub(super) bias: Option<&'a mut [T]>,
}

impl<'a, T> GradientSums<'a, T> {
    /// Adds the gradient of all rows and of the bias, the last row.
    pub(super) fn new(
        convolution: &'a Convolution,
        x: &'a [T],
        delta: &'a [T],
        gradient: &'a mut [T],
    ) -> Self {
        let (gradient, bias) = gradient.split_at_mut(convolution.weight_rows() * convolution.outputs);
        Self {
            convolution,
            x,
            delta,
            first: 0,
            gradient,
            bias: Some(bias),
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
        let half = dispatch(Middle::<T> {
            rows,
            columns: self.convolution.group_outputs(),
            numbers: PhantomData,
        });
        let (gradient, other) = self.gradient.split_at_mut(half * self.convolution.outputs);
        // The bias goes to the part with fewer rows.
        let (bias, other_bias) = if half < rows - half {
            (self.bias, None)
        } else {
            (None, self.bias)
        };
        let other = GradientSums {
            first: self.first + half,
            gradient: other,
            bias: other_bias,
            ..self
        };
        Ok((
            GradientSums {
                gradient,
                bias,
                ..self
            },
            other,
        ))
    }

    fn compute(mut self) {
        let outputs = self.convolution.outputs;
        if let Some(bias) = self.bias.take()
            && let Ok(delta) = ArrayView2::from_shape((self.delta.len() / outputs, outputs), self.delta)
        {
            add_column_sums(&delta, &mut ArrayViewMut1::from(bias));
        }
        T::convolution_gradient(self);
    }
}

/// Returns where weight rows are divided: at a whole tile near the middle, or at the middle itself, so that the longer part takes
/// least.
struct Middle<T> {
    rows: usize,
    columns: usize,
    numbers: PhantomData<T>,
}

impl<T: Scalar> Work for Middle<T> {
    type Output = usize;

    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> usize {
        let vectors = self.columns.div_ceil(lanes::<T, S>()).min(widest::<S>());
        let height = tallest(vectors);
        let longer = |middle: usize| time(middle, vectors).max(time(self.rows - middle, vectors));
        let whole = self.rows / 2 / height * height;
        let mut middle = self.rows / 2;
        for candidate in [whole, whole + height] {
            if (1..self.rows).contains(&candidate) && longer(candidate) < longer(middle) {
                middle = candidate;
            }
        }
        middle
    }
}

/// Returns the multiply-adds for which the tiles of some rows take time: no tile is faster than one with eight sums.
#[inline(always)]
fn time(rows: usize, vectors: usize) -> usize {
    let height = tallest(vectors);
    let of_tile = |height: usize| (height * vectors).max(8);
    let rest = [4, 2, 1]
        .into_iter()
        .filter(|&small| (rows % height) & small != 0);
    rows / height * of_tile(height) + rest.map(of_tile).sum::<usize>()
}

impl Convolution {
    /// Writes the output positions of `examples` examples that are added up in registers at once.
    pub(super) fn chunks(&self, examples: usize, chunks: &mut Vec<Range<usize>>) {
        let positions = examples * self.positions();
        let length = positions
            .div_ceil(positions.div_ceil(MOST_POSITIONS).max(1))
            .max(1);
        // Narrow groups are added up row by row, so chunks are whole rows: for every instruction set, as the order of the sums
        // must not depend on it.
        let width = self.axes[1].outputs();
        let length = if self.groups > 1 && 2 * self.group_outputs() <= MOST_LANES && width <= MOST_POSITIONS {
            MOST_POSITIONS / width * width
        } else {
            length
        };
        chunks.clear();
        let starts = (0..positions).step_by(length);
        chunks.extend(starts.map(|start| start..positions.min(start + length)));
    }
}

impl<T: Scalar> Work for (GradientSums<'_, T>, &mut Scratch<T>) {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (work, scratch) = self;
        let convolution = work.convolution;
        if convolution.has_narrow_groups::<T, S>() {
            return narrow::gradient(simd, work, scratch);
        }
        let GradientSums {
            x,
            delta,
            first,
            gradient,
            ..
        } = work;
        let source = convolution.source_of_inputs();
        let outputs = convolution.outputs;
        let at_once = convolution.examples_of_inputs_at_once();
        convolution.windows(&source, at_once, &mut scratch.rows);
        convolution.elements(&source, &mut scratch.depths);
        convolution.chunks(at_once, &mut scratch.chunks);
        let count = gradient.len() / outputs;
        scratch.reserve_gradient(convolution, at_once, widest::<S>() * lanes::<T, S>());
        scratch.targets.extend((0..count).map(|row| row * outputs));
        let (groups, columns) = (convolution.groups, convolution.group_outputs());

        let (x_size, y_size) = (convolution.input_size(), convolution.output_size());
        let examples = x.chunks(at_once * x_size).zip(delta.chunks(at_once * y_size));
        for (x, delta) in examples {
            let a = source.stored(x, at_once, &mut scratch.source);
            let rows = Offsets::of(&scratch.depths[first..first + count]);
            if delta.len() < at_once * y_size {
                convolution.chunks(delta.len() / y_size, &mut scratch.chunks);
            }
            for group in 0..groups {
                for chunk in &scratch.chunks {
                    let depths = Offsets::of(&scratch.rows[chunk.clone()]);
                    let delta = &delta[chunk.start * outputs + group * columns..];
                    for Panel { column, width } in panels::<T, S>(columns) {
                        let (b, b_stride) = panel_of_delta::<<T as SimdNumber>::Vector<S>>(
                            simd,
                            &delta[column..],
                            (chunk.len(), outputs),
                            width,
                            &mut scratch.panels,
                        );
                        let gather = Gather {
                            a: &a[group * source.group_channels..],
                            rows,
                            depths,
                            b,
                            b_stride,
                            start: Start::Itself,
                            c: &mut gradient[group * columns + column..],
                            targets: &scratch.targets,
                            columns: width.min(columns - column),
                        };
                        gather_panel(simd, gather, width);
                    }
                }
            }
        }
    }
}

impl<T: Scalar> Scratch<T> {
    /// Reserves memory for the panel of δ and for the tables of all weights, so that no thread allocates when it gets more
    /// examples or more rows of the weights than before.
    fn reserve_gradient(&mut self, convolution: &Convolution, examples: usize, width: usize) {
        let positions = MOST_POSITIONS.min(examples * convolution.positions());
        self.panels.space(positions * width);
        self.depths
            .reserve(convolution.weight_rows().saturating_sub(self.depths.len()));
        self.targets.clear();
        self.targets.reserve(convolution.weight_rows());
    }
}

/// Returns a panel of δ and the distance of its rows. It is not copied if its rows are near each other, and its last vector
/// ends within δ.
///
/// Vectors may be longer than a row. The elements beyond it are multiplied too, and not written.
#[inline(always)]
fn panel_of_delta<'a, V>(
    simd: V::Simd,
    delta: &'a [V::Number],
    (rows, stride): (usize, usize),
    width: usize,
    buffer: &'a mut Numbers<V::Number>,
) -> (&'a [V::Number], usize)
where
    V: Vector<Number: Scalar>,
{
    let is_dense = stride <= width || stride * size_of::<V::Number>() <= NEAR_ROW;
    if is_dense && (rows - 1) * stride + width <= delta.len() {
        return (delta, stride);
    }
    let panel = buffer.space(rows * width);
    for (row, target) in panel.chunks_exact_mut(width).enumerate() {
        let from = &delta[row * stride..];
        for (vector, target) in target.chunks_exact_mut(V::LANES).enumerate() {
            let from = from.get(vector * V::LANES..).unwrap_or(&[]);
            V::load_some(simd, from).store(target);
        }
    }
    (panel, width)
}
