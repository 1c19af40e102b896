//! Data sets from comma-separated values.

use std::io::Read;
use std::path::Path;

use brique_tensor::Scalar;

use crate::content::Content;
use crate::csv_fields::Fields;
use crate::csv_label::{Header, label_index};
use crate::field::{excerpt, number};
use crate::file::{parse_file, parse_reader};
use crate::table::Table;
use crate::{Dataset, Error, ReadLimits};

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
/// decompressed; it is recognised by its first bytes, not by its name. [`ReadLimits`] states how much memory this takes
/// at most, and sets other limits than the default ones.
///
/// # Errors
///
/// * If the file cannot be read or decompressed, or there are no examples.
/// * If a field is not a finite number, or a line has more or fewer fields than the first line. The error contains the
///   line and the column, counted from 1.
/// * If the label column does not exist, or several columns have its name.
/// * If the separator is a letter, a digit, a sign, a point, a double quote, a line end, or not ASCII.
/// * If a field has more than 4096 bytes, or a gzip file unpacks into more than 1 GiB.
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
    ReadLimits::new().read_csv(path, options)
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
    ReadLimits::new().read_csv_from(reader, options)
}

impl ReadLimits {
    /// Reads a data set from a file of comma-separated values within these limits, as [`read_csv`].
    ///
    /// # Errors
    ///
    /// As [`read_csv`]; if a field is longer, or a gzip file unpacks into more than these limits allow.
    ///
    /// ```no_run
    /// use brique_datasets::{CsvOptions, Dataset, ReadLimits};
    ///
    /// let limits = ReadLimits::new().unpacked(8 << 30);
    /// let large: Dataset<f32> = limits.read_csv("large.csv.gz", &CsvOptions::default())?;
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_csv<T: Scalar>(
        self,
        path: impl AsRef<Path>,
        options: &CsvOptions,
    ) -> Result<Dataset<T>, Error> {
        check_separator(options.separator)?;
        parse_file(path.as_ref(), self, |content| parse(content, options))
    }

    /// Reads a data set in comma-separated values from any reader within these limits, as [`read_csv_from`].
    ///
    /// # Errors
    ///
    /// As [`ReadLimits::read_csv`], but the error names no file.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, ReadLimits};
    ///
    /// let error = ReadLimits::new()
    ///     .field(3)
    ///     .read_csv_from::<f64>("1,2\n3,4567\n".as_bytes(), &CsvOptions::default())
    ///     .unwrap_err();
    /// assert!(error.to_string().starts_with("line 2, column 2 begins with \"4567\", expected at most 3 bytes"));
    /// ```
    pub fn read_csv_from<T: Scalar>(
        self,
        reader: impl Read,
        options: &CsvOptions,
    ) -> Result<Dataset<T>, Error> {
        check_separator(options.separator)?;
        parse_reader(reader, self, |content| parse(content, options))
    }
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

fn parse<T: Scalar>(content: &mut Content<'_>, options: &CsvOptions) -> Result<Dataset<T>, Error> {
    let mut fields = Fields::new(content, options.separator)?;
    if !fields.next_record()? {
        return Err(Error::NoLines);
    }
    let mut table = Table::new();
    let (columns, label) = if options.header {
        let header = Header::read(&mut fields, &options.label)?;
        (header.columns, label_index(&options.label, &header)?)
    } else {
        let expected = "a finite number; where the first line names the columns, set CsvOptions::header";
        let (columns, numbers) = push_row(&mut fields, &mut table, usize::MAX, expected)?;
        let label = label_index(&options.label, &Header::unnamed(columns))?;
        numbers?;
        (columns, label)
    };
    while fields.next_record()? {
        let line = fields.line;
        let (found, numbers) = push_row(&mut fields, &mut table, columns, "a finite number")?;
        if found != columns {
            return Err(Error::Fields {
                line,
                found,
                expected: columns,
                reason: "as many as the first line has",
            });
        }
        numbers?;
    }
    table.into_dataset(columns, label)
}

/// Appends the numbers of a record up to the first that is wrong; returns the number of fields, and the error of that.
fn push_row<T: Scalar>(
    fields: &mut Fields<'_, '_>,
    table: &mut Table<T>,
    columns: usize,
    expected: &'static str,
) -> Result<(usize, Result<(), Error>), Error> {
    let mut numbers = Ok(());
    loop {
        if numbers.is_ok() && fields.column <= columns {
            match number(fields.field()) {
                Some(value) => table.push(value),
                None => {
                    numbers = Err(Error::Field {
                        line: fields.line,
                        column: fields.column,
                        found: excerpt(fields.field()),
                        expected,
                    });
                }
            }
        }
        if !fields.next_field()? {
            return Ok((fields.column, numbers));
        }
    }
}
