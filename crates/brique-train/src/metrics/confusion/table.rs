//! The text of a confusion matrix: a table.

use std::fmt;

use super::ConfusionMatrix;

const CORNER: &str = "true \\ predicted";

/// The longest line, in characters, in which names are the headings of the columns. Longer names get indices as
/// headings, because a terminal would wrap the lines.
const LONGEST_LINE: usize = 100;

impl fmt::Display for ConfusionMatrix {
    /// Writes one line per true class and one column per predicted class, aligned to the right.
    ///
    /// Names of classes are the labels of the lines and the headings of the columns. If the lines would be longer than
    /// 100 characters, the indices are the headings, and each line begins with the name and the index of its class.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indices: Vec<String> = (0..self.counts.nrows()).map(|class| class.to_string()).collect();
        let Some(names) = &self.names else {
            return self.write_table(f, &indices, &indices);
        };
        if self.line(names, names) <= LONGEST_LINE {
            return self.write_table(f, names, names);
        }
        let label = |(index, name): (&String, &String)| format!("{name} {index}");
        let labels: Vec<String> = indices.iter().zip(names).map(label).collect();
        self.write_table(f, &labels, &indices)
    }
}

impl ConfusionMatrix {
    fn write_table(&self, f: &mut fmt::Formatter<'_>, labels: &[String], headings: &[String]) -> fmt::Result {
        let label_width = longest(labels).max(CORNER.len());
        let widths: Vec<usize> = self.widths(headings);
        write!(f, "{CORNER:>label_width$}")?;
        for (heading, width) in headings.iter().zip(&widths) {
            write!(f, "  {heading:>width$}")?;
        }
        for (label, counts) in labels.iter().zip(self.counts.rows()) {
            write!(f, "\n{label:>label_width$}")?;
            for (count, width) in counts.iter().zip(&widths) {
                write!(f, "  {count:>width$}")?;
            }
        }
        Ok(())
    }

    /// Returns the width of each column: that of its heading or of the largest count of the table.
    fn widths(&self, headings: &[String]) -> Vec<usize> {
        let largest = self
            .counts
            .iter()
            .max()
            .map_or(0, |count| count.to_string().len());
        headings
            .iter()
            .map(|heading| heading.chars().count().max(largest))
            .collect()
    }

    /// Returns the number of characters of a line.
    fn line(&self, labels: &[String], headings: &[String]) -> usize {
        let columns: usize = self.widths(headings).iter().map(|width| width + 2).sum();
        longest(labels).max(CORNER.len()) + columns
    }
}

/// Returns the number of characters of the longest text.
fn longest(texts: &[String]) -> usize {
    texts
        .iter()
        .map(|text| text.chars().count())
        .max()
        .unwrap_or_default()
}
