//! Options for reading comma-separated values.

use crate::{Column, Error, TextColumn};

/// Options for reading a file of comma-separated values.
///
/// Nothing is guessed: columns contain numbers unless they are declared as [text](Self::text), and a missing value is
/// an error unless [`missing`](Self::missing) says what to do with it.
///
/// ```
/// use brique_datasets::{CsvOptions, Dataset, InputColumns, LabelColumn, read_csv_from};
/// use brique_tensor::ndarray::array;
///
/// let text = "class;name;height;weight\n1;Ada;1.75;70\n0;Alan;1.60;55\n";
/// let options = CsvOptions {
///     header: true,
///     label: LabelColumn::name("class"),
///     inputs: InputColumns::only(["weight", "height"]),
///     separator: b';',
///     ..CsvOptions::default()
/// };
/// let data: Dataset<f64> = read_csv_from(text.as_bytes(), &options)?;
/// assert_eq!(data.inputs(), array![[70.0, 1.75], [55.0, 1.60]]);
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
    /// The column that contains the targets. Default: the last column.
    pub label: LabelColumn,
    /// The columns that contain the inputs. Default: all but the label.
    pub inputs: InputColumns,
    /// The columns that contain text. Default: none.
    ///
    /// A column that is declared here, but is neither an input nor the label, is ignored.
    pub text: Vec<TextColumn>,
    /// What to do with a missing value. Default: to return an error.
    pub missing: Missing,
    /// Texts that stand for a missing value, such as `NA` or `?`. Default: none.
    ///
    /// An empty field is a missing value too, whether or not it is in quotes. White space around a field is ignored,
    /// the text must match in all other respects.
    pub missing_marks: Vec<String>,
    /// The separator between the fields of a line. Default: a comma.
    pub separator: u8,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self {
            header: false,
            label: LabelColumn::Last,
            inputs: InputColumns::AllOthers,
            text: Vec::new(),
            missing: Missing::Refuse,
            missing_marks: Vec::new(),
            separator: b',',
        }
    }
}

impl CsvOptions {
    /// Returns the default options for a file whose first line contains the names of the columns.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, Dataset, read_csv_from};
    ///
    /// let text = "area,rent\n50,600\n80,900\n".as_bytes();
    /// let data: Dataset<f32> = read_csv_from(text, &CsvOptions::with_header())?;
    /// assert_eq!(data.input_names().unwrap(), ["area"]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn with_header() -> Self {
        Self {
            header: true,
            ..Self::default()
        }
    }

    /// Returns an error if an option is invalid for every file.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let separator = self.separator;
        let in_numbers = separator.is_ascii_alphanumeric() || b"+-.".contains(&separator);
        if in_numbers || b"\"\r\n".contains(&separator) || !separator.is_ascii() {
            return Err(Error::Parameter {
                function: "read_csv",
                parameter: "separator",
                found: format!("{:?}", char::from(separator)),
                expected: "an ASCII character that is no part of a number, no quote and no line end",
            });
        }
        self.text.iter().try_for_each(TextColumn::check)
    }

    /// Returns whether a field, without white space around it, stands for a missing value.
    pub(crate) fn is_missing(&self, field: &[u8]) -> bool {
        field.is_empty() || self.missing_marks.iter().any(|mark| mark.as_bytes() == field)
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

impl LabelColumn {
    /// Returns the column with this name in the header.
    ///
    /// ```
    /// use brique_datasets::LabelColumn;
    ///
    /// let label = LabelColumn::name("species");
    /// assert_eq!(label, LabelColumn::Name("species".to_owned()));
    /// ```
    #[must_use]
    pub fn name(name: impl Into<String>) -> Self {
        Self::Name(name.into())
    }
}

/// The columns of the inputs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum InputColumns {
    /// All columns but that of the targets, in the order of the file.
    #[default]
    AllOthers,
    /// These columns, in this order. The others are ignored: their fields can contain anything.
    Only(Vec<Column>),
}

impl InputColumns {
    /// Returns the columns with these names in the header, or with these indices from 0.
    ///
    /// ```
    /// use brique_datasets::{CsvOptions, Dataset, InputColumns, read_csv_from};
    /// use brique_tensor::ndarray::array;
    ///
    /// let options = CsvOptions {
    ///     inputs: InputColumns::only([2, 0]),
    ///     ..CsvOptions::default()
    /// };
    /// let text = "1,x,3,0\n4,y,6,1\n".as_bytes();
    /// let data: Dataset<f64> = read_csv_from(text, &options)?;
    /// assert_eq!(data.inputs(), array![[3.0, 1.0], [6.0, 4.0]]);
    /// # Ok::<(), brique_datasets::Error>(())
    /// ```
    #[must_use]
    pub fn only<C: Into<Column>>(columns: impl IntoIterator<Item = C>) -> Self {
        Self::Only(columns.into_iter().map(Into::into).collect())
    }
}

/// What to do with a missing value in an input or a label.
///
/// ```
/// use brique_datasets::{CsvOptions, Dataset, Missing, read_csv_from};
///
/// let text = "1,2,0\n3,,1\n5,?,0\n";
/// let read = |missing, marks: &[&str]| -> Result<Dataset<f64>, _> {
///     let options = CsvOptions {
///         missing,
///         missing_marks: marks.iter().map(ToString::to_string).collect(),
///         ..CsvOptions::default()
///     };
///     read_csv_from(text.as_bytes(), &options)
/// };
/// let error = read(Missing::Refuse, &["?"]).unwrap_err();
/// assert!(error.to_string().starts_with("line 2, column 2 is \"\", expected a value"));
///
/// assert_eq!(read(Missing::Drop, &["?"])?.len(), 1);
/// assert!(read(Missing::Keep, &["?"])?.inputs()[[1, 1]].is_nan());
///
/// // Without the mark, the question mark is a text where a number should be.
/// assert!(read(Missing::Keep, &[]).is_err());
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Missing {
    /// Return an error, which contains the line and the column.
    #[default]
    Refuse,
    /// Drop the example. A [`CsvReport`](crate::CsvReport) counts how many.
    Drop,
    /// Store NaN, for [`Preparation::fill_missing`](crate::Preparation::fill_missing) to replace. All columns of a
    /// one-hot encoding become NaN. A missing label is an error.
    Keep,
}
