//! What a reader of comma-separated values has counted.

use std::fmt;

use crate::TextColumn;
use crate::field::excerpt;

/// The counts of a file of comma-separated values, which [`read_csv_report`](crate::read_csv_report) returns beside its
/// data set.
///
/// ```
/// use brique_datasets::{CsvOptions, Missing, TextColumn, read_csv_report_from};
///
/// let options = CsvOptions {
///     header: true,
///     text: vec![TextColumn::classes("ill")],
///     missing: Missing::Drop,
///     missing_marks: vec!["NA".to_owned()],
///     ..CsvOptions::default()
/// };
/// let text = "age,bmi,ill\n30,22.5,no\nNA,NA,yes\n50,,no\n60,31.0,yes\n";
/// let (data, report) = read_csv_report_from::<f32>(text.as_bytes(), &options)?;
/// assert_eq!(data.len(), 2);
/// assert_eq!(report.missing, [("age".to_owned(), 1), ("bmi".to_owned(), 2)]);
/// assert_eq!(report.to_string(), "2 examples, 2 dropped; missing: 1 in age, 2 in bmi");
///
/// // The categories of this file are those of the next file.
/// let of_next_file = CsvOptions { text: report.text, ..options };
/// let ill = TextColumn::classes("ill").categories(["no", "yes"]);
/// assert_eq!(of_next_file.text, [ill]);
/// # Ok::<(), brique_datasets::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CsvReport {
    /// The number of examples in the data set.
    pub examples: usize,
    /// The number of examples with a missing value that were dropped.
    pub dropped: usize,
    /// The columns with missing values in the order of the file, and how many values are missing. Without a header the
    /// third column is called `column 3`. The values in dropped examples count, those in columns that are not used do
    /// not.
    pub missing: Vec<(String, usize)>,
    /// [`CsvOptions::text`](crate::CsvOptions::text) with the categories of this file.
    pub text: Vec<TextColumn>,
}

impl fmt::Display for CsvReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} examples, {} dropped", self.examples, self.dropped)?;
        if self.missing.is_empty() {
            return f.write_str("; no value is missing");
        }
        write!(f, "; missing: {}", counted(&self.missing, usize::MAX))
    }
}

/// Returns the first counts, each with its column.
pub(crate) fn counted(counts: &[(String, usize)], most: usize) -> String {
    let shown = counts.iter().take(most);
    let part = |(name, count): &(String, usize)| format!("{count} in {}", excerpt(name.as_bytes()));
    let mut parts: Vec<String> = shown.map(part).collect();
    if counts.len() > most {
        parts.push(format!("and in {} more columns", counts.len() - most));
    }
    parts.join(", ")
}
