//! Products with sums of few terms, each rounded once or nearly once.
//!
//! Layers that are small enough to inspect by hand have results that are correct to the last digit. Large layers do not
//! pay for this.

use super::operands::{Factor, Product, Start};
use crate::Scalar;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// Sums of at most this many terms compensate their rounding errors.
pub(super) const DEPTH: usize = 8;

/// The largest number of elements of the second factor: a layer with this many weights can still be inspected by hand.
pub(super) const WEIGHTS: usize = 64;

/// A product with one term per element, or with few terms and few columns.
pub(super) struct Short<'p, 'a, T>(pub(super) &'p mut Product<'a, T>);

impl<T: Scalar> Work for Short<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let product = self.0;
        match product.depth {
            1 if product.b.column_stride == 1 => {
                of_one_term::<<T as SimdNumber>::Vector<S>>(simd, product);
            }
            1 => simd.run(OfTerms::<_, 1>(product)),
            2 => simd.run(OfTerms::<_, 2>(product)),
            3 => simd.run(OfTerms::<_, 3>(product)),
            4 => simd.run(OfTerms::<_, 4>(product)),
            5 => simd.run(OfTerms::<_, 5>(product)),
            6 => simd.run(OfTerms::<_, 6>(product)),
            7 => simd.run(OfTerms::<_, 7>(product)),
            _ => simd.run(OfTerms::<_, DEPTH>(product)),
        }
    }
}

/// A product with sums of `TERMS` terms. Each is a separate function: WebAssembly engines optimise small functions sooner.
struct OfTerms<'p, 'a, T, const TERMS: usize>(&'p mut Product<'a, T>);

impl<T: Scalar, const TERMS: usize> Work for OfTerms<'_, '_, T, TERMS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        of_terms::<<T as SimdNumber>::Vector<S>, TERMS>(simd, self.0);
    }
}

/// Computes sums of one term: one multiplication and one addition, fused if the instruction set has fused multiply-add.
#[inline(always)]
fn of_one_term<V>(simd: V::Simd, product: &mut Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let b = &product.b.slice[..product.c.columns()];
    for row in 0..product.c.rows() {
        let a = product.a.at(row, 0);
        scaled_row::<V>(simd, a, b, product.start, product.c.row_mut(row, 0));
    }
}

