//! Pools: the largest number or the mean of each window, channel by channel, with the channels last.

mod average;
mod max;
mod max_delta;

use self::average::{AverageDelta, AverageForward};
use self::max::MaxForward;
use self::max_delta::MaxDelta;
use crate::by_rows::{by_rows, in_rows};
use crate::windows::WindowAxis;
use crate::{Matrix, Scalar, compile_once, threads};

/// The sizes of a pool: the windows along both axes, without padding and dilation, and the channels.
///
/// An example of the input is (height, width, channels). A pool along one axis has [`WindowAxis::NONE`] as its first
/// axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pool {
    axes: [WindowAxis; 2],
    channels: usize,
}

impl Pool {
    /// Creates the sizes of a pool.
    ///
    /// Returns `None` if an axis has padding or dilation, if there is no channel, or if an example has more numbers
    /// than memory can address.
    ///
    /// ```
    /// use brique_tensor::{Pool, WindowAxis};
    ///
    /// let axis = WindowAxis::new(24, 2, 2, 0, 1).ok_or("no window fits")?;
    /// let pool = Pool::new([axis, axis], 6).ok_or("padding")?;
    /// assert_eq!(pool.output_size(), 12 * 12 * 6);
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn new(axes: [WindowAxis; 2], channels: usize) -> Option<Self> {
        let is_plain = |axis: &WindowAxis| axis.padding() == 0 && axis.dilation() == 1;
        let [rows, columns] = axes;
        let largest = |a: usize, b: usize| {
            a.checked_mul(b)?
                .checked_mul(channels)?
                .checked_mul(size_of::<f64>())
        };
        let input = largest(rows.length(), columns.length())?;
        let output = largest(rows.outputs(), columns.outputs())?;
        let is_small = isize::try_from(input.max(output)).is_ok();
        (axes.iter().all(is_plain) && channels > 0 && is_small).then_some(Self { axes, channels })
    }

    /// Returns the windows along both axes.
    #[must_use]
    pub fn axes(&self) -> [WindowAxis; 2] {
        self.axes
    }

    /// Returns the number of channels.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the number of values in an example of the input.
    #[must_use]
    pub fn input_size(&self) -> usize {
        self.axes[0].length() * self.axes[1].length() * self.channels
    }

    /// Returns the number of values in an example of the output.
    #[must_use]
    pub fn output_size(&self) -> usize {
        self.axes[0].outputs() * self.axes[1].outputs() * self.channels
    }

    /// Returns the number of elements of a window.
    #[inline(always)]
    fn taps(&self) -> usize {
        self.axes[0].kernel() * self.axes[1].kernel()
    }

    /// Returns whether each element of the input is in exactly one window.
    fn divides_input(&self) -> bool {
        let is_divided = |axis: &WindowAxis| {
            axis.stride() == axis.kernel() && axis.outputs() * axis.kernel() == axis.length()
        };
        self.axes.iter().all(is_divided)
    }

    /// Iterates over the indices of the first numbers of the windows, without end.
    #[inline(always)]
    fn windows(&self) -> Windows {
        let [down, right] = self.axes;
        Windows {
            row: 0,
            // With a single window, a stride can be as large as memory allows, and is not used.
            to_next_row: down.stride().saturating_mul(right.length() * self.channels),
            column: 0,
            columns: right.outputs(),
            to_next_column: right.stride().saturating_mul(self.channels),
        }
    }

    /// Returns the distance of an element of a window from its first number.
    #[inline(always)]
    fn distance(&self, row: usize, column: usize) -> usize {
        (row * self.axes[1].length() + column) * self.channels
    }

    /// Returns the work of one pass over these examples, in numbers that are read.
    fn work(&self, examples: usize) -> usize {
        examples
            .saturating_mul(self.output_size())
            .saturating_mul(self.taps())
    }

    #[track_caller]
    fn assert<T>(&self, x: &Matrix<T>, y: &Matrix<T>) {
        let (found, rows) = ((x.dim(), y.dim()), x.nrows());
        let expected = ((rows, self.input_size()), (rows, self.output_size()));
        assert!(
            found == expected,
            "the shapes are {found:?}, expected {expected:?}"
        );
    }
}

/// The windows of an example, row by row.
///
/// They are counted, because a division for the row and the column of each window would take as long as a small window.
struct Windows {
    /// The index of the first number of a row of windows.
    row: usize,
    to_next_row: usize,
    column: usize,
    columns: usize,
    to_next_column: usize,
}

impl Iterator for Windows {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.column == self.columns {
            self.column = 0;
            self.row = self.row.saturating_add(self.to_next_row);
        }
        let first = self.row + self.column * self.to_next_column;
        self.column += 1;
        Some(first)
    }
}

/// The number of elements of windows that keeps a thread busy for about 10 µs.
const WORTH_A_THREAD: usize = 20_000;

