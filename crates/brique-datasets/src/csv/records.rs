//! Some examples of a text that is too large for memory.

use std::io::Read;

use brique_tensor::Scalar;

use crate::content::Content;
use crate::csv::fields::Fields;
use crate::csv::header::Header;
use crate::csv::plan::{Plan, Run};
use crate::csv::record::Record;
use crate::csv::rows::{Rows, check_fields};
use crate::file::parse_reader;
use crate::{CsvOptions, Dataset, Error, Missing, ReadLimits};

/// What is known of a text of comma-separated values after a scan, to read some of its examples later.
///
/// [`scan`](Self::scan) reads the whole text and passes the position of each example on. [`select`](Self::select) begins a
/// data set of some of them. The examples are those of [`read_csv_from`](crate::read_csv_from) with the same options.
///
/// ```
/// use brique_datasets::{CsvOptions, CsvRecords, ReadLimits};
/// use brique_tensor::ndarray::array;
///
/// let text = "area,rent\n50,600\n80,900\n65,\"700\"\n";
/// let mut positions = Vec::new();
/// let (options, limits) = (CsvOptions::with_header(), ReadLimits::new());
/// let records = CsvRecords::scan(text.as_bytes(), &options, limits, |position| positions.push(position))?;
/// assert_eq!(positions.len(), 3);
///
/// let mut selection = records.select::<f64>()?;
/// let second = &text.as_bytes()[positions[1].byte as usize..];
/// // The first two records of this part.
/// selection.read(second, positions[1].line, [0, 1])?;
/// let data = selection.into_dataset()?;
/// assert_eq!(data.inputs(), array![[80.0], [65.0]]);
/// assert_eq!(data.targets(), array![[900.0], [700.0]]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct CsvRecords {
    options: CsvOptions,
    limits: ReadLimits,
    header: Header,
    columns: (usize, usize),
}

/// Where an example begins in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordPosition {
    /// The position of its first byte, from 0; in the unpacked text, if the text is gzip.
    pub byte: u64,
    /// Its line, from 1.
    pub line: usize,
}

impl CsvRecords {
    /// Reads a text to its end, and calls `visit` with the position of each example, in order.
    ///
    /// Options that need all examples at once are errors: text columns whose categories are not given, and
    /// [`Missing::Drop`]. The scan checks the number of fields of each line. Only the fields of the first example are
    /// converted to numbers; an error in another one is found when it is [read](CsvSelection::read).
    ///
    /// # Errors
    ///
    /// As [`read_csv_from`](crate::read_csv_from); if an option needs all examples.
    pub fn scan(
        reader: impl Read,
        options: &CsvOptions,
        limits: ReadLimits,
        mut visit: impl FnMut(RecordPosition),
    ) -> Result<Self, Error> {
        options.check()?;
        check_missing(options)?;
        parse_reader(reader, limits, |content| {
            let mut fields = Fields::new(content, options.separator)?;
            let mut visit = |fields: &Fields<'_, '_>| {
                visit(RecordPosition {
                    byte: fields.start,
                    line: fields.line,
                });
            };
            let (header, columns) = read_first(&mut fields, options, limits, &mut visit)?;
            while fields.next_record()? {
                visit(&fields);
                while fields.next_field()? {}
                check_fields(fields.line, fields.column, header.columns)?;
            }
            Ok(Self {
                options: options.clone(),
                limits,
                header,
                columns,
            })
        })
    }

    /// Returns the number of inputs and the number of targets of an example, one-hot columns included.
    #[must_use]
    pub fn columns(&self) -> (usize, usize) {
        self.columns
    }

    /// Begins a data set of some examples.
    ///
    /// # Errors
    ///
    /// If the options do not fit the header, which [`scan`](Self::scan) has checked.
    pub fn select<T: Scalar>(&self) -> Result<CsvSelection<'_, T>, Error> {
        let rows = Rows::new(&self.options, self.header.clone(), self.limits.categories)?;
        Ok(CsvSelection { records: self, rows })
    }
}