/// Computes `c = start + a · b`, one SIMD vector after the other.
#[inline(always)]
fn scaled_row<V>(
    simd: V::Simd,
    a: V::Number,
    b: &[V::Number],
    start: Start<'_, V::Number>,
    c: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
{
    let factor = V::splat(simd, a);
    let whole = b.len() - b.len() % V::LANES;
    let ((b, b_rest), (c, c_rest)) = (b.split_at(whole), c.split_at_mut(whole));
    let vectors = b.chunks_exact(V::LANES).zip(c.chunks_exact_mut(V::LANES));
    match start {
        Start::Nothing => {
            for (b, c) in vectors {
                factor.times(V::load(simd, b)).store(c);
            }
        }
        Start::Itself => {
            for (b, c) in vectors {
                factor.times_plus(V::load(simd, b), V::load(simd, c)).store(c);
            }
        }
        Start::Row(row) => {
            for ((b, c), row) in vectors.zip(row.chunks_exact(V::LANES)) {
                factor.times_plus(V::load(simd, b), V::load(simd, row)).store(c);
            }
        }
        Start::Number(number) => {
            let start = V::splat(simd, number);
            for (b, c) in vectors {
                factor.times_plus(V::load(simd, b), start).store(c);
            }
        }
    }
    for (index, (&b, c)) in b_rest.iter().zip(c_rest).enumerate() {
        *c = match start {
            Start::Nothing => a * b,
            Start::Itself => simd.multiply_add(a, b, *c),
            Start::Row(row) => simd.multiply_add(a, b, row[whole + index]),
            Start::Number(number) => simd.multiply_add(a, b, number),
        };
    }
}

/// Computes sums of `TERMS` terms, one SIMD vector of columns after the other.
#[inline(always)]
fn of_terms<V, const TERMS: usize>(simd: V::Simd, product: &mut Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let columns = product.c.columns();
    for first in (0..columns).step_by(V::LANES) {
        let width = V::LANES.min(columns - first);
        let panel = Panel::<V, TERMS>::new(simd, product.b.columns_from(first), width);
        let start = match product.start {
            Start::Row(row) => Some(V::load_some(simd, &row[first..][..width])),
            Start::Number(number) => Some(V::splat(simd, number)),
            Start::Nothing | Start::Itself => None,
        };
        for row in 0..product.c.rows() {
            let a = product.a.rows_from(row);
            let target = &mut product.c.row_mut(row, first)[..width];
            let start = match product.start {
                Start::Itself => Some(V::load_some(simd, target)),
                _ => start,
            };
            panel.sum(simd, a, start).store_some(target);
        }
    }
}

/// Columns of the second factor, as many as a SIMD vector holds: one vector for each row.
struct Panel<V: Vector, const TERMS: usize> {
    rows: [V; TERMS],
    wide: [[V::Wide; 2]; TERMS],
}

impl<V: Vector<Number: Scalar>, const TERMS: usize> Panel<V, TERMS> {
    /// Loads the first `width` columns of `b`, and zeros if a SIMD vector holds more.
    #[inline(always)]
    fn new(simd: V::Simd, b: Factor<'_, V::Number>, width: usize) -> Self {
        let zero = V::splat(simd, V::Number::default());
        let (mut rows, mut wide) = ([zero; TERMS], [zero.widen(); TERMS]);
        for k in 0..TERMS {
            if b.column_stride == 1 {
                rows[k] = V::load_some(simd, &b.slice[k * b.row_stride..][..width]);
            } else {
                let mut numbers = [V::Number::default(); MOST_LANES];
                for (column, number) in numbers[..width].iter_mut().enumerate() {
                    *number = b.at(k, column);
                }
                rows[k] = V::load(simd, &numbers);
            }
            wide[k] = rows[k].widen();
        }
        Self { rows, wide }
    }

    /// Returns `start + Σ a_k · b_k`, rounded once or nearly once.
    #[inline(always)]
    fn sum(&self, simd: V::Simd, a: Factor<'_, V::Number>, start: Option<V>) -> V {
        if TERMS == 1 {
            let factor = V::splat(simd, a.slice[0]);
            return match start {
                Some(start) => factor.times_plus(self.rows[0], start),
                None => factor.times(self.rows[0]),
            };
        }
        if V::Wide::LANES < V::LANES {
            self.wide_sum(simd, a, start)
        } else {
            self.compensated_sum(simd, a, start)
        }
    }

    /// Returns the sum of `f32`, computed in `f64`: the products are exact there, and sums of few terms nearly exact.
    #[inline(always)]
    fn wide_sum(&self, simd: V::Simd, a: Factor<'_, V::Number>, start: Option<V>) -> V {
        let zero = V::Wide::splat(simd, 0.0);
        let [mut low, mut high] = match start {
            Some(start) => start.widen(),
            None => [zero; 2],
        };
        for k in 0..TERMS {
            let factor = V::Wide::splat(simd, a.at(0, k).as_f64());
            let [b_low, b_high] = self.wide[k];
            (low, high) = (factor.times_plus(b_low, low), factor.times_plus(b_high, high));
        }
        V::narrow([low, high])
    }

    /// Returns the sum of the rounded products plus all rounding errors.
    ///
    /// Source: Ogita, Rump and Oishi, 2005, their `Dot2`. Without fused multiply-add, the rounding errors of the
    /// products are not compensated.
    #[inline(always)]
    fn compensated_sum(&self, simd: V::Simd, a: Factor<'_, V::Number>, start: Option<V>) -> V {
        let factor = V::splat(simd, a.slice[0]);
        let mut sum = factor.times(self.rows[0]);
        let mut lost = factor.times_minus(self.rows[0], sum);
        for k in 1..TERMS {
            let (factor, b) = (V::splat(simd, a.at(0, k)), self.rows[k]);
            let product = factor.times(b);
            let of_product = factor.times_minus(b, product);
            let (total, of_sum) = two_sum(sum, product);
            sum = total;
            lost = lost.plus(of_product.plus(of_sum));
        }
        if let Some(start) = start {
            let (total, of_sum) = two_sum(sum, start);
            sum = total;
            lost = lost.plus(of_sum);
        }
        // If the sum is infinite, `lost` is NaN, and so is their sum.
        sum.plus(lost).number_or(sum)
    }
}

/// Returns a sum and its rounding error.
///
/// Source: Knuth, The Art of Computer Programming, volume 2, 4.2.2.
#[inline(always)]
fn two_sum<V: Vector>(a: V, b: V) -> (V, V) {
    let sum = a.plus(b);
    let of_b = sum.minus(a);
    (sum, a.minus(sum.minus(of_b)).plus(b.minus(of_b)))
}
