//! Checks the names of the classes of a confusion matrix.

use crate::metrics::MetricError;

/// Returns an error if a name is empty, cannot be written in a line, or occurs twice.
pub(super) fn check_names(names: &[String]) -> Result<(), MetricError> {
    let mut order: Vec<usize> = (0..names.len()).collect();
    // The sort is stable, so that the error names the second of two equal names.
    order.sort_by_key(|&class| &names[class]);
    let repeated = order
        .windows(2)
        .find(|pair| names[pair[0]] == names[pair[1]])
        .map(|pair| (pair[1], "another name than that of a class before it"));
    let unprintable = names
        .iter()
        .position(|name| name.is_empty() || name.chars().any(char::is_control))
        .map(|class| {
            (
                class,
                "at least one character, and no line break or other control character",
            )
        });
    match unprintable.or(repeated) {
        None => Ok(()),
        Some((class, expected)) => Err(MetricError::ClassName {
            class,
            found: names[class].clone(),
            expected,
        }),
    }
}
