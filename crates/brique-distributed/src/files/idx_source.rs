//! Images and labels in IDX files, the format of MNIST.

use std::ops::Range;
use std::path::Path;

use brique_datasets::{Error as DataError, read_idx_images_header_from, read_idx_labels_header_from};
use brique_tensor::Scalar;
use brique_train::{ExampleSource, Examples, SourceSizes};

use crate::files::batches::Batches;
use crate::files::data_file::DataFile;
use crate::files::fixed_rows::FixedRows;
use crate::{Error, FileError};

const IMAGES_HEADER: u64 = 16;
const LABELS_HEADER: u64 = 8;

/// Reads images and labels from two IDX files, the format of MNIST, one batch at a time.
///
/// The examples are those of [`read_mnist`](brique_datasets::read_mnist): inputs of shape (n, rows · columns) from 0 to 255,
/// targets of shape (n, 1). Without a seed they have the order of the files, with a seed that of an
/// [`Order`](crate::Order).
///
/// A process reads only the examples that it needs. Its memory does not depend on the length of the files: the numbers of
/// the examples that it needs of the largest batch, 8 bytes for each of them, and 256 KiB or one image if that is more.
///
/// The files must not change. [`Fit::run_on`](brique_train::Fit::run_on) trains on the source:
///
/// ```
/// use brique_distributed::{Alone, IdxSource, Sharded};
/// use brique_layers::{Init, Linear};
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_random::portable;
/// use brique_train::Fit;
///
/// # let folder = tempfile::tempdir()?;
/// # let (images, labels) = (folder.path().join("images"), folder.path().join("labels"));
/// # std::fs::write(&images, [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 255, 255, 0, 255, 255])?;
/// # std::fs::write(&labels, [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 1])?;
/// // Three images of 1 × 2 pixels.
/// let mut source = IdxSource::<f32>::open(&images, &labels)?.pixel_divisor(255.0)?;
/// let mut network = Linear::new(2, 1, Init::PyTorch, &mut portable(1))?;
/// let mut sharded = Sharded::new(Alone, 2)?;
/// let history = Fit::new(50, 2)
///     .shuffle(1)
///     .strategy(&mut sharded)
///     .run_on(&mut network, &MSELoss::new(), &mut SGD::new(0.2)?, &mut source)?;
/// assert!(history.epochs()[49].loss < history.epochs()[0].loss);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct IdxSource<T: Scalar = f64> {
    images: DataFile,
    labels: DataFile,
    pixels: FixedRows,
    classes: FixedRows,
    batches: Batches<T>,
    /// The input of each value of a pixel.
    inputs: Vec<T>,
    block: Vec<u8>,
}

impl<T: Scalar> IdxSource<T> {
    /// Opens the files and reads their headers.
    ///
    /// # Errors
    ///
    /// If a file cannot be read, is compressed, begins with other bytes, or is shorter or longer than its header specifies;
    /// if there are no images, or they have no pixels; if the number of labels differs from the number of images.
    pub fn open(images: impl AsRef<Path>, labels: impl AsRef<Path>) -> Result<Self, Error> {
        let mut images = DataFile::open(images.as_ref())?;
        let [n, rows, columns] = read_idx_images_header_from(images.part(0, IMAGES_HEADER))
            .map_err(|error| images.error(error))?;
        let pixels = rows.saturating_mul(columns);
        check_length(&images, IMAGES_HEADER, n as u128 * pixels as u128, || {
            format!("{n} images of {rows} × {columns} pixels, a byte each")
        })?;
        let mut labels = DataFile::open(labels.as_ref())?;
        let found = read_idx_labels_header_from(labels.part(0, LABELS_HEADER))
            .map_err(|error| labels.error(error))?;
        check_length(&labels, LABELS_HEADER, found as u128, || {
            format!("{found} labels, a byte each")
        })?;
        if found != n {
            return Err(labels.error(DataError::Lengths {
                what: "the labels",
                found,
                expected: n,
                of: "images",
            }));
        }
        if n == 0 {
            return Err(images.error(FileError::NoExamples));
        }
        Ok(Self {
            images,
            labels,
            pixels: FixedRows {
                position: IMAGES_HEADER,
                row_bytes: pixels,
            },
            classes: FixedRows {
                position: LABELS_HEADER,
                row_bytes: 1,
            },
            batches: Batches::new(n, pixels, 1),
            inputs: inputs(T::one()),
            block: Vec::new(),
        })
    }

    /// Divides each pixel by this number. By default it is 1; 255 gives inputs from 0 to 1.
    ///
    /// # Errors
    ///
    /// If the divisor is 0, NaN or infinite, or would be as `T`.
    pub fn pixel_divisor(self, divisor: f64) -> Result<Self, Error> {
        let number = T::from_f64(divisor);
        if number.is_finite() && !number.is_zero() {
            let inputs = inputs(number);
            return Ok(Self { inputs, ..self });
        }
        Err(self.images.error(FileError::Option {
            option: "pixel_divisor",
            found: divisor.to_string(),
            expected: "a finite number other than 0",
        }))
    }

    /// Returns the number of bytes that were read from both files, headers included.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.images.bytes_read() + self.labels.bytes_read()
    }

    fn read(&mut self, batch: &Range<usize>, needed: &Range<usize>) -> Result<(), Error> {
        let Self {
            images,
            labels,
            batches,
            inputs,
            block,
            ..
        } = self;
        batches
            .begin(batch, needed)
            .map_err(|error| images.error(error))?;
        let Batches { examples, x, y, .. } = batches;
        self.pixels.read(images, examples, block, |_, row, pixels| {
            let numbers = pixels.iter().map(|&pixel| inputs[usize::from(pixel)]);
            x.row_mut(row)
                .iter_mut()
                .zip(numbers)
                .for_each(|(x, number)| *x = number);
            Ok(())
        })?;
        self.classes.read(labels, examples, block, |_, row, label| {
            y[[row, 0]] = T::from_usize(label[0].into());
            Ok(())
        })?;
        images.check()?;
        labels.check()
    }
}

impl<T: Scalar> ExampleSource<T> for IdxSource<T> {
    fn sizes(&self) -> SourceSizes {
        self.batches.sizes()
    }

    fn begin_epoch(&mut self, seed: Option<u64>) {
        self.batches.begin_epoch(seed);
    }

    fn batch(
        &mut self,
        batch: Range<usize>,
        needed: Range<usize>,
    ) -> Result<Examples<'_, T>, brique_train::Error> {
        self.read(&batch, &needed)?;
        Ok(self.batches.examples(&batch, &needed))
    }
}

fn inputs<T: Scalar>(divisor: T) -> Vec<T> {
    (0..256).map(|pixel| T::from_usize(pixel) / divisor).collect()
}

fn check_length(
    file: &DataFile,
    header: u64,
    expected: u128,
    reason: impl Fn() -> String,
) -> Result<(), Error> {
    let found = file.length().saturating_sub(header);
    if u128::from(found) == expected {
        return Ok(());
    }
    Err(file.error(DataError::Length {
        part: "the data",
        found: usize::try_from(found).unwrap_or(usize::MAX),
        expected,
        reason: reason(),
    }))
}
