//! Data sets from comma-separated values.

mod assembly;
mod categories;
mod column;
mod fields;
mod header;
mod options;
mod plan;
mod record;
mod records;
mod report;
mod rows;
mod text;

use std::io::Read;
use std::path::Path;

use brique_tensor::Scalar;

pub use crate::csv::column::Column;
pub use crate::csv::options::{CsvOptions, InputColumns, LabelColumn, Missing};
pub use crate::csv::records::{CsvRecords, CsvSelection, RecordPosition};
pub use crate::csv::report::CsvReport;
pub use crate::csv::text::TextColumn;

use crate::content::Content;
use crate::csv::fields::Fields;
use crate::csv::rows::Rows;
use crate::file::{parse_file, parse_reader};
use crate::{Dataset, Error, ReadLimits};

/// Reads a data set from a file of comma-separated values: inputs of shape (n, columns of inputs), targets of shape
/// (n, 1).
///
/// The annotation `let data: Dataset<f32>` is needed: the numbers in a file have no type, so the compiler cannot infer
/// whether they become `f32` or `f64`.
///
/// Every field of a column that is used must be a finite number in Rust's syntax, such as `5`, `-0.25` or `1e-3`; it is
/// rounded to `T`. A [column of text](TextColumn) and a [missing value](Missing) have to be declared in the options. A
/// label of text with one-hot encoding gives targets of shape (n, categories). White space around a field is ignored, a
/// field may be in double quotes, and empty lines are skipped. A gzip file is decompressed; it is recognised by its
/// first bytes, not by its name. [`ReadLimits`] states how much memory this takes at most, and sets other limits than
/// the default ones.
///
/// With a header, the data set contains the names of its inputs and of its target; with a label of text, the names of
/// its classes. A name that is not UTF-8 has U+FFFD in place of the invalid bytes.
///
/// # Errors
///
/// * If the file cannot be read or decompressed, or there are no examples, or all of them were dropped.
/// * If a field that is used is not a finite number, is missing, is a text that is not UTF-8 or not one of the given
///   categories, or a line has more or fewer fields than the first line. The error contains the line and the column,
///   counted from 1, and the name of the column.
/// * If a requested column does not exist, several columns have its name, it is requested twice, or is the label and an
///   input.
/// * If the separator is a letter, a digit, a sign, a point, a double quote, a line end, or not ASCII.
/// * If a category is given twice, is empty, or has white space around it.
/// * If a field has more than 4096 bytes, a column of text has more than 1000 different texts, or a gzip file unpacks
///   into more than 1 GiB.
/// * If memory cannot hold the one-hot columns.
///
/// An error in the file contains its path.
///
/// ```no_run
/// use brique_datasets::{CsvOptions, Dataset, TextColumn, read_csv};
///
/// let options = CsvOptions {
///     header: true,
///     text: vec![TextColumn::classes("species")],
///     ..CsvOptions::default()
/// };
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
/// assert_eq!(
///     error.to_string(),
///     "line 2, column 2 is \"x\", expected a finite number; \
///      if the column contains text, add it to CsvOptions::text"
/// );
/// ```
pub fn read_csv_from<T: Scalar>(reader: impl Read, options: &CsvOptions) -> Result<Dataset<T>, Error> {
    ReadLimits::new().read_csv_from(reader, options)
}

/// Reads a data set from a file of comma-separated values, as [`read_csv`], and returns it with the counts of dropped
/// examples and missing values, and with the categories.
///
/// # Errors
///
/// As [`read_csv`].
///
/// ```no_run
/// use brique_datasets::{CsvOptions, Dataset, Missing, read_csv_report};
///
/// let options = CsvOptions { missing: Missing::Drop, ..CsvOptions::default() };
/// let (data, report) = read_csv_report::<f32>("patients.csv", &options)?;
/// println!("{report}"); // 300 examples, 5 dropped; missing: 5 in column 2
/// # Ok::<(), brique_datasets::Error>(())
/// ```
pub fn read_csv_report<T: Scalar>(
    path: impl AsRef<Path>,
    options: &CsvOptions,
) -> Result<(Dataset<T>, CsvReport), Error> {
    ReadLimits::new().read_csv_report(path, options)
}

