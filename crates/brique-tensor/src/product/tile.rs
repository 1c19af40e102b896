//! Products in tiles whose sums stay in registers.
//!
//! The depth is cut into chunks, the columns into panels of `WIDE` SIMD vectors, and the rows into tiles of six or
//! four, with smaller tiles at the end. Each element is one chain of multiply-adds per chunk; the results of the chunks are added.

mod chunks;
mod groups;
mod packing;
mod sums;
mod write;

use std::ops::Range;
use std::sync::atomic::Ordering;

pub(super) use self::chunks::CHUNK;
use self::chunks::{Chunk, Chunks};
use self::groups::{GroupedTile, most_waiting};
use self::packing::{Columns, ROWS_WORTH_PACKING, are_far, pack_columns, pack_rows};
use self::sums::{sums_of_columns, sums_of_rows};
use self::write::{add_zeros, onto_start, write};
use super::block::Block;
use super::operands::{Factor, Product, Start};
use super::pack::{self, Panels};
use crate::Scalar;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The bytes of the first factor that are packed at once, for all columns of the second factor.
///
/// Unit tests use a smaller number, so that small products are cut too.
const PACKED_BYTES: usize = if cfg!(test) { 256 * 1024 } else { 4 * 1024 * 1024 };

/// The bytes of the second factor that are packed at once: they fit into the second-level cache.
const BLOCK_BYTES: usize = 256 * 1024;

/// From this depth on, the output of a tile is prefetched before its sums are computed.
const DEPTH_WORTH_PREFETCHING: usize = 128;

/// The rows of the tallest tile.
const HEIGHT: usize = 6;

/// A product that is computed in tiles.
pub(super) struct Tiled<'p, 'a, T> {
    pub(super) product: Product<'a, T>,
    pub(super) panels: &'p mut Panels<T>,
}

impl<T: Scalar> Work for Tiled<'_, '_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        // The last argument is the width of a tile in SIMD vectors: its sums have to fit into the registers.
        if S::HAS_MANY_REGISTERS {
            multiply::<<T as SimdNumber>::Vector<S>, 4>(simd, self.product, self.panels);
        } else {
            multiply::<<T as SimdNumber>::Vector<S>, 2>(simd, self.product, self.panels);
        }
    }
}

#[inline(always)]
fn multiply<V, const WIDE: usize>(
    simd: V::Simd,
    product: Product<'_, V::Number>,
    panels: &mut Panels<V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let chunks = Chunks::new(&product);
    let Product { mut c, depth, .. } = product;
    let most = (PACKED_BYTES / size_of::<V::Number>() / depth).max(HEIGHT);
    for first in (0..c.rows()).step_by(most) {
        let rows = first..c.rows().min(first + most);
        some_rows::<V, WIDE>(simd, &chunks, rows, &mut c, panels);
    }
}

/// Multiplies some rows by all columns: one block of columns after the other, and within a block one chunk after the
/// other.
#[inline(always)]
fn some_rows<V, const WIDE: usize>(
    simd: V::Simd,
    chunks: &Chunks<'_, V::Number>,
    rows: Range<usize>,
    c: &mut Block<'_, V::Number>,
    panels: &mut Panels<V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let width = WIDE * V::LANES;
    let is_packed =
        are_far(&chunks.a, chunks.depth) && c.columns() > width && rows.len() >= ROWS_WORTH_PACKING;
    let most = (BLOCK_BYTES / size_of::<V::Number>() / chunks.length / width).max(1) * width;
    let a_size = if is_packed { rows.len() * chunks.depth } else { 0 };
    let b_size = c.columns().min(most).next_multiple_of(width) * chunks.length;
    let sums_size = most_waiting(chunks.groups) * HEIGHT * width;
    let (a_panels, b_panel, sums) = panels.space(a_size, b_size, sums_size);
    if is_packed {
        for chunk in chunks.clone() {
            pack_rows(
                &chunk,
                rows.clone(),
                tallest::<V::Simd>(),
                &mut a_panels[chunk.first * rows.len()..],
            );
        }
    }
    for column in (0..c.columns()).step_by(most) {
        let columns = column..c.columns().min(column + most);
        for chunk in chunks.clone() {
            let tiles = Tiles {
                chunk: &chunk,
                rows: rows.clone(),
                columns: columns.clone(),
                a: if is_packed {
                    Rows::Tiled(&a_panels[chunk.first * rows.len()..])
                } else {
                    Rows::InPlace(chunk.a.rows_from(rows.start))
                },
                b: pack_columns::<V, WIDE>(simd, &chunk, columns.clone(), rows.len(), b_panel),
            };
            all_tiles::<V, WIDE>(simd, &tiles, c, sums);
        }
    }
}

