//! IDX files, the format of MNIST.

mod format;

use std::io::Read;
use std::path::Path;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::file::{parse_file, parse_reader};
use crate::{Dataset, Error, ReadLimits};
use format::{images, images_header, labels, labels_header};

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
    ReadLimits::new().read_mnist(images, labels)
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
/// specifies; if there are images, but they have no pixels; if a gzip file unpacks into more than 1 GiB, the default
/// of [`ReadLimits`]. The error names the file. Memory for the pixels is allocated only after the length was checked.
///
/// Source: Y. Le Cun, C. Cortes and C. J. C. Burges, *The MNIST database of handwritten digits*.
pub fn read_idx_images<T: Scalar>(path: impl AsRef<Path>) -> Result<Array2<T>, Error> {
    ReadLimits::new().read_idx_images(path)
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
    ReadLimits::new().read_idx_images_from(reader)
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
    ReadLimits::new().read_idx_labels(path)
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
    ReadLimits::new().read_idx_labels_from(reader)
}

/// Reads the header of images in IDX: their number, their rows and their columns.
///
/// The pixels follow after 16 bytes, a byte each. [`read_idx_images`] describes the format. The reader may be read beyond
/// the header.
///
/// # Errors
///
/// If the bytes are not the header of images; if there are images, but they have no pixels.
///
/// ```
/// use brique_datasets::read_idx_images_header_from;
///
/// let header = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
/// assert_eq!(read_idx_images_header_from(header.as_slice())?, [2, 1, 2]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_idx_images_header_from(reader: impl Read) -> Result<[usize; 3], Error> {
    parse_reader(reader, ReadLimits::new(), images_header)
}

/// Reads the header of labels in IDX: their number. The labels follow after 8 bytes, a byte each.
///
/// # Errors
///
/// If the bytes are not the header of labels.
///
/// ```
/// use brique_datasets::read_idx_labels_header_from;
///
/// assert_eq!(read_idx_labels_header_from([0, 0, 8, 1, 0, 0, 0, 3].as_slice())?, 3);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_idx_labels_header_from(reader: impl Read) -> Result<usize, Error> {
    parse_reader(reader, ReadLimits::new(), labels_header)
}

impl ReadLimits {
    /// Reads MNIST or another data set in its format within these limits, as [`read_mnist`].
    ///
    /// # Errors
    ///
    /// As [`read_mnist`]; if a gzip file unpacks into more than these limits allow.
    ///
    /// ```no_run
    /// use brique_datasets::{Dataset, ReadLimits};
    ///
    /// let limits = ReadLimits::new().unpacked(50 << 20);
    /// let data: Dataset<f32> = limits.read_mnist("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")?;
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_mnist<T: Scalar>(
        self,
        images: impl AsRef<Path>,
        labels: impl AsRef<Path>,
    ) -> Result<Dataset<T>, Error> {
        let labels = self.read_idx_labels(labels)?;
        let inputs = self.read_idx_images(images)?;
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

    /// Reads the images in an IDX file within these limits, as [`read_idx_images`].
    ///
    /// # Errors
    ///
    /// As [`read_idx_images`]; if a gzip file unpacks into more than these limits allow.
    ///
    /// ```no_run
    /// use brique_datasets::ReadLimits;
    ///
    /// let pixels = ReadLimits::new().unpacked(50 << 20).read_idx_images::<f32>("train-images-idx3-ubyte.gz")?;
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_idx_images<T: Scalar>(self, path: impl AsRef<Path>) -> Result<Array2<T>, Error> {
        parse_file(path.as_ref(), self, images)
    }

    /// Reads the images from any reader within these limits, as [`read_idx_images_from`].
    ///
    /// # Errors
    ///
    /// As [`ReadLimits::read_idx_images`], but the error names no file.
    ///
    /// ```
    /// use brique_datasets::ReadLimits;
    ///
    /// let bytes = [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 7, 9];
    /// let pixels = ReadLimits::new().unpacked(50 << 20).read_idx_images_from::<f32>(bytes.as_slice())?;
    /// assert_eq!(pixels.dim(), (1, 2));
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_idx_images_from<T: Scalar>(self, reader: impl Read) -> Result<Array2<T>, Error> {
        parse_reader(reader, self, images)
    }

    /// Reads the labels in an IDX file within these limits, as [`read_idx_labels`].
    ///
    /// # Errors
    ///
    /// As [`read_idx_labels`]; if a gzip file unpacks into more than these limits allow.
    ///
    /// ```no_run
    /// use brique_datasets::ReadLimits;
    ///
    /// let labels = ReadLimits::new().unpacked(1 << 20).read_idx_labels("train-labels-idx1-ubyte.gz")?;
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_idx_labels(self, path: impl AsRef<Path>) -> Result<Vec<usize>, Error> {
        parse_file(path.as_ref(), self, labels)
    }

    /// Reads the labels from any reader within these limits, as [`read_idx_labels_from`].
    ///
    /// # Errors
    ///
    /// As [`ReadLimits::read_idx_labels`], but the error names no file.
    ///
    /// ```
    /// use brique_datasets::ReadLimits;
    ///
    /// let bytes = [0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4];
    /// assert_eq!(ReadLimits::new().unpacked(1 << 20).read_idx_labels_from(bytes.as_slice())?, [5, 0, 4]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_idx_labels_from(self, reader: impl Read) -> Result<Vec<usize>, Error> {
        parse_reader(reader, self, labels)
    }
}
