//! What the page asks for, as JSON.

use serde::Serialize;

use super::{Bounds, Error, History, Playground, Task};

/// The examples, as the page draws them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ExamplesAnswer {
    /// `plane` or `digits`.
    pub input: &'static str,
    /// Whether targets are classes or numbers.
    pub task: Task,
    /// The inputs.
    pub x: Vec<Vec<f64>>,
    /// The class of each example, or its number.
    pub target: Vec<f64>,
    /// Whether each example is in the test set.
    pub is_test: Vec<bool>,
    /// The number of classes.
    pub classes: Option<usize>,
    /// The names of the classes, if they have any.
    pub class_names: Option<Vec<String>>,
    /// The rectangle that pictures show, of points of the plane.
    pub bounds: Option<Bounds>,
}

/// The numbers of every epoch, as the page draws them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryAnswer {
    /// The numbers of the epochs.
    #[serde(flatten)]
    pub history: History,
    /// The best possible accuracy, where it is known.
    pub best_accuracy: Option<f64>,
}

impl Playground {
    /// Returns the examples, as the page draws them.
    #[must_use]
    pub fn examples_answer(&self) -> ExamplesAnswer {
        let examples = self.examples();
        let bounds = self.bounds().ok();
        ExamplesAnswer {
            input: if bounds.is_some() { "plane" } else { "digits" },
            task: examples.task,
            x: examples.inputs.outer_iter().map(|input| input.to_vec()).collect(),
            target: examples.targets.clone(),
            is_test: self.is_test(),
            classes: examples.classes,
            class_names: examples.class_names.clone(),
            bounds,
        }
    }

    /// Returns the numbers of the epochs from number `first` on, as the page draws them.
    #[must_use]
    pub fn history_answer(&self, first: usize) -> HistoryAnswer {
        HistoryAnswer {
            history: self.history().from(first),
            best_accuracy: self.best_accuracy(),
        }
    }
}

/// Returns an answer as JSON.
///
/// # Errors
///
/// None in practice: every answer has a JSON.
pub fn to_json(answer: &impl Serialize) -> Result<String, Error> {
    Ok(serde_json::to_string(answer)?)
}
