//! Short rows, several at once: each lane of a SIMD vector is a row.

use super::formulas::{AlongRow, Row, Value};
use crate::elementwise::keep_chunks_apart;
use crate::inlined::exp_of_negative_difference;
use crate::simd::Vector;
use crate::transpose::transpose;
use crate::{Scalar, Simd};

/// The longest row for which the smaller buffers are large enough.
const FEW: usize = 16;

/// The longest row that is computed together with others.
pub(super) const MOST: usize = 64;

/// One element of each row.
type Lanes<T, const LANES: usize> = [T; LANES];

/// Computes all rows in blocks of `LANES` rows, column by column.
#[inline(always)]
pub(super) fn rows<V, F, const LANES: usize>(
    simd: V::Simd,
    f: F,
    columns: usize,
    x: &[V::Number],
    delta: &[V::Number],
    y: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
    F: AlongRow<V::Number>,
{
    let zero = [V::Number::default(); LANES];
    let (mut few, mut many);
    let buffer: &mut [_] = if columns <= FEW {
        few = [zero; 4 * FEW];
        &mut few
    } else {
        many = [zero; 4 * MOST];
        &mut many
    };
    let (half, other_half) = buffer.split_at_mut(buffer.len() / 2);
    let (values, deltas) = half.split_at_mut(half.len() / 2);
    let (powers, block) = other_half.split_at_mut(other_half.len() / 2);
    let block = block.as_flattened_mut();
    let size = columns * LANES;
    for first in (0..y.len()).step_by(size) {
        let numbers = first..y.len().min(first + size);
        // SIMD vectors read and write beyond the block. Near the end of the matrix, a copy is used instead.
        let is_inside = first + size + V::LANES <= y.len();
        for (from, to) in [(x, &mut *values), (delta, &mut *deltas)] {
            if is_inside {
                to_columns::<V, LANES>(simd, &from[first..], columns, to);
            } else {
                block[..numbers.len()].copy_from_slice(&from[numbers.clone()]);
                to_columns::<V, LANES>(simd, block, columns, to);
            }
            if !F::HAS_DELTA {
                break;
            }
        }
        compute(simd, f, columns, values, deltas, powers);
        if is_inside {
            to_rows::<V, LANES>(simd, values, columns, &mut y[first..]);
        } else {
            to_rows::<V, LANES>(simd, values, columns, block);
            y[numbers.clone()].copy_from_slice(&block[..numbers.len()]);
        }
    }
}

/// Transposes a block of rows to columns.
///
/// Lanes without a row and columns beyond the last get arbitrary numbers, which are never used.
#[inline(always)]
fn to_columns<V, const LANES: usize>(
    simd: V::Simd,
    rows: &[V::Number],
    columns: usize,
    to: &mut [Lanes<V::Number, LANES>],
) where
    V: Vector<Number: Scalar>,
{
    let to = to.as_flattened_mut();
    for row in (0..LANES).step_by(V::LANES) {
        for column in (0..columns).step_by(V::LANES) {
            let from = &rows[row * columns + column..];
            transpose::<V>(simd, from, columns, &mut to[column * LANES + row..], LANES);
        }
    }
}

/// Transposes a block of columns to rows.
///
/// The last columns are written first: numbers that are written beyond the end of a row are overwritten by later
/// writes.
#[inline(always)]
fn to_rows<V, const LANES: usize>(
    simd: V::Simd,
    from: &[Lanes<V::Number, LANES>],
    columns: usize,
    rows: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
{
    let from = from.as_flattened();
    for row in (0..LANES).step_by(V::LANES) {
        for column in (0..columns).step_by(V::LANES).rev() {
            let to = &mut rows[row * columns + column..];
            transpose::<V>(simd, &from[column * LANES + row..], LANES, to, columns);
        }
    }
}

/// Computes the results of a block and overwrites its values with them.
#[inline(always)]
fn compute<S: Simd, T: Scalar, F: AlongRow<T>, const LANES: usize>(
    simd: S,
    _: F,
    columns: usize,
    block: &mut [Lanes<T, LANES>],
    deltas: &[Lanes<T, LANES>],
    all_powers: &mut [Lanes<T, LANES>],
) {
    let peaks = Peaks::of(columns, block, deltas);
    let mut sums = Sums {
        others: [T::zero(); LANES],
        terms: [T::zero(); LANES],
    };
    for column in 0..columns {
        let (x, delta) = (block[column], deltas[column]);
        let powers = peaks.powers::<S, F>(simd, x);
        all_powers[column] = powers;
        sums = sums.and::<F>(&peaks, T::from_usize(column), x, delta, powers);
        keep_chunks_apart();
    }
    let rows = RowLanes::new::<S, F>(simd, &peaks, &sums);
    for column in 0..columns {
        let (x, delta) = (block[column], deltas[column]);
        block[column] = results::<S, T, F, LANES>(
            simd,
            &peaks,
            &rows,
            T::from_usize(column),
            x,
            delta,
            all_powers[column],
        );
        keep_chunks_apart();
    }
}

/// The largest value of each row; the first one if several are equal. NaN is ignored: its power makes the sums NaN.
struct Peaks<T, const LANES: usize> {
    /// The column of the largest value, as `T`: comparisons of types of the same size use SIMD vectors of the same
    /// length.
    index: Lanes<T, LANES>,
    x: Lanes<T, LANES>,
    delta: Lanes<T, LANES>,
}

impl<T: Scalar, const LANES: usize> Peaks<T, LANES> {
    #[inline(always)]
    fn of(columns: usize, x: &[Lanes<T, LANES>], delta: &[Lanes<T, LANES>]) -> Self {
        let (mut index, mut peak) = ([T::zero(); LANES], x[0]);
        for column in 1..columns {
            let x = x[column];
            let column = T::from_usize(column);
            for lane in 0..LANES {
                let is_larger = x[lane] > peak[lane];
                index[lane] = if is_larger { column } else { index[lane] };
                peak[lane] = if is_larger { x[lane] } else { peak[lane] };
            }
            keep_chunks_apart();
        }
        let mut delta_at_peak = delta[0];
        for column in 1..columns {
            let delta = delta[column];
            let column = T::from_usize(column);
            for lane in 0..LANES {
                delta_at_peak[lane] = if index[lane] == column {
                    delta[lane]
                } else {
                    delta_at_peak[lane]
                };
            }
            keep_chunks_apart();
        }
        Self {
            index,
            x: peak,
            delta: delta_at_peak,
        }
    }

    #[inline(always)]
    fn powers<S: Simd, F: AlongRow<T>>(&self, simd: S, mut x: Lanes<T, LANES>) -> Lanes<T, LANES> {
        if F::HAS_PROBABILITIES {
            return x;
        }
        for (x, peak) in x.iter_mut().zip(self.x) {
            *x = exp_of_negative_difference(simd, *x, peak);
        }
        x
    }

    #[inline(always)]
    fn value(&self, lane: usize, index: T, x: T, power: T, delta: T) -> Value<T> {
        Value {
            below_peak: x - self.x[lane],
            power,
            delta,
            is_peak: self.index[lane] == index,
        }
    }
}

struct Sums<T, const LANES: usize> {
    others: Lanes<T, LANES>,
    terms: Lanes<T, LANES>,
}

impl<T: Scalar, const LANES: usize> Sums<T, LANES> {
    #[inline(always)]
    fn and<F: AlongRow<T>>(
        mut self,
        peaks: &Peaks<T, LANES>,
        index: T,
        x: Lanes<T, LANES>,
        delta: Lanes<T, LANES>,
        powers: Lanes<T, LANES>,
    ) -> Self {
        for lane in 0..LANES {
            let value = peaks.value(lane, index, x[lane], powers[lane], delta[lane]);
            self.others[lane] += if value.is_peak { T::zero() } else { value.power };
            self.terms[lane] += F::term(value, peaks.delta[lane]);
        }
        self
    }
}

/// The fields of [`Row`], one row in each lane.
struct RowLanes<T, const LANES: usize> {
    others: Lanes<T, LANES>,
    terms: Lanes<T, LANES>,
    reciprocal: Lanes<T, LANES>,
    common: Lanes<T, LANES>,
}

impl<T: Scalar, const LANES: usize> RowLanes<T, LANES> {
    #[inline(always)]
    fn new<S: Simd, F: AlongRow<T>>(simd: S, peaks: &Peaks<T, LANES>, sums: &Sums<T, LANES>) -> Self {
        let (mut reciprocal, mut common) = ([T::zero(); LANES], [T::zero(); LANES]);
        for lane in 0..LANES {
            let row = Row::new::<S, F>(simd, peaks.delta[lane], sums.others[lane], sums.terms[lane]);
            (reciprocal[lane], common[lane]) = (row.reciprocal, row.common);
        }
        Self {
            others: sums.others,
            terms: sums.terms,
            reciprocal,
            common,
        }
    }
}

#[inline(always)]
fn results<S: Simd, T: Scalar, F: AlongRow<T>, const LANES: usize>(
    simd: S,
    peaks: &Peaks<T, LANES>,
    rows: &RowLanes<T, LANES>,
    index: T,
    x: Lanes<T, LANES>,
    delta: Lanes<T, LANES>,
    powers: Lanes<T, LANES>,
) -> Lanes<T, LANES> {
    let mut results = [T::zero(); LANES];
    for lane in 0..LANES {
        let row = Row {
            delta_at_peak: peaks.delta[lane],
            others: rows.others[lane],
            terms: rows.terms[lane],
            reciprocal: rows.reciprocal[lane],
            common: rows.common[lane],
        };
        let value = peaks.value(lane, index, x[lane], powers[lane], delta[lane]);
        results[lane] = F::result(simd, value, row);
    }
    results
}
