//! Long rows, each by itself: lanes are neighbours in the row.

use super::{AlongRow, Row, Value, power};
use crate::Scalar;
use crate::elementwise::keep_chunks_apart;
use num_traits::ToPrimitive as _;

/// This many neighbours are computed side by side.
const LANES: usize = 16;

/// Powers of this many values are kept from the sum for the results; those behind are computed a second time.
const KEPT: usize = 1024;

/// Sums run over this many chunks before they are added to the whole: their errors grow with both, not with the product.
const RUN: usize = 16;

type Lanes = [f64; LANES];

/// All rows, one after the other.
#[inline(always)]
pub(super) fn rows<T: Scalar, F: AlongRow>(f: F, columns: usize, x: &[T], delta: &[T], y: &mut [T]) {
    let mut powers = [[0.0; LANES]; KEPT / LANES];
    let rows = x.chunks_exact(columns).zip(delta.chunks_exact(columns));
    for ((x, delta), y) in rows.zip(y.chunks_exact_mut(columns)) {
        row(f, x, delta, y, &mut powers);
    }
}

#[inline(always)]
fn row<T: Scalar, F: AlongRow>(_: F, x: &[T], delta: &[T], y: &mut [T], kept: &mut [Lanes]) {
    let peak = Peak::of(x, delta);
    let mut sums = Sums::default();
    let mut run = Sums::default();
    for chunk in 0..x.len().div_ceil(LANES) {
        let first = first_of_chunk(chunk, x.len());
        let (x, delta) = (as_f64(load(x, first)), as_f64(load(delta, first)));
        let powers = peak.powers::<T>(x);
        if let Some(kept) = kept.get_mut(chunk) {
            *kept = powers;
        }
        run = run.and::<F>(&peak, first, chunk * LANES - first, &Chunk { x, delta, powers });
        if chunk % RUN == RUN - 1 {
            sums = sums.with(&run);
            run = Sums::default();
        }
        keep_chunks_apart();
    }
    sums = sums.with(&run);
    let row = Row::new::<F>(peak.delta, sum(sums.others), sum(sums.terms));
    for chunk in 0..x.len().div_ceil(LANES) {
        let first = first_of_chunk(chunk, x.len());
        let (x, delta) = (as_f64(load(x, first)), as_f64(load(delta, first)));
        let powers = match kept.get(chunk) {
            Some(kept) => *kept,
            None => peak.powers::<T>(x),
        };
        y[first..first + LANES].copy_from_slice(&peak.results::<T, F>(
            row,
            first,
            &Chunk { x, delta, powers },
        ));
        keep_chunks_apart();
    }
}

/// The last chunk ends with the row: it begins among what the one before it has.
#[inline(always)]
fn first_of_chunk(chunk: usize, columns: usize) -> usize {
    (chunk * LANES).min(columns - LANES)
}

#[inline(always)]
fn load<T: Scalar>(numbers: &[T], first: usize) -> [T; LANES] {
    let mut lanes = [T::zero(); LANES];
    lanes.copy_from_slice(&numbers[first..first + LANES]);
    lanes
}

#[inline(always)]
fn as_f64<T: Scalar>(numbers: [T; LANES]) -> Lanes {
    let mut lanes = [0.0; LANES];
    for (lane, number) in lanes.iter_mut().zip(numbers) {
        *lane = number.as_f64();
    }
    lanes
}

/// Neighbours.
struct Chunk {
    x: Lanes,
    delta: Lanes,
    powers: Lanes,
}

#[derive(Default)]
struct Sums {
    others: Lanes,
    terms: Lanes,
}

impl Sums {
    /// The first `counted` lanes are in the sums already.
    #[inline(always)]
    fn and<F: AlongRow>(mut self, peak: &Peak, first: usize, counted: usize, chunk: &Chunk) -> Self {
        let Chunk { x, delta, powers } = chunk;
        for lane in 0..LANES {
            let value = peak.value(first, lane, x[lane], powers[lane], delta[lane]);
            let is_counted = (lane as f64) < counted as f64;
            self.others[lane] += if value.is_peak || is_counted {
                0.0
            } else {
                value.power
            };
            self.terms[lane] += if is_counted {
                0.0
            } else {
                F::term(value, peak.delta)
            };
        }
        self
    }

    #[inline(always)]
    fn with(mut self, more: &Self) -> Self {
        for lane in 0..LANES {
            self.others[lane] += more.others[lane];
            self.terms[lane] += more.terms[lane];
        }
        self
    }
}

/// The sum of the lanes, in pairs of halves.
#[inline(always)]
fn sum(mut lanes: Lanes) -> f64 {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] += lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The largest value of a row, the first where several are. NaN is passed over: its power is in the sums.
struct Peak {
    place: f64,
    x: f64,
    delta: f64,
}

impl Peak {
    #[inline(always)]
    fn of<T: Scalar>(x: &[T], delta: &[T]) -> Self {
        // Chunks are counted in numbers of the kind of the others: like sizes make vectors of like lengths.
        let (mut largest, mut chunks) = (load(x, 0), [T::zero(); LANES]);
        for chunk in 1..x.len().div_ceil(LANES) {
            let x = load(x, first_of_chunk(chunk, x.len()));
            let number = T::from_usize(chunk);
            for lane in 0..LANES {
                let is_larger = x[lane] > largest[lane];
                largest[lane] = if is_larger { x[lane] } else { largest[lane] };
                chunks[lane] = if is_larger { number } else { chunks[lane] };
            }
            keep_chunks_apart();
        }
        let (mut place, mut peak) = (as_f64(chunks), as_f64(largest));
        let last = (x.len() - LANES) as f64;
        for (lane, place) in place.iter_mut().enumerate() {
            let first = *place * LANES as f64;
            *place = if first > last { last } else { first } + lane as f64;
        }
        let mut half = LANES / 2;
        while half > 0 {
            for lane in 0..half {
                let (other, its_place) = (peak[lane + half], place[lane + half]);
                let is_before = its_place < place[lane];
                let is_larger = other > peak[lane] || (other == peak[lane] && is_before);
                peak[lane] = if is_larger { other } else { peak[lane] };
                place[lane] = if is_larger { its_place } else { place[lane] };
            }
            half /= 2;
        }
        Self {
            place: place[0],
            x: peak[0],
            delta: delta[place[0].to_usize().unwrap_or(0)].as_f64(),
        }
    }

    #[inline(always)]
    fn powers<T: Scalar>(&self, mut x: Lanes) -> Lanes {
        for x in &mut x {
            *x = power::<T>(*x, self.x);
        }
        x
    }

    #[inline(always)]
    fn results<T: Scalar, F: AlongRow>(&self, row: Row, first: usize, chunk: &Chunk) -> [T; LANES] {
        let Chunk { x, delta, powers } = chunk;
        let mut results = [T::zero(); LANES];
        for lane in 0..LANES {
            let value = self.value(first, lane, x[lane], powers[lane], delta[lane]);
            results[lane] = T::from_f64(F::result(value, row));
        }
        results
    }

    #[inline(always)]
    fn value(&self, first: usize, lane: usize, x: f64, power: f64, delta: f64) -> Value {
        Value {
            below_peak: x - self.x,
            power,
            delta,
            is_peak: first as f64 + lane as f64 == self.place,
        }
    }
}
