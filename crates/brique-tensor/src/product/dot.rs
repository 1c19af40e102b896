//! Products with one column: each row's sum along the depth, in lanes.

use super::{Product, Start};
use crate::Scalar;
use crate::vector::Vector;

/// So many sums run side by side, whatever the registers are: sixteen of `f32`, eight of `f64`.
const LANES_BYTES: usize = 64;

/// Depths from this on are added up in four times as many lanes.
const LONG: usize = 256;

/// The most lanes.
const MOST_LANES: usize = 64;

/// The most rows whose sums are finished at once: as many as a register has lanes.
const MOST_ROWS: usize = 16;

#[inline(always)]
pub(super) fn multiply<V>(unit: V::Unit, product: &mut Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let narrow = LANES_BYTES / size_of::<V::Number>();
    // Registers of the unit that make up the lanes.
    match (narrow / V::LANES, product.depth >= LONG) {
        (1, false) => in_lanes::<V, 1>(unit, product),
        (2, false) => in_lanes::<V, 2>(unit, product),
        (4, false) | (1, true) => in_lanes::<V, 4>(unit, product),
        (2, true) => in_lanes::<V, 8>(unit, product),
        _ => in_lanes::<V, 16>(unit, product),
    }
}

#[inline(always)]
fn in_lanes<V, const N: usize>(unit: V::Unit, product: &mut Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let zero = V::splat(unit, V::Number::default());
    let column = &product.b.slice[..product.depth];
    let rows = product.c.rows();
    let mut first = 0;
    while first < rows {
        let count = V::LANES.min(rows - first);
        let mut sums = [zero; MOST_ROWS];
        for (row, sum) in sums[..count].iter_mut().enumerate() {
            let numbers = &product.a.slice[(first + row) * product.a.row_stride..][..product.depth];
            *sum = dot::<V, N>(unit, numbers, column);
        }
        let mut numbers = [V::Number::default(); MOST_ROWS];
        sum_of_each(&mut sums).store(&mut numbers);
        for (row, &sum) in numbers[..count].iter().enumerate() {
            let place = &mut product.c.row_mut(first + row, 0)[0];
            *place = match product.start {
                Start::Nothing => sum,
                Start::Itself => *place + sum,
                Start::Row(row) => row[0] + sum,
                Start::Number(number) => number + sum,
            };
        }
        first += count;
    }
}

/// `Σ a·b` but for the last steps: the lanes of one register have still to be added.
#[inline(always)]
fn dot<V, const N: usize>(unit: V::Unit, a: &[V::Number], b: &[V::Number]) -> V
where
    V: Vector<Number: Scalar>,
{
    let lanes = N * V::LANES;
    let mut sums = [V::splat(unit, V::Number::default()); N];
    let (a_runs, b_runs) = (a.chunks_exact(lanes), b.chunks_exact(lanes));
    let (a_rest, b_rest) = (a_runs.remainder(), b_runs.remainder());
    for (a, b) in a_runs.zip(b_runs) {
        add::<V, N>(unit, &mut sums, a, b);
    }
    if !a_rest.is_empty() {
        let (mut a, mut b) = (
            [V::Number::default(); MOST_LANES],
            [V::Number::default(); MOST_LANES],
        );
        a[..a_rest.len()].copy_from_slice(a_rest);
        b[..b_rest.len()].copy_from_slice(b_rest);
        add::<V, N>(unit, &mut sums, &a[..lanes], &b[..lanes]);
    }
    let mut half = N / 2;
    while half > 0 {
        for j in 0..half {
            sums[j] = sums[j].plus(sums[j + half]);
        }
        half /= 2;
    }
    sums[0]
}

#[inline(always)]
fn add<V: Vector, const N: usize>(unit: V::Unit, sums: &mut [V; N], a: &[V::Number], b: &[V::Number]) {
    for (j, sum) in sums.iter_mut().enumerate() {
        let (a, b) = (
            V::load(unit, &a[j * V::LANES..]),
            V::load(unit, &b[j * V::LANES..]),
        );
        *sum = a.times_plus(b, *sum);
    }
}

/// Lane i is the sum of the lanes of register i, in pairs of halves: each round adds the halves of all registers, and puts
/// two of them into one.
#[inline(always)]
fn sum_of_each<V: Vector>(sums: &mut [V; MOST_ROWS]) -> V {
    let mut half = V::LANES / 2;
    while half > 0 {
        for i in 0..half {
            let (low, high) = sums[i].interleave(sums[i + half]);
            sums[i] = low.plus(high);
        }
        half /= 2;
    }
    sums[0]
}
