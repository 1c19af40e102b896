//! Short rows, several side by side: each lane is a row.

use super::{AlongRow, Row, Value};
use crate::Scalar;
use crate::elementwise::keep_chunks_apart;
use crate::inlined::exp_of_negative_difference;
use crate::transpose::transpose;
use crate::vector::Vector;

/// This many rows are computed side by side.
const LANES: usize = 16;

/// One number of each row.
type Lanes<T> = [T; LANES];

/// The numbers of several rows, column by column.
type Columns<T, const ROOM: usize> = [Lanes<T>; ROOM];

/// All rows, in blocks. There is room for one column more than they have, which registers that reach behind the last need.
#[inline(always)]
pub(super) fn rows<V, F, const ROOM: usize>(
    unit: V::Unit,
    f: F,
    columns: usize,
    x: &[V::Number],
    delta: &[V::Number],
    y: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
    F: AlongRow<V::Number>,
{
    assert!(
        columns < ROOM,
        "{columns} columns and one more do not fit into {ROOM}"
    );
    let zero = V::Number::default();
    let (mut values, mut deltas, mut powers) = (
        [[zero; LANES]; ROOM],
        [[zero; LANES]; ROOM],
        [[zero; LANES]; ROOM],
    );
    let mut block = [[zero; LANES]; ROOM];
    let block = block.as_flattened_mut();
    let size = columns * LANES;
    for first in (0..y.len()).step_by(size) {
        let numbers = first..y.len().min(first + size);
        // Registers reach behind the numbers: near the end of the matrix there are none, and a copy is read and written.
        if first + size + LANES <= y.len() {
            to_columns::<V, ROOM>(unit, &x[first..], columns, &mut values);
            if F::HAS_DELTA {
                to_columns::<V, ROOM>(unit, &delta[first..], columns, &mut deltas);
            }
            compute(f, columns, &mut values, &deltas, &mut powers);
            to_rows::<V, ROOM>(unit, &values, columns, &mut y[first..]);
            continue;
        }
        block[..numbers.len()].copy_from_slice(&x[numbers.clone()]);
        to_columns::<V, ROOM>(unit, block, columns, &mut values);
        if F::HAS_DELTA {
            block[..numbers.len()].copy_from_slice(&delta[numbers.clone()]);
            to_columns::<V, ROOM>(unit, block, columns, &mut deltas);
        }
        compute(f, columns, &mut values, &deltas, &mut powers);
        to_rows::<V, ROOM>(unit, &values, columns, block);
        y[numbers.clone()].copy_from_slice(&block[..numbers.len()]);
    }
}

/// Lanes without a row, and columns behind the last, get what is there: nobody looks at them.
#[inline(always)]
fn to_columns<V, const ROOM: usize>(
    unit: V::Unit,
    rows: &[V::Number],
    columns: usize,
    to: &mut Columns<V::Number, ROOM>,
) where
    V: Vector<Number: Scalar>,
{
    let to = to.as_flattened_mut();
    for row in (0..LANES).step_by(V::LANES) {
        for column in (0..columns).step_by(V::LANES) {
            let from = &rows[row * columns + column..];
            transpose::<V>(unit, from, columns, &mut to[column * LANES + row..], LANES);
        }
    }
}

/// What is written behind the end of a row, the next one writes over: hence the last columns first.
#[inline(always)]
fn to_rows<V, const ROOM: usize>(
    unit: V::Unit,
    from: &Columns<V::Number, ROOM>,
    columns: usize,
    rows: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
{
    let from = from.as_flattened();
    for row in (0..LANES).step_by(V::LANES) {
        for column in (0..columns).step_by(V::LANES).rev() {
            let to = &mut rows[row * columns + column..];
            transpose::<V>(unit, &from[column * LANES + row..], LANES, to, columns);
        }
    }
}

/// Results in the place of the values.
#[inline(always)]
fn compute<T: Scalar, F: AlongRow<T>, const ROOM: usize>(
    _: F,
    columns: usize,
    block: &mut Columns<T, ROOM>,
    deltas: &Columns<T, ROOM>,
    all_powers: &mut Columns<T, ROOM>,
) {
    let peaks = Peaks::of(columns, block, deltas);
    let mut sums = Sums {
        others: [T::zero(); LANES],
        terms: [T::zero(); LANES],
    };
    for column in 0..columns {
        let (x, delta) = (block[column], deltas[column]);
        let powers = peaks.powers(x);
        all_powers[column] = powers;
        sums = sums.and::<F>(&peaks, T::from_usize(column), x, delta, powers);
        keep_chunks_apart();
    }
    let rows = RowLanes::new::<F>(&peaks, &sums);
    for column in 0..columns {
        let (x, delta) = (block[column], deltas[column]);
        block[column] = results::<T, F>(&peaks, &rows, T::from_usize(column), x, delta, all_powers[column]);
        keep_chunks_apart();
    }
}

/// The largest value of each row, the first where several are. NaN is passed over: its power is in the sums.
struct Peaks<T> {
    /// Its column, as a number of the kind of the others: comparisons of like sizes make vectors of like lengths.
    place: Lanes<T>,
    x: Lanes<T>,
    delta: Lanes<T>,
}

impl<T: Scalar> Peaks<T> {
    #[inline(always)]
    fn of<const ROOM: usize>(columns: usize, x: &Columns<T, ROOM>, delta: &Columns<T, ROOM>) -> Self {
        let (mut place, mut peak) = ([T::zero(); LANES], x[0]);
        for column in 1..columns {
            let x = x[column];
            let column = T::from_usize(column);
            for lane in 0..LANES {
                let is_larger = x[lane] > peak[lane];
                place[lane] = if is_larger { column } else { place[lane] };
                peak[lane] = if is_larger { x[lane] } else { peak[lane] };
            }
            keep_chunks_apart();
        }
        let mut delta_at_peak = delta[0];
        for column in 1..columns {
            let delta = delta[column];
            let column = T::from_usize(column);
            for lane in 0..LANES {
                delta_at_peak[lane] = if place[lane] == column {
                    delta[lane]
                } else {
                    delta_at_peak[lane]
                };
            }
            keep_chunks_apart();
        }
        Self {
            place,
            x: peak,
            delta: delta_at_peak,
        }
    }

    #[inline(always)]
    fn powers(&self, mut x: Lanes<T>) -> Lanes<T> {
        for (x, peak) in x.iter_mut().zip(self.x) {
            *x = exp_of_negative_difference(*x, peak);
        }
        x
    }

    #[inline(always)]
    fn value(&self, lane: usize, place: T, x: T, power: T, delta: T) -> Value<T> {
        Value {
            below_peak: x - self.x[lane],
            power,
            delta,
            is_peak: self.place[lane] == place,
        }
    }
}

struct Sums<T> {
    others: Lanes<T>,
    terms: Lanes<T>,
}

impl<T: Scalar> Sums<T> {
    #[inline(always)]
    fn and<F: AlongRow<T>>(
        mut self,
        peaks: &Peaks<T>,
        place: T,
        x: Lanes<T>,
        delta: Lanes<T>,
        powers: Lanes<T>,
    ) -> Self {
        for lane in 0..LANES {
            let value = peaks.value(lane, place, x[lane], powers[lane], delta[lane]);
            self.others[lane] += if value.is_peak { T::zero() } else { value.power };
            self.terms[lane] += F::term(value, peaks.delta[lane]);
        }
        self
    }
}

/// A [`Row`] in each lane.
struct RowLanes<T> {
    others: Lanes<T>,
    terms: Lanes<T>,
    reciprocal: Lanes<T>,
    common: Lanes<T>,
}

impl<T: Scalar> RowLanes<T> {
    #[inline(always)]
    fn new<F: AlongRow<T>>(peaks: &Peaks<T>, sums: &Sums<T>) -> Self {
        let (mut reciprocal, mut common) = ([T::zero(); LANES], [T::zero(); LANES]);
        for lane in 0..LANES {
            let row = Row::new::<F>(peaks.delta[lane], sums.others[lane], sums.terms[lane]);
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
fn results<T: Scalar, F: AlongRow<T>>(
    peaks: &Peaks<T>,
    rows: &RowLanes<T>,
    place: T,
    x: Lanes<T>,
    delta: Lanes<T>,
    powers: Lanes<T>,
) -> Lanes<T> {
    let mut results = [T::zero(); LANES];
    for lane in 0..LANES {
        let row = Row {
            delta_at_peak: peaks.delta[lane],
            others: rows.others[lane],
            terms: rows.terms[lane],
            reciprocal: rows.reciprocal[lane],
            common: rows.common[lane],
        };
        let value = peaks.value(lane, place, x[lane], powers[lane], delta[lane]);
        results[lane] = F::result(value, row);
    }
    results
}
