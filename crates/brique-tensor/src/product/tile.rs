//! Products in tiles whose sums stay in registers.
//!
//! The depth is cut into chunks, the columns into panels of `WIDE` registers, the rows into tiles of six, and fewer at the
//! end. Each element is one chain of multiplications and additions along a chunk, and the sum of its chunks.

use std::ops::Range;

use super::block::Block;
use super::pack::{self, Panels};
use super::{Factor, Product, Start};
use crate::Scalar;
use crate::scalar::Lanes;
use crate::unit::{Unit, Work};
use crate::vector::Vector;

/// The longest part of the depth that is added up in registers.
pub(super) const CHUNK: usize = 256;

/// So many rows of the first factor are packed at once.
const BLOCK_ROWS: usize = 384;

/// So many columns of the first factor are packed at once.
const COLUMNS_AT_ONCE: usize = 16;

/// So many bytes of each row of the second factor are packed at once.
const BLOCK_BYTES: usize = 1024;

/// Rows that are so many bytes apart, or more, crowd a few places of the caches,
const FAR_ROWS: usize = 2048;

/// and columns of which each tile reads a little.
const FAR_COLUMNS: usize = 1024;

/// From this many rows on it pays to pack the second factor.
const ROWS_WORTH_PACKING: usize = 32;

/// A second factor that spans at most as many bytes is near wherever it lies;
const NEAR_BYTES: usize = 32 * 1024;

/// from this many rows on it pays to pack it all the same, for registers that are loaded from one line each.
const ROWS_WORTH_ALIGNING: usize = 128;

/// The rows of the tallest tile.
const HEIGHT: usize = 6;

/// The most numbers that a panel can be wide: four registers of sixteen.
const WIDEST: usize = 64;

/// A chunk of the depth, in which all that a tile needs is found.
struct Chunk<'a, T> {
    a: Factor<'a, T>,
    b: Factor<'a, T>,
    start: Start<'a, T>,
    depth: usize,
}

#[inline(always)]
pub(super) fn multiply<V, const WIDE: usize>(
    unit: V::Unit,
    product: Product<'_, V::Number>,
    panels: &mut Panels<V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let Product {
        a,
        b,
        start,
        mut c,
        depth,
    } = product;
    let length = depth
        .div_ceil(depth.div_ceil(CHUNK))
        .next_multiple_of(8)
        .min(depth);
    let most = BLOCK_BYTES / size_of::<V::Number>();
    for column in (0..c.columns()).step_by(most) {
        let columns = column..c.columns().min(column + most);
        for first in (0..depth).step_by(length) {
            let chunk = Chunk {
                a: a.columns_from(first),
                b: b.rows_from(first),
                start: if first == 0 { start } else { Start::Itself },
                depth: length.min(depth - first),
            };
            all_rows::<V, WIDE>(unit, &chunk, columns.clone(), &mut c, panels);
        }
    }
}

/// The rows from the top, in blocks that fit the cache once they are packed.
#[inline(always)]
fn all_rows<V, const WIDE: usize>(
    unit: V::Unit,
    chunk: &Chunk<'_, V::Number>,
    columns: Range<usize>,
    c: &mut Block<'_, V::Number>,
    panels: &mut Panels<V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let (all, width) = (c.rows(), WIDE * V::LANES);
    let packing = Packing::of(chunk, columns.len() > width && all >= ROWS_WORTH_PACKING);
    let a_room = if packing == Packing::InPlace {
        0
    } else {
        BLOCK_ROWS.min(all)
    };
    let b_room = columns.len().next_multiple_of(width);
    let (a_panel, b_panel) = panels.room(a_room * chunk.depth, b_room * chunk.depth);
    let b = pack_columns::<V, WIDE>(unit, chunk, columns.clone(), all, b_panel);
    for first in (0..all).step_by(BLOCK_ROWS) {
        let rows = first..all.min(first + BLOCK_ROWS);
        let a = match packing {
            Packing::InPlace => Rows::InPlace(chunk.a.rows_from(first)),
            Packing::Compact => Rows::InPlace(compact_rows(chunk, rows.clone(), a_panel)),
            Packing::Tiled => {
                pack_rows(chunk, rows.clone(), a_panel);
                Rows::Tiled(a_panel)
            }
        };
        let columns = columns.clone();
        all_panels::<V, WIDE>(
            unit,
            &Tiles {
                chunk,
                rows,
                columns,
                a,
                b,
            },
            c,
        );
    }
}

