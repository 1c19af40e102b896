//! Compares the fast products with the product by its definition, at every SIMD level that this processor has.

use brique_tensor::internals::{
    Onto, multiply, multiply_by_definition, multiply_in_parts, multiply_to_finite,
};
use brique_tensor::ndarray::{Array2, ArrayView1, Axis, Slice};
use brique_tensor::{Scalar, SimdLevel, Threads, aligned};
use proptest::prelude::*;

use crate::levels::on_every_level;

/// A product of whole numbers, which are multiplied without rounding, or of numbers whose products are rounded.
#[derive(Debug, Clone, Copy)]
struct Case {
    rows: usize,
    depth: usize,
    columns: usize,
    is_whole: bool,
}

/// The memory layout of a factor.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    ByRows,
    ByColumns,
    /// Row by row, from the start of a cache line on.
    InLines,
}

impl Case {
    fn a<T: Scalar>(self, layout: Layout) -> Array2<T> {
        self.matrix(self.rows, self.depth, 7919, layout)
    }

    fn b<T: Scalar>(self, layout: Layout) -> Array2<T> {
        self.matrix(self.depth, self.columns, 104_729, layout)
    }

    fn c<T: Scalar>(self) -> Array2<T> {
        self.matrix(self.rows, self.columns, 31, Layout::ByRows)
    }

    fn matrix<T: Scalar>(self, rows: usize, columns: usize, seed: usize, layout: Layout) -> Array2<T> {
        let number = |row: usize, column: usize| {
            let whole = ((row * columns + column) * seed % 23) as f64 - 11.0;
            T::from_f64(if self.is_whole { whole } else { whole / 7.0 })
        };
        match layout {
            Layout::ByRows => Array2::from_shape_fn((rows, columns), |(row, column)| number(row, column)),
            Layout::ByColumns => {
                Array2::from_shape_fn((columns, rows), |(column, row)| number(row, column)).reversed_axes()
            }
            Layout::InLines => aligned(&self.matrix(rows, columns, seed, Layout::ByRows)),
        }
    }
}

fn check<T: Scalar>(case: Case) {
    for a_layout in [Layout::ByRows, Layout::ByColumns] {
        for b_layout in [Layout::ByRows, Layout::ByColumns, Layout::InLines] {
            let (a, b) = (case.a::<T>(a_layout), case.b::<T>(b_layout));
            let bias: Array2<T> = case.matrix(1, case.columns, 13, Layout::ByRows);
            for onto in [Onto::Nothing, Onto::Itself, Onto::Row(bias.row(0))] {
                check_start(case, &a, &b, onto);
            }
        }
    }
}

fn check_start<T: Scalar>(case: Case, a: &Array2<T>, b: &Array2<T>, onto: Onto<ArrayView1<'_, T>>) {
    let start = || match &onto {
        Onto::Nothing => Array2::from_elem((case.rows, case.columns), T::nan()),
        Onto::Itself | Onto::Row(_) => case.c(),
    };
    let results = SimdLevel::available().into_iter().map(|level| {
        let mut c = start();
        level.run(|| multiply(a, b, onto, &mut c)).unwrap();
        (level, c)
    });
    let results: Vec<_> = results.collect();
    let mut expected = start();
    multiply_by_definition(a, b, onto, &mut expected);
    for (level, result) in &results {
        if case.is_whole {
            assert_eq!(result, expected, "{case:?} {onto:?} at SIMD level {level}");
        } else {
            let bound =
                T::epsilon() * T::from_usize(case.depth + 2) * T::from_f64(4.0 * (case.depth as f64 + 1.0));
            for (&found, &expected) in result.iter().zip(&expected) {
                assert!(
                    (found - expected).abs() <= bound,
                    "{case:?} {onto:?}: {found} is not {expected}"
                );
            }
        }
    }
    let has_fma = |level: SimdLevel| level > SimdLevel::Baseline || cfg!(target_arch = "aarch64");
    let mut fused = results.iter().filter(|(level, _)| has_fma(*level));
    if let Some((_, first)) = fused.next() {
        for (level, result) in fused {
            assert_eq!(
                result, first,
                "{case:?} {onto:?}: other bits at SIMD level {level}"
            );
        }
    }
}

/// Shapes around every height of a tile, width of a panel, length of a chunk and end of a block, and with few columns.
#[test]
fn products_of_every_shape_are_those_of_the_definition_and_have_the_same_bits_at_every_level() {
    for (rows, depth, columns) in [
        (1, 1, 1),
        (5, 1, 70),
        (70, 1, 1),
        (9, 3, 63),
        (17, 8, 31),
        (33, 9, 1),
        (1, 300, 1),
        (40, 70, 1),
        (1, 17, 65),
        (2, 40, 10),
        (3, 514, 16),
        (7, 64, 33),
        (8, 33, 64),
        (31, 64, 48),
        (33, 512, 47),
        (130, 513, 70),
        (130, 40, 64),
        (35, 514, 128),
        (391, 20, 70),
        (48, 530, 100),
        (400, 40, 53),
        (1024, 33, 20),
        (65, 40, 10),
        (67, 520, 17),
        (33, 40, 257),
        (48, 64, 300),
        (35, 515, 521),
        (131, 520, 7),
        (33, 530, 3),
        (10, 11, 1100),
    ] {
        for is_whole in [true, false] {
            let case = Case {
                rows,
                depth,
                columns,
                is_whole,
            };
            check::<f32>(case);
            check::<f64>(case);
        }
    }
}

