//! Numbers as bytes, block by block: a file is never in memory as a whole.

use std::ops::Range;

use brique_core::Layout;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut1, ArrayViewMut2, Axis, Slice};
use safetensors::tensor::Dtype;

/// The most bytes of a block.
const BLOCK_BYTES: usize = 1 << 18;

/// The rows and columns of a tile. Weights are stored transposed: a tile is copied along its columns, which lie side by
/// side in memory, and written along its rows. Number by number, each would come from another line of the cache.
const TILE: usize = 32;

/// Returns the type of the numbers in a file.
pub(crate) fn dtype<T: Scalar>() -> Dtype {
    if size_of::<T>() == size_of::<f32>() {
        Dtype::F32
    } else {
        Dtype::F64
    }
}

/// Calls `write` with the bytes of a tensor in the order of the file, block by block.
pub(crate) fn encode<T: Scalar, E>(
    values: &ArrayView2<'_, T>,
    layout: Layout,
    mut write: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    if let Layout::ChannelsFirst(kernel) = layout {
        return encode(
            &channels_first(values, kernel.size()).view(),
            Layout::Transposed,
            write,
        );
    }
    let stored = match layout {
        Layout::Transposed => values.view().reversed_axes(),
        _ => values.view(),
    };
    let mut bytes = Vec::new();
    for (rows, columns) in blocks(stored.dim(), size_of::<T>()) {
        bytes.resize(rows.len() * columns.len() * size_of::<T>(), 0);
        let block = stored.slice_axis(Axis(0), Slice::from(rows));
        encode_block(&block.slice_axis(Axis(1), Slice::from(columns)), &mut bytes);
        write(&bytes)?;
    }
    Ok(())
}

/// Returns the weights of a convolution in the order (channel, element of the kernel): the transpose of the order of the
/// file. It is a copy of the tensor, in addition to the tensor itself.
fn channels_first<T: Scalar>(values: &ArrayView2<'_, T>, elements: usize) -> Array2<T> {
    let channels = values.nrows() / elements.max(1);
    Array2::from_shape_fn(values.dim(), |(row, column)| {
        let (channel, element) = (row / elements, row % elements);
        values[[element * channels + channel, column]]
    })
}

/// Writes weights in the order (channel, element of the kernel) to a tensor in the order of a parameter.
fn channels_last<T: Scalar>(stored: &Array2<T>, elements: usize, values: &mut ArrayViewMut2<'_, T>) {
    let channels = values.nrows() / elements.max(1);
    for (row, stored) in stored.rows().into_iter().enumerate() {
        let (channel, element) = (row / elements, row % elements);
        values.row_mut(element * channels + channel).assign(&stored);
    }
}

/// Writes the numbers of a block to a buffer of its size, tile by tile.
fn encode_block<T: Scalar>(block: &ArrayView2<'_, T>, bytes: &mut [u8]) {
    let size = size_of::<T>();
    let row_bytes = block.ncols() * size;
    let mut columns = [[T::zero(); TILE]; TILE];
    let bands = bytes.chunks_mut(TILE * row_bytes);
    for (rows, band) in block.axis_chunks_iter(Axis(0), TILE).zip(bands) {
        for (number, tile) in rows.axis_chunks_iter(Axis(1), TILE).enumerate() {
            for (column, copy) in tile.columns().into_iter().zip(&mut columns) {
                ArrayViewMut1::from(&mut copy[..column.len()]).assign(&column);
            }
            for (row, bytes) in band.chunks_exact_mut(row_bytes).enumerate() {
                let bytes = bytes[number * TILE * size..].chunks_exact_mut(size);
                let numbers = columns.iter().map(|column| column[row]);
                numbers.zip(bytes).for_each(|(number, bytes)| put(number, bytes));
            }
        }
    }
}