/// What is done to the rows of the first factor before they are read.
#[derive(Clone, Copy, PartialEq)]
enum Packing {
    /// Nothing.
    InPlace,
    /// Copied to where they lie next to one another.
    Compact,
    /// Cut into tiles, each column by column.
    Tiled,
}

impl Packing {
    #[inline(always)]
    fn of<T: Scalar>(chunk: &Chunk<'_, T>, is_worth_it: bool) -> Self {
        if !is_worth_it {
            Self::InPlace
        } else if chunk.a.column_stride * size_of::<T>() >= FAR_COLUMNS {
            Self::Tiled
        } else if chunk.a.row_stride * size_of::<T>() >= FAR_ROWS {
            Self::Compact
        } else {
            Self::InPlace
        }
    }
}

/// A block of rows of the first factor.
#[derive(Clone, Copy)]
enum Rows<'a, T> {
    InPlace(Factor<'a, T>),
    Tiled(&'a [T]),
}

/// Packs panel after panel, unless the columns are better read where they are.
#[inline(always)]
fn pack_columns<'a, V, const WIDE: usize>(
    unit: V::Unit,
    chunk: &Chunk<'_, V::Number>,
    columns: Range<usize>,
    rows: usize,
    panel: &'a mut [V::Number],
) -> Option<&'a [V::Number]>
where
    V: Vector<Number: Scalar>,
{
    let b = chunk.b;
    let is_near = chunk.depth * b.row_stride * size_of::<V::Number>() <= NEAR_BYTES;
    let few = if is_near {
        ROWS_WORTH_ALIGNING
    } else {
        ROWS_WORTH_PACKING
    };
    if b.column_stride == 1 && columns.len().is_multiple_of(V::LANES) && rows < few {
        return None;
    }
    unit.run(pack::Columns {
        b: b.columns_from(columns.start),
        depth: chunk.depth,
        count: columns.len(),
        width: WIDE * V::LANES,
        panels: &mut *panel,
    });
    Some(panel)
}

/// Copies a block of rows to where they lie next to one another.
#[inline(always)]
fn compact_rows<'a, T: Scalar>(
    chunk: &Chunk<'_, T>,
    rows: Range<usize>,
    panel: &'a mut [T],
) -> Factor<'a, T> {
    for (row, place) in rows.zip(panel.chunks_exact_mut(chunk.depth)) {
        place.copy_from_slice(&chunk.a.slice[row * chunk.a.row_stride..][..chunk.depth]);
    }
    Factor {
        slice: panel,
        row_stride: chunk.depth,
        column_stride: 1,
    }
}

