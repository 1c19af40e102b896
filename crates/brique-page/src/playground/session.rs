//! The playground of one configuration: its data, its training, its record, and the network that it shows.

use brique_core::{Loss as LossTrait, Module as ModuleTrait};
use brique_datasets::Dataset;
use brique_layers::Sequential;
use brique_tensor::ndarray::Axis;
use serde::Serialize;

use super::best_accuracy::best_accuracy;
use super::data::examples;
use super::layer_statistics::layer_statistics;
use super::network::{build_network, parameter_count};
use super::records::{History, RecordedParameters, measure};
use super::targets::TargetForm;
use super::trainers::build_loss;
use super::training::{self, Training};
use super::{Config, Error, Examples, Task};

/// The largest number of parameters of a network, which limits the memory of the recorded epochs.
const MOST_PARAMETERS: usize = 500_000;

/// A training of the playground, its record, and the network that pictures show.
///
/// ```
/// use brique_page::playground::{Config, Playground};
///
/// let config = Config::from_json(
///     r#"{"data":{"kind":"moons","examples":100,"noise":0.1,"seed":1},"test_fraction":0.3,
///         "network":[{"kind":"Linear","out":8},{"kind":"Tanh"},{"kind":"Linear","out":2}],
///         "init":"XavierUniform","loss":{"kind":"CrossEntropyLoss","label_smoothing":0},
///         "optimizer":{"kind":"Adam","learning_rate":0.01,"beta_1":0.9,"beta_2":0.999,"weight_decay":0},
///         "schedule":{"kind":"Constant"},"batch":32,"epochs":20,"seed":1}"#,
/// )?;
/// let mut playground = Playground::new(config)?;
/// let before = playground.history().train_loss[0];
/// let status = playground.epoch()?;
/// assert_eq!((status.step, status.epoch, status.batch), (3, 1, 0));
/// assert!(playground.history().train_loss[1] < before);
/// # Ok::<(), brique_page::playground::Error>(())
/// ```
#[derive(Debug)]
pub struct Playground {
    pub(crate) config: Config,
    pub(crate) examples: Examples,
    pub(crate) form: TargetForm,
    pub(super) training: Box<dyn Training>,
    /// The loss for what is shown and evaluated, which is computed with 64 bits in both types of numbers.
    pub(super) loss: Box<dyn LossTrait<f64>>,
    train: Dataset,
    test: Option<Dataset>,
    history: History,
    recorded: RecordedParameters,
    /// A network of its own, so that nothing that pictures do with it changes the training.
    pub(super) shown: Sequential<f64>,
    /// The parameters of the recorded epoch that is shown; none for the live ones.
    past: Option<Vec<f64>>,
    /// A buffer for the live parameters on their way to the shown network.
    copied: Vec<f64>,
}

/// Where a training stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Status {
    /// The number of completed steps.
    pub step: u64,
    /// The number of completed epochs.
    pub epoch: usize,
    /// The number of completed steps of the epoch that has begun.
    pub batch: usize,
    /// The number of steps in an epoch.
    pub steps_per_epoch: usize,
    /// The loss of the last batch, before its step.
    pub loss: Option<f64>,
    /// Whether all epochs are completed.
    pub ended: bool,
}

impl Playground {
    /// Generates or reads the data, builds the network, and evaluates it before training.
    ///
    /// # Errors
    ///
    /// If anything in the configuration is invalid, or does not fit.
    pub fn new(config: Config) -> Result<Self, Error> {
        let mut playground = Self::unevaluated(config)?;
        playground.record()?;
        Ok(playground)
    }

    /// As [`new`](Self::new), without the evaluation before training, which takes most of the time.
    pub(super) fn unevaluated(config: Config) -> Result<Self, Error> {
        let examples = examples(&config)?;
        let shown = build_network(&config, examples.input)?;
        let loss = build_loss(&config.loss)?;
        let form = TargetForm::of(&config.loss, examples.classes)?;
        form.check_outputs(&*loss, shown.output().size())?;
        let parameters = parameter_count(&shown);
        if parameters > MOST_PARAMETERS {
            let expected = format!("at most {MOST_PARAMETERS}");
            return Err(Error::value("the number of parameters", parameters, expected));
        }
        let all = Dataset::new(examples.inputs.clone(), form.targets(&examples.targets)?)?;
        let train = all.select(&examples.split.train)?;
        let test = match examples.split.test.as_slice() {
            [] => None,
            indices => Some(all.select(indices)?),
        };
        Ok(Self {
            training: training::begin(&config, &examples, &train)?,
            shown,
            loss,
            train,
            config,
            examples,
            form,
            test,
            history: History::default(),
            recorded: RecordedParameters::new(),
            past: None,
            copied: Vec::new(),
        })
    }

    /// Returns the configuration.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Returns the examples.
    #[must_use]
    pub fn examples(&self) -> &Examples {
        &self.examples
    }

    /// Returns the training set; targets have the form that the loss takes.
    #[must_use]
    pub fn train(&self) -> &Dataset {
        &self.train
    }

