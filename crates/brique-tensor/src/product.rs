//! The one door to a matrix product: whatever computes it can be replaced here alone.
//!
//! How an element of a result is added up depends on the layer's sizes alone, not on the rows around it: a row has the same
//! bits in every batch. Nothing is allocated once the panels of a thread have grown to what it multiplies.

mod block;
mod dot;
pub(crate) mod operands;
pub(crate) mod pack;
pub mod reference;
mod short;
mod tile;

use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::ArrayView1;

use self::block::Block;
use self::operands::{Factor, Product, Start};
use self::pack::Panels;
use crate::simd::{MOST_LANES, Simd, Work};
use crate::simd_number::SimdNumber;
use crate::threads::Divisible;
use crate::{Matrix, Scalar, all_finite, threads};

/// What a product is added to.
#[derive(Debug, Clone, Copy)]
pub enum Onto<R> {
    /// Nothing: whatever the result held before is overwritten, NaN included.
    Nothing,
    /// What the result holds.
    Itself,
    /// A row, the same for each row of the result; what it held is overwritten.
    Row(R),
}

/// `c = onto + a · b`.
pub fn multiply<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, onto: Onto<ArrayView1<'_, T>>, c: &mut Matrix<T>) {
    multiply_and_check(a, b, onto, c, None);
}

/// `c = a · b`; whether every number of it is finite, which large products see on the way.
pub fn multiply_to_finite<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>) -> bool {
    let is_finite = AtomicBool::new(true);
    multiply_and_check(a, b, Onto::Nothing, c, Some(&is_finite));
    is_finite.into_inner()
}

/// `c = onto + a · b` in so many parts, on the threads that [`Threads`](crate::Threads) lends, however small it is: with
/// matrices without gaps and no dimension of 0.
pub fn multiply_in_parts<T: Scalar>(
    a: &Matrix<T>,
    b: &Matrix<T>,
    onto: Onto<ArrayView1<'_, T>>,
    c: &mut Matrix<T>,
    parts: usize,
) {
    match Product::of(a, b, &onto, c, None) {
        Some(product) => threads::in_parts(product, parts),
        None => reference::multiply(a, b, onto, c),
    }
}

/// `c = onto + a · b`, and false in `is_finite` where a number of it is NaN or infinite.
fn multiply_and_check<T: Scalar>(
    a: &Matrix<T>,
    b: &Matrix<T>,
    onto: Onto<ArrayView1<'_, T>>,
    c: &mut Matrix<T>,
    is_finite: Option<&AtomicBool>,
) {
    let ((rows, depth), columns) = (a.dim(), b.ncols());
    assert!(
        b.nrows() == depth && c.dim() == (rows, columns),
        "a {:?} times b {:?} does not give c {:?}",
        a.dim(),
        b.dim(),
        c.dim()
    );
    if rows == 0 || columns == 0 {
        return;
    }
    if depth == 0 {
        return sum_of_nothing(onto, c);
    }
    if let Some(product) = Product::of(a, b, &onto, c, is_finite) {
        let work = rows.saturating_mul(depth).saturating_mul(columns);
        return threads::compute(product, work, WORTH_A_THREAD);
    }
    reference::multiply(a, b, onto, c);
    if let Some(is_finite) = is_finite
        && !all_finite(c)
    {
        is_finite.store(false, Ordering::Relaxed);
    }
}

/// So many multiplications keep a thread busy for long enough: about 10 µs.
const WORTH_A_THREAD: usize = 600_000;

/// The columns of the widest panel of any instruction set, four of its registers: where one ends, a panel of every instruction set does.
const WIDEST_PANEL: usize = 4 * MOST_LANES;

fn sum_of_nothing<T: Scalar>(onto: Onto<ArrayView1<'_, T>>, c: &mut Matrix<T>) {
    match onto {
        Onto::Nothing => c.fill(T::zero()),
        Onto::Itself => {}
        Onto::Row(row) => c.assign(&row),
    }
}

