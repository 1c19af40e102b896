//! The bytes of an IDX file: a magic number, the sizes of the dimensions, and a byte for each number.

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::Error;
use crate::checks::check_addressable;
use crate::content::Content;

pub(super) fn images<T: Scalar>(content: &mut Content<'_>) -> Result<Array2<T>, Error> {
    let [n, rows, columns] = images_header(content)?;
    let expected = n as u128 * rows as u128 * columns as u128;
    let data = data(content, expected, || {
        format!("{n} images of {rows} × {columns} pixels, a byte each")
    })?;
    let pixels = rows * columns;
    Ok(Array2::from_shape_fn((n, pixels), |(image, pixel)| {
        T::from_usize(data[image * pixels + pixel].into())
    }))
}

pub(super) fn images_header(content: &mut Content<'_>) -> Result<[usize; 3], Error> {
    let [n, rows, columns] = sizes(content)?.map(|size| size as usize);
    check_pixels(n, rows.saturating_mul(columns))?;
    Ok([n, rows, columns])
}

/// Returns an error if the header gives sizes that no bytes have to match: images without pixels, or no images.
fn check_pixels(images: usize, pixels: usize) -> Result<(), Error> {
    if images == 0 {
        return check_addressable("read_idx_images", "the size of the images", 1, pixels);
    }
    if pixels > 0 {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "read_idx_images",
        parameter: "the size of the images",
        found: format!("0 pixels for each of {images}"),
        expected: "at least one",
    })
}

pub(super) fn labels(content: &mut Content<'_>) -> Result<Vec<usize>, Error> {
    let n = labels_header(content)?;
    let data = data(content, n as u128, || format!("{n} labels, a byte each"))?;
    Ok(data.into_iter().map(usize::from).collect())
}

pub(super) fn labels_header(content: &mut Content<'_>) -> Result<usize, Error> {
    let [n] = sizes(content)?;
    Ok(n as usize)
}

/// Reads the header and returns the sizes of the dimensions.
fn sizes<const DIMENSIONS: usize>(content: &mut Content<'_>) -> Result<[u32; DIMENSIONS], Error> {
    check_magic(&content.read_at_most(4)?, DIMENSIONS)?;
    let sizes = content.read_at_most(4 * DIMENSIONS as u128)?;
    if sizes.len() < 4 * DIMENSIONS {
        return Err(Error::Length {
            part: "the header",
            found: 4 + sizes.len(),
            expected: 4 + 4 * DIMENSIONS as u128,
            reason: "4 bytes, and 4 for each dimension".to_owned(),
        });
    }
    let size = |dimension: usize| {
        let bytes = &sizes[4 * dimension..4 * dimension + 4];
        bytes.iter().fold(0, |size, &byte| size << 8 | u32::from(byte))
    };
    Ok(std::array::from_fn(size))
}

fn check_magic(magic: &[u8], dimensions: usize) -> Result<(), Error> {
    const UNSIGNED_BYTE: u8 = 8;
    #[expect(clippy::cast_possible_truncation, reason = "3 or 1")]
    let expected = [0, 0, UNSIGNED_BYTE, dimensions as u8];
    let reason = match *magic {
        [0, 0, kind, _] if kind != UNSIGNED_BYTE => "the third is the type, 08 for unsigned bytes",
        [0, 0, _, found] if usize::from(found) != dimensions => {
            "the fourth is the number of dimensions, 03 for images and 01 for labels"
        }
        [0, 0, _, _] => return Ok(()),
        _ => "every IDX file begins with 00 00, a type and a number of dimensions",
    };
    Err(Error::Magic {
        found: magic.to_vec(),
        expected,
        reason,
    })
}

/// Reads the data up to the end of the content; memory grows with the bytes that there are.
fn data(content: &mut Content<'_>, expected: u128, reason: impl Fn() -> String) -> Result<Vec<u8>, Error> {
    let data = content.read_at_most(expected)?;
    let found = data.len().saturating_add(content.skip_rest()?);
    if found as u128 == expected {
        return Ok(data);
    }
    Err(Error::Length {
        part: "the data",
        found,
        expected,
        reason: reason(),
    })
}
