//! Handwritten digits of the U.S. Postal Service, as text.

use std::io::Read;
use std::path::Path;

use brique_tensor::Scalar;

use crate::content::Content;
use crate::field::{excerpt, number};
use crate::file::{parse_file, parse_reader};
use crate::table::Table;
use crate::usps_lines::{Line, Lines};
use crate::{Dataset, Error, ReadLimits};

/// The label and the 16 × 16 pixels of a digit.
const COLUMNS: usize = 1 + 256;

/// Reads handwritten digits in the text format of USPS: inputs of shape (n, 256), targets of shape (n, 1).
///
/// The file may be plain or gzip, which its first bytes tell. Its parts are:
///
/// 1. A header, if the first line has two or three fields and each is a whole number. The numbers are ignored.
/// 2. Lines of 257 fields, separated by white space: the digit, a whole number from 0 to 9 (`6` or `6.0000`), and its
///    16 · 16 grey values, each a number from −1 to 2. There must be at least one such line.
/// 3. An end marker, if the last line contains only `-1`.
///
/// White space around a line and empty lines are ignored. Grey values are not rescaled: they are in [−1, 1] in the
/// files `zip.train` and `zip.test` of the book below, and in [0, 2] in those with a header. For a sigmoid or a binary
/// cross-entropy rescale them to [0, 1], by (x + 1) / 2 or x / 2.
///
/// # Errors
///
/// If the file cannot be read or decompressed; if a line has another number of fields, or a field is invalid (the
/// error contains line and column, counted from 1); if the end marker is not the last line; if there are no examples;
/// if a field has more than 4096 bytes, or a gzip file unpacks into more than 1 GiB, the defaults of [`ReadLimits`].
/// The error names the file.
///
/// Source: Y. Le Cun and others, *Handwritten digit recognition with a back-propagation network*, NIPS 1989. The files
/// `zip.train.gz` and `zip.test.gz` belong to T. Hastie, R. Tibshirani and J. Friedman, *The Elements of Statistical
/// Learning*; the variant with header and end marker is D. Keysers's.
///
/// ```no_run
/// use brique_datasets::{Dataset, read_usps};
///
/// let train: Dataset<f32> = read_usps("zip.train.gz")?;
/// let inputs = train.inputs().mapv(|grey| (grey + 1.0) / 2.0);
/// let train = train.with_inputs(inputs)?;
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_usps<T: Scalar>(path: impl AsRef<Path>) -> Result<Dataset<T>, Error> {
    ReadLimits::new().read_usps(path)
}

/// Reads handwritten digits in the text format of USPS from any reader, as [`read_usps`].
///
/// # Errors
///
/// As [`read_usps`], but the error names no file.
///
/// ```
/// use brique_datasets::read_usps_from;
///
/// let text = format!("6.0000 {}\n", "-1.0000 ".repeat(256));
/// let data = read_usps_from::<f64>(text.as_bytes())?;
/// assert_eq!((data.inputs().dim(), data.targets()[[0, 0]]), ((1, 256), 6.0));
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_usps_from<T: Scalar>(reader: impl Read) -> Result<Dataset<T>, Error> {
    ReadLimits::new().read_usps_from(reader)
}

impl ReadLimits {
    /// Reads handwritten digits in the text format of USPS within these limits, as [`read_usps`].
    ///
    /// # Errors
    ///
    /// As [`read_usps`]; if a field is longer, or a gzip file unpacks into more than these limits allow.
    ///
    /// ```no_run
    /// use brique_datasets::{Dataset, ReadLimits};
    ///
    /// let train: Dataset<f32> = ReadLimits::new().unpacked(20 << 20).read_usps("zip.train.gz")?;
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_usps<T: Scalar>(self, path: impl AsRef<Path>) -> Result<Dataset<T>, Error> {
        parse_file(path.as_ref(), self, parse)
    }

    /// Reads handwritten digits in the text format of USPS from any reader within these limits, as [`read_usps_from`].
    ///
    /// # Errors
    ///
    /// As [`ReadLimits::read_usps`], but the error names no file.
    ///
    /// ```
    /// use brique_datasets::ReadLimits;
    ///
    /// let text = format!("6.0000 {}\n", "-1.0000 ".repeat(256));
    /// assert_eq!(ReadLimits::new().field(7).read_usps_from::<f64>(text.as_bytes())?.len(), 1);
    /// let error = ReadLimits::new().field(6).read_usps_from::<f64>(text.as_bytes()).unwrap_err();
    /// assert!(error.to_string().starts_with("line 1, column 2 begins with \"-1.0000\", expected at most 6 bytes"));
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_usps_from<T: Scalar>(self, reader: impl Read) -> Result<Dataset<T>, Error> {
        parse_reader(reader, self, parse)
    }
}

fn parse<T: Scalar>(content: &mut Content<'_>) -> Result<Dataset<T>, Error> {
    let mut lines = Lines::new(content, COLUMNS);
    let mut table = Table::new();
    let mut is_first = true;
    while let Some(line) = lines.next()? {
        if line.fields() == 1 && line.field(0) == b"-1" {
            check_end(lines.next()?)?;
            break;
        }
        if !(is_first && is_header(line)) {
            push_digit(line, &mut table)?;
        }
        is_first = false;
    }
    table.into_dataset(COLUMNS, 0)
}

fn is_header(line: &Line) -> bool {
    let is_whole = |column| line.field(column).iter().all(u8::is_ascii_digit);
    (2..=3).contains(&line.fields()) && (0..line.fields()).all(is_whole)
}

fn check_end(following: Option<&Line>) -> Result<(), Error> {
    match following {
        None => Ok(()),
        Some(line) => Err(Error::Fields {
            line: line.number,
            found: line.fields(),
            expected: 0,
            reason: "as the file ends at the line of -1",
        }),
    }
}

/// Appends the label and the grey values of a line.
fn push_digit<T: Scalar>(line: &Line, table: &mut Table<T>) -> Result<(), Error> {
    if line.fields() != COLUMNS {
        return Err(Error::Fields {
            line: line.number,
            found: line.fields(),
            expected: COLUMNS,
            reason: "a digit and its 256 grey values",
        });
    }
    let is_digit = |digit: f64| digit.fract() == 0.0 && (0.0..=9.0).contains(&digit);
    table.push(valid(line, 0, is_digit, "a digit from 0 to 9")?);
    for column in 1..COLUMNS {
        let is_grey = |grey: f64| (-1.0..=2.0).contains(&grey);
        table.push(valid(line, column, is_grey, "a grey value from -1 to 2")?);
    }
    Ok(())
}

fn valid<T: Scalar>(
    line: &Line,
    column: usize,
    is_valid: impl Fn(f64) -> bool,
    expected: &'static str,
) -> Result<T, Error> {
    let field = line.field(column);
    let value = number(field).filter(|&value| is_valid(value));
    value.map(T::from_f64).ok_or_else(|| Error::Field {
        line: line.number,
        column: column + 1,
        name: None,
        found: excerpt(field),
        expected,
    })
}