/// Rows of the first factor.
#[derive(Clone, Copy)]
enum Rows<'a, T> {
    InPlace(Factor<'a, T>),
    Tiled(&'a [T]),
}

/// Returns the rows of the tallest tile. Without fused multiply-add, a product needs a register too, and six rows of two
/// vectors do not fit into 16.
#[inline(always)]
const fn tallest<S: Simd>() -> usize {
    if S::HAS_FUSED_MULTIPLY_ADD { HEIGHT } else { 4 }
}

/// Iterates over the first row and the height of each tile: the tallest tiles, then tiles of four, two and one rows.
///
/// It is an iterator and not a function with a closure, because the closure would not be compiled for the instruction
/// set.
struct TileRows {
    rows: Range<usize>,
    tallest: usize,
}

impl Iterator for TileRows {
    type Item = (usize, usize);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize)> {
        let row = self.rows.start;
        let height = match self.rows.end - row {
            0 => return None,
            // Two tiles of four are faster than one of six and one of two.
            8 => 4,
            HEIGHT.. => self.tallest,
            4.. => 4,
            2.. => 2,
            _ => 1,
        };
        self.rows.start += height;
        Some((row, height))
    }
}

/// A block of the result, and the parts of the factors from which it is computed.
struct Tiles<'a, T> {
    chunk: &'a Chunk<'a, T>,
    rows: Range<usize>,
    columns: Range<usize>,
    a: Rows<'a, T>,
    b: Columns<'a, T>,
}

/// Computes one tile after the other, all tiles of the same rows first.
///
/// These rows stay in the nearest cache, while the panels come from the second-level cache.
#[inline(always)]
fn all_tiles<V, const WIDE: usize>(
    simd: V::Simd,
    tiles: &Tiles<'_, V::Number>,
    c: &mut Block<'_, V::Number>,
    sums: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
{
    let tile_rows = TileRows {
        rows: tiles.rows.clone(),
        tallest: tallest::<V::Simd>(),
    };
    for (row, height) in tile_rows {
        match height {
            6 if const { tallest::<V::Simd>() == 6 } => {
                simd.run(TilesOfRows::<_, 6, WIDE> { tiles, row, c, sums });
            }
            4 => simd.run(TilesOfRows::<_, 4, WIDE> { tiles, row, c, sums }),
            2 => simd.run(TilesOfRows::<_, 2, WIDE> { tiles, row, c, sums }),
            _ => simd.run(TilesOfRows::<_, 1, WIDE> { tiles, row, c, sums }),
        }
    }
}

/// All tiles of `HEIGHT` rows from `row` on, `WIDE` SIMD vectors each, with narrower tiles at the end.
struct TilesOfRows<'a, 'c, T, const HEIGHT: usize, const WIDE: usize> {
    tiles: &'a Tiles<'a, T>,
    row: usize,
    c: &'a mut Block<'c, T>,
    /// Memory for the sums of groups.
    sums: &'a mut [T],
}

impl<T: Scalar, const HEIGHT: usize, const WIDE: usize> Work for TilesOfRows<'_, '_, T, HEIGHT, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let Self { tiles, row, c, sums } = self;
        let lanes = <T as SimdNumber>::Vector::<S>::LANES;
        let mut zeros = [T::zero(); MOST_LANES];
        let mut column = tiles.columns.start;
        while column < tiles.columns.end {
            let is_packed = column >= tiles.b.first_packed;
            let end = if is_packed {
                tiles.columns.end
            } else {
                tiles.b.first_packed
            };
            let width = pack::width_of_panel::<<T as SimdNumber>::Vector<S>>(end - column, WIDE * lanes);
            let zeros = &mut zeros;
            match width / lanes {
                1 => tiles
                    .tile::<HEIGHT, 1>(row, column, lanes, c, zeros)
                    .run_on(simd, tiles, sums),
                2 => tiles
                    .tile::<HEIGHT, 2>(row, column, lanes, c, zeros)
                    .run_on(simd, tiles, sums),
                3 if const { WIDE > 3 } => tiles
                    .tile::<HEIGHT, 3>(row, column, lanes, c, zeros)
                    .run_on(simd, tiles, sums),
                _ => tiles
                    .tile::<HEIGHT, WIDE>(row, column, lanes, c, zeros)
                    .run_on(simd, tiles, sums),
            }
            column += width;
        }
        if let Some(is_finite) = tiles.chunk.is_finite {
            // A fold without an early exit: the compiler compares several numbers at once.
            if !zeros
                .iter()
                .fold(true, |are_zero, &zero| are_zero & (zero == T::zero()))
            {
                is_finite.store(false, Ordering::Relaxed);
            }
        }
    }
}

