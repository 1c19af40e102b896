//! The records of a file, read into a table of numbers.

use brique_tensor::Scalar;

use crate::csv::categories::{Categories, NoCode};
use crate::csv::fields::Fields;
use crate::csv::header::Header;
use crate::csv::plan::{Plan, Role};
use crate::csv::record::Record;
use crate::field::{excerpt, number};
use crate::table::Table;
use crate::{CsvOptions, Error, Missing};

const NUMBER: &str = "a finite number; if the column contains text, add it to CsvOptions::text";

/// Text in the first line most likely means that the file has a header.
const NUMBER_OF_FIRST_LINE: &str =
    "a finite number; where the first line names the columns, set CsvOptions::header";

/// The examples that were read: a number for each column that is used, which is the code of a text.
pub(crate) struct Rows<'o, T> {
    pub(crate) options: &'o CsvOptions,
    pub(crate) header: Header,
    pub(crate) plan: Plan,
    pub(crate) table: Table<T>,
    /// The categories of each column in [`CsvOptions::text`].
    pub(crate) categories: Vec<Categories>,
    /// The number of missing values of each column; empty if there are none.
    pub(crate) missing: Vec<usize>,
    /// The number of examples that were dropped.
    pub(crate) dropped: usize,
    row: Row,
}

/// The state of the record that is read.
#[derive(Default)]
struct Row {
    /// The position in the special columns of the plan.
    next: usize,
    /// The lengths of the table and of the categories before the record.
    table: usize,
    categories: Vec<usize>,
    is_dropped: bool,
    /// The first error; it is returned if the number of fields is right.
    error: Option<Error>,
}

/// A field, and where it is.
struct Field<'f> {
    line: usize,
    /// The column, from 0.
    column: usize,
    text: &'f [u8],
    /// The expected content of a column of numbers, for an error message.
    number: &'static str,
}

impl<'o, T: Scalar> Rows<'o, T> {
    /// Reads all records. The first one is the header, or it tells the number of columns.
    pub(crate) fn read(
        fields: &mut Fields<'_, '_>,
        options: &'o CsvOptions,
        limit: usize,
    ) -> Result<Self, Error> {
        let first = Record::read(fields)?;
        let mut rows = if options.header {
            Self::new(options, Header::named(first), limit)?
        } else {
            let mut rows = Self::new(options, Header::unnamed(first.columns), limit)?;
            rows.push_record(&first)?;
            rows
        };
        while fields.next_record()? {
            rows.read_record(fields)?;
        }
        Ok(rows)
    }

    pub(crate) fn new(options: &'o CsvOptions, header: Header, limit: usize) -> Result<Self, Error> {
        let plan = Plan::new(options, &header)?;
        Ok(Self {
            options,
            header,
            plan,
            table: Table::new(),
            categories: options
                .text
                .iter()
                .map(|text| Categories::new(text, limit))
                .collect(),
            missing: Vec::new(),
            dropped: 0,
            row: Row::default(),
        })
    }

    pub(crate) fn push_record(&mut self, record: &Record) -> Result<(), Error> {
        self.begin();
        for (column, text) in record.iter().enumerate() {
            self.push(&Field {
                line: record.line,
                column,
                text,
                number: NUMBER_OF_FIRST_LINE,
            });
        }
        self.end(record.line, record.columns)
    }

    pub(crate) fn read_record(&mut self, fields: &mut Fields<'_, '_>) -> Result<(), Error> {
        self.begin();
        loop {
            if fields.column <= self.header.columns {
                self.push(&Field {
                    line: fields.line,
                    column: fields.column - 1,
                    text: fields.field(),
                    number: NUMBER,
                });
            }
            if !fields.next_field()? {
                return self.end(fields.line, fields.column);
            }
        }
    }

    fn begin(&mut self) {
        let row = &mut self.row;
        (row.next, row.table, row.is_dropped) = (0, self.table.len(), false);
        row.categories.clear();
        row.categories.extend(self.categories.iter().map(Categories::len));
    }

    /// Appends the number of a field, unless there was an error in the record.
    fn push(&mut self, field: &Field<'_>) {
        if self.row.error.is_some() {
            return;
        }
        let role = self.plan.role(field.column, &mut self.row.next);
        if role == Role::Ignored {
            return;
        }
        let value = if self.options.is_missing(field.text) {
            self.missing(field)
        } else if let Role::Text(text) = role {
            self.code(field, text)
        } else {
            let wrong = || self.error(field, field.number);
            number(field.text).ok_or_else(wrong)
        };
        match value {
            Ok(value) => self.table.push(value),
            Err(error) => self.row.error = Some(error),
        }
    }

    /// Returns NaN and counts the missing value, if the options allow it.
    fn missing(&mut self, field: &Field<'_>) -> Result<T, Error> {
        let is_label = field.column == self.plan.label;
        match self.options.missing {
            Missing::Refuse => {
                return Err(self.error(field, "a value: CsvOptions::missing drops or keeps missing ones"));
            }
            Missing::Keep if is_label => {
                return Err(self.error(field, "a label: Missing::Drop drops examples without one"));
            }
            Missing::Keep => {}
            Missing::Drop => self.row.is_dropped = true,
        }
        self.missing.resize(self.header.columns, 0);
        self.missing[field.column] += 1;
        Ok(T::nan())
    }

    /// Returns the code of a text.
    fn code(&mut self, field: &Field<'_>, text: usize) -> Result<T, Error> {
        let Ok(category) = str::from_utf8(field.text) else {
            return Err(self.error(field, "text in UTF-8"));
        };
        let limit = match self.categories[text].code(category) {
            Ok(code) => return Ok(T::from_usize(code)),
            Err(NoCode::TooMany(limit)) => limit,
            Err(NoCode::Unknown(categories)) => {
                return Err(Error::UnknownCategory {
                    line: field.line,
                    column: field.column + 1,
                    name: self.header.short_name(field.column),
                    found: excerpt(field.text),
                    categories: categories.into(),
                });
            }
        };
        Err(Error::TooManyCategories {
            line: field.line,
            column: field.column + 1,
            name: self.header.short_name(field.column),
            found: excerpt(field.text),
            limit,
        })
    }

    fn error(&self, field: &Field<'_>, expected: &'static str) -> Error {
        Error::Field {
            line: field.line,
            column: field.column + 1,
            name: self.header.short_name(field.column),
            found: excerpt(field.text),
            expected,
        }
    }

    /// Ends a record with this number of fields; a record that is dropped leaves no trace but its counts.
    fn end(&mut self, line: usize, found: usize) -> Result<(), Error> {
        check_fields(line, found, self.header.columns)?;
        if let Some(error) = self.row.error.take() {
            return Err(error);
        }
        if self.row.is_dropped {
            self.dropped += 1;
            self.table.truncate(self.row.table);
            for (categories, &before) in self.categories.iter_mut().zip(&self.row.categories) {
                categories.truncate(before);
            }
        }
        Ok(())
    }
}

/// Checks the number of fields of a record.
pub(crate) fn check_fields(line: usize, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Fields {
        line,
        found,
        expected,
        reason: "as many as the first line has",
    })
}
