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

#[inline(always)]
pub(super) fn multiply<V>(unit: V::Unit, product: Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let Product {
        a,
        b,
        start,
        mut c,
        depth,
    } = product;
    // The one column lies without gaps if its stride says so, or can be copied; a row of it is never long.
    let column: &[V::Number] = b.slice;
    debug_assert!(b.row_stride == 1 || depth == 1, "one column lies without gaps");
    for row in 0..c.rows() {
        let numbers = &a.slice[row * a.row_stride..][..depth];
        let sum = dot::<V>(unit, numbers, &column[..depth]);
        let place = &mut c.row_mut(row, 0)[0];
        *place = match start {
            Start::Nothing => sum,
            Start::Itself => *place + sum,
            Start::Row(row) => row[0] + sum,
            Start::Number(number) => number + sum,
        };
    }
}

/// `Σ a·b`.
#[inline(always)]
fn dot<V>(unit: V::Unit, a: &[V::Number], b: &[V::Number]) -> V::Number
where
    V: Vector<Number: Scalar>,
{
    let narrow = LANES_BYTES / size_of::<V::Number>();
    // Registers of the unit that make up the lanes.
    match (narrow / V::LANES, a.len() >= LONG) {
        (1, false) => dot_in::<V, 1>(unit, a, b),
        (2, false) => dot_in::<V, 2>(unit, a, b),
        (4, false) | (1, true) => dot_in::<V, 4>(unit, a, b),
        (2, true) => dot_in::<V, 8>(unit, a, b),
        _ => dot_in::<V, 16>(unit, a, b),
    }
}

#[inline(always)]
fn dot_in<V, const N: usize>(unit: V::Unit, a: &[V::Number], b: &[V::Number]) -> V::Number
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
    let mut numbers = [V::Number::default(); MOST_LANES];
    for (sum, numbers) in sums.into_iter().zip(numbers.chunks_exact_mut(V::LANES)) {
        sum.store(numbers);
    }
    sum_of_lanes(&mut numbers[..lanes])
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

/// The lanes in pairs of halves.
#[inline(always)]
fn sum_of_lanes<T: Scalar>(lanes: &mut [T]) -> T {
    let mut half = lanes.len() / 2;
    while half > 0 {
        for lane in 0..half {
            lanes[lane] = lanes[lane] + lanes[lane + half];
        }
        half /= 2;
    }
    lanes[0]
}
