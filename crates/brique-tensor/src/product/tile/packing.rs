//! Which parts of the factors are packed.

use std::ops::Range;

use super::{Chunk, TileRows};
use crate::Scalar;
use crate::aligned::LINE_BYTES;
use crate::product::operands::Factor;
use crate::product::pack;
use crate::simd::{Simd, Vector};

/// The number of columns of the first factor that are packed at once.
const COLUMNS_AT_ONCE: usize = 16;

/// Columns of the first factor that are at least this many bytes apart are packed.
///
/// Each tile reads only a few elements of each column, and distant columns compete for the same few cache sets.
const FAR_COLUMNS: usize = 1024;

/// At most this many far columns are read without packing, because each may be on a memory page of its own. All tiles of
/// the same rows use these pages.
const FEW_COLUMNS: usize = 128;

/// The sets of the nearest cache.
const CACHE_SETS: usize = 64;

/// The cache lines of one set that columns may fill; the other half is left to the second factor.
const LINES_OF_A_SET: usize = 4;

/// From this many rows on, packing the first factor pays.
pub(super) const ROWS_WORTH_PACKING: usize = 32;

/// From this many rows on, packing the second factor pays if its rows have at most [`MEDIUM_ROW`] bytes.
const ROWS_WORTH_COPYING: usize = 64;

/// From this many rows on, packing pays for such rows even if their SIMD vectors do not cross cache lines.
const ROWS_WORTH_JOINING: usize = 1024;

/// Longer rows of the second factor are packed for [`ROWS_WORTH_PACKING`] rows already, because each of them may be on
/// a memory page of its own.
const MEDIUM_ROW: usize = 2048;

/// A chunk of the second factor that spans at most this many bytes stays in the nearest cache without packing.
const NEAR_BYTES: usize = 32 * 1024;

/// From this many rows on, packing pays even for such a chunk: each SIMD vector is then loaded from a single cache
/// line.
const ROWS_WORTH_ALIGNING: usize = 128;

/// Rows of at most this many bytes are stored nearly as densely as a panel.
///
/// If their SIMD vectors do not cross cache lines either, packing gains nothing.
const SHORT_ROW: usize = 512;

/// Returns whether the columns of the first factor are too far apart, or too many, for the nearest cache.
pub(super) fn are_far<T>(a: &Factor<'_, T>, columns: usize) -> bool {
    let distance = a.column_stride * size_of::<T>();
    // Columns whose distance is a multiple of a power of two share fewer sets.
    let lines = distance / LINE_BYTES;
    let sets = CACHE_SETS >> lines.trailing_zeros().min(CACHE_SETS.trailing_zeros());
    distance >= FAR_COLUMNS && columns > FEW_COLUMNS.min(LINES_OF_A_SET * sets)
}

/// Columns of the second factor: those before `first_packed` are read in place, the others from `panels`.
pub(super) struct Columns<'a, T> {
    pub(super) first_packed: usize,
    pub(super) panels: &'a [T],
}

/// Packs one panel after the other.
///
/// If it is faster to read the columns in place, it packs only the last ones, where they are too few for a whole panel
/// and would end within a SIMD vector.
#[inline(always)]
pub(super) fn pack_columns<'a, V, const WIDE: usize>(
    simd: V::Simd,
    chunk: &Chunk<'_, V::Number>,
    columns: Range<usize>,
    rows: usize,
    panels: &'a mut [V::Number],
) -> Columns<'a, V::Number>
where
    V: Vector<Number: Scalar>,
{
    let width = WIDE * V::LANES;
    let first_packed = if is_worth_copying(chunk, columns.start, rows) {
        columns.start
    } else if columns.len().is_multiple_of(V::LANES) {
        columns.end
    } else {
        columns.end - columns.len() % width
    };
    if first_packed < columns.end {
        simd.run(pack::Columns {
            b: chunk.b.columns_from(first_packed),
            depth: chunk.depth,
            count: columns.end - first_packed,
            width,
            panels: &mut *panels,
        });
    }
    Columns { first_packed, panels }
}

/// Returns whether it is faster to pack the columns from `column` on than to read them in place.
#[inline(always)]
fn is_worth_copying<T: Scalar>(chunk: &Chunk<'_, T>, column: usize, rows: usize) -> bool {
    let b = chunk.b.columns_from(column);
    let row_bytes = b.row_stride * size_of::<T>();
    let is_aligned =
        row_bytes.is_multiple_of(LINE_BYTES) && b.slice.as_ptr().addr().is_multiple_of(LINE_BYTES);
    let is_near = chunk.depth * row_bytes <= NEAR_BYTES;
    let few = if is_aligned && (is_near || row_bytes <= SHORT_ROW) {
        usize::MAX
    } else if is_aligned && row_bytes <= MEDIUM_ROW {
        ROWS_WORTH_JOINING
    } else if is_near {
        ROWS_WORTH_ALIGNING
    } else if row_bytes <= MEDIUM_ROW {
        ROWS_WORTH_COPYING
    } else {
        ROWS_WORTH_PACKING
    };
    b.column_stride > 1 || rows >= few
}

/// Packs the rows one tile after the other, and each tile column by column.
#[inline(always)]
pub(super) fn pack_rows<T: Scalar>(
    chunk: &Chunk<'_, T>,
    rows: Range<usize>,
    tallest: usize,
    panel: &mut [T],
) {
    let first = rows.start;
    // A few columns at a time: they stay in the cache while their parts are copied to all tiles.
    for start in (0..chunk.depth).step_by(COLUMNS_AT_ONCE) {
        let columns = start..chunk.depth.min(start + COLUMNS_AT_ONCE);
        let tile_rows = TileRows {
            rows: rows.clone(),
            tallest,
        };
        for (row, height) in tile_rows {
            let (a, panel) = (chunk.a.rows_from(row), &mut panel[(row - first) * chunk.depth..]);
            match height {
                6 => pack::rows::<T, 6>(a, columns.clone(), panel),
                4 => pack::rows::<T, 4>(a, columns.clone(), panel),
                2 => pack::rows::<T, 2>(a, columns.clone(), panel),
                _ => pack::rows::<T, 1>(a, columns.clone(), panel),
            }
        }
    }
}