/// Packs a block of rows tile after tile, each column by column.
#[inline(always)]
fn pack_rows<T: Scalar>(chunk: &Chunk<'_, T>, rows: Range<usize>, panel: &mut [T]) {
    let first = rows.start;
    // A few columns at a time, which stay near while all tiles take their part of them.
    for start in (0..chunk.depth).step_by(COLUMNS_AT_ONCE) {
        let columns = start..chunk.depth.min(start + COLUMNS_AT_ONCE);
        for (row, height) in TileRows(rows.clone()) {
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

/// Rows in tiles of six, then of four, two, one: the first row of each, and its height.
///
/// An iterator, not a function that takes a closure: that would not be compiled for the vector unit.
struct TileRows(Range<usize>);

impl Iterator for TileRows {
    type Item = (usize, usize);

    #[inline(always)]
    fn next(&mut self) -> Option<(usize, usize)> {
        let row = self.0.start;
        let height = match self.0.end - row {
            0 => return None,
            // Two tiles of four are faster than one of six and one of two.
            8 => 4,
            HEIGHT.. => HEIGHT,
            4.. => 4,
            2.. => 2,
            _ => 1,
        };
        self.0.start += height;
        Some((row, height))
    }
}

/// A block of the result, and the parts of the factors that it is made of.
struct Tiles<'a, T> {
    chunk: &'a Chunk<'a, T>,
    rows: Range<usize>,
    columns: Range<usize>,
    a: Rows<'a, T>,
    /// Panels, or none where the columns are read where they are.
    b: Option<&'a [T]>,
}

#[inline(always)]
fn all_panels<V, const WIDE: usize>(unit: V::Unit, tiles: &Tiles<'_, V::Number>, c: &mut Block<'_, V::Number>)
where
    V: Vector<Number: Scalar>,
{
    let mut column = tiles.columns.start;
    while column < tiles.columns.end {
        let width = pack::width_of_panel::<V>(tiles.columns.end - column, WIDE * V::LANES);
        // Columns that are read where they are come to whole registers, but not always to a whole panel.
        let width = match tiles.b {
            None if column + width > tiles.columns.end => width / 2,
            _ => width,
        };
        match width / V::LANES {
            1 => panel::<V, 1>(unit, tiles, column, c),
            2 => panel::<V, 2>(unit, tiles, column, c),
            _ => panel::<V, WIDE>(unit, tiles, column, c),
        }
        column += width;
    }
}

/// All tiles of a panel.
#[inline(always)]
fn panel<V, const WIDE: usize>(
    unit: V::Unit,
    tiles: &Tiles<'_, V::Number>,
    column: usize,
    c: &mut Block<'_, V::Number>,
) where
    V: Vector<Number: Scalar>,
{
    let b = match tiles.b {
        None => tiles.chunk.b.columns_from(column),
        Some(packed) => Factor {
            slice: &packed[(column - tiles.columns.start) * tiles.chunk.depth..],
            row_stride: WIDE * V::LANES,
            column_stride: 1,
        },
    };
    for (row, height) in TileRows(tiles.rows.clone()) {
        match height {
            6 => unit.run(Tile::<_, 6, WIDE> {
                tiles,
                b,
                row,
                column,
                c,
            }),
            4 => unit.run(Tile::<_, 4, WIDE> {
                tiles,
                b,
                row,
                column,
                c,
            }),
            2 => unit.run(Tile::<_, 2, WIDE> {
                tiles,
                b,
                row,
                column,
                c,
            }),
            _ => unit.run(Tile::<_, 1, WIDE> {
                tiles,
                b,
                row,
                column,
                c,
            }),
        }
    }
}

/// One tile, `HEIGHT` rows from `row` on, `WIDE` registers from `column` on.
struct Tile<'a, 'c, T, const HEIGHT: usize, const WIDE: usize> {
    tiles: &'a Tiles<'a, T>,
    b: Factor<'a, T>,
    row: usize,
    column: usize,
    c: &'a mut Block<'c, T>,
}

impl<T: Scalar, const HEIGHT: usize, const WIDE: usize> Work for Tile<'_, '_, T, HEIGHT, WIDE> {
    type Output = ();

    #[inline(always)]
    fn run<U: Unit>(self, unit: U) {
        let Self {
            tiles,
            b,
            row,
            column,
            c,
        } = self;
        let chunk = tiles.chunk;
        let first = row - tiles.rows.start;
        let sums = match tiles.a {
            Rows::Tiled(packed) => {
                let a = &packed[first * chunk.depth..];
                sums_of_columns::<<T as Lanes>::On<U>, HEIGHT, WIDE>(unit, a, HEIGHT, b, chunk.depth)
            }
            Rows::InPlace(a) if a.column_stride == 1 => {
                sums_of_rows::<<T as Lanes>::On<U>, HEIGHT, WIDE>(unit, a.rows_from(first), b, chunk.depth)
            }
            Rows::InPlace(a) => {
                let (numbers, stride) = (a.rows_from(first).slice, a.column_stride);
                sums_of_columns::<<T as Lanes>::On<U>, HEIGHT, WIDE>(unit, numbers, stride, b, chunk.depth)
            }
        };
        for (i, sums) in sums.into_iter().enumerate() {
            let target = c.row_mut(row + i, column);
            write::<<T as Lanes>::On<U>, WIDE>(unit, sums, chunk.start, column, target);
        }
    }
}

/// The sums of a tile whose first factor lies row by row.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "k counts along all rows, and along the second factor"
)]
fn sums_of_rows<V, const HEIGHT: usize, const WIDE: usize>(
    unit: V::Unit,
    a: Factor<'_, V::Number>,
    b: Factor<'_, V::Number>,
    depth: usize,
) -> [[V; WIDE]; HEIGHT]
where
    V: Vector<Number: Scalar>,
{
    let mut rows: [&[V::Number]; HEIGHT] = [&[]; HEIGHT];
    for (i, row) in rows.iter_mut().enumerate() {
        *row = &a.slice[i * a.row_stride..][..depth];
    }
    let mut sums = [[V::splat(unit, V::Number::default()); WIDE]; HEIGHT];
    for k in 0..depth {
        let b = load::<V, WIDE>(unit, &b.slice[k * b.row_stride..]);
        for i in 0..HEIGHT {
            add::<V, WIDE>(unit, &mut sums[i], rows[i][k], b);
        }
    }
    sums
}