    /// Returns the test set, if there is one.
    #[must_use]
    pub fn test(&self) -> Option<&Dataset> {
        self.test.as_ref()
    }

    /// Returns where the training stands.
    #[must_use]
    pub fn status(&self) -> Status {
        Status {
            step: self.training.steps(),
            epoch: self.training.epoch(),
            batch: self.training.batch(),
            steps_per_epoch: self.training.steps_per_epoch(),
            loss: self.training.last_loss(),
            ended: self.training.has_ended(),
        }
    }

    /// Makes up to `count` steps. Each epoch that ends is recorded.
    ///
    /// # Errors
    ///
    /// If a step fails. The parameters are those of the last step that succeeded.
    pub fn step(&mut self, count: usize) -> Result<Status, Error> {
        let mut left = count;
        while left > 0 && !self.training.has_ended() {
            left -= self.training.run(left)?;
            if self.training.batch() == 0 {
                self.record()?;
            }
        }
        Ok(self.status())
    }

    /// Makes the steps that are left of the epoch.
    ///
    /// # Errors
    ///
    /// As [`step`](Self::step).
    pub fn epoch(&mut self) -> Result<Status, Error> {
        self.step(self.training.steps_per_epoch() - self.training.batch())
    }

    /// Evaluates the network after an epoch, and records its parameters.
    fn record(&mut self) -> Result<(), Error> {
        self.show_live();
        let (network, loss, train) = (&self.shown, &*self.loss, &self.train);
        let classes = |indices: &[usize]| -> Option<Vec<f64>> {
            let is_classification = self.examples.task == Task::Classification;
            is_classification.then(|| {
                indices
                    .iter()
                    .map(|&index| self.examples.targets[index])
                    .collect()
            })
        };
        let split = &self.examples.split;
        let measured = measure(network, loss, train, classes(&split.train).as_deref())?;
        let test = self.test.as_ref();
        let test = test.map(|test| measure(network, loss, test, classes(&split.test).as_deref()));
        let layers = layer_statistics(network, loss, train.inputs(), train.targets())?;
        self.history
            .add(self.training.learning_rate(), measured, test.transpose()?, layers);
        self.recorded.add(self.training.epoch(), &self.copied);
        Ok(())
    }

    /// Returns the numbers of every epoch, from epoch 0, before training.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Returns the best possible accuracy on such data, where it is known.
    #[must_use]
    pub fn best_accuracy(&self) -> Option<f64> {
        best_accuracy(&self.config.data)
    }

    /// Returns the epochs whose parameters are recorded.
    #[must_use]
    pub fn recorded_epochs(&self) -> Vec<usize> {
        self.recorded.epochs().collect()
    }

    /// Shows the parameters of a recorded epoch, or the live ones.
    ///
    /// # Errors
    ///
    /// If the parameters of this epoch are not recorded.
    pub fn look_at(&mut self, epoch: Option<usize>) -> Result<(), Error> {
        self.past = match epoch {
            None => None,
            Some(epoch) => {
                let recorded = self.recorded.of(epoch).map(<[f64]>::to_vec);
                Some(recorded.ok_or_else(|| Error::value("the epoch", epoch, "one of the recorded epochs"))?)
            }
        };
        Ok(())
    }

    /// Returns the shown network: a copy of the live one, or of a recorded epoch. Changes of it have no effect on the
    /// training, and are gone with the next call. It computes with 64 bits, also if the training has 32.
    pub fn shown(&mut self) -> &mut Sequential<f64> {
        match &self.past {
            Some(parameters) => set_parameters(&mut self.shown, parameters),
            None => self.show_live(),
        }
        &mut self.shown
    }

    /// Copies the live parameters to the shown network.
    fn show_live(&mut self) {
        self.training.copy_parameters(&mut self.copied);
        set_parameters(&mut self.shown, &self.copied);
    }

    /// Returns the network that the last call of [`shown`](Self::shown) prepared.
    pub(crate) fn shown_network(&self) -> &Sequential<f64> {
        &self.shown
    }

    /// Returns a digest of the live training in 16 hexadecimal digits: FNV-1a over the number of steps and the bits of
    /// all parameters, as little-endian bytes.
    #[must_use]
    pub fn bits(&self) -> String {
        self.training.digest()
    }

    /// Returns whether each example is in the test set.
    #[must_use]
    pub fn is_test(&self) -> Vec<bool> {
        let mut is_test = vec![false; self.examples.inputs.len_of(Axis(0))];
        for &index in &self.examples.split.test {
            is_test[index] = true;
        }
        is_test
    }
}

/// Sets the parameters of a network, in their order.
fn set_parameters(network: &mut Sequential<f64>, parameters: &[f64]) {
    let mut parameters = parameters.iter();
    network.visit_parameters_mut(&mut |parameter| {
        for (value, new) in parameter.value_mut().iter_mut().zip(&mut parameters) {
            *value = *new;
        }
    });
}