/// Reads a data set and its counts from any reader of comma-separated values, as [`read_csv_report`].
///
/// # Errors
///
/// As [`read_csv`], but the errors contain no path.
///
/// The example of [`CsvReport`] calls this function.
pub fn read_csv_report_from<T: Scalar>(
    reader: impl Read,
    options: &CsvOptions,
) -> Result<(Dataset<T>, CsvReport), Error> {
    ReadLimits::new().read_csv_report_from(reader, options)
}

impl ReadLimits {
    /// Reads a data set from a file of comma-separated values within these limits, as [`read_csv`].
    ///
    /// # Errors
    ///
    /// As [`read_csv`]; if a field is longer, a column of text has more different texts, or a gzip file unpacks into
    /// more than these limits allow.
    ///
    /// ```no_run
    /// use brique_datasets::{CsvOptions, Dataset, ReadLimits};
    ///
    /// let limits = ReadLimits::new().unpacked(8 << 30);
    /// let options = CsvOptions::default();
    /// let large: Dataset<f32> = limits.read_csv("large.csv.gz", &options)?;
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_csv<T: Scalar>(
        self,
        path: impl AsRef<Path>,
        options: &CsvOptions,
    ) -> Result<Dataset<T>, Error> {
        Ok(self.read_csv_report(path, options)?.0)
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
    /// let (text, options) = ("1,2\n3,4567\n".as_bytes(), CsvOptions::default());
    /// let limits = ReadLimits::new().field(3);
    /// let error = limits.read_csv_from::<f64>(text, &options).unwrap_err();
    /// let expected = "line 2, column 2 begins with \"4567\", expected at most 3 bytes";
    /// assert!(error.to_string().starts_with(expected));
    /// ```
    pub fn read_csv_from<T: Scalar>(
        self,
        reader: impl Read,
        options: &CsvOptions,
    ) -> Result<Dataset<T>, Error> {
        Ok(self.read_csv_report_from(reader, options)?.0)
    }

    /// Reads a data set and its counts from a file within these limits, as [`read_csv_report`].
    ///
    /// # Errors
    ///
    /// As [`ReadLimits::read_csv`].
    ///
    /// ```no_run
    /// use brique_datasets::{CsvOptions, ReadLimits};
    ///
    /// let (limits, options) = (ReadLimits::new().categories(5000), CsvOptions::default());
    /// let (data, report) = limits.read_csv_report::<f32>("towns.csv", &options)?;
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_csv_report<T: Scalar>(
        self,
        path: impl AsRef<Path>,
        options: &CsvOptions,
    ) -> Result<(Dataset<T>, CsvReport), Error> {
        options.check()?;
        parse_file(path.as_ref(), self, |content| parse(content, options))
    }

    /// Reads a data set and its counts from any reader within these limits, as [`read_csv_report_from`].
    ///
    /// # Errors
    ///
    /// As [`ReadLimits::read_csv`], but the error names no file.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, ReadLimits};
    ///
    /// let (text, options) = ("1,2\n3,4\n".as_bytes(), CsvOptions::default());
    /// let limits = ReadLimits::new().field(1);
    /// let (data, report) = limits.read_csv_report_from::<f32>(text, &options)?;
    /// assert_eq!((data.len(), report.examples, report.dropped), (2, 2, 0));
    /// assert_eq!(report.to_string(), "2 examples, 0 dropped; no value is missing");
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    pub fn read_csv_report_from<T: Scalar>(
        self,
        reader: impl Read,
        options: &CsvOptions,
    ) -> Result<(Dataset<T>, CsvReport), Error> {
        options.check()?;
        parse_reader(reader, self, |content| parse(content, options))
    }
}

fn parse<T: Scalar>(
    content: &mut Content<'_>,
    options: &CsvOptions,
) -> Result<(Dataset<T>, CsvReport), Error> {
    let mut fields = Fields::new(content, options.separator)?;
    if !fields.next_record()? {
        return Err(Error::NoLines);
    }
    let limit = fields.category_limit();
    Rows::read(&mut fields, options, limit)?.into_dataset()
}
