//! Numbers as bytes, block by block: a file is never in memory as a whole.

use brique_core::Layout;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{ArrayView2, ArrayViewMut2};
use safetensors::tensor::Dtype;

/// The bytes of a block, if a row of the file is not longer.
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
    let (rows, columns) = stored.dim();
    if columns == 0 {
        return Ok(());
    }
    let mut bytes = Vec::new();
    let mut first = 0;
    for count in blocks(rows, columns * size_of::<T>()) {
        bytes.resize(count * columns * size_of::<T>(), 0);
        // The numbers of a column lie side by side if the tensor is transposed: it is the inner loop then.
        for column in 0..columns {
            for row in 0..count {
                let start = (row * columns + column) * size_of::<T>();
                put(stored[[first + row, column]], &mut bytes[start..]);
            }
        }
        write(&bytes)?;
        first += count;
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
    let (rows, columns) = stored.dim();
    if columns == 0 {
        return Ok(());
    }
    let mut bytes = Vec::new();
    let mut first = 0;
    for count in blocks(rows, columns * size) {
        bytes.resize(count * columns * size, 0);
        read(&mut bytes)?;
        for column in 0..columns {
            for row in 0..count {
                let start = (row * columns + column) * size;
                let number: T = get(&bytes[start..start + size]).map_err(&too_large)?;
                stored[[first + row, column]] = number;
            }
        }
        first += count;
    }
    Ok(())
}

/// Returns the rows of each block: as many as fit, at least one.
fn blocks(rows: usize, row_bytes: usize) -> impl Iterator<Item = usize> {
    let most = (BLOCK_BYTES / row_bytes).max(1);
    (0..rows.div_ceil(most)).map(move |block| most.min(rows - block * most))
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
