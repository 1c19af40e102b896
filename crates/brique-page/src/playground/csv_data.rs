//! Tables of one's own, read with the library's reader of comma-separated values.

use brique_datasets::{
    Column, CsvOptions, Dataset, Error as DataError, InputColumns, LabelColumn, ReadLimits, TextColumn,
};
use serde::Serialize;

use super::data::{MOST_CLASSES, RawExamples};
use super::{Error, Task};

/// The largest number of columns of a table.
const MOST_COLUMNS: usize = 256;

/// The columns of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CsvColumns {
    /// The names, from the header.
    pub columns: Vec<String>,
    /// The number of examples.
    pub examples: usize,
    /// For each column, whether all fields are numbers.
    pub numeric: Vec<bool>,
}

/// Returns the columns of a table with a header.
///
/// # Errors
///
/// If the table cannot be read: the reader's own message.
pub fn csv_columns(text: &str) -> Result<CsvColumns, Error> {
    let mut found = CsvColumns {
        columns: Vec::new(),
        examples: 0,
        numeric: Vec::new(),
    };
    while found.columns.len() < MOST_COLUMNS {
        let Some(fields) = column(text, found.columns.len())? else {
            break;
        };
        let (name, values) = fields.split_first().ok_or(DataError::NoLines)?;
        if values.is_empty() {
            return Err(DataError::NoLines.into());
        }
        found.examples = values.len();
        found.numeric.push(values.iter().all(|field| is_number(field)));
        found.columns.push(name.clone());
    }
    Ok(found)
}

/// Returns what separates the fields: a comma, or a semicolon or a tab if the header has no comma but one of these.
fn separator(text: &str) -> u8 {
    let header = text.lines().next().unwrap_or_default().as_bytes();
    let is_in_header = |separator: &u8| header.contains(separator);
    [b',', b';', b'\t'].into_iter().find(is_in_header).unwrap_or(b',')
}

fn is_number(field: &str) -> bool {
    field.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Returns the fields of a column, its name in the header first, or none if there is no such column.
fn column(text: &str, index: usize) -> Result<Option<Vec<String>>, Error> {
    let options = CsvOptions {
        label: LabelColumn::Index(index),
        inputs: InputColumns::Only(Vec::new()),
        text: vec![TextColumn::classes(index)],
        separator: separator(text),
        ..CsvOptions::default()
    };
    let limits = ReadLimits::new().categories(text.len());
    let data: Dataset = match limits.read_csv_from(text.as_bytes(), &options) {
        Ok(data) => data,
        Err(DataError::MissingColumn { .. }) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let names = data.class_names().unwrap_or_default();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the reader numbers the classes"
    )]
    let name = |&class: &f64| names.get(class as usize).cloned().unwrap_or_default();
    Ok(Some(data.targets().iter().map(name).collect()))
}

/// Reads two columns of inputs and the column of the target.
///
/// # Errors
///
/// If the table cannot be read: the reader's own message. If there are too many classes.
pub(super) fn read_csv(
    text: &str,
    inputs: [&String; 2],
    target: &str,
    task: Task,
) -> Result<RawExamples, Error> {
    let is_text = task == Task::Classification && {
        let columns = csv_columns(text)?;
        let mut named = columns.columns.iter().zip(&columns.numeric);
        named.any(|(name, numeric)| name == target && !numeric)
    };
    let options = CsvOptions {
        label: LabelColumn::name(target),
        inputs: InputColumns::only(inputs.map(|name| Column::Name(name.clone()))),
        text: is_text.then(|| TextColumn::classes(target)).into_iter().collect(),
        separator: separator(text),
        ..CsvOptions::with_header()
    };
    let data: Dataset = brique_datasets::read_csv_from(text.as_bytes(), &options)?;
    if task == Task::Regression {
        let (inputs, targets) = data.into_parts();
        return Ok(RawExamples {
            inputs,
            targets: targets.into_iter().collect(),
            classes: None,
            class_names: None,
        });
    }
    let names = match data.class_names() {
        Some(names) => names.to_vec(),
        None => distinct(&data),
    };
    if names.len() > MOST_CLASSES {
        let expected = format!("at most {MOST_CLASSES}; a target that is a number is a regression");
        return Err(Error::value("the number of classes", names.len(), expected));
    }
    Ok(RawExamples {
        targets: data.classes().into_iter().map(|class| class as f64).collect(),
        inputs: data.into_parts().0,
        classes: Some(names.len().max(2)),
        class_names: Some(names),
    })
}

/// The distinct targets in their order, as texts.
fn distinct(data: &Dataset) -> Vec<String> {
    let mut numbers: Vec<f64> = data.targets().iter().copied().collect();
    numbers.sort_by(f64::total_cmp);
    numbers.dedup();
    numbers.iter().map(ToString::to_string).collect()
}
