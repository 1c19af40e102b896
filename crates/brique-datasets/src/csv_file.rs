//! Data sets from comma-separated values.

use std::io::Read;
use std::path::Path;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use csv::{ByteRecord, Reader, ReaderBuilder, Trim};

use crate::file::{excerpt, number, parse_file, parse_reader, unreadable};
use crate::{Dataset, Error};

/// Options for reading a file of comma-separated values.
///
/// ```
/// use brique_datasets::{CsvOptions, LabelColumn, read_csv_from};
/// use brique_tensor::ndarray::array;
///
/// let text = "class;height;weight\n1;1.75;70\n0;1.60;55\n";
/// let options = CsvOptions {
///     header: true,
///     label: LabelColumn::Name("class".to_owned()),
///     separator: b';',
/// };
/// let data = read_csv_from::<f64>(text.as_bytes(), &options)?;
/// assert_eq!(data.inputs(), array![[1.75, 70.0], [1.60, 55.0]]);
/// assert_eq!(data.targets(), array![[1.0], [0.0]]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// Whether the first line contains the names of the columns. Default: false.
    ///
    /// If this is false for a file with a header, reading returns an error, because names are not numbers. With the
    /// default true, a file without a header would lose its first example without an error.
    pub header: bool,
    /// The column that contains the targets. All other columns are inputs, in their order. Default: the last column.
    pub label: LabelColumn,
    /// The separator between the fields of a line. Default: a comma.
    pub separator: u8,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            header: false,
            label: LabelColumn::Last,
            separator: b',',
        }
    }
}

/// The column of the targets.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LabelColumn {
    /// The last column.
    #[default]
    Last,
    /// The column with this index, from 0.
    Index(usize),
    /// The column with this name in the header.
    Name(String),
}

/// Reads a data set from a file of comma-separated values: inputs of shape (n, columns − 1), targets of shape (n, 1).
///
/// Every field must be a finite number in Rust's syntax, such as `5`, `-0.25` or `1e-3`; it is rounded to `T`. White
/// space around a field is ignored, a field may be in double quotes, and empty lines are skipped. A gzip file is
/// decompressed; it is recognised by its first bytes, not by its name.
///
/// # Errors
///
/// * If the file cannot be read or decompressed, or there are no examples.
/// * If a field is not a finite number, or a line has more or fewer fields than the first line. The error contains the
///   line and the column, counted from 1.
/// * If the label column does not exist, or several columns have its name.
/// * If the separator is a letter, a digit, a sign, a point, a double quote, a line end, or not ASCII.
///
/// An error in the file contains its path.
///
/// ```no_run
/// use brique_datasets::{CsvOptions, Dataset, read_csv};
///
/// let options = CsvOptions { header: true, ..CsvOptions::default() };
/// let iris: Dataset<f32> = read_csv("iris.csv", &options)?;
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_csv<T: Scalar>(path: impl AsRef<Path>, options: &CsvOptions) -> Result<Dataset<T>, Error> {
    check_separator(options.separator)?;
    parse_file(path.as_ref(), |text| parse(text, options))
}

/// Reads a data set from any reader of comma-separated values. The format is that of [`read_csv`].
///
/// # Errors
///
/// As [`read_csv`], but the errors contain no path.
///
/// ```
/// use brique_datasets::{CsvOptions, read_csv_from};
///
/// let text = "1,2\n3,x\n".as_bytes();
/// let error = read_csv_from::<f64>(text, &CsvOptions::default()).unwrap_err();
/// assert_eq!(error.to_string(), "line 2, column 2 is \"x\", expected a finite number");
/// ```
pub fn read_csv_from<T: Scalar>(reader: impl Read, options: &CsvOptions) -> Result<Dataset<T>, Error> {
    check_separator(options.separator)?;
    parse_reader(reader, |text| parse(text, options))
}

fn check_separator(separator: u8) -> Result<(), Error> {
    let in_numbers = separator.is_ascii_alphanumeric() || b"+-.".contains(&separator);
    if !in_numbers && !b"\"\r\n".contains(&separator) && separator.is_ascii() {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "read_csv",
        parameter: "separator",
        found: format!("{:?}", char::from(separator)),
        expected: "an ASCII character that is no part of a number, no quote and no line end",
    })
}