/// Computes `y = max x` over each window and, if `indices` is given, the index of that element in its window, counted
/// row by row. Of several largest elements it is the first. If a window has a NaN, its largest element is the first NaN.
///
/// # Shapes
///
/// `x` is (batch, [`input_size`](Pool::input_size)), `y` and `indices` are (batch, [`output_size`](Pool::output_size)).
///
/// # Panics
///
/// If the shapes do not fit together.
///
/// ```
/// use brique_tensor::ndarray::{Array2, array};
/// use brique_tensor::{Pool, WindowAxis, max_pool_forward};
///
/// let axis = WindowAxis::new(4, 2, 2, 0, 1).ok_or("no window fits")?;
/// let pool = Pool::new([WindowAxis::NONE, axis], 1).ok_or("padding")?;
/// let (mut y, mut indices) = (Array2::zeros((1, 2)), Array2::zeros((1, 2)));
/// max_pool_forward(&pool, &array![[1.0, 5.0, 3.0, 3.0]], &mut y, Some(&mut indices));
/// assert_eq!((y, indices), (array![[5.0, 3.0]], array![[1.0, 0.0]]));
/// # Ok::<(), &str>(())
/// ```
#[track_caller]
pub fn max_pool_forward<T: Scalar>(
    pool: &Pool,
    x: &Matrix<T>,
    y: &mut Matrix<T>,
    indices: Option<&mut Matrix<T>>,
) {
    pool.assert(x, y);
    if let Some(indices) = &indices {
        pool.assert(x, indices);
    }
    largest(pool, x, y, indices);
}

/// Computes the gradient with respect to `x` of [`max_pool_forward`], overwriting `delta_x`: each δ is added to the
/// element whose index was saved.
///
/// # Shapes
///
/// `indices` and `delta` are (batch, [`output_size`](Pool::output_size)), `delta_x` (batch,
/// [`input_size`](Pool::input_size)).
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn max_pool_delta<T: Scalar>(
    pool: &Pool,
    indices: &Matrix<T>,
    delta: &Matrix<T>,
    delta_x: &mut Matrix<T>,
) {
    pool.assert(delta_x, delta);
    pool.assert(delta_x, indices);
    propagate_largest(pool, indices, delta, delta_x);
}

/// Computes `y = Σ x / n` over the n elements of each window, overwriting `y`.
///
/// # Shapes
///
/// `x` is (batch, [`input_size`](Pool::input_size)), `y` (batch, [`output_size`](Pool::output_size)).
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn average_pool_forward<T: Scalar>(pool: &Pool, x: &Matrix<T>, y: &mut Matrix<T>) {
    pool.assert(x, y);
    average(pool, x, y);
}

/// Computes the gradient with respect to `x` of [`average_pool_forward`], overwriting `delta_x`: `δ / n` is added to
/// each element of a window.
///
/// # Shapes
///
/// `delta` is (batch, [`output_size`](Pool::output_size)), `delta_x` (batch, [`input_size`](Pool::input_size)).
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn average_pool_delta<T: Scalar>(pool: &Pool, delta: &Matrix<T>, delta_x: &mut Matrix<T>) {
    pool.assert(delta_x, delta);
    propagate_average(pool, delta, delta_x);
}

compile_once! {
    fn largest<T: Scalar>(pool: &Pool, x: &Matrix<T>, y: &mut Matrix<T>, indices: Option<&mut Matrix<T>>) {
        let (rows, x) = (x.nrows(), by_rows(x));
        let compute = |y: &mut [T], indices: Option<&mut [T]>| {
            if let Some(x) = x.as_slice() {
                threads::compute(MaxForward { pool, x, y, indices }, pool.work(rows), WORTH_A_THREAD);
            }
        };
        in_rows(y, |y| match indices {
            Some(indices) => in_rows(indices, |indices| compute(y, Some(indices))),
            None => compute(y, None),
        });
    }

    fn propagate_largest<T: Scalar>(
        pool: &Pool,
        indices: &Matrix<T>,
        delta: &Matrix<T>,
        delta_x: &mut Matrix<T>,
    ) {
        let (rows, indices, delta) = (delta.nrows(), by_rows(indices), by_rows(delta));
        in_rows(delta_x, |delta_x| {
            if let (Some(indices), Some(delta)) = (indices.as_slice(), delta.as_slice()) {
                let work = MaxDelta { pool, indices, delta, delta_x };
                threads::compute(work, pool.work(rows), WORTH_A_THREAD);
            }
        });
    }

    fn average<T: Scalar>(pool: &Pool, x: &Matrix<T>, y: &mut Matrix<T>) {
        let (rows, x) = (x.nrows(), by_rows(x));
        in_rows(y, |y| {
            if let Some(x) = x.as_slice() {
                threads::compute(AverageForward { pool, x, y }, pool.work(rows), WORTH_A_THREAD);
            }
        });
    }

    fn propagate_average<T: Scalar>(pool: &Pool, delta: &Matrix<T>, delta_x: &mut Matrix<T>) {
        let (rows, delta) = (delta.nrows(), by_rows(delta));
        in_rows(delta_x, |delta_x| {
            if let Some(delta) = delta.as_slice() {
                threads::compute(AverageDelta { pool, delta, delta_x }, pool.work(rows), WORTH_A_THREAD);
            }
        });
    }
}
