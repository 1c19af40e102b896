//! A column of a file, by its name or its index.

use std::fmt;

/// A column of a file of comma-separated values.
///
/// A text is the name of a column in the header, a number its index from 0.
///
/// ```
/// use brique_datasets::Column;
///
/// assert_eq!(Column::from("age"), Column::Name("age".to_owned()));
/// assert_eq!(Column::from(2), Column::Index(2));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Column {
    /// The column with this name in the header.
    Name(String),
    /// The column with this index, from 0.
    Index(usize),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::Name(name.to_owned())
    }
}

impl From<String> for Column {
    fn from(name: String) -> Self {
        Self::Name(name)
    }
}

impl From<usize> for Column {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => write!(f, "named {name:?}"),
            Self::Index(index) => write!(f, "with index {index}"),
        }
    }
}