/// The sums of a tile whose first factor lies column by column.
#[inline(always)]
fn sums_of_columns<V, const HEIGHT: usize, const WIDE: usize>(
    unit: V::Unit,
    a: &[V::Number],
    stride: usize,
    b: Factor<'_, V::Number>,
    depth: usize,
) -> [[V; WIDE]; HEIGHT]
where
    V: Vector<Number: Scalar>,
{
    let mut sums = [[V::splat(unit, V::Number::default()); WIDE]; HEIGHT];
    for k in 0..depth {
        let b = load::<V, WIDE>(unit, &b.slice[k * b.row_stride..]);
        let a = &a[k * stride..][..HEIGHT];
        for i in 0..HEIGHT {
            add::<V, WIDE>(unit, &mut sums[i], a[i], b);
        }
    }
    sums
}

#[inline(always)]
fn load<V: Vector, const WIDE: usize>(unit: V::Unit, numbers: &[V::Number]) -> [V; WIDE] {
    let numbers = &numbers[..WIDE * V::LANES];
    let mut registers = [V::splat(unit, <V::Number as num_traits::Zero>::zero()); WIDE];
    for (j, register) in registers.iter_mut().enumerate() {
        *register = V::load(unit, &numbers[j * V::LANES..]);
    }
    registers
}

/// `sums += a · b`.
#[inline(always)]
fn add<V: Vector, const WIDE: usize>(unit: V::Unit, sums: &mut [V; WIDE], a: V::Number, b: [V; WIDE]) {
    let a = V::splat(unit, a);
    for (sum, b) in sums.iter_mut().zip(b) {
        *sum = a.times_plus(b, *sum);
    }
}

/// Writes a row of a tile to where it belongs; what is wider than the target are sums of the zeros of a panel.
#[inline(always)]
fn write<V, const WIDE: usize>(
    unit: V::Unit,
    sums: [V; WIDE],
    start: Start<'_, V::Number>,
    first: usize,
    target: &mut [V::Number],
) where
    V: Vector<Number: Scalar>,
{
    if let Some(target) = target.get_mut(..WIDE * V::LANES) {
        for (j, sum) in sums.into_iter().enumerate() {
            let (place, at) = (&mut target[j * V::LANES..][..V::LANES], first + j * V::LANES);
            let sum = match start {
                Start::Nothing => sum,
                Start::Itself => V::load(unit, place).plus(sum),
                Start::Row(row) => V::load(unit, &row[at..]).plus(sum),
                Start::Number(number) => V::splat(unit, number).plus(sum),
            };
            sum.store(place);
        }
        return;
    }
    let mut numbers = [V::Number::default(); WIDEST];
    for (j, sum) in sums.into_iter().enumerate() {
        sum.store(&mut numbers[j * V::LANES..][..V::LANES]);
    }
    for (column, (place, number)) in target.iter_mut().zip(numbers).enumerate() {
        *place = match start {
            Start::Nothing => number,
            Start::Itself => *place + number,
            Start::Row(row) => row[first + column] + number,
            Start::Number(start) => start + number,
        };
    }
}
