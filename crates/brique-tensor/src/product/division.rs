//! The division of a product between threads.

use super::operands::{Product, Start};
use super::short;
use crate::Scalar;
use crate::simd::MOST_LANES;
use crate::threads::Divisible;

/// The columns of the widest panel of any instruction set: four SIMD vectors.
///
/// Every multiple of this number is a boundary between panels, for every instruction set.
const WIDEST_PANEL: usize = 4 * MOST_LANES;

impl<T: Scalar> Divisible for Product<'_, T> {
    /// Cuts a wide result between two columns, any other result between two rows. Both halves pack the factor that is
    /// not cut; for most shapes, this choice makes it the smaller one. A product that is too small is returned whole.
    fn halves(self) -> Result<(Self, Self), Self> {
        let (rows, columns) = (self.c.rows(), self.c.columns());
        let column = (columns / 2).next_multiple_of(WIDEST_PANEL);
        // Each part has too many columns for `short`, also if a group has few terms, and for `dot`: they add in another order.
        if columns >= rows.min(4 * WIDEST_PANEL) && column + short::WEIGHTS / 2 < columns {
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
