//! Sums of columns, by pairwise summation.

use ndarray::ArrayRef1;

use crate::pairs::sum_of_pairs;
use crate::pairwise::RUN;
use crate::product::operands::{load, load_whole};
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;
use crate::{Matrix, Scalar};

/// Computes `sums[j] += Σ matrix[i, j]` over the rows `i`, for each column `j`, by pairwise summation.
///
/// # Shapes
///
/// `matrix` is (rows, columns), `sums` (columns).
///
/// # Panics
///
/// If the length of `sums` differs from the number of columns of `matrix`.
///
/// ```
/// use brique_tensor::add_column_sums;
/// use brique_tensor::ndarray::array;
///
/// let mut sums = array![100.0, 200.0];
/// add_column_sums(&array![[1.0, 2.0], [3.0, 4.0]], &mut sums);
/// assert_eq!(sums, array![104.0, 206.0]);
/// ```
#[track_caller]
pub fn add_column_sums<T: Scalar>(matrix: &Matrix<T>, sums: &mut ArrayRef1<T>) {
    let (rows, columns) = matrix.dim();
    assert!(
        sums.len() == columns,
        "sums has {} elements, expected {columns}: one a column",
        sums.len()
    );
    if columns == 1 {
        sums[0] += sum_of_pairs(matrix, matrix, |number, _| number);
        return;
    }
    match (matrix.as_slice(), sums.as_slice_mut()) {
        (Some(numbers), Some(sums)) => T::add_column_sums(numbers, rows, sums),
        _ => {
            for (column, sum) in matrix.columns().into_iter().zip(sums) {
                *sum += sum_of_column(rows, |row| column[row]);
            }
        }
    }
}

/// Adds the sums of runs in pairs, while the runs arrive one after the other.
///
/// It works like a binary counter: as soon as there are two sums over 2ᵏ runs, they are added to one sum over 2ᵏ⁺¹
/// runs.
struct BinaryCounter<'a, N> {
    /// The number of runs so far.
    count: usize,
    /// `sums[k]` is a sum over 2ᵏ runs. It is valid only if binary digit k of `count` is 1.
    sums: &'a mut [N],
}

/// The length of [`BinaryCounter::sums`] for up to 255 runs. Initializing such a short array takes almost no time.
const FEW_LEVELS: usize = 8;

/// The length of [`BinaryCounter::sums`] for any number of runs that fits into memory.
const MOST_LEVELS: usize = 48;

/// Returns whether `FEW_LEVELS` are enough for the runs of this many rows.
fn need_few_levels(rows: usize) -> bool {
    rows.div_ceil(RUN) < 1 << FEW_LEVELS
}

impl<'a, N: Copy> BinaryCounter<'a, N> {
    #[inline(always)]
    fn new(sums: &'a mut [N]) -> Self {
        Self { count: 0, sums }
    }

    /// Adds the sum of one more run: the carry of the binary counter.
    #[inline(always)]
    fn push(&mut self, mut sum: N, add: impl Fn(N, N) -> N) {
        let mut level = 0;
        while self.count >> level & 1 == 1 {
            sum = add(self.sums[level], sum);
            level += 1;
        }
        self.sums[level] = sum;
        self.count += 1;
    }

    /// Returns the sum over all runs so far.
    #[inline(always)]
    fn total(&self, zero: N, add: impl Fn(N, N) -> N) -> N {
        let mut total = zero;
        for (level, &sum) in self.sums.iter().enumerate() {
            if self.count >> level & 1 == 1 {
                total = add(sum, total);
            }
        }
        total
    }
}

/// Returns the sum of a column in any memory layout. The order of the additions is that of [`ColumnSums`], so the
/// results are bit-identical.
fn sum_of_column<T: Scalar>(rows: usize, number: impl Fn(usize) -> T) -> T {
    let mut levels = [T::zero(); MOST_LEVELS];
    let mut pairs = BinaryCounter::new(&mut levels);
    let whole = rows - rows % RUN;
    for start in (0..whole).step_by(RUN) {
        let four = |row| (number(row) + number(row + 1)) + (number(row + 2) + number(row + 3));
        let run = (four(start) + four(start + 4)) + (four(start + 8) + four(start + 12));
        pairs.push(run, |a, b| a + b);
    }
    if whole < rows {
        pairs.push(
            (whole..rows).fold(T::zero(), |sum, row| sum + number(row)),
            |a, b| a + b,
        );
    }
    pairs.total(T::zero(), |a, b| a + b)
}

/// Computes the column sums of a matrix that is stored row by row. It sums four SIMD vectors of columns at once, of which the
/// last may be empty, then two or one.
pub struct ColumnSums<'a, T> {
    pub(crate) numbers: &'a [T],
    pub(crate) rows: usize,
    pub(crate) sums: &'a mut [T],
}

impl<T: Scalar> Work for ColumnSums<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let (columns, lanes) = (self.sums.len(), <T as SimdNumber>::Vector::<S>::LANES);
        let mut first = 0;
        while first < columns {
            let sums = &mut self;
            if columns - first > 2 * lanes {
                simd.run(Panel::<_, 4> { sums, first });
                first += 4 * lanes;
            } else if columns - first > lanes {
                simd.run(Panel::<_, 2> { sums, first });
                first += 2 * lanes;
            } else {
                simd.run(Panel::<_, 1> { sums, first });
                first += lanes;
            }
        }
    }
}

