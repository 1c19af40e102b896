//! A product in tiles that stay in registers, on whatever vector unit the processor has.

#![allow(
    clippy::inline_always,
    reason = "what is inlined into a function for a vector unit is compiled for it, and nothing else is"
)]

use std::cell::RefCell;

use crate::Scalar;

/// The depth that is packed, and added to the result, at once.
pub(crate) const CHUNK: usize = 512;

/// Sums of at most this many terms keep what their rounding loses: the layers that are small enough to be looked at are
/// right to the last digit, at no price that large ones would pay.
const SHORT: usize = 8;

/// From this many rows on it pays to pack the second factor.
const ROWS_WORTH_PACKING: usize = 32;

/// A matrix whose numbers lie in a slice without gaps.
#[derive(Clone, Copy)]
pub(crate) struct Factor<'a, T> {
    pub(crate) slice: &'a [T],
    /// Whether they lie column by column.
    pub(crate) is_transposed: bool,
    /// From one row to the next, or from one column to the next where it is transposed.
    pub(crate) stride: usize,
}

/// `c = a · b`, or `c += a · b`, with (rows, depth) · (depth, columns).
pub(crate) struct Job<'a, T> {
    pub(crate) rows: usize,
    pub(crate) depth: usize,
    pub(crate) columns: usize,
    pub(crate) a: Factor<'a, T>,
    pub(crate) b: Factor<'a, T>,
    /// Row by row.
    pub(crate) c: &'a mut [T],
    pub(crate) adds: bool,
}

/// A number whose products are computed in tiles.
#[allow(
    private_interfaces,
    reason = "called from this crate alone; no other can name the trait"
)]
pub trait Multiply: Sized {
    /// `c = a · b`, or `c += a · b`.
    #[doc(hidden)]
    fn multiply(job: Job<'_, Self>);
}

/// Whether a multiplication and an addition are one instruction wherever this is compiled for.
const ALWAYS_FUSED: bool = cfg!(target_arch = "aarch64");

macro_rules! multiply {
    ($number:ty, widths: $avx512:literal, $avx2:literal, $baseline:literal) => {
        #[allow(
            private_interfaces,
            reason = "called from this crate alone; no other can name the trait"
        )]
        impl Multiply for $number {
            fn multiply(job: Job<'_, Self>) {
                thread_local! {
                    static PANEL: RefCell<[$number; CHUNK * $avx512]> =
                        const { RefCell::new([0.0; CHUNK * $avx512]) };
                }

                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx512f")]
                fn with_avx512(job: Job<'_, $number>, panel: &mut [$number]) {
                    all_columns::<$number, true, 8, $avx512>(job, panel);
                }

                #[cfg(target_arch = "x86_64")]
                #[target_feature(enable = "avx2,fma")]
                fn with_avx2(job: Job<'_, $number>, panel: &mut [$number]) {
                    all_columns::<$number, true, 6, $avx2>(job, panel);
                }

                PANEL.with_borrow_mut(|panel| {
                    #[cfg(target_arch = "x86_64")]
                    if is_x86_feature_detected!("avx512f") {
                        // SAFETY: the processor has AVX-512F, the line above asked it.
                        #[allow(
                            unsafe_code,
                            reason = "a function for a vector unit can be called no other way"
                        )]
                        return unsafe { with_avx512(job, panel) };
                    }
                    #[cfg(target_arch = "x86_64")]
                    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
                        // SAFETY: the processor has AVX2 and FMA, the line above asked it.
                        #[allow(
                            unsafe_code,
                            reason = "a function for a vector unit can be called no other way"
                        )]
                        return unsafe { with_avx2(job, panel) };
                    }
                    all_columns::<$number, ALWAYS_FUSED, 4, $baseline>(job, panel);
                });
            }
        }
    };
}

multiply!(f32, widths: 32, 16, 8);
multiply!(f64, widths: 16, 8, 4);

