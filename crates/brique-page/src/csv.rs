//! The record of a training as comma-separated values.

use brique_train::{Epoch, History};

/// Returns a table with a header and a line for each epoch: its number, from 0; its loss; its validation loss; each
/// metric by its name; the learning rate of its last step; its time in seconds; and whether it is the best epoch, 1 or 0.
///
/// Numbers are written with all their digits. A value that an epoch does not have is empty.
///
/// ```
/// # use brique_datasets::line;
/// # use brique_layers::{Init, Linear};
/// # use brique_losses::MSELoss;
/// # use brique_optim::SGD;
/// # use brique_random::portable;
/// # use brique_train::Fit;
/// # let mut rng = portable(1);
/// # let data = line(&mut rng);
/// # let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
/// # let (loss, mut sgd) = (MSELoss::new(), SGD::new(0.01)?);
/// let history = Fit::new(3, 20).run(&mut network, &loss, &mut sgd, &data)?;
/// let table = brique_page::csv(&history);
/// assert_eq!(table.lines().count(), 1 + 3);
/// assert!(table.starts_with("epoch,loss,validation_loss,learning_rate,seconds,best\n0,"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn csv(history: &History) -> String {
    let metrics = metric_names(history.epochs());
    let names = metrics.iter().map(|name| quoted(name));
    let header = ["epoch", "loss", "validation_loss"].map(str::to_owned);
    let last = ["learning_rate", "seconds", "best"].map(str::to_owned);
    let mut lines = vec![joined(header.into_iter().chain(names).chain(last))];
    for epoch in history.epochs() {
        let is_best = history.best().is_some_and(|best| best.number == epoch.number);
        let first = [
            epoch.number.to_string(),
            epoch.loss.to_string(),
            or_empty(epoch.validation_loss),
        ];
        let values = metrics.iter().map(|name| or_empty(epoch.metric(name)));
        let last = [
            epoch.learning_rate.to_string(),
            epoch.time.as_secs_f64().to_string(),
            u8::from(is_best).to_string(),
        ];
        lines.push(joined(first.into_iter().chain(values).chain(last)));
    }
    lines.concat()
}

/// Returns the names of all metrics, in the order in which they first occur.
pub(crate) fn metric_names(epochs: &[Epoch]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (name, _) in epochs.iter().flat_map(|epoch| &epoch.metrics) {
        if !names.contains(name) {
            names.push(*name);
        }
    }
    names
}

fn joined(fields: impl Iterator<Item = String>) -> String {
    fields.collect::<Vec<_>>().join(",") + "\n"
}

fn or_empty(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

/// Returns a field in quotes if it contains a character that has a meaning in the format.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
