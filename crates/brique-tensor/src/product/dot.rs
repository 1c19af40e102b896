//! Products with one column: each row's sum along the depth, in lanes.

use super::operands::{Product, Start};
use crate::Scalar;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// So many sums run side by side, whatever the SIMD level is: sixteen of `f32`, eight of `f64`.
const LANES_BYTES: usize = 64;

/// Depths from this on are added up in four times as many lanes.
const LONG: usize = 256;

/// A product with one column, whose second factor lies in one piece.
pub(super) struct Dot<'p, 'a, T>(pub(super) &'p mut Product<'a, T>);

impl<T: Scalar> Work for Dot<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        multiply::<<T as SimdNumber>::Vector<S>>(simd, self.0);
    }
}

#[inline(always)]
fn multiply<V>(simd: V::Simd, product: &mut Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let narrow = LANES_BYTES / size_of::<V::Number>();
    // Vectors that make up the lanes of a row, and rows: together they keep eight chains of additions busy.
    match (narrow / V::LANES, product.depth >= LONG) {
        (1, false) => in_lanes::<V, 1, 4>(simd, product),
        (2, false) => in_lanes::<V, 2, 4>(simd, product),
        (4, false) | (1, true) => in_lanes::<V, 4, 2>(simd, product),
        (2, true) => in_lanes::<V, 8, 1>(simd, product),
        _ => in_lanes::<V, 16, 1>(simd, product),
    }
}

#[inline(always)]
fn in_lanes<V, const N: usize, const ROWS: usize>(simd: V::Simd, product: &mut Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let (mut a, b) = (product.a.slice, &product.b.slice[..product.depth]);
    let mut c = product.c.column_mut();
    while c.len() >= V::LANES {
        let mut sums = [V::splat(simd, V::Number::default()); MOST_LANES];
        for sums in sums[..V::LANES].chunks_exact_mut(ROWS) {
            let mut rows = [b; ROWS];
            for row in &mut rows {
                (*row, a) = a.split_at(b.len());
            }
            sums.copy_from_slice(&dots::<V, N, ROWS>(simd, rows, b));
        }
        let (places, others) = c.split_at_mut(V::LANES);
        write::<V>(simd, sum_of_each(sums), product.start, places);
        c = others;
    }
    if !c.is_empty() {
        let mut sums = [V::splat(simd, V::Number::default()); MOST_LANES];
        for sum in &mut sums[..c.len()] {
            let row;
            (row, a) = a.split_at(b.len());
            [*sum] = dots::<V, N, 1>(simd, [row], b);
        }
        write::<V>(simd, sum_of_each(sums), product.start, c);
    }
}

/// Writes what the sums are added to, and the sums, to as many places as there are.
#[inline(always)]
fn write<V>(simd: V::Simd, sum: V, start: Start<'_, V::Number>, places: &mut [V::Number])
where
    V: Vector<Number: Scalar>,
{
    let sum = match start {
        Start::Nothing => sum,
        Start::Itself => V::load_some(simd, places).plus(sum),
        Start::Row(row) => V::splat(simd, row[0]).plus(sum),
        Start::Number(number) => V::splat(simd, number).plus(sum),
    };
    sum.store_some(places);
}

/// `Σ a·b` for each of some rows but for the last steps: the lanes of one vector have still to be added.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j count along the rows, their sums and the second factor"
)]
fn dots<V, const N: usize, const ROWS: usize>(
    simd: V::Simd,
    a: [&[V::Number]; ROWS],
    b: &[V::Number],
) -> [V; ROWS]
where
    V: Vector<Number: Scalar>,
{
    let lanes = N * V::LANES;
    let mut sums = [[V::splat(simd, V::Number::default()); N]; ROWS];
    let mut first = 0;
    while first + lanes <= b.len() {
        let b = &b[first..first + lanes];
        for j in 0..N {
            let b = V::load(simd, &b[j * V::LANES..]);
            for i in 0..ROWS {
                let a = V::load(simd, &a[i][first..first + lanes][j * V::LANES..]);
                sums[i][j] = a.times_plus(b, sums[i][j]);
            }
        }
        first += lanes;
    }
    // Terms behind the end are 0 · 0.
    for j in 0..N {
        if first >= b.len() {
            break;
        }
        let end = b.len().min(first + V::LANES);
        let b = V::load_some(simd, &b[first..end]);
        for i in 0..ROWS {
            sums[i][j] = V::load_some(simd, &a[i][first..end]).times_plus(b, sums[i][j]);
        }
        first = end;
    }
    let mut half = N / 2;
    while half > 0 {
        for sums in &mut sums {
            for j in 0..half {
                sums[j] = sums[j].plus(sums[j + half]);
            }
        }
        half /= 2;
    }
    let mut first_of_each = [sums[0][0]; ROWS];
    for (one, sums) in first_of_each.iter_mut().zip(&sums) {
        *one = sums[0];
    }
    first_of_each
}

/// Lane i is the sum of the lanes of vector i, in pairs of halves: each round adds the halves of all vectors, and puts two of
/// them into one.
#[inline(always)]
fn sum_of_each<V: Vector>(mut sums: [V; MOST_LANES]) -> V {
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
