//! Handwritten digits that are embedded in the program.

use brique_tensor::Scalar;

use crate::{CsvOptions, Dataset, Error, read_csv_from};

/// Returns 1,797 handwritten digits of 8 × 8 pixels: inputs of shape (1797, 64), targets 0 to 9 of shape (1797, 1).
///
/// The pixels are in row-major order, from 0 for paper to 16 for ink; divide by 16 for [0, 1]. They are embedded in
/// the program, and each call decompresses them again. They were written by 13 people; no column contains the writer.
///
/// # Errors
///
/// If the embedded file cannot be read, as [`read_csv`](crate::read_csv). This does not happen with the file of this
/// crate.
///
/// Source: E. Alpaydin and C. Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository,
/// 1998, <https://doi.org/10.24432/C50P49>, CC BY 4.0. It is the set of scikit-learn's `load_digits`.
///
/// ```
/// use brique_datasets::{digits, one_hot};
///
/// let data = digits::<f32>()?;
/// let rows = one_hot::<f32>(&data.classes(), 10)?;
/// let (pixels, _) = data.into_parts();
/// assert_eq!((pixels.dim(), rows.dim()), ((1797, 64), (1797, 10)));
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn digits<T: Scalar>() -> Result<Dataset<T>, Error> {
    read_csv_from(
        include_bytes!("../data/digits.csv.gz").as_slice(),
        &CsvOptions::default(),
    )
}
