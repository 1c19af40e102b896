//! The columns of a file, and their names.

use std::collections::HashMap;

use crate::csv::record::Record;
use crate::field::{excerpt, listed};
use crate::{Column, Error, LabelColumn};

/// The number of columns, and their names if the file has a header.
#[derive(Debug, Clone)]
pub(crate) struct Header {
    pub(crate) columns: usize,
    names: Option<Record>,
}

impl Header {
    /// Returns the header of columns with the names in this record.
    pub(crate) fn named(names: Record) -> Self {
        Self {
            columns: names.columns,
            names: Some(names),
        }
    }

    /// Returns the header of columns that have no names.
    pub(crate) fn unnamed(columns: usize) -> Self {
        Self { columns, names: None }
    }

    /// Returns the beginning of the name of a column, from 0, for an error message.
    pub(crate) fn short_name(&self, column: usize) -> Option<Box<str>> {
        let name = self.names.as_ref()?.iter().nth(column);
        name.map(|name| excerpt(name).into())
    }

    /// Returns the names of all columns.
    pub(crate) fn names(&self) -> Option<Vec<&[u8]>> {
        self.names.as_ref().map(|names| names.iter().collect())
    }

    /// Returns the index of the column of the labels, from 0.
    pub(crate) fn label(&self, label: &LabelColumn) -> Result<usize, Error> {
        let column = match label {
            LabelColumn::Last => Column::Index(self.columns - 1),
            LabelColumn::Index(index) => Column::Index(*index),
            LabelColumn::Name(name) => Column::Name(name.clone()),
        };
        Ok(self.find(&[&column], "the labels")?[0])
    }

    /// Returns the index of each of these columns, from 0. The names are searched in one pass over the header.
    pub(crate) fn find(&self, columns: &[&Column], purpose: &'static str) -> Result<Vec<usize>, Error> {
        let mut found: HashMap<&[u8], Occurrences> = HashMap::new();
        for column in columns {
            if let Column::Name(name) = column {
                found.insert(name.as_bytes(), Occurrences::None);
            }
        }
        for (index, name) in self.names.iter().flat_map(Record::iter).enumerate() {
            if let Some(occurrences) = found.get_mut(name) {
                *occurrences = occurrences.and(index);
            }
        }
        let index_of = |column: &&Column| match column {
            Column::Index(index) if *index < self.columns => Ok(*index),
            Column::Index(_) => {
                let columns = format!("there are {}, with indices from 0", self.columns);
                Err(missing(column.to_string(), purpose, columns))
            }
            Column::Name(name) => match found.get(name.as_bytes()) {
                Some(Occurrences::One(index)) => Ok(*index),
                Some(Occurrences::Several) => Err(self.several(column, purpose)),
                _ => Err(self.unknown(column, purpose)),
            },
        };
        columns.iter().map(index_of).collect()
    }

    fn unknown(&self, column: &Column, purpose: &'static str) -> Error {
        let columns = if self.names.is_some() {
            format!("the header names {}", self.first_names())
        } else {
            "without a header columns have no names: set CsvOptions::header, or take an index".to_owned()
        };
        missing(column.to_string(), purpose, columns)
    }

    fn several(&self, column: &Column, purpose: &'static str) -> Error {
        let columns = format!("the header names {}: take an index", self.first_names());
        missing(format!("{column} alone"), purpose, columns)
    }

    fn first_names(&self) -> String {
        let names = self.names.iter().flat_map(Record::iter);
        listed(names.map(excerpt), self.columns)
    }
}

fn missing(column: String, purpose: &'static str, columns: String) -> Error {
    Error::MissingColumn {
        column,
        purpose,
        columns,
    }
}

/// The columns that have a certain name.
#[derive(Clone, Copy)]
enum Occurrences {
    None,
    One(usize),
    Several,
}

impl Occurrences {
    fn and(self, index: usize) -> Self {
        match self {
            Self::None => Self::One(index),
            Self::One(_) | Self::Several => Self::Several,
        }
    }
}
