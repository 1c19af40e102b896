//! Products with one column: the sum of each row along the depth, in SIMD vectors.

use super::operands::{Product, Start};
use crate::Scalar;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The bytes of the partial sums of a row at every SIMD level: 16 sums of `f32`, or 8 of `f64`.
const LANES_BYTES: usize = 64;

/// Rows from this depth on are added up in four times as many partial sums.
const LONG: usize = 256;

/// A product with one column. The second factor is contiguous.
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
    // The number of vectors per row, and of rows at once: together they keep about eight chains of additions busy.
    match (narrow / V::LANES, product.depth >= LONG) {
        (1, false) => in_partial_sums::<V, 1, 4>(simd, product),
        (2, false) => in_partial_sums::<V, 2, 4>(simd, product),
        (4, false) | (1, true) => in_partial_sums::<V, 4, 2>(simd, product),
        (2, true) => in_partial_sums::<V, 8, 1>(simd, product),
        _ => in_partial_sums::<V, 16, 1>(simd, product),
    }
}

#[inline(always)]
fn in_partial_sums<V, const N: usize, const ROWS: usize>(simd: V::Simd, product: &mut Product<'_, V::Number>)
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
        let (target, remaining) = c.split_at_mut(V::LANES);
        write::<V>(simd, sum_of_each(sums), product.start, target);
        c = remaining;
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

/// Writes `start + sum` to `target`: as many elements as it has.
#[inline(always)]
fn write<V>(simd: V::Simd, sum: V, start: Start<'_, V::Number>, target: &mut [V::Number])
where
    V: Vector<Number: Scalar>,
{
    let sum = match start {
        Start::Nothing => sum,
        Start::Itself => V::load_some(simd, target).plus(sum),
        Start::Row(row) => V::splat(simd, row[0]).plus(sum),
        Start::Number(number) => V::splat(simd, number).plus(sum),
    };
    sum.store_some(target);
}

/// Returns `Σ a·b` for each of `ROWS` rows as one vector of partial sums; the caller adds its elements.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "i and j are indices of the rows, their sums and the second factor"
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
    // Terms beyond the end are 0 · 0.
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

/// Returns a vector whose element i is the sum of the elements of vector i, added in pairs of halves.
///
/// Each round adds the two halves of every vector, and combines two vectors into one.
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
