//! The data set of the rows that were read.

use std::sync::Arc;

use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

use crate::csv::categories::Categories;
use crate::csv::header::Header;
use crate::csv::plan::{Plan, Run};
use crate::csv::report::counted;
use crate::csv::rows::Rows;
use crate::csv::text::Encoding;
use crate::memory::check_memory_of;
use crate::names::Names;
use crate::table::Table;
use crate::{CsvOptions, CsvReport, Dataset, Error, TextColumn};

impl<T: Scalar> Rows<'_, T> {
    /// Converts the rows to a data set, with one-hot columns and names, and its report.
    pub(crate) fn into_dataset(self) -> Result<(Dataset<T>, CsvReport), Error> {
        let Self {
            options,
            header,
            plan,
            table,
            ..
        } = self;
        let examples = table.len() / plan.stored();
        let missing = counts(&self.missing, &header);
        if examples == 0 {
            return Err(no_example(self.dropped, &missing));
        }
        let encoders: Vec<Encoder> = options
            .text
            .iter()
            .zip(self.categories)
            .map(Encoder::new)
            .collect();
        let inputs = inputs(&table, examples, &plan, &encoders)?;
        let targets = targets(&table, examples, &plan, &encoders)?;
        drop(table); // before the names are allocated
        let mut data = Dataset::of_equal_lengths(inputs, targets);
        data.names = Arc::new(names(&header, &plan, &encoders));
        let report = CsvReport {
            examples,
            dropped: self.dropped,
            missing,
            text: with_categories(options, &plan, encoders),
        };
        Ok((data, report))
    }
}

fn counts(missing: &[usize], header: &Header) -> Vec<(String, usize)> {
    if missing.is_empty() {
        return Vec::new();
    }
    let names = header.names();
    let name = |column: usize| match &names {
        Some(names) => String::from_utf8_lossy(names[column]).into_owned(),
        None => format!("column {}", column + 1),
    };
    let counted = missing.iter().enumerate().filter(|&(_, &count)| count > 0);
    counted.map(|(column, &count)| (name(column), count)).collect()
}

fn no_example(dropped: usize, missing: &[(String, usize)]) -> Error {
    if dropped == 0 {
        return Error::NoLines;
    }
    Error::AllDropped {
        dropped,
        missing: counted(missing, 20),
    }
}

/// The numbers for the texts of a column.
struct Encoder {
    encoding: Encoding,
    /// The categories in the order of their class numbers.
    categories: Vec<String>,
    /// The class number of each code.
    classes: Vec<usize>,
}

impl Encoder {
    fn new((text, categories): (&TextColumn, Categories)) -> Self {
        let (categories, classes) = categories.sorted();
        Self {
            encoding: text.encoding,
            categories,
            classes,
        }
    }

    /// Returns the number of columns for the texts.
    fn width(&self) -> usize {
        match self.encoding {
            Encoding::Classes => 1,
            Encoding::OneHot => self.categories.len(),
        }
    }

    /// Calls `set` with columns and their numbers, for a code; a column without a call is 0. The code of a missing text
    /// is NaN.
    fn encode<T: Scalar>(&self, code: T, mut set: impl FnMut(usize, T)) {
        let class = code.to_usize().and_then(|code| self.classes.get(code));
        match (class, self.encoding) {
            (None, _) => (0..self.width()).for_each(|column| set(column, T::nan())),
            (Some(&class), Encoding::Classes) => set(0, T::from_usize(class)),
            (Some(&class), Encoding::OneHot) => set(class, T::one()),
        }
    }
}

fn inputs<T: Scalar>(
    table: &Table<T>,
    examples: usize,
    plan: &Plan,
    encoders: &[Encoder],
) -> Result<Array2<T>, Error> {
    let width = |run: &Run| match *run {
        Run::Numbers { count, .. } => count,
        Run::Text { text, .. } => encoders[text].width(),
    };
    let columns = plan.inputs.iter().map(width).sum();
    let mut inputs = zeros(examples, columns)?;
    for (example, mut row) in inputs.outer_iter_mut().enumerate() {
        let stored = |column: usize| example * plan.stored() + plan.stored_index(column);
        let mut column = 0;
        for run in &plan.inputs {
            match *run {
                Run::Numbers { first, count } => {
                    let values = stored(first)..stored(first) + count;
                    values.for_each(|value| {
                        row[column] = table[value];
                        column += 1;
                    });
                }
                Run::Text {
                    column: of_file,
                    text,
                } => {
                    encoders[text].encode(table[stored(of_file)], |offset, value| {
                        row[column + offset] = value;
                    });
                    column += encoders[text].width();
                }
            }
        }
    }
    Ok(inputs)
}

fn targets<T: Scalar>(
    table: &Table<T>,
    examples: usize,
    plan: &Plan,
    encoders: &[Encoder],
) -> Result<Array2<T>, Error> {
    let encoder = plan.label_text.map(|text| &encoders[text]);
    let mut targets = zeros(examples, encoder.map_or(1, Encoder::width))?;
    let label = plan.stored_index(plan.label);
    for (example, mut row) in targets.outer_iter_mut().enumerate() {
        let value = table[example * plan.stored() + label];
        match encoder {
            Some(encoder) => encoder.encode(value, |column, value| row[column] = value),
            None => row[0] = value,
        }
    }
    Ok(targets)
}

/// One-hot columns can make the matrix larger than the file.
fn zeros<T: Scalar>(examples: usize, columns: usize) -> Result<Array2<T>, Error> {
    check_memory_of::<T>(
        "read_csv",
        "the number of examples and columns",
        (examples, columns),
        1,
    )?;
    Ok(Array2::zeros((examples, columns)))
}

/// Returns the names of the columns and the classes.
fn names(header: &Header, plan: &Plan, encoders: &[Encoder]) -> Names {
    let classes = plan.label_text.map(|text| encoders[text].categories.clone());
    let Some(of_file) = header.names() else {
        return Names {
            classes,
            ..Names::default()
        };
    };
    let name = |column: usize| String::from_utf8_lossy(of_file[column]).into_owned();
    let of_run = |run: &Run| match *run {
        Run::Numbers { first, count } => (first..first + count).map(name).collect(),
        Run::Text { column, text } if encoders[text].encoding == Encoding::OneHot => {
            let categories = encoders[text].categories.iter();
            categories
                .map(|category| format!("{}={category}", name(column)))
                .collect()
        }
        Run::Text { column, .. } => vec![name(column)],
    };
    Names {
        inputs: Some(plan.inputs.iter().flat_map(of_run).collect()),
        classes,
        target: Some(name(plan.label)),
    }
}

/// Returns the columns of text with the categories of the file; a column that is not used has none.
fn with_categories(options: &CsvOptions, plan: &Plan, encoders: Vec<Encoder>) -> Vec<TextColumn> {
    let is_used = |index: usize| {
        let is_input = |run: &Run| matches!(*run, Run::Text { text, .. } if text == index);
        plan.label_text == Some(index) || plan.inputs.iter().any(is_input)
    };
    let texts = options.text.iter().zip(encoders).enumerate();
    texts
        .map(|(index, (text, encoder))| {
            if is_used(index) {
                text.clone().categories(encoder.categories)
            } else {
                text.clone()
            }
        })
        .collect()
}
