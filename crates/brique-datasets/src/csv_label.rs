//! The column of the labels in comma-separated values.

use crate::csv_fields::Fields;
use crate::field::excerpt;
use crate::{Error, LabelColumn};

/// What the first line of a file tells about the columns.
pub(crate) struct Header {
    pub(crate) columns: usize,
    /// The names for an error message, at most the first 20; `None` without a header.
    names: Option<Vec<String>>,
    /// The first two columns with the name of the label column.
    labels: Vec<usize>,
}

impl Header {
    /// Reads the names of the columns from the record that has begun. A few of them are stored.
    pub(crate) fn read(fields: &mut Fields<'_, '_>, label: &LabelColumn) -> Result<Self, Error> {
        const MOST: usize = 20;
        let (mut names, mut labels) = (Vec::new(), Vec::new());
        loop {
            let name = fields.field();
            if names.len() < MOST {
                names.push(format!("{:?}", excerpt(name)));
            }
            let is_label = matches!(label, LabelColumn::Name(label) if label.as_bytes() == name);
            if is_label && labels.len() < 2 {
                labels.push(fields.column - 1);
            }
            if !fields.next_field()? {
                break;
            }
        }
        let columns = fields.column;
        if columns > MOST {
            names.push(format!("and {} more", columns - MOST));
        }
        Ok(Self {
            columns,
            names: Some(names),
            labels,
        })
    }

    /// Returns the header of columns that have no names.
    pub(crate) fn unnamed(columns: usize) -> Self {
        Self {
            columns,
            names: None,
            labels: Vec::new(),
        }
    }
}

/// Returns the index of the column of the labels.
pub(crate) fn label_index(label: &LabelColumn, header: &Header) -> Result<usize, Error> {
    let unknown = |label: String, columns: String| Err(Error::LabelColumn { label, columns });
    match (label, &header.names) {
        (LabelColumn::Last, _) => Ok(header.columns - 1),
        (LabelColumn::Index(index), _) if *index < header.columns => Ok(*index),
        (LabelColumn::Index(index), _) => unknown(
            format!("with index {index}"),
            format!("there are {}, with indices from 0", header.columns),
        ),
        (LabelColumn::Name(name), None) => unknown(
            format!("named {name:?}"),
            "without a header columns have no names: set CsvOptions::header, or take an index".to_owned(),
        ),
        (LabelColumn::Name(name), Some(names)) => match header.labels[..] {
            [index] => Ok(index),
            [] => unknown(
                format!("named {name:?}"),
                format!("the header names {}", names.join(", ")),
            ),
            _ => unknown(
                format!("named {name:?} alone"),
                format!("the header names {}: take an index", names.join(", ")),
            ),
        },
    }
}