/// Fills a tensor with numbers that `read` puts into a buffer in the order of the file, block by block. The numbers of
/// the file have the type `dtype`; `tensor` is called with a number that the tensor's type cannot represent.
pub(crate) fn decode<T: Scalar, E>(
    values: &mut ArrayViewMut2<'_, T>,
    layout: Layout,
    dtype: Dtype,
    mut read: impl FnMut(&mut [u8]) -> Result<(), E>,
    too_large: impl Fn(f64) -> E,
) -> Result<(), E> {
    if let Layout::ChannelsFirst(kernel) = layout {
        let mut stored = Array2::zeros(values.dim());
        decode(&mut stored.view_mut(), Layout::Transposed, dtype, read, too_large)?;
        channels_last(&stored, kernel.size(), values);
        return Ok(());
    }
    let mut stored = match layout {
        Layout::Transposed => values.view_mut().reversed_axes(),
        _ => values.view_mut(),
    };
    let size = if dtype == Dtype::F32 { 4 } else { 8 };
    let mut bytes = Vec::new();
    for (rows, columns) in blocks(stored.dim(), size) {
        bytes.resize(rows.len() * columns.len() * size, 0);
        read(&mut bytes)?;
        let mut block = stored.slice_axis_mut(Axis(0), Slice::from(rows));
        let mut block = block.slice_axis_mut(Axis(1), Slice::from(columns));
        let decoded = if dtype == Dtype::F32 {
            decode_block(&mut block, &bytes, |bytes| f32::from_le_bytes(bytes).into())
        } else {
            decode_block(&mut block, &bytes, f64::from_le_bytes)
        };
        decoded.map_err(&too_large)?;
    }
    Ok(())
}

/// Reads the numbers of a block from a buffer of its size, tile by tile. Returns a number that is finite in the buffer and
/// not in `T` as an error.
fn decode_block<T: Scalar, const SIZE: usize>(
    block: &mut ArrayViewMut2<'_, T>,
    bytes: &[u8],
    number: impl Fn([u8; SIZE]) -> f64,
) -> Result<(), f64> {
    let (numbers, _) = bytes.as_chunks::<SIZE>();
    let width = block.ncols();
    let mut columns = [[T::zero(); TILE]; TILE];
    let bands = numbers.chunks(TILE * width);
    for (mut rows, band) in block.axis_chunks_iter_mut(Axis(0), TILE).zip(bands) {
        for (tile_number, mut tile) in rows.axis_chunks_iter_mut(Axis(1), TILE).enumerate() {
            for (row, numbers) in band.chunks_exact(width).enumerate() {
                for (column, &bytes) in columns.iter_mut().zip(&numbers[tile_number * TILE..]) {
                    column[row] = rounded(number(bytes), SIZE)?;
                }
            }
            let height = tile.nrows();
            for (mut column, copy) in tile.columns_mut().into_iter().zip(&columns) {
                column.assign(&ArrayView1::from(&copy[..height]));
            }
        }
    }
    Ok(())
}

/// Returns the blocks of a matrix as ranges of rows and columns, in the order of the file: as many whole rows as fit
/// into [`BLOCK_BYTES`], or a part of one.
fn blocks(
    (rows, columns): (usize, usize),
    size: usize,
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> {
    let most = BLOCK_BYTES / size;
    let (height, width) = ((most / columns.max(1)).max(1), columns.clamp(1, most));
    let rows = if columns == 0 { 0 } else { rows };
    (0..rows).step_by(height).flat_map(move |row| {
        let lines = row..row + height.min(rows - row);
        let pieces = (0..columns).step_by(width);
        pieces.map(move |column| (lines.clone(), column..column + width.min(columns - column)))
    })
}

/// Writes a number to the first bytes of a buffer, in little-endian order.
fn put<T: Scalar>(number: T, bytes: &mut [u8]) {
    let number = number.as_f64();
    if size_of::<T>() == size_of::<f32>() {
        #[expect(clippy::cast_possible_truncation, reason = "the number was an f32")]
        bytes[..4].copy_from_slice(&(number as f32).to_le_bytes());
    } else {
        bytes[..8].copy_from_slice(&number.to_le_bytes());
    }
}

/// Returns a number of a file in `T`, or the number itself as an error if it is finite and would not be. That can only
/// happen if it has more bytes in the file, `size`, than in `T`.
fn rounded<T: Scalar>(number: f64, size: usize) -> Result<T, f64> {
    let rounded = T::from_f64(number);
    if size <= size_of::<T>() || rounded.is_finite() || !number.is_finite() {
        Ok(rounded)
    } else {
        Err(number)
    }
}