/// The columns from left to right, in panels as wide as fit.
#[inline(always)]
fn all_columns<T: Scalar, const FUSED: bool, const ROWS: usize, const WIDTH: usize>(
    mut job: Job<'_, T>,
    panel: &mut [T],
) {
    let mut first = 0;
    while job.columns - first >= WIDTH {
        columns::<T, FUSED, ROWS, WIDTH>(&mut job, first, panel);
        first += WIDTH;
    }
    if WIDTH > 16 && job.columns - first >= 16 {
        columns::<T, FUSED, ROWS, 16>(&mut job, first, panel);
        first += 16;
    }
    if WIDTH > 8 && job.columns - first >= 8 {
        columns::<T, FUSED, ROWS, 8>(&mut job, first, panel);
        first += 8;
    }
    if WIDTH > 4 && job.columns - first >= 4 {
        columns::<T, FUSED, ROWS, 4>(&mut job, first, panel);
        first += 4;
    }
    if job.columns - first >= 2 {
        columns::<T, FUSED, ROWS, 2>(&mut job, first, panel);
        first += 2;
    }
    if job.columns > first {
        columns::<T, FUSED, ROWS, 1>(&mut job, first, panel);
    }
}

/// `WIDTH` columns from `first` on, chunk by chunk of the depth.
#[inline(always)]
fn columns<T: Scalar, const FUSED: bool, const ROWS: usize, const WIDTH: usize>(
    job: &mut Job<'_, T>,
    first: usize,
    panel: &mut [T],
) {
    for start in (0..job.depth).step_by(CHUNK) {
        let depth = CHUNK.min(job.depth - start);
        let adds = job.adds || start > 0;
        let (b, stride) = if job.b.is_transposed || job.rows >= ROWS_WORTH_PACKING {
            pack::<T, WIDTH>(job.b, start, depth, first, panel);
            (&panel[..depth * WIDTH], WIDTH)
        } else {
            (&job.b.slice[start * job.b.stride + first..], job.b.stride)
        };
        let a = Factor {
            slice: &job.a.slice[if job.a.is_transposed {
                start * job.a.stride
            } else {
                start
            }..],
            ..job.a
        };
        let c = &mut job.c[first..];
        if job.depth <= SHORT {
            for row in 0..job.rows {
                let a = |k: usize| {
                    a.slice[if a.is_transposed {
                        k * a.stride + row
                    } else {
                        row * a.stride + k
                    }]
                };
                short_row::<T, FUSED, WIDTH>(a, b, stride, depth, &mut c[row * job.columns..][..WIDTH], adds);
            }
            continue;
        }
        let mut row = 0;
        while job.rows - row >= ROWS {
            rows::<T, FUSED, ROWS, WIDTH>(a, row, b, stride, depth, c, job.columns, adds);
            row += ROWS;
        }
        while job.rows > row {
            rows::<T, FUSED, 1, WIDTH>(a, row, b, stride, depth, c, job.columns, adds);
            row += 1;
        }
    }
}

/// Copies a part of the second factor to where its rows lie next to one another.
#[inline(always)]
fn pack<T: Scalar, const WIDTH: usize>(
    b: Factor<'_, T>,
    start: usize,
    depth: usize,
    first: usize,
    panel: &mut [T],
) {
    if b.is_transposed {
        for column in 0..WIDTH {
            let numbers = &b.slice[(first + column) * b.stride + start..][..depth];
            for (row, &number) in panel.chunks_exact_mut(WIDTH).zip(numbers) {
                row[column] = number;
            }
        }
    } else {
        for (row, target) in panel.chunks_exact_mut(WIDTH).take(depth).enumerate() {
            target.copy_from_slice(&b.slice[(start + row) * b.stride + first..][..WIDTH]);
        }
    }
}

