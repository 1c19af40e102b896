//! Long rows, one after the other: a SIMD vector holds neighbouring elements of a row.

use super::formulas::{AlongRow, Row, Value};
use crate::elementwise::keep_chunks_apart;
use crate::inlined::exp_of_negative_difference;
use crate::{Scalar, Simd};

/// The number of neighbouring elements that are computed at once.
const LANES: usize = 16;

/// The number of powers that are saved between the sum and the results; later powers of a row are computed twice.
const SAVED: usize = 1024;

/// The number of chunks that are added up before their sum is added to the total.
///
/// The rounding error then grows with the length of a run plus the number of runs, not with their product.
const RUN: usize = 16;

type Lanes<T> = [T; LANES];

/// Computes all rows, one after the other.
#[inline(always)]
pub(super) fn rows<S: Simd, T: Scalar, F: AlongRow<T>>(
    simd: S,
    f: F,
    columns: usize,
    x: &[T],
    delta: &[T],
    y: &mut [T],
) {
    let mut powers = [[T::zero(); LANES]; SAVED / LANES];
    let rows = x.chunks_exact(columns).zip(delta.chunks_exact(columns));
    for ((x, delta), y) in rows.zip(y.chunks_exact_mut(columns)) {
        row(simd, f, x, delta, y, &mut powers);
    }
}

#[inline(always)]
fn row<S: Simd, T: Scalar, F: AlongRow<T>>(
    simd: S,
    _: F,
    x: &[T],
    delta: &[T],
    y: &mut [T],
    saved: &mut [Lanes<T>],
) {
    let peak = Peak::of(x, delta);
    let mut sums = Sums::nothing();
    let mut run = Sums::nothing();
    for chunk in 0..x.len().div_ceil(LANES) {
        let first = first_of_chunk(chunk, x.len());
        let (x, mut delta) = (load(x, first), load(delta, first));
        let mut powers = peak.powers::<S, F>(simd, x);
        if let Some(saved) = saved.get_mut(chunk) {
            *saved = powers;
        }
        let counted = chunk * LANES - first;
        if counted > 0 {
            (powers, delta) = (without(powers, counted), without(delta, counted));
        }
        run = run.and::<F>(&peak, first, &Chunk { x, delta, powers });
        if chunk % RUN == RUN - 1 {
            sums = sums.with(&run);
            run = Sums::nothing();
        }
        keep_chunks_apart();
    }
    sums = sums.with(&run);
    let row = Row::new::<S, F>(simd, peak.delta, sum(sums.others), sum(sums.terms));
    for chunk in 0..x.len().div_ceil(LANES) {
        let first = first_of_chunk(chunk, x.len());
        let (x, delta) = (load(x, first), load(delta, first));
        let powers = match saved.get(chunk) {
            Some(saved) => *saved,
            None => peak.powers::<S, F>(simd, x),
        };
        y[first..first + LANES].copy_from_slice(&peak.results::<S, F>(
            simd,
            row,
            first,
            &Chunk { x, delta, powers },
        ));
        keep_chunks_apart();
    }
}

/// Returns the index of the first element of a chunk.
///
/// The last chunk ends at the end of the row, so it may overlap the previous chunk.
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

/// Returns the elements with the first `counted` set to 0: these are already in the sums.
#[inline(always)]
fn without<T: Scalar>(mut lanes: Lanes<T>, counted: usize) -> Lanes<T> {
    let counted = T::from_usize(counted);
    for (lane, number) in lanes.iter_mut().enumerate() {
        let is_counted = T::from_usize(lane) < counted;
        *number = if is_counted { T::zero() } else { *number };
    }
    lanes
}

/// Neighbouring elements of a row.
struct Chunk<T> {
    x: Lanes<T>,
    delta: Lanes<T>,
    powers: Lanes<T>,
}

struct Sums<T> {
    others: Lanes<T>,
    terms: Lanes<T>,
}

impl<T: Scalar> Sums<T> {
    #[inline(always)]
    fn nothing() -> Self {
        Self {
            others: [T::zero(); LANES],
            terms: [T::zero(); LANES],
        }
    }

    #[inline(always)]
    fn and<F: AlongRow<T>>(mut self, peak: &Peak<T>, first: usize, chunk: &Chunk<T>) -> Self {
        let peak_lane = peak.lane(first);
        for lane in 0..LANES {
            let is_peak = T::from_usize(lane) == peak_lane;
            self.others[lane] += if is_peak { T::zero() } else { chunk.powers[lane] };
        }
        for lane in 0..LANES {
            self.terms[lane] += F::term(peak.value(peak_lane, lane, chunk), peak.delta);
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

/// Returns the sum of the elements, added in pairs of halves.
#[inline(always)]
fn sum<T: Scalar>(mut lanes: Lanes<T>) -> T {
    let mut half = LANES / 2;
    while half > 0 {
        for lane in 0..half {
            let other = lanes[lane + half];
            lanes[lane] += other;
        }
        half /= 2;
    }
    lanes[0]
}

/// The largest value of a row; the first one if several are equal. NaN is ignored: its power makes the sums NaN.
struct Peak<T> {
    index: usize,
    x: T,
    delta: T,
}

impl<T: Scalar> Peak<T> {
    #[inline(always)]
    fn of(x: &[T], delta: &[T]) -> Self {
        // Chunks are counted as `T`: types of the same size make SIMD vectors of the same length.
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
        let mut peak = largest[0];
        for &other in &largest[1..] {
            peak = if other > peak { other } else { peak };
        }
        let mut index = usize::MAX;
        for lane in 0..LANES {
            if largest[lane] == peak {
                let chunk = chunks[lane].to_usize().unwrap_or(0);
                index = index.min(first_of_chunk(chunk, x.len()) + lane);
            }
        }
        // If the first chunk is all NaN, no number is found to be the largest.
        let index = if index == usize::MAX { 0 } else { index };
        Self {
            index,
            x: peak,
            delta: delta[index],
        }
    }

    /// Returns the lane of the largest value in the chunk that begins at index `first`; `LANES` if it is in another
    /// chunk.
    #[inline(always)]
    fn lane(&self, first: usize) -> T {
        if (first..first + LANES).contains(&self.index) {
            T::from_usize(self.index - first)
        } else {
            T::from_usize(LANES)
        }
    }

    #[inline(always)]
    fn powers<S: Simd, F: AlongRow<T>>(&self, simd: S, mut x: Lanes<T>) -> Lanes<T> {
        if F::HAS_PROBABILITIES {
            return x;
        }
        for x in &mut x {
            *x = exp_of_negative_difference(simd, *x, self.x);
        }
        x
    }

    #[inline(always)]
    fn results<S: Simd, F: AlongRow<T>>(
        &self,
        simd: S,
        row: Row<T>,
        first: usize,
        chunk: &Chunk<T>,
    ) -> Lanes<T> {
        let peak_lane = self.lane(first);
        let mut results = [T::zero(); LANES];
        for (lane, result) in results.iter_mut().enumerate() {
            *result = F::result(simd, self.value(peak_lane, lane, chunk), row);
        }
        results
    }

    #[inline(always)]
    fn value(&self, peak_lane: T, lane: usize, chunk: &Chunk<T>) -> Value<T> {
        Value {
            below_peak: chunk.x[lane] - self.x,
            power: chunk.powers[lane],
            delta: chunk.delta[lane],
            is_peak: T::from_usize(lane) == peak_lane,
        }
    }
}
