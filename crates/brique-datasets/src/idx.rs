//! IDX files, the format of MNIST.

use std::io::Read;
use std::path::Path;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::error::check_addressable;
use crate::file::{parse_file, parse_reader};
use crate::{Dataset, Error};

/// Reads MNIST or another data set in its format: inputs of shape (n, rows · columns) from 0 to 255, targets of shape
/// (n, 1).
///
/// # Errors
///
/// As [`read_idx_images`] and [`read_idx_labels`]; if the number of labels differs from the number of images.
///
/// ```no_run
/// use brique_datasets::{Dataset, read_mnist};
///
/// let data: Dataset<f32> =
///     read_mnist("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")?;
/// let (mut pixels, digits) = data.into_parts();
/// pixels /= 255.0;
/// let data = Dataset::new(pixels, digits)?;
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_mnist<T: Scalar>(
    images: impl AsRef<Path>,
    labels: impl AsRef<Path>,
) -> Result<Dataset<T>, Error> {
    let labels = read_idx_labels(labels)?;
    let inputs = read_idx_images(images)?;
    if labels.len() != inputs.nrows() {
        return Err(Error::Lengths {
            what: "the labels",
            found: labels.len(),
            expected: inputs.nrows(),
            of: "images",
        });
    }
    let targets = Array2::from_shape_fn((labels.len(), 1), |(row, _)| T::from_usize(labels[row]));
    Ok(Dataset::of_equal_lengths(inputs, targets))
}

/// Reads the images in an IDX file: a matrix of shape (n, rows · columns), with pixels from 0 to 255 in row-major
/// order.
///
/// The file contains the bytes 00 00 08 03, then n, rows and columns as 32-bit big-endian numbers, then one byte per
/// pixel. A file that begins with the bytes of gzip is decompressed, regardless of its name.
///
/// # Errors
///
/// If the file cannot be read or decompressed, begins with other bytes, or is shorter or longer than its header
/// specifies. The error names the file. Memory is allocated only after the length was checked.
///
/// Source: Y. Le Cun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*.
pub fn read_idx_images<T: Scalar>(path: impl AsRef<Path>) -> Result<Array2<T>, Error> {
    parse_file(path.as_ref(), images)
}

/// Reads the images from any reader, as [`read_idx_images`].
///
/// # Errors
///
/// As [`read_idx_images`], but the error names no file.
///
/// ```
/// use brique_datasets::read_idx_images_from;
/// use brique_tensor::ndarray::array;
///
/// // Two images of 1 × 2 pixels.
/// let header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
/// let bytes = [header.as_slice(), &[0, 255, 7, 9]].concat();
/// let images = read_idx_images_from::<f64>(bytes.as_slice())?;
/// assert_eq!(images, array![[0.0, 255.0], [7.0, 9.0]]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_idx_images_from<T: Scalar>(reader: impl Read) -> Result<Array2<T>, Error> {
    parse_reader(reader, images)
}

/// Reads the labels in an IDX file, each from 0 to 255.
///
/// The file contains the bytes 00 00 08 01, then the number of labels as a 32-bit big-endian number, then one byte per
/// label. A file that begins with the bytes of gzip is decompressed, regardless of its name.
///
/// # Errors
///
/// As [`read_idx_images`].
pub fn read_idx_labels(path: impl AsRef<Path>) -> Result<Vec<usize>, Error> {
    parse_file(path.as_ref(), labels)
}

/// Reads the labels from any reader, as [`read_idx_labels`].
///
/// # Errors
///
/// As [`read_idx_labels`], but the error names no file.
///
/// ```
/// use brique_datasets::{one_hot, read_idx_labels_from};
///
/// let labels = read_idx_labels_from([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4].as_slice())?;
/// assert_eq!(labels, [5, 0, 4]);
/// assert_eq!(one_hot::<f32>(&labels, 10)?.dim(), (3, 10));
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_idx_labels_from(reader: impl Read) -> Result<Vec<usize>, Error> {
    parse_reader(reader, labels)
}

fn images<T: Scalar>(bytes: &[u8]) -> Result<Array2<T>, Error> {
    let ([n, rows, columns], data) = sizes_and_data(bytes)?;
    check_data(
        data,
        u128::from(n) * u128::from(rows) * u128::from(columns),
        || format!("{n} images of {rows} × {columns} pixels, a byte each"),
    )?;
    let (n, pixels) = (n as usize, (rows as usize).saturating_mul(columns as usize));
    check_addressable("read_idx_images", "the size of the images", n.max(1), pixels)?;
    Ok(Array2::from_shape_fn((n, pixels), |(image, pixel)| {
        T::from_usize(data[image * pixels + pixel].into())
    }))
}

fn labels(bytes: &[u8]) -> Result<Vec<usize>, Error> {
    let ([n], data) = sizes_and_data(bytes)?;
    check_data(data, n.into(), || format!("{n} labels, a byte each"))?;
    Ok(data.iter().map(|&label| label.into()).collect())
}

/// Returns the sizes of the dimensions, and the data after them.
fn sizes_and_data<const DIMENSIONS: usize>(bytes: &[u8]) -> Result<([u32; DIMENSIONS], &[u8]), Error> {
    const UNSIGNED_BYTE: u8 = 8;
    #[expect(clippy::cast_possible_truncation, reason = "3 or 1")]
    let expected = [0, 0, UNSIGNED_BYTE, DIMENSIONS as u8];
    let (magic, rest) = bytes.split_at(bytes.len().min(4));
    let wrong = |reason| {
        Err(Error::Magic {
            found: magic.to_vec(),
            expected,
            reason,
        })
    };
    match *magic {
        [0, 0, kind, _] if kind != UNSIGNED_BYTE => {
            return wrong("the third is the type, 08 for unsigned bytes");
        }
        [0, 0, _, dimensions] if usize::from(dimensions) != DIMENSIONS => {
            return wrong("the fourth is the number of dimensions, 03 for images and 01 for labels");
        }
        [0, 0, _, _] => {}
        _ => return wrong("every IDX file begins with 00 00, a type and a number of dimensions"),
    }
    let Some((sizes, data)) = rest.split_at_checked(4 * DIMENSIONS) else {
        return Err(Error::Length {
            part: "the header",
            found: bytes.len(),
            expected: 4 + 4 * DIMENSIONS as u128,
            reason: "4 bytes, and 4 for each dimension".to_owned(),
        });
    };
    let size = |dimension: usize| {
        let bytes = &sizes[4 * dimension..4 * dimension + 4];
        bytes.iter().fold(0, |size, &byte| size << 8 | u32::from(byte))
    };
    Ok((std::array::from_fn(size), data))
}

fn check_data(data: &[u8], expected: u128, reason: impl Fn() -> String) -> Result<(), Error> {
    if data.len() as u128 == expected {
        return Ok(());
    }
    Err(Error::Length {
        part: "the data",
        found: data.len(),
        expected,
        reason: reason(),
    })
}