impl<'a, T: Scalar> Product<'a, T> {
    /// None if a matrix has gaps, or no order.
    fn of(
        a: &'a Matrix<T>,
        b: &'a Matrix<T>,
        onto: &'a Onto<ArrayView1<'_, T>>,
        c: &'a mut Matrix<T>,
        is_finite: Option<&'a AtomicBool>,
    ) -> Option<Self> {
        let start = match onto {
            Onto::Nothing => Start::Nothing,
            Onto::Itself => Start::Itself,
            Onto::Row(row) => Start::Row(row.as_slice()?),
        };
        let (rows, columns) = c.dim();
        Some(Self {
            a: Factor::of(a)?,
            b: Factor::of(b)?,
            start,
            c: Block::new(c.as_slice_mut()?, rows, columns),
            depth: a.ncols(),
            is_finite,
        })
    }
}

impl<T: Scalar> Product<'_, T> {
    /// Whether each sum is rounded once, or nearly so: where both its terms and the columns are few.
    ///
    /// It does not depend on the rows, so that a row has the same bits in every batch; nor on how the columns are cut for
    /// threads, because only many are.
    #[inline(always)]
    fn is_short(&self) -> bool {
        self.depth == 1 || (self.depth <= short::DEPTH && self.depth * self.c.columns() <= short::WEIGHTS)
    }

    /// Looks for numbers that are not finite, if somebody asks.
    #[inline(always)]
    fn check(&mut self) {
        let Some(is_finite) = self.is_finite else {
            return;
        };
        for row in 0..self.c.rows() {
            if !self.c.row_mut(row, 0).iter().all(|number| number.is_finite()) {
                is_finite.store(false, Ordering::Relaxed);
            }
        }
    }

    /// The same product, or `cᵀ = start + bᵀ · aᵀ` where that has one long row in place of one column.
    #[inline(always)]
    fn with_long_rows(self) -> Self {
        let is_short = self.is_short();
        if self.c.columns() > 1 || self.c.rows() == 1 || (self.a.row_stride > 1 && !is_short) {
            return self;
        }
        let start = match self.start {
            Start::Row(row) => Start::Number(row[0]),
            other => other,
        };
        match self.c.transposed() {
            Ok(c) => Self {
                a: self.b.transposed(),
                b: self.a.transposed(),
                c,
                start,
                ..self
            },
            Err(c) => Self { c, ..self },
        }
    }
}

impl<T: Scalar> Divisible for Product<'_, T> {
    /// Two products side by side or one above the other, whichever packs less twice; the whole where that is too small.
    fn halves(self) -> Result<(Self, Self), Self> {
        let (rows, columns) = (self.c.rows(), self.c.columns());
        let column = (columns / 2).next_multiple_of(WIDEST_PANEL);
        // A part of one column would be added up in another order.
        if columns >= rows.min(4 * WIDEST_PANEL) && column + 1 < columns {
            let (start, other_start) = match self.start {
                Start::Row(row) => (Start::Row(&row[..column]), Start::Row(&row[column..])),
                start => (start, start),
            };
            let (left, right) = self.c.split_at_column(column);
            let other = Self {
                b: self.b.columns_from(column),
                start: other_start,
                c: right,
                ..self
            };
            return Ok((
                Self {
                    start,
                    c: left,
                    ..self
                },
                other,
            ));
        }
        if rows < 2 {
            return Err(self);
        }
        let row = rows / 2;
        let (upper, lower) = self.c.split_at_row(row);
        let other = Self {
            a: self.a.rows_from(row),
            c: lower,
            ..self
        };
        Ok((Self { c: upper, ..self }, other))
    }

    fn compute(self) {
        T::multiply(self);
    }
}

impl<T: Scalar> Work for (Product<'_, T>, &mut Panels<T>) {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (product, panels) = self;
        let is_short = product.is_short();
        let mut product = product.with_long_rows();
        if !is_short && (product.c.columns() > 1 || product.a.column_stride > 1) {
            if S::REGISTERS >= 32 {
                tile::multiply::<<T as SimdNumber>::Vector<S>, 4>(simd, product, panels);
            } else {
                tile::multiply::<<T as SimdNumber>::Vector<S>, 2>(simd, product, panels);
            }
            return;
        }
        if is_short {
            simd.run(short::Short(&mut product));
        } else {
            simd.run(dot::Dot(&mut product));
        }
        product.check();
    }
}
