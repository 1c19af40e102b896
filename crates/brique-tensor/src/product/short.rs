//! Products whose sums are so short that each can be rounded once, or nearly so.
//!
//! The layers that are small enough to be looked at are right to the last digit, at no price that large ones would pay.

use super::{Factor, Product, Start};
use crate::Scalar;
use crate::vector::Vector;

/// Sums of at most this many terms keep what their rounding loses.
pub(super) const DEPTH: usize = 8;

#[inline(always)]
pub(super) fn multiply<V>(unit: V::Unit, mut product: Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    if product.depth == 1 && product.b.column_stride == 1 {
        return of_one_term::<V>(unit, product);
    }
    let (rows, columns) = (product.c.rows(), product.c.columns());
    let mut first = 0;
    while first < columns {
        let is_whole = columns - first >= V::LANES;
        let width = V::LANES.min(columns - first);
        let b = load_rows::<V>(unit, product.b.from_column(first), product.depth, width);
        let start = match product.start {
            Start::Row(row) => Some(load_some::<V>(unit, &row[first..][..width])),
            Start::Number(number) => Some(V::splat(unit, number)),
            Start::Nothing | Start::Itself => None,
        };
        for row in 0..rows {
            let a = product.a.from_row(row);
            let target = product.c.row_mut(row, first);
            if is_whole {
                let start = match product.start {
                    Start::Itself => Some(V::load(unit, target)),
                    _ => start,
                };
                sum::<V>(unit, a, &b, product.depth, start).store(target);
            } else {
                let start = match product.start {
                    Start::Itself => Some(load_some::<V>(unit, target)),
                    _ => start,
                };
                let mut numbers = [V::Number::default(); MOST_LANES];
                sum::<V>(unit, a, &b, product.depth, start).store(&mut numbers);
                target.copy_from_slice(&numbers[..width]);
            }
        }
        first += width;
    }
}

const MOST_LANES: usize = 16;

/// Sums of one term: one multiplication and one addition, rounded at once.
#[inline(always)]
fn of_one_term<V>(unit: V::Unit, mut product: Product<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let columns = product.c.columns();
    let b = &product.b.slice[..columns];
    let whole = columns - columns % V::LANES;
    for row in 0..product.c.rows() {
        let a = product.a.at(row, 0);
        let (factor, c) = (V::splat(unit, a), product.c.row_mut(row, 0));
        let mut first = 0;
        while first < whole {
            let (b, c) = (V::load(unit, &b[first..]), &mut c[first..][..V::LANES]);
            let sum = match product.start {
                Start::Nothing => factor.times(b),
                Start::Itself => factor.times_plus(b, V::load(unit, c)),
                Start::Row(row) => factor.times_plus(b, V::load(unit, &row[first..])),
                Start::Number(number) => factor.times_plus(b, V::splat(unit, number)),
            };
            sum.store(c);
            first += V::LANES;
        }
        for column in whole..columns {
            let (b, c) = (b[column], &mut c[column]);
            *c = match product.start {
                Start::Nothing => a * b,
                Start::Itself => V::number_times_plus(a, b, *c),
                Start::Row(row) => V::number_times_plus(a, b, row[column]),
                Start::Number(number) => V::number_times_plus(a, b, number),
            };
        }
    }
}

#[inline(always)]
fn load_some<V>(unit: V::Unit, numbers: &[V::Number]) -> V
where
    V: Vector<Number: Scalar>,
{
    if numbers.len() >= V::LANES {
        return V::load(unit, numbers);
    }
    let mut padded = [V::Number::default(); MOST_LANES];
    padded[..numbers.len()].copy_from_slice(numbers);
    V::load(unit, &padded)
}

/// A few columns of all rows of the second factor.
#[inline(always)]
fn load_rows<V>(unit: V::Unit, b: Factor<'_, V::Number>, depth: usize, width: usize) -> [V; DEPTH]
where
    V: Vector<Number: Scalar>,
{
    let mut rows = [V::splat(unit, V::Number::default()); DEPTH];
    for (k, row) in rows.iter_mut().enumerate().take(depth) {
        if b.column_stride == 1 {
            *row = load_some::<V>(unit, &b.slice[k * b.row_stride..][..width]);
        } else {
            let mut numbers = [V::Number::default(); MOST_LANES];
            for (column, number) in numbers[..width].iter_mut().enumerate() {
                *number = b.at(k, column);
            }
            *row = V::load(unit, &numbers);
        }
    }
    rows
}

/// `start + Σ a_k · b_k`, rounded once, or nearly so.
#[inline(always)]
fn sum<V>(unit: V::Unit, a: Factor<'_, V::Number>, b: &[V; DEPTH], depth: usize, start: Option<V>) -> V
where
    V: Vector<Number: Scalar>,
{
    if depth == 1 {
        let factor = V::splat(unit, a.slice[0]);
        return match start {
            Some(start) => factor.times_plus(b[0], start),
            None => factor.times(b[0]),
        };
    }
    if V::Wide::LANES < V::LANES {
        wide_sum::<V>(unit, a, b, depth, start)
    } else {
        compensated_sum::<V>(unit, a, b, depth, start)
    }
}

/// Products of `f32` are exact in `f64`, and so nearly are sums of a few.
#[inline(always)]
fn wide_sum<V>(unit: V::Unit, a: Factor<'_, V::Number>, b: &[V; DEPTH], depth: usize, start: Option<V>) -> V
where
    V: Vector<Number: Scalar>,
{
    let zero = V::Wide::splat(unit, 0.0);
    let [mut low, mut high] = start.map_or([zero; 2], V::widen);
    for (k, b) in b.iter().enumerate().take(depth) {
        let factor = V::Wide::splat(unit, a.at(0, k).as_f64());
        let [b_low, b_high] = b.widen();
        (low, high) = (factor.times_plus(b_low, low), factor.times_plus(b_high, high));
    }
    V::narrow([low, high])
}

/// The sum of the rounded products, and of what all roundings lose.
///
/// Source: Ogita, Rump and Oishi, 2005, their `Dot2`. Where the processor cannot round once, products are rounded too.
#[inline(always)]
fn compensated_sum<V>(
    unit: V::Unit,
    a: Factor<'_, V::Number>,
    b: &[V; DEPTH],
    depth: usize,
    start: Option<V>,
) -> V
where
    V: Vector<Number: Scalar>,
{
    let factor = V::splat(unit, a.slice[0]);
    let mut sum = factor.times(b[0]);
    let mut lost = factor.times_minus(b[0], sum);
    for (k, &b) in b.iter().enumerate().take(depth).skip(1) {
        let factor = V::splat(unit, a.at(0, k));
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
    // Of an infinity nothing is lost that is a number.
    sum.plus(lost).number_or(sum)
}

/// A sum, and what its rounding lost.
///
/// Source: Knuth, The Art of Computer Programming, volume 2, 4.2.2.
#[inline(always)]
fn two_sum<V: Vector>(a: V, b: V) -> (V, V) {
    let sum = a.plus(b);
    let of_b = sum.minus(a);
    (sum, a.minus(sum.minus(of_b)).plus(b.minus(of_b)))
}