/// One tile: `ROWS` rows of the result from `row` on, in sums that stay in registers.
#[inline(always)]
#[allow(
    clippy::too_many_arguments,
    reason = "two factors, a result, and where in them"
)]
fn rows<T: Scalar, const FUSED: bool, const ROWS: usize, const WIDTH: usize>(
    a: Factor<'_, T>,
    row: usize,
    b: &[T],
    b_stride: usize,
    depth: usize,
    c: &mut [T],
    c_stride: usize,
    adds: bool,
) {
    let sums = if a.is_transposed {
        tile_of_columns::<T, FUSED, ROWS, WIDTH>(&a.slice[row..], a.stride, b, b_stride, depth)
    } else {
        let a: [&[T]; ROWS] = std::array::from_fn(|i| &a.slice[(row + i) * a.stride..][..depth]);
        tile_of_rows::<T, FUSED, ROWS, WIDTH>(a, b, b_stride, depth)
    };
    for (i, sums) in sums.iter().enumerate() {
        let c = &mut c[(row + i) * c_stride..][..WIDTH];
        for (c, &sum) in c.iter_mut().zip(sums) {
            *c = if adds { *c + sum } else { sum };
        }
    }
}

/// The sums of a tile whose first factor lies row by row.
#[inline(always)]
fn tile_of_rows<T: Scalar, const FUSED: bool, const ROWS: usize, const WIDTH: usize>(
    a: [&[T]; ROWS],
    b: &[T],
    b_stride: usize,
    depth: usize,
) -> [[T; WIDTH]; ROWS] {
    let mut sums = [[T::zero(); WIDTH]; ROWS];
    for k in 0..depth {
        let b = &b[k * b_stride..][..WIDTH];
        for (sums, a) in sums.iter_mut().zip(&a) {
            add_row::<T, FUSED, WIDTH>(sums, a[k], b);
        }
    }
    sums
}

/// The sums of a tile whose first factor lies column by column.
#[inline(always)]
fn tile_of_columns<T: Scalar, const FUSED: bool, const ROWS: usize, const WIDTH: usize>(
    a: &[T],
    a_stride: usize,
    b: &[T],
    b_stride: usize,
    depth: usize,
) -> [[T; WIDTH]; ROWS] {
    let mut sums = [[T::zero(); WIDTH]; ROWS];
    for k in 0..depth {
        let (a, b) = (&a[k * a_stride..][..ROWS], &b[k * b_stride..][..WIDTH]);
        // Numbers by value: through the slice, the sums would not stay in registers.
        let a: [T; ROWS] = std::array::from_fn(|i| a[i]);
        for i in 0..ROWS {
            add_row::<T, FUSED, WIDTH>(&mut sums[i], a[i], b);
        }
    }
    sums
}

/// One row of a result whose sums are short: each is rounded once, at the end, or nearly so.
///
/// Source: Ogita, Rump and Oishi, 2005, their `Dot2`. Where the processor cannot round once, products are rounded too.
#[inline(always)]
fn short_row<T: Scalar, const FUSED: bool, const WIDTH: usize>(
    a: impl Fn(usize) -> T,
    b: &[T],
    b_stride: usize,
    depth: usize,
    c: &mut [T],
    adds: bool,
) {
    let mut sums = [T::zero(); WIDTH];
    let mut lost = [T::zero(); WIDTH];
    for k in 0..depth {
        let (a, b) = (a(k), &b[k * b_stride..][..WIDTH]);
        for ((sum, lost), &b) in sums.iter_mut().zip(&mut lost).zip(b) {
            let product = a * b;
            let of_product = if FUSED { a.mul_add(b, -product) } else { T::zero() };
            let (total, of_sum) = two_sum(*sum, product);
            *sum = total;
            *lost += of_product + of_sum;
        }
    }
    for ((c, &sum), &lost) in c.iter_mut().zip(&sums).zip(&lost) {
        let (total, of_sum) = if adds { two_sum(*c, sum) } else { (sum, T::zero()) };
        let exact = total + (of_sum + lost);
        // Of an infinity nothing is lost that is a number.
        *c = if exact.is_nan() { total } else { exact };
    }
}