impl<T: Scalar> Tiles<'_, T> {
    /// Returns the tile whose first element is `c[row, column]`.
    #[inline(always)]
    fn tile<'t, 'c, const HEIGHT: usize, const WIDE: usize>(
        &'t self,
        row: usize,
        column: usize,
        lanes: usize,
        c: &'t mut Block<'c, T>,
        zeros: &'t mut [T; MOST_LANES],
    ) -> Tile<'t, 'c, T, HEIGHT, WIDE> {
        let chunk = self.chunk;
        let b = match column.checked_sub(self.b.first_packed) {
            None => chunk.b.columns_from(column),
            Some(column) => Factor {
                slice: &self.b.panels[column * chunk.depth..],
                row_stride: WIDE * lanes,
                column_stride: 1,
            },
        };
        let first = row - self.rows.start;
        let a = match self.a {
            Rows::InPlace(a) => a.rows_from(first),
            Rows::Tiled(packed) => Factor {
                slice: &packed[first * chunk.depth..],
                row_stride: 1,
                column_stride: HEIGHT,
            },
        };
        Tile {
            a,
            b,
            depth: chunk.depth,
            start: chunk.start,
            row,
            column,
            c,
            zeros: chunk.is_finite.is_some().then_some(zeros),
        }
    }
}

/// A part of the result: `HEIGHT` rows from `row` on, and `WIDE` SIMD vectors from `column` on.
///
/// Each tile is computed in a separate function call, so that no other values compete with its sums for the registers.
struct Tile<'t, 'c, T, const HEIGHT: usize, const WIDE: usize> {
    a: Factor<'t, T>,
    b: Factor<'t, T>,
    depth: usize,
    start: Start<'t, T>,
    row: usize,
    column: usize,
    c: &'t mut Block<'c, T>,
    /// 0 times the result is added to these numbers; `None` if the caller has not asked whether the result is finite.
    zeros: Option<&'t mut [T; MOST_LANES]>,
}

impl<T: Scalar, const HEIGHT: usize, const WIDE: usize> Work for Tile<'_, '_, T, HEIGHT, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        self.compute::<<T as SimdNumber>::Vector<S>>(simd);
    }
}

impl<T: Scalar, const HEIGHT: usize, const WIDE: usize> Tile<'_, '_, T, HEIGHT, WIDE> {
    /// Computes the tile, with its terms in the groups of the chunk if there are any.
    #[inline(always)]
    fn run_on<S: Simd>(self, simd: S, tiles: &Tiles<'_, T>, sums: &mut [T]) {
        let groups = tiles.chunk.groups;
        if groups.is_empty() {
            simd.run(self);
        } else {
            simd.run(GroupedTile {
                tile: self,
                groups,
                sums,
            });
        }
    }

    #[inline(always)]
    fn compute<V: Vector<Number = T>>(self, simd: V::Simd) {
        let Self { a, b, depth, .. } = self;
        let tile = self.prefetched::<V>(simd);
        let sums = if a.column_stride == 1 {
            sums_of_rows::<V, HEIGHT, WIDE>(simd, a, b, depth)
        } else {
            sums_of_columns::<V, HEIGHT, WIDE>(simd, a, b, depth)
        };
        tile.finish(simd, sums);
    }

    /// Prefetches the output of the tile if that is worth while.
    #[inline(always)]
    fn prefetched<V: Vector<Number = T>>(self, simd: V::Simd) -> Self {
        if self.depth >= DEPTH_WORTH_PREFETCHING {
            prefetch::<V, HEIGHT, WIDE>(simd, self.row, self.column, &mut *self.c);
        }
        self
    }

    /// Writes the start values plus these sums to the result.
    #[inline(always)]
    fn finish<V: Vector<Number = T>>(self, simd: V::Simd, sums: [[V; WIDE]; HEIGHT]) {
        let Self {
            start,
            row,
            column,
            c,
            zeros,
            ..
        } = self;
        let sums = onto_start::<V, HEIGHT, WIDE>(simd, sums, start, row, column, c);
        write::<V, HEIGHT, WIDE>(simd, sums, row, column, c);
        if let Some(zeros) = zeros {
            add_zeros::<V, HEIGHT, WIDE>(simd, &sums, zeros);
        }
    }
}

/// Prefetches the output of a tile: loading it takes about as long as computing the sums.
#[inline(always)]
fn prefetch<V, const HEIGHT: usize, const WIDE: usize>(
    simd: V::Simd,
    row: usize,
    column: usize,
    c: &mut Block<'_, V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    for i in 0..HEIGHT {
        for target in c.row_mut(row + i, column).chunks(V::LANES).take(WIDE) {
            V::prefetch(simd, target);
        }
    }
}
