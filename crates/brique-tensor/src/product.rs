//! The only entry point to matrix products.
//!
//! A product multiplies a matrix (rows, depth) by a matrix (depth, columns): each element of the result is a sum of
//! `depth` terms. The order in which these terms are added depends only on the depth and the number of columns, not on
//! the number of rows. A row therefore has the same bits in every batch.
//!
//! Five submodules compute products. `short` computes products whose sums are short, and rounds each sum only once, or
//! nearly so. `dot` computes products with a single column, if the rows of the first factor are contiguous. `tile`
//! computes all others; if there are few columns or rows, `turned` may have it compute the transposed product. `reference`
//! computes products of matrices with gaps between their elements.
//!
//! The terms of a sum can lie in groups, which are added in a tree (`grouped`). Up to 512 terms, a tile adds the sums of
//! their groups while they are in registers.
//!
//! If it saves time, `tile` first copies parts of the factors into buffers, in the order in which it reads them; this
//! is called packing. A panel is a group of columns of the second factor, packed row by row. Each thread has its own
//! buffers, and allocates nothing once they are large enough for its products.

mod block;
mod division;
mod dot;
mod grouped;
pub(crate) mod operands;
pub(crate) mod pack;
pub mod reference;
mod short;
mod tile;
mod turned;

use std::sync::atomic::{AtomicBool, Ordering};

use ndarray::ArrayView1;

use self::block::Block;
use self::grouped::Grouped;
use self::operands::{Factor, Product, Start};
use self::pack::Panels;
use self::tile::Tiled;
use self::turned::Turned;
use crate::row_groups::RowGroups;
use crate::simd::{Simd, Work};
use crate::simd_number::SimdNumber;
use crate::{Matrix, Scalar, all_finite, threads};

/// The summand `onto` in `c = onto + a · b`.
#[derive(Debug, Clone, Copy)]
pub enum Onto<R> {
    /// Nothing: the previous content of the result is overwritten, NaN included.
    Nothing,
    /// The previous content of the result.
    Itself,
    /// The same row for each row of the result; the previous content of the result is overwritten.
    Row(R),
}

/// Computes `c = onto + a · b`.
pub fn multiply<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, onto: Onto<ArrayView1<'_, T>>, c: &mut Matrix<T>) {
    multiply_and_check(a, b, onto, c, None);
}

/// Computes `c = a · b` and returns whether every number of `c` is finite.
///
/// Large products check this during the multiplication.
pub fn multiply_to_finite<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>) -> bool {
    let is_finite = AtomicBool::new(true);
    multiply_and_check(a, b, Onto::Nothing, c, Some(&is_finite));
    is_finite.into_inner()
}

/// Computes `c = a · b`, or `c += a · b` if `adds`, with the terms of each sum in groups. Returns whether every number of
/// `c` is finite.
pub fn multiply_in_groups<T: Scalar>(
    a: &Matrix<T>,
    b: &Matrix<T>,
    adds: bool,
    c: &mut Matrix<T>,
    groups: &RowGroups,
) -> bool {
    let onto = if adds { Onto::Itself } else { Onto::Nothing };
    let ((rows, depth), columns) = (a.dim(), b.ncols());
    if rows == 0 || columns == 0 || depth == 0 {
        multiply(a, b, onto, c);
        return all_finite(c);
    }
    let is_finite = AtomicBool::new(true);
    if let Some(product) = Product::of(a, b, &onto, c, Some(&is_finite)) {
        let work = rows.saturating_mul(depth).saturating_mul(columns);
        threads::compute(Grouped { product, groups }, work, WORTH_A_THREAD);
        return is_finite.into_inner();
    }
    let mut contiguous = c.to_owned();
    let (a, b) = (a.as_standard_layout(), b.as_standard_layout());
    let is_finite = multiply_in_groups(&a, &b, adds, &mut contiguous, groups);
    c.assign(&contiguous);
    is_finite
}

/// Computes `c = onto + a · b` in `parts` parts on the threads of [`Threads`](crate::Threads), even if the product is
/// small.
///
/// No dimension may be 0. If a matrix has gaps between its elements, the calling thread computes the product alone.
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

/// Computes `c = onto + a · b`, and stores false in `is_finite` if a number of `c` is NaN or infinite.
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

/// The number of multiplications that takes one thread about 10 µs. A smaller part is not worth another thread.
const WORTH_A_THREAD: usize = 600_000;

/// Computes `c = onto`: the product of factors of depth 0.
fn sum_of_nothing<T: Scalar>(onto: Onto<ArrayView1<'_, T>>, c: &mut Matrix<T>) {
    match onto {
        Onto::Nothing => c.fill(T::zero()),
        Onto::Itself => {}
        Onto::Row(row) => c.assign(&row),
    }
}

impl<'a, T: Scalar> Product<'a, T> {
    /// Returns the product, or `None` if the elements of a matrix are not contiguous by rows or by columns.
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
            groups: &[],
            is_finite,
        })
    }
}

/// Returns whether `short` computes sums of `depth` terms. See [`Product::is_short`].
#[inline(always)]
fn is_short(depth: usize, columns: usize) -> bool {
    depth == 1 || (depth <= short::DEPTH && depth * columns <= short::WEIGHTS)
}

impl<T: Scalar> Product<'_, T> {
    /// Returns whether `short` computes the product: if each sum has a single term, or few terms and the second factor
    /// has few elements. `short` rounds each sum only once, or nearly so.
    ///
    /// The decision must not depend on the number of rows, so that a row has the same bits in every batch. It does not
    /// depend on the number of threads either: threads divide the columns only if there are many, and every part then
    /// has too many columns for `short`.
    #[inline(always)]
    fn is_short(&self) -> bool {
        // The terms of groups are added by `tile`.
        self.groups.is_empty() && is_short(self.depth, self.c.columns())
    }

    /// Checks whether every number of the result is finite, if the caller has asked for it.
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

    /// Replaces a product with a single column by the transposed product `cᵀ = start + bᵀ · aᵀ`, whose result is a
    /// single row that SIMD vectors can fill. Returns all other products unchanged.
    ///
    /// A product for `dot` is not transposed either: it reads contiguous rows of `a`.
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

impl<T: Scalar> Work for (Product<'_, T>, &mut Panels<T>) {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let (product, panels) = self;
        let is_short = product.is_short();
        let mut product = product.with_long_rows();
        if !is_short && (product.c.columns() > 1 || product.a.column_stride > 1) {
            if product.is_faster_turned::<<T as SimdNumber>::Vector<S>>() {
                return simd.run(Turned { product, panels });
            }
            return simd.run(Tiled { product, panels });
        }
        if is_short {
            simd.run(short::Short(&mut product));
        } else {
            simd.run(dot::Dot(&mut product));
        }
        product.check();
    }
}
