//! Which columns of a file are read, and what becomes of them.

use crate::csv::header::Header;
use crate::{Column, CsvOptions, Error, InputColumns};

/// What a column of a file contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing that is used.
    Ignored,
    /// Numbers.
    Number,
    /// Text, with this index in [`CsvOptions::text`].
    Text(usize),
}

/// Successive columns of the inputs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Run {
    /// Columns of numbers: the first of them in the file, and how many there are.
    Numbers { first: usize, count: usize },
    /// A column of text, with its index in the file and that in [`CsvOptions::text`].
    Text { column: usize, text: usize },
}

/// The use of each column. Its size depends on the columns that are named in the options, not on those of the file.
pub(crate) struct Plan {
    /// The column of the labels, from 0.
    pub(crate) label: usize,
    /// The index in [`CsvOptions::text`] of the labels, if they are text.
    pub(crate) label_text: Option<usize>,
    /// The inputs in their order.
    pub(crate) inputs: Vec<Run>,
    /// The roles of some columns, in increasing order of the columns.
    special: Vec<(usize, Role)>,
    /// The role of all other columns.
    default: Role,
    columns: usize,
}

impl Plan {
    pub(crate) fn new(options: &CsvOptions, header: &Header) -> Result<Self, Error> {
        let label = header.label(&options.label)?;
        let texts = texts(options, header)?;
        let text_of = |column: usize| {
            let found = texts.binary_search_by_key(&column, |&(column, _)| column);
            found.ok().map(|index| texts[index].1)
        };
        let role = |column: usize| text_of(column).map_or(Role::Number, Role::Text);
        let (inputs, special, default) = match &options.inputs {
            InputColumns::AllOthers => {
                let special = texts.iter().map(|&(column, text)| (column, Role::Text(text)));
                (
                    all_but(label, header.columns, &texts),
                    special.collect(),
                    Role::Number,
                )
            }
            InputColumns::Only(columns) => {
                let columns = inputs(columns, label, header)?;
                let runs = columns.iter().map(|&column| match text_of(column) {
                    Some(text) => Run::Text { column, text },
                    None => Run::Numbers {
                        first: column,
                        count: 1,
                    },
                });
                let used = columns.iter().chain([&label]);
                let mut special: Vec<_> = used.map(|&column| (column, role(column))).collect();
                special.sort_unstable_by_key(|&(column, _)| column);
                (runs.collect(), special, Role::Ignored)
            }
        };
        Ok(Self {
            label,
            label_text: text_of(label),
            inputs,
            special,
            default,
            columns: header.columns,
        })
    }

    /// Returns the role of a column. `next` is the index among the special columns at which to look; it advances when a
    /// record is read from its first column to its last.
    pub(crate) fn role(&self, column: usize, next: &mut usize) -> Role {
        match self.special.get(*next) {
            Some(&(special, role)) if special == column => {
                *next += 1;
                role
            }
            _ => self.default,
        }
    }

    /// Returns the number of columns that are stored.
    pub(crate) fn stored(&self) -> usize {
        if self.default == Role::Ignored {
            self.special.len()
        } else {
            self.columns
        }
    }

    /// Returns the index of a column among those that are stored.
    pub(crate) fn stored_index(&self, column: usize) -> usize {
        if self.default == Role::Ignored {
            self.special.partition_point(|&(special, _)| special < column)
        } else {
            column
        }
    }
}

/// Returns the columns of text in increasing order, each with its index in [`CsvOptions::text`].
fn texts(options: &CsvOptions, header: &Header) -> Result<Vec<(usize, usize)>, Error> {
    let columns: Vec<&Column> = options.text.iter().map(|text| &text.column).collect();
    let columns = header.find(&columns, "CsvOptions::text")?;
    check_distinct(&columns, header, "twice in CsvOptions::text")?;
    let mut texts: Vec<(usize, usize)> = columns.into_iter().zip(0..).collect();
    texts.sort_unstable();
    Ok(texts)
}

/// Returns the requested columns of the inputs, in their order.
fn inputs(columns: &[Column], label: usize, header: &Header) -> Result<Vec<usize>, Error> {
    let columns: Vec<&Column> = columns.iter().collect();
    let columns = header.find(&columns, "the inputs")?;
    check_distinct(&columns, header, "twice in CsvOptions::inputs")?;
    if columns.contains(&label) {
        let found = "the label, and in CsvOptions::inputs";
        return Err(wrong_use(label, header, found, "one of the two"));
    }
    Ok(columns)
}

fn check_distinct(columns: &[usize], header: &Header, found: &'static str) -> Result<(), Error> {
    let mut sorted = columns.to_vec();
    sorted.sort_unstable();
    match sorted.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(wrong_use(pair[0], header, found, "each column once")),
        None => Ok(()),
    }
}

fn wrong_use(column: usize, header: &Header, found: &'static str, expected: &'static str) -> Error {
    Error::ColumnUse {
        column: column + 1,
        name: header.short_name(column),
        found,
        expected,
    }
}

/// Returns all columns but the label, in their order.
fn all_but(label: usize, columns: usize, texts: &[(usize, usize)]) -> Vec<Run> {
    let mut breaks: Vec<(usize, Option<usize>)> =
        texts.iter().map(|&(column, text)| (column, Some(text))).collect();
    if breaks.iter().all(|&(column, _)| column != label) {
        breaks.push((label, None));
        breaks.sort_unstable();
    }
    let (mut runs, mut first) = (Vec::new(), 0);
    for (column, text) in breaks {
        runs.push(Run::Numbers {
            first,
            count: column - first,
        });
        if let Some(text) = text.filter(|_| column != label) {
            runs.push(Run::Text { column, text });
        }
        first = column + 1;
    }
    runs.push(Run::Numbers {
        first,
        count: columns - first,
    });
    runs.retain(|run| !matches!(run, Run::Numbers { count: 0, .. }));
    runs
}