/// `WIDE` SIMD vectors of columns, starting with the column `first`.
struct Panel<'s, 'a, T, const WIDE: usize> {
    sums: &'s mut ColumnSums<'a, T>,
    first: usize,
}

impl<T: Scalar, const WIDE: usize> Work for Panel<'_, '_, T, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.sums
            .panel::<<T as SimdNumber>::Vector<S>, WIDE>(simd, self.first);
    }
}

impl<T: Scalar> ColumnSums<'_, T> {
    /// Sums `WIDE` SIMD vectors of columns, starting with the column `first`, or the remaining columns if there are
    /// fewer.
    #[inline(always)]
    fn panel<V: Vector<Number = T>, const WIDE: usize>(&mut self, simd: V::Simd, first: usize) {
        let zero = [V::splat(simd, T::zero()); WIDE];
        let (mut few, mut most);
        let levels: &mut [_] = if need_few_levels(self.rows) {
            few = [zero; FEW_LEVELS];
            &mut few
        } else {
            most = [zero; MOST_LEVELS];
            &mut most
        };
        let mut pairs = BinaryCounter::new(levels);
        let (columns, whole) = (self.sums.len(), self.rows - self.rows % RUN);
        for start in (0..whole).step_by(RUN) {
            let numbers = &self.numbers[start * columns + first..];
            let run = if numbers.len() >= (RUN - 1) * columns + WIDE * V::LANES {
                sum_of_run::<V, WIDE>(simd, numbers, columns)
            } else {
                let copies = copies_of_run::<V, WIDE>(simd, numbers, columns);
                sum_of_run::<V, WIDE>(simd, copies.as_flattened().as_flattened(), WIDE * MOST_LANES)
            };
            pairs.push(run, plus);
        }
        if whole < self.rows {
            let mut rest = zero;
            for row in whole..self.rows {
                rest = plus(rest, self.row::<V, WIDE>(simd, row, first));
            }
            pairs.push(rest, plus);
        }
        let total = pairs.total(zero, plus);
        let mut numbers = [T::zero(); MOST_LANES];
        for (j, total) in total.into_iter().enumerate() {
            let Some(sums) = self.sums.get_mut(first + j * V::LANES..) else {
                break;
            };
            if sums.len() >= V::LANES {
                V::load(simd, sums).plus(total).store(sums);
            } else {
                total.store(&mut numbers);
                for (sum, number) in sums.iter_mut().zip(numbers) {
                    *sum += number;
                }
            }
        }
    }

    /// Loads `WIDE` SIMD vectors of a row, from the column `first` on. Beyond the last column are numbers of the next
    /// row, or zeros, and their sums are not used.
    #[inline(always)]
    fn row<V: Vector<Number = T>, const WIDE: usize>(
        &self,
        simd: V::Simd,
        row: usize,
        first: usize,
    ) -> [V; WIDE] {
        load::<V, WIDE>(simd, &self.numbers[row * self.sums.len() + first..])
    }
}

/// Returns the sum of a run of rows that begin `stride` numbers apart, for their first `WIDE` SIMD vectors.
#[inline(always)]
fn sum_of_run<V, const WIDE: usize>(simd: V::Simd, rows: &[V::Number], stride: usize) -> [V; WIDE]
where
    V: Vector<Number: Scalar>,
{
    let quarter = RUN / 4;
    let upper = plus(
        sum_of_quarter(simd, rows, stride),
        sum_of_quarter(simd, &rows[quarter * stride..], stride),
    );
    let lower = plus(
        sum_of_quarter(simd, &rows[2 * quarter * stride..], stride),
        sum_of_quarter(simd, &rows[3 * quarter * stride..], stride),
    );
    plus(upper, lower)
}

/// Returns the sum of the first quarter of a run.
#[inline(always)]
fn sum_of_quarter<V, const WIDE: usize>(simd: V::Simd, rows: &[V::Number], stride: usize) -> [V; WIDE]
where
    V: Vector<Number: Scalar>,
{
    let upper = plus(load_whole(simd, rows), load_whole(simd, &rows[stride..]));
    let lower = plus(
        load_whole(simd, &rows[2 * stride..]),
        load_whole(simd, &rows[3 * stride..]),
    );
    plus(upper, lower)
}

/// Returns copies of a run of rows at the end of a matrix, with zeros beyond it.
///
/// Their sum is then computed by the same loop as all others: a loop that asked for each row whether it ends would keep its
/// sums in memory.
#[inline(always)]
fn copies_of_run<V, const WIDE: usize>(
    simd: V::Simd,
    numbers: &[V::Number],
    columns: usize,
) -> [[[V::Number; MOST_LANES]; WIDE]; RUN]
where
    V: Vector<Number: Scalar>,
{
    let mut copies = [[[V::Number::default(); MOST_LANES]; WIDE]; RUN];
    for (row, copy) in copies.iter_mut().enumerate() {
        let copy = &mut copy.as_flattened_mut()[..WIDE * V::LANES];
        for (numbers, copy) in numbers[row * columns..]
            .chunks(V::LANES)
            .zip(copy.chunks_exact_mut(V::LANES))
        {
            V::load_some(simd, numbers).store(copy);
        }
    }
    copies
}

#[inline(always)]
fn plus<V: Vector, const WIDE: usize>(a: [V; WIDE], b: [V; WIDE]) -> [V; WIDE] {
    let mut sum = a;
    for (sum, b) in sum.iter_mut().zip(b) {
        *sum = sum.plus(b);
    }
    sum
}
