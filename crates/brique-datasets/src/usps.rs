//! Handwritten digits of the U.S. Postal Service, as text.

use std::io::Read;
use std::path::Path;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::file::{excerpt, number, parse_file, parse_reader};
use crate::{Dataset, Error};

/// The number of pixels of a digit, 16 × 16.
const PIXELS: usize = 256;

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
/// error contains line and column, counted from 1); if the end marker is not the last line; if there are no examples.
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
    parse_file(path.as_ref(), parse)
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
    parse_reader(reader, parse)
}

fn parse<T: Scalar>(text: &[u8]) -> Result<Dataset<T>, Error> {
    let mut lines = lines(text).peekable();
    lines.next_if(|(_, fields)| is_header(fields));

    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    while let Some((line, fields)) = lines.next() {
        if fields == [b"-1"] {
            check_end(lines.next())?;
            break;
        }
        let (label, pixels) = label_and_pixels(line, &fields)?;
        targets.push(label);
        inputs.extend(pixels);
    }
    if targets.is_empty() {
        return Err(Error::NoLines);
    }
    let inputs = Array2::from_shape_fn((targets.len(), PIXELS), |(row, pixel)| {
        inputs[row * PIXELS + pixel]
    });
    let targets = Array2::from_shape_fn((targets.len(), 1), |(row, _)| targets[row]);
    Ok(Dataset::of_equal_lengths(inputs, targets))
}

/// Returns the lines that are not empty, each with its number, from 1, and its fields.
fn lines(text: &[u8]) -> impl Iterator<Item = (usize, Vec<&[u8]>)> {
    (1..)
        .zip(text.split(|&byte| byte == b'\n').map(fields))
        .filter(|(_, fields)| !fields.is_empty())
}

fn fields(line: &[u8]) -> Vec<&[u8]> {
    line.split(u8::is_ascii_whitespace)
        .filter(|field| !field.is_empty())
        .collect()
}

fn is_header(fields: &[&[u8]]) -> bool {
    (2..=3).contains(&fields.len()) && fields.iter().all(|field| field.iter().all(u8::is_ascii_digit))
}

fn check_end(following: Option<(usize, Vec<&[u8]>)>) -> Result<(), Error> {
    match following {
        None => Ok(()),
        Some((line, fields)) => Err(Error::Fields {
            line,
            found: fields.len(),
            expected: 0,
            reason: "as the file ends at the line of -1",
        }),
    }
}

fn label_and_pixels<T: Scalar>(line: usize, fields: &[&[u8]]) -> Result<(T, Vec<T>), Error> {
    let (label, pixels) = match fields.split_first() {
        Some((label, pixels)) if pixels.len() == PIXELS => (label, pixels),
        _ => {
            return Err(Error::Fields {
                line,
                found: fields.len(),
                expected: 1 + PIXELS,
                reason: "a digit and its 256 grey values",
            });
        }
    };
    let wrong = |column: usize, expected| Error::Field {
        line,
        column,
        found: excerpt(fields[column - 1]),
        expected,
    };
    let digit = number::<f64>(label)
        .filter(|digit| digit.fract() == 0.0 && (0.0..=9.0).contains(digit))
        .ok_or_else(|| wrong(1, "a digit from 0 to 9"))?;
    let grey = |(column, field): (usize, &&[u8])| {
        number::<f64>(field)
            .filter(|grey| (-1.0..=2.0).contains(grey))
            .map(T::from_f64)
            .ok_or_else(|| wrong(column, "a grey value from -1 to 2"))
    };
    let pixels = (2..).zip(pixels).map(grey).collect::<Result<_, _>>()?;
    Ok((T::from_f64(digit), pixels))
}