/// Some examples of a text, in the order in which they were read.
pub struct CsvSelection<'a, T: Scalar> {
    records: &'a CsvRecords,
    rows: Rows<'a, T>,
}

impl<T: Scalar> CsvSelection<'_, T> {
    /// Reads records of a part of the text, and appends their examples.
    ///
    /// The part begins with the first byte of a record on the line `line`. `numbers` are the records to read, counted from
    /// 0 in the part, in increasing order; the others are skipped. Those behind the end of the part are not read.
    ///
    /// # Errors
    ///
    /// As [`read_csv_from`](crate::read_csv_from), with the line in the whole text.
    pub fn read(
        &mut self,
        part: impl Read,
        line: usize,
        numbers: impl IntoIterator<Item = usize>,
    ) -> Result<(), Error> {
        let mut content = Content::part(part, self.records.limits);
        let mut fields = Fields::within(&mut content, self.records.options.separator, line);
        let mut next = 0;
        for number in numbers {
            while next < number && fields.next_record()? {
                while fields.next_field()? {}
                next += 1;
            }
            if !fields.next_record()? {
                return Ok(());
            }
            self.rows.read_record(&mut fields)?;
            next += 1;
        }
        Ok(())
    }

    /// Returns the data set of the examples that were read.
    ///
    /// # Errors
    ///
    /// If there are none; if memory cannot hold the one-hot columns.
    pub fn into_dataset(self) -> Result<Dataset<T>, Error> {
        Ok(self.rows.into_dataset()?.0)
    }
}

fn check_missing(options: &CsvOptions) -> Result<(), Error> {
    if options.missing != Missing::Drop {
        return Ok(());
    }
    Err(Error::Parameter {
        function: "CsvRecords::scan",
        parameter: "CsvOptions::missing",
        found: "Drop".to_owned(),
        expected: "Refuse or Keep: the number of examples has to be known before their fields are read; remove the \
                   examples from the file first",
    })
}

/// Reads the header and the first example. Returns the header, and the numbers of inputs and targets.
fn read_first(
    fields: &mut Fields<'_, '_>,
    options: &CsvOptions,
    limits: ReadLimits,
    visit: &mut impl FnMut(&Fields<'_, '_>),
) -> Result<(Header, (usize, usize)), Error> {
    if !fields.next_record()? {
        return Err(Error::NoLines);
    }
    if !options.header {
        visit(fields);
    }
    let first = Record::read(fields)?;
    let header = if options.header {
        Header::named(first.clone())
    } else {
        Header::unnamed(first.columns)
    };
    let mut rows = Rows::<f64>::new(options, header.clone(), limits.categories)?;
    check_categories(options, &header, &rows.plan)?;
    if !options.header {
        rows.push_record(&first)?;
    } else if fields.next_record()? {
        visit(fields);
        rows.read_record(fields)?;
    } else {
        return Err(Error::NoLines);
    }
    let (example, _) = rows.into_dataset()?;
    Ok((header, (example.inputs().ncols(), example.targets().ncols())))
}

/// Checks that the categories of all text columns that are used are given.
fn check_categories(options: &CsvOptions, header: &Header, plan: &Plan) -> Result<(), Error> {
    let inputs = plan.inputs.iter().filter_map(|run| match *run {
        Run::Text { column, text } => Some((column, text)),
        Run::Numbers { .. } => None,
    });
    let label = plan.label_text.map(|text| (plan.label, text));
    for (column, text) in inputs.chain(label) {
        if options.text[text].categories.is_none() {
            return Err(Error::ColumnUse {
                column: column + 1,
                name: header.short_name(column),
                found: "text without categories",
                expected: "TextColumn::categories, because all examples together decide the number of each category; \
                           CsvReport::text of a part of the file has the categories of that part",
            });
        }
    }
    Ok(())
}