/// Shapes for every kernel of products: short sums, a dot product, full and partial tiles, one chunk and two.
#[test]
fn a_number_that_is_not_finite_is_told_of_at_every_level() {
    for (rows, depth, columns) in [
        (3, 2, 5),
        (1, 40, 1),
        (40, 40, 1),
        (13, 20, 70),
        (40, 515, 67),
        (70, 515, 10),
        (7, 9, 16),
    ] {
        let case = Case {
            rows,
            depth,
            columns,
            is_whole: true,
        };
        let b = case.b::<f64>(Layout::ByRows);
        for a_layout in [Layout::ByRows, Layout::ByColumns] {
            let a = case.a::<f64>(a_layout);
            assert!(told(&a, &b).iter().all(|&is_finite| is_finite), "{case:?}");
            for (row, number) in [(0, f64::NAN), (rows - 1, f64::INFINITY), (rows / 2, f64::MAX)] {
                let (mut a, mut b) = (a.clone(), b.clone());
                a[[row, depth - 1]] = number;
                b[[depth - 1, columns - 1]] = 2.0;
                assert!(
                    !told(&a, &b).iter().any(|&is_finite| is_finite),
                    "{case:?} {number}"
                );
            }
        }
    }
}

/// Returns whether `a · b` is reported as finite, for each SIMD level.
fn told(a: &Array2<f64>, b: &Array2<f64>) -> Vec<bool> {
    let told_at = |level: SimdLevel| {
        let mut c = Array2::zeros((a.nrows(), b.ncols()));
        level.run(|| multiply_to_finite(a, b, &mut c)).unwrap()
    };
    SimdLevel::available().into_iter().map(told_at).collect()
}

proptest! {
    #[test]
    fn products_of_any_shape(rows in 1..80_usize, depth in 1..80_usize, columns in 1..80_usize, is_whole: bool) {
        let case = Case { rows, depth, columns, is_whole };
        check::<f32>(case);
        check::<f64>(case);
    }
}

/// Computes rows of a large batch one by one, in pairs, and in batches of other sizes.
#[test]
fn a_row_has_the_same_bits_in_every_batch() {
    const ROWS: usize = 10_000;
    fn check<T: Scalar>(depth: usize, columns: usize, layout: Layout) {
        let case = Case {
            rows: ROWS,
            depth,
            columns,
            is_whole: false,
        };
        let (a, b) = (case.a::<T>(Layout::ByRows), case.b::<T>(layout));
        let bias: Array2<T> = case.matrix(1, columns, 13, Layout::ByRows);
        let product = |first: usize, rows: usize| {
            let part = a.slice_axis(Axis(0), Slice::from(first..first + rows));
            let mut c = Array2::from_elem((rows, columns), T::nan());
            multiply(&part, &b, Onto::Row(bias.row(0)), &mut c);
            c
        };
        let all = product(0, ROWS);
        let sizes = [1, 2, 3, 5, 6, 7, 32, 33, 64, 129, 1000];
        let (mut first, mut turn) = (0, 0);
        while first < ROWS {
            // Most rows are computed one by one, because a single row would most likely take another code path.
            let rows = if turn % 4 == 0 {
                sizes[turn / 4 % sizes.len()]
            } else {
                1
            }
            .min(ROWS - first);
            let part = product(first, rows);
            for row in 0..rows {
                assert_eq!(
                    part.row(row),
                    all.row(first + row),
                    "row {} of a product {ROWS} × {depth} · {depth} × {columns}, in a batch of {rows}",
                    first + row
                );
            }
            first += rows;
            turn += 1;
        }
    }
    on_every_level(|| {
        for layout in [Layout::ByRows, Layout::ByColumns] {
            check::<f32>(2, 64, layout);
            check::<f32>(64, 64, layout);
            check::<f32>(64, 1, layout);
            check::<f64>(1, 1, layout);
            check::<f64>(300, 10, layout);
            check::<f64>(37, 17, layout);
            check::<f32>(520, 10, layout);
            check::<f32>(130, 100, layout);
        }
    });
}

/// Cuts products along rows and columns, at positions that are not tile boundaries.
#[test]
fn parts_give_the_whole() {
    on_every_level(check_parts);
}

fn check_parts() {
    for (rows, depth, columns) in [
        (100, 40, 200),
        (1000, 64, 64),
        (300, 30, 1),
        (300, 30, 10),
        (100, 8, 130),
        (2, 20, 500),
        (129, 12, 129),
    ] {
        let case = Case {
            rows,
            depth,
            columns,
            is_whole: false,
        };
        let (a, b) = (case.a::<f32>(Layout::ByColumns), case.b::<f32>(Layout::ByRows));
        let threads = Threads::new(3).unwrap();
        let product = |parts: usize| {
            let mut c = case.c::<f32>();
            threads.run(|| multiply_in_parts(&a, &b, Onto::Itself, &mut c, parts));
            c
        };
        for parts in [2, 3, 8] {
            assert_eq!(
                product(parts),
                product(1),
                "{rows} × {depth} · {depth} × {columns} in {parts} parts"
            );
        }
    }
}
