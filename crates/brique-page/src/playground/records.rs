//! The record of a training: numbers of every epoch, and the parameters of some.

use brique_core::Loss as LossTrait;
use brique_datasets::Dataset;
use brique_layers::Sequential;
use brique_tensor::ndarray::ArrayView1;
use brique_train::evaluate;
use serde::Serialize;

use super::layer_history::LayerHistory;
use super::{Error, LayerStatistics};

/// The largest number of epochs whose parameters are recorded.
const MOST_RECORDED: usize = 200;

/// The numbers of every epoch; epoch 0 is before training.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct History {
    /// The numbers of the epochs.
    pub epochs: Vec<usize>,
    /// The loss of the training set after each epoch.
    pub train_loss: Vec<f64>,
    /// The loss of the test set, if there is one.
    pub test_loss: Option<Vec<f64>>,
    /// The accuracy on the training set, for a classification.
    pub train_accuracy: Option<Vec<f64>>,
    /// The accuracy on the test set, for a classification.
    pub test_accuracy: Option<Vec<f64>>,
    /// The learning rate of the last step of each epoch.
    pub learning_rate: Vec<f64>,
    /// The numbers of each module after each epoch.
    pub layers: Vec<LayerHistory>,
}

impl History {
    /// Returns the epochs from number `first` on.
    #[must_use]
    pub fn from(&self, first: usize) -> Self {
        let part = |values: &Vec<f64>| values.get(first..).unwrap_or_default().to_vec();
        Self {
            epochs: self.epochs.get(first..).unwrap_or_default().to_vec(),
            train_loss: part(&self.train_loss),
            test_loss: self.test_loss.as_ref().map(part),
            train_accuracy: self.train_accuracy.as_ref().map(part),
            test_accuracy: self.test_accuracy.as_ref().map(part),
            learning_rate: part(&self.learning_rate),
            layers: self.layers.iter().map(|layer| layer.from(first)).collect(),
        }
    }

    pub(super) fn add(
        &mut self,
        learning_rate: f64,
        train: Measured,
        test: Option<Measured>,
        layers: Vec<LayerStatistics>,
    ) {
        let push = |values: &mut Option<Vec<f64>>, value: Option<f64>| {
            if let Some(value) = value {
                values.get_or_insert_default().push(value);
            }
        };
        self.epochs.push(self.epochs.len());
        self.train_loss.push(train.loss);
        self.learning_rate.push(learning_rate);
        push(&mut self.train_accuracy, train.accuracy);
        push(&mut self.test_loss, test.map(|test| test.loss));
        push(&mut self.test_accuracy, test.and_then(|test| test.accuracy));
        LayerHistory::add(&mut self.layers, layers);
    }
}

/// The loss on a data set, and the accuracy of a classification.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    loss: f64,
    accuracy: Option<f64>,
}

/// Evaluates the network on a data set whose classes, if it is a classification, are `classes`.
pub(super) fn measure(
    network: &Sequential<f64>,
    loss: &dyn LossTrait<f64>,
    data: &Dataset,
    classes: Option<&[f64]>,
) -> Result<Measured, Error> {
    let evaluation = evaluate(network, loss, data, &[])?;
    let accuracy = classes.map(|classes| {
        let rows = evaluation.predictions.outer_iter().zip(classes);
        let right = rows.filter(|(outputs, class)| is_right(outputs, **class)).count();
        right as f64 / data.len() as f64
    });
    Ok(Measured {
        loss: evaluation.loss,
        accuracy,
    })
}

/// Returns whether outputs predict a class: the largest of several does; one alone predicts class 1 if it is above 0.
fn is_right(outputs: &ArrayView1<'_, f64>, class: f64) -> bool {
    let predicted = match outputs.len() {
        1 => usize::from(outputs[0] > 0.0),
        _ => (1..outputs.len()).fold(
            0,
            |best, next| if outputs[next] > outputs[best] { next } else { best },
        ),
    };
    (predicted as f64 - class).abs() < 0.5
}

/// The parameters of some epochs, at equal distances. When there are too many, every second one is dropped.
#[derive(Debug)]
pub(super) struct RecordedParameters {
    distance: usize,
    parameters: Vec<Vec<f64>>,
}

impl RecordedParameters {
    pub(super) fn new() -> Self {
        Self {
            distance: 1,
            parameters: Vec::new(),
        }
    }

    /// Records the parameters after an epoch. Epochs must come one after the other, from 0.
    pub(super) fn add(&mut self, epoch: usize, parameters: &[f64]) {
        if !epoch.is_multiple_of(self.distance) {
            return;
        }
        if self.parameters.len() == MOST_RECORDED {
            let mut number = 0;
            self.parameters.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.distance *= 2;
        }
        if epoch.is_multiple_of(self.distance) {
            self.parameters.push(parameters.to_vec());
        }
    }

    pub(super) fn epochs(&self) -> impl Iterator<Item = usize> {
        (0..self.parameters.len()).map(|number| number * self.distance)
    }

    /// Returns the parameters after an epoch, if they are recorded.
    pub(super) fn of(&self, epoch: usize) -> Option<&[f64]> {
        let number = epoch
            .is_multiple_of(self.distance)
            .then(|| epoch / self.distance)?;
        self.parameters.get(number).map(Vec::as_slice)
    }
}
