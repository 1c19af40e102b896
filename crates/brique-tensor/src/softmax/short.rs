//! Short rows, several side by side: each lane is a row.

use super::{AlongRow, Row, SHORT, Value, power};
use crate::Scalar;
use crate::elementwise::keep_chunks_apart;

/// This many rows are computed side by side.
const LANES: usize = 16;

/// One number of each row.
type Lanes<T = f64> = [T; LANES];

/// The numbers of several rows, column by column.
type Columns<T = f64> = [Lanes<T>; SHORT];

/// All rows, in blocks.
#[inline(always)]
pub(super) fn rows<T: Scalar, F: AlongRow>(f: F, columns: usize, x: &[T], delta: &[T], y: &mut [T]) {
    assert!(columns <= SHORT);
    let (mut block, mut deltas) = ([[T::zero(); LANES]; SHORT], [[T::zero(); LANES]; SHORT]);
    let mut powers = [[0.0; LANES]; SHORT];
    let size = columns * LANES;
    for first in (0..y.len()).step_by(size) {
        let numbers = first..y.len().min(first + size);
        to_columns(&x[numbers.clone()], columns, &mut block);
        if F::HAS_DELTA {
            to_columns(&delta[numbers.clone()], columns, &mut deltas);
        }
        compute(f, columns, &mut block, &deltas, &mut powers);
        to_rows(&block, columns, &mut y[numbers]);
    }
}

/// Lanes without a row keep what they have: nobody looks at them.
#[inline(always)]
fn to_columns<T: Scalar>(rows: &[T], columns: usize, to: &mut Columns<T>) {
    for (lane, row) in rows.chunks_exact(columns).enumerate() {
        for column in 0..columns {
            to[column][lane % LANES] = row[column];
            keep_chunks_apart();
        }
    }
}

#[inline(always)]
fn to_rows<T: Scalar>(from: &Columns<T>, columns: usize, rows: &mut [T]) {
    for (lane, row) in rows.chunks_exact_mut(columns).enumerate() {
        for column in 0..columns {
            row[column] = from[column][lane % LANES];
            keep_chunks_apart();
        }
    }
}

/// Results in the place of the values.
#[inline(always)]
fn compute<T: Scalar, F: AlongRow>(
    _: F,
    columns: usize,
    block: &mut Columns<T>,
    deltas: &Columns<T>,
    all_powers: &mut Columns,
) {
    let peaks = Peaks::of(columns, block, deltas);
    let mut sums = Sums {
        others: [0.0; LANES],
        terms: [0.0; LANES],
    };
    for column in 0..columns {
        let (x, delta) = (as_f64(block[column]), as_f64(deltas[column]));
        let powers = peaks.powers::<T>(x);
        all_powers[column] = powers;
        sums = sums.and::<F>(&peaks, column as f64, x, delta, powers);
        keep_chunks_apart();
    }
    let rows = RowLanes::new::<F>(&peaks, &sums);
    for column in 0..columns {
        let (x, delta) = (as_f64(block[column]), as_f64(deltas[column]));
        block[column] = results::<T, F>(&peaks, &rows, column as f64, x, delta, all_powers[column]);
        keep_chunks_apart();
    }
}

#[inline(always)]
fn as_f64<T: Scalar>(numbers: Lanes<T>) -> Lanes {
    let mut lanes = [0.0; LANES];
    for (lane, number) in lanes.iter_mut().zip(numbers) {
        *lane = number.as_f64();
    }
    lanes
}

/// The largest value of each row, the first where several are. NaN is passed over: its power is in the sums.
struct Peaks {
    /// Its column, as a number of the size of the others: comparisons of like sizes make vectors of like lengths.
    place: Lanes,
    x: Lanes,
    delta: Lanes,
}

impl Peaks {
    #[inline(always)]
    fn of<T: Scalar>(columns: usize, x: &Columns<T>, delta: &Columns<T>) -> Self {
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
            place: as_f64(place),
            x: as_f64(peak),
            delta: as_f64(delta_at_peak),
        }
    }

    #[inline(always)]
    fn powers<T: Scalar>(&self, mut x: Lanes) -> Lanes {
        for (x, peak) in x.iter_mut().zip(self.x) {
            *x = power::<T>(*x, peak);
        }
        x
    }

    #[inline(always)]
    fn value(&self, lane: usize, place: f64, x: f64, power: f64, delta: f64) -> Value {
        Value {
            below_peak: x - self.x[lane],
            power,
            delta,
            is_peak: self.place[lane] == place,
        }
    }
}

struct Sums {
    others: Lanes,
    terms: Lanes,
}

impl Sums {
    #[inline(always)]
    fn and<F: AlongRow>(mut self, peaks: &Peaks, place: f64, x: Lanes, delta: Lanes, powers: Lanes) -> Self {
        for lane in 0..LANES {
            let value = peaks.value(lane, place, x[lane], powers[lane], delta[lane]);
            self.others[lane] += if value.is_peak { 0.0 } else { value.power };
            self.terms[lane] += F::term(value, peaks.delta[lane]);
        }
        self
    }
}

/// A [`Row`] in each lane.
struct RowLanes {
    others: Lanes,
    terms: Lanes,
    reciprocal: Lanes,
    common: Lanes,
}

impl RowLanes {
    #[inline(always)]
    fn new<F: AlongRow>(peaks: &Peaks, sums: &Sums) -> Self {
        let (mut reciprocal, mut common) = ([0.0; LANES], [0.0; LANES]);
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
fn results<T: Scalar, F: AlongRow>(
    peaks: &Peaks,
    rows: &RowLanes,
    place: f64,
    x: Lanes,
    delta: Lanes,
    powers: Lanes,
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
        results[lane] = T::from_f64(F::result(value, row));
    }
    results
}