fn parse<T: Scalar>(text: &[u8], options: &CsvOptions) -> Result<Dataset<T>, Error> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(Trim::All)
        .delimiter(options.separator)
        .from_reader(text);
    let mut record = ByteRecord::new();
    if !read(&mut reader, &mut record)? {
        return Err(Error::NoLines);
    }
    let mut rows = Rows {
        text,
        columns: record.len(),
        label: label_index(&record, options)?,
        inputs: Vec::new(),
        targets: Vec::new(),
    };
    if !options.header {
        rows.push(
            &record,
            "a finite number; where the first line names the columns, set CsvOptions::header",
        )?;
    }
    while read(&mut reader, &mut record)? {
        rows.push(&record, "a finite number")?;
    }
    rows.into_dataset()
}

fn read(reader: &mut Reader<&[u8]>, record: &mut ByteRecord) -> Result<bool, Error> {
    reader
        .read_byte_record(record)
        .map_err(|error| unreadable(&error.into()))
}

fn label_index(first: &ByteRecord, options: &CsvOptions) -> Result<usize, Error> {
    let unknown = |label: String, columns: String| Err(Error::LabelColumn { label, columns });
    match &options.label {
        LabelColumn::Last => Ok(first.len().saturating_sub(1)),
        LabelColumn::Index(index) if *index < first.len() => Ok(*index),
        LabelColumn::Index(index) => unknown(
            format!("with index {index}"),
            format!("there are {}, with indices from 0", first.len()),
        ),
        LabelColumn::Name(name) if !options.header => unknown(
            format!("named {name:?}"),
            "without a header columns have no names: set CsvOptions::header, or take an index".to_owned(),
        ),
        LabelColumn::Name(name) => {
            let mut named = first
                .iter()
                .enumerate()
                .filter(|(_, field)| *field == name.as_bytes());
            match (named.next(), named.next()) {
                (Some((index, _)), None) => Ok(index),
                (None, _) => unknown(
                    format!("named {name:?}"),
                    format!("the header names {}", names(first)),
                ),
                (Some(_), Some(_)) => unknown(
                    format!("named {name:?} alone"),
                    format!("the header names {}: take an index", names(first)),
                ),
            }
        }
    }
}

/// Returns the names in a header for an error message, at most the first 20.
fn names(header: &ByteRecord) -> String {
    const MOST: usize = 20;
    let mut names: Vec<String> = header
        .iter()
        .take(MOST)
        .map(|field| format!("{:?}", excerpt(field)))
        .collect();
    if header.len() > MOST {
        names.push(format!("and {} more", header.len() - MOST));
    }
    names.join(", ")
}

/// The numbers read so far.
struct Rows<'a, T> {
    text: &'a [u8],
    columns: usize,
    label: usize,
    inputs: Vec<T>,
    targets: Vec<T>,
}

impl<T: Scalar> Rows<'_, T> {
    fn push(&mut self, record: &ByteRecord, expected: &'static str) -> Result<(), Error> {
        if record.len() != self.columns {
            return Err(Error::Fields {
                line: self.line(record),
                found: record.len(),
                expected: self.columns,
                reason: "as many as the first line has",
            });
        }
        for (column, field) in record.iter().enumerate() {
            let Some(value) = number(field) else {
                return Err(Error::Field {
                    line: self.line(record),
                    column: column + 1,
                    found: excerpt(field),
                    expected,
                });
            };
            if column == self.label {
                self.targets.push(value);
            } else {
                self.inputs.push(value);
            }
        }
        Ok(())
    }

    /// Returns the number of the line on which a record begins, counted from 1: one more than the line ends before it.
    ///
    /// The line count of the `csv` reader is not used, because it is too small after empty lines and after line ends of
    /// two characters. The offset in bytes is reliable, but it may point to line ends before the record; these are
    /// skipped.
    fn line(&self, record: &ByteRecord) -> usize {
        let offset = record.position().map_or(0, |position| {
            usize::try_from(position.byte()).unwrap_or(usize::MAX)
        });
        let (before, record) = self.text.split_at(offset.min(self.text.len()));
        let skipped = record.iter().take_while(|byte| b"\r\n".contains(byte)).count();
        let before = &self.text[..before.len() + skipped];
        let ends = before.iter().enumerate().filter(|&(index, &byte)| {
            byte == b'\n' || (byte == b'\r' && before.get(index + 1) != Some(&b'\n'))
        });
        1 + ends.count()
    }

    fn into_dataset(self) -> Result<Dataset<T>, Error> {
        if self.targets.is_empty() {
            return Err(Error::NoLines);
        }
        let (examples, features) = (self.targets.len(), self.inputs.len() / self.targets.len());
        let inputs = Array2::from_shape_fn((examples, features), |(row, column)| {
            self.inputs[row * features + column]
        });
        let targets = Array2::from_shape_fn((examples, 1), |(row, _)| self.targets[row]);
        Ok(Dataset::of_equal_lengths(inputs, targets))
    }
}