/// A sum, and what its rounding lost.
///
/// Source: Knuth, The Art of Computer Programming, volume 2, 4.2.2.
#[inline(always)]
fn two_sum<T: Scalar>(a: T, b: T) -> (T, T) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// `sums += a · b`, in one rounding where the processor can.
#[inline(always)]
fn add_row<T: Scalar, const FUSED: bool, const WIDTH: usize>(sums: &mut [T; WIDTH], a: T, b: &[T]) {
    for (sum, &b) in sums.iter_mut().zip(b) {
        *sum = if FUSED { a.mul_add(b, *sum) } else { *sum + a * b };
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, Factor, Job, all_columns};
    use crate::Scalar;

    type Kernel<T> = fn(Job<'_, T>, &mut [T]);

    /// The tiles of every vector unit, compiled for this one.
    fn kernels<T: Scalar>() -> [Kernel<T>; 5] {
        [
            all_columns::<T, true, 8, 32>,
            all_columns::<T, true, 8, 16>,
            all_columns::<T, true, 6, 16>,
            all_columns::<T, true, 6, 8>,
            all_columns::<T, true, 4, 4>,
        ]
    }

    /// Small whole numbers, whose products and sums are exact, or what cannot be added without rounding.
    fn numbers<T: Scalar>(n: usize, is_whole: bool) -> Vec<T> {
        let number = |i: usize| (i * 7919 % 19) as f64 - 9.0;
        (0..n)
            .map(|i| T::from_f64(if is_whole { number(i) } else { number(i) / 7.0 }))
            .collect()
    }

    fn at<T: Scalar>(slice: &[T], is_transposed: bool, stride: usize, row: usize, column: usize) -> T {
        slice[if is_transposed {
            column * stride + row
        } else {
            row * stride + column
        }]
    }

    fn check<T: Scalar>(rows: usize, depth: usize, columns: usize, is_whole: bool) {
        let (a, b): (Vec<T>, Vec<T>) = (
            numbers(rows * depth, is_whole),
            numbers(depth * columns, is_whole),
        );
        for (a_transposed, b_transposed, adds) in [
            (false, false, false),
            (true, false, true),
            (false, true, false),
            (true, true, true),
        ] {
            let factor = |slice, is_transposed, rows, columns| Factor {
                slice,
                is_transposed,
                stride: if is_transposed { rows } else { columns },
            };
            let (a, b) = (
                factor(&a[..], a_transposed, rows, depth),
                factor(&b[..], b_transposed, depth, columns),
            );
            let results = kernels::<T>().map(|kernel| {
                let mut c = vec![T::from_f64(if adds { 3.0 } else { f64::NAN }); rows * columns];
                let mut panel = vec![T::nan(); CHUNK * 32];
                kernel(
                    Job {
                        rows,
                        depth,
                        columns,
                        a,
                        b,
                        c: &mut c,
                        adds,
                    },
                    &mut panel,
                );
                c
            });
            for result in &results {
                assert_eq!(
                    *result, results[0],
                    "{rows} × {depth} · {depth} × {columns}: other bits in other tiles"
                );
            }
            if !is_whole {
                continue;
            }
            for (index, &found) in results[0].iter().enumerate() {
                let (row, column) = (index / columns, index % columns);
                let terms = (0..depth).map(|k| {
                    at(a.slice, a.is_transposed, a.stride, row, k)
                        * at(b.slice, b.is_transposed, b.stride, k, column)
                });
                let expected = terms.sum::<T>() + T::from_f64(if adds { 3.0 } else { 0.0 });
                assert_eq!(
                    found, expected,
                    "{rows} × {depth} · {depth} × {columns} at ({row}, {column})"
                );
            }
        }
    }

    /// Every remainder of rows and columns, and depths around a chunk.
    #[test]
    fn tiles_of_every_size_give_the_product_and_the_same_bits() {
        for (rows, depth, columns) in [
            (1, 1, 1),
            (9, 3, 63),
            (17, 5, 31),
            (33, 64, 47),
            (40, CHUNK + 1, 3),
            (7, 2 * CHUNK, 33),
            (2, CHUNK - 1, 18),
        ] {
            for is_whole in [true, false] {
                check::<f64>(rows, depth, columns, is_whole);
                check::<f32>(rows, depth, columns, is_whole);
            }
        }
    }
}
