//! Numbers as bytes, block by block: a file is never in memory as a whole.

use std::ops::Range;

use brique_core::Layout;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{ArrayView2, ArrayViewMut2};
use safetensors::tensor::Dtype;

/// The most bytes of a block.
const BLOCK_BYTES: usize = 1 << 18;

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
    let stored = match layout {
        Layout::Transposed => values.view().reversed_axes(),
        _ => values.view(),
    };
    let mut bytes = Vec::new();
    for (rows, columns) in blocks(stored.dim(), size_of::<T>()) {
        bytes.resize(rows.len() * columns.len() * size_of::<T>(), 0);
        // The numbers of a column lie side by side if the tensor is transposed: it is the inner loop then.
        for (number, column) in columns.clone().enumerate() {
            for (line, row) in rows.clone().enumerate() {
                let start = (line * columns.len() + number) * size_of::<T>();
                put(stored[[row, column]], &mut bytes[start..]);
            }
        }
        write(&bytes)?;
    }
    Ok(())
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
    let size = if dtype == Dtype::F32 { 4 } else { 8 };
    let mut stored = match layout {
        Layout::Transposed => values.view_mut().reversed_axes(),
        _ => values.view_mut(),
    };
    let mut bytes = Vec::new();
    for (rows, columns) in blocks(stored.dim(), size) {
        bytes.resize(rows.len() * columns.len() * size, 0);
        read(&mut bytes)?;
        for (number, column) in columns.clone().enumerate() {
            for (line, row) in rows.clone().enumerate() {
                let start = (line * columns.len() + number) * size;
                stored[[row, column]] = get(&bytes[start..start + size]).map_err(&too_large)?;
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

/// Reads a number of 4 or 8 bytes; returns it as `f64` if it is finite in the file and not in `T`.
fn get<T: Scalar>(bytes: &[u8]) -> Result<T, f64> {
    let number = match *bytes {
        [a, b, c, d] => f64::from(f32::from_le_bytes([a, b, c, d])),
        [a, b, c, d, e, f, g, h] => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
        _ => f64::NAN,
    };
    let rounded = T::from_f64(number);
    if rounded.is_finite() || !number.is_finite() {
        Ok(rounded)
    } else {
        Err(number)
    }
}
