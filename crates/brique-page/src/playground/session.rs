//! The playground of one configuration: its data, its training, its record, and the network that it shows.

use brique_core::Module as ModuleTrait;
use brique_datasets::Dataset;
use brique_layers::Sequential;
use brique_tensor::ndarray::{Array2, Axis};
use brique_train::Weights;
use serde::Serialize;

use super::best_accuracy::best_accuracy;
use super::data::examples;
use super::layer_statistics::layer_statistics;
use super::network::{build_loss, build_network, parameter_count};
use super::pictures::{self, Bounds};
use super::records::{History, RecordedWeights, measure};
use super::targets::TargetForm;
use super::training::Training;
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
    pub(crate) training: Training,
    pub(crate) test: Option<Dataset>,
    history: History,
    recorded: RecordedWeights,
    /// A network of its own, so that nothing that pictures do with it changes the training.
    shown: Sequential<f64>,
    shown_epoch: Option<usize>,
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
        let examples = examples(&config)?;
        let network = build_network(&config, examples.input)?;
        let loss = build_loss(&config.loss)?;
        let form = TargetForm::of(&config.loss, examples.classes)?;
        form.check_outputs(&*loss, network.output().size())?;
        let parameters = parameter_count(&network);
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
        let mut playground = Self {
            shown: build_network(&config, examples.input)?,
            training: Training::new(&config, network, train)?,
            config,
            examples,
            form,
            test,
            history: History::default(),
            recorded: RecordedWeights::new(),
            shown_epoch: None,
        };
        playground.record()?;
        Ok(playground)
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

    /// Returns the training: the live network, its loss and its optimiser.
    #[must_use]
    pub fn training(&self) -> &Training {
        &self.training
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
        let Training {
            network,
            loss,
            optimizer,
            train,
            ..
        } = &self.training;
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
        let measured = measure(network, &**loss, train, classes(&split.train).as_deref())?;
        let test = self.test.as_ref();
        let test = test.map(|test| measure(network, &**loss, test, classes(&split.test).as_deref()));
        let layers = layer_statistics(network, &**loss, train.inputs(), train.targets())?;
        self.history
            .add(optimizer.learning_rate(), measured, test.transpose()?, layers);
        self.recorded.add(self.training.epoch(), network);
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
        if let Some(epoch) = epoch {
            let Some(weights) = self.recorded.of(epoch) else {
                return Err(Error::value("the epoch", epoch, "one of the recorded epochs"));
            };
            weights.restore(&mut self.shown)?;
        }
        self.shown_epoch = epoch;
        Ok(())
    }

    /// Returns the shown network: a copy of the live one, or of a recorded epoch. Changes of it have no effect on the
    /// training, and are gone with the next call.
    ///
    /// # Errors
    ///
    /// None in practice: a copy has the parameters of the same shapes.
    pub fn shown(&mut self) -> Result<&mut Sequential<f64>, Error> {
        match self.shown_epoch.and_then(|epoch| self.recorded.of(epoch)) {
            Some(weights) => weights.restore(&mut self.shown)?,
            None => Weights::of(&self.training.network).restore(&mut self.shown)?,
        }
        Ok(&mut self.shown)
    }

    /// Returns the network that the last call of [`shown`](Self::shown) prepared.
    pub(crate) fn shown_network(&self) -> &Sequential<f64> {
        &self.shown
    }

    /// Returns the rectangle of the plane that pictures show.
    ///
    /// # Errors
    ///
    /// If the inputs are not points of the plane.
    pub fn bounds(&self) -> Result<Bounds, Error> {
        if self.examples.inputs.ncols() == 2 {
            return Ok(pictures::bounds(&self.examples.inputs));
        }
        Err(Error::value(
            "the input",
            self.examples.input,
            "(2): a picture shows points of the plane",
        ))
    }

    /// Computes a picture of the plane, row by row from the largest x₂: the probabilities of the classes of each pixel,
    /// or the prediction of a regression.
    ///
    /// # Errors
    ///
    /// If the inputs are not points of the plane, or the resolution is 0 or too large.
    pub fn regions(&mut self, resolution: usize) -> Result<Vec<f32>, Error> {
        let (bounds, form) = (self.bounds()?, self.form);
        self.shown()?;
        let (network, loss) = (&self.shown, &*self.training.loss);
        let mut picture = Vec::new();
        pictures::visit_pixels(bounds, resolution, |points| {
            let shown = pictures::shown(form, loss, network.predict(points)?)?;
            picture.extend(shown.iter().map(|&value| narrowed(value)));
            Ok(())
        })?;
        Ok(picture)
    }

    /// Computes a picture of the plane for each output of a module.
    ///
    /// # Errors
    ///
    /// As [`regions`](Self::regions), and if there is no such module.
    pub fn units(&mut self, module: usize, resolution: usize) -> Result<Vec<f32>, Error> {
        let bounds = self.bounds()?;
        let network = self.shown()?;
        let mut rows: Vec<Array2<f64>> = Vec::new();
        pictures::visit_pixels(bounds, resolution, |points| {
            rows.push(pictures::output_of(network, module, points)?);
            Ok(())
        })?;
        let units = rows.first().map_or(0, Array2::ncols);
        let of_unit = |unit: usize| {
            rows.iter()
                .flat_map(move |rows| rows.column(unit).into_iter().copied())
        };
        Ok((0..units).flat_map(of_unit).map(narrowed).collect())
    }

    /// Computes the output of a module for one input; without a module that of the whole network, as probabilities for a
    /// classification.
    ///
    /// # Errors
    ///
    /// If there is no such module, or the input has another number of values.
    pub fn outputs(&mut self, module: Option<usize>, input: &[f64]) -> Result<Vec<f64>, Error> {
        let expected = self.examples.inputs.ncols();
        if input.len() != expected {
            let expected = expected.to_string();
            return Err(Error::value(
                "the number of values of the input",
                input.len(),
                expected,
            ));
        }
        let x = Array2::from_shape_fn((1, input.len()), |(_, column)| input[column]);
        self.shown()?;
        let output = match module {
            Some(module) => pictures::output_of(&self.shown, module, &x)?,
            None => pictures::shown(self.form, &*self.training.loss, self.shown.predict(&x)?)?,
        };
        Ok(output.into_iter().collect())
    }

    /// Returns the first parameter of a module, row by row, the biases last; nothing if it has none.
    ///
    /// # Errors
    ///
    /// If there is no such module.
    pub fn weights(&mut self, module: usize) -> Result<Vec<f64>, Error> {
        let network = self.shown()?;
        let expected = format!("below {}, the number of modules", network.len());
        let Some((_, found)) = network.inner(module) else {
            return Err(Error::value("the index of a module", module, expected));
        };
        let mut values = None;
        found.visit_parameters(&mut |parameter| {
            values.get_or_insert_with(|| parameter.value().iter().copied().collect());
        });
        Ok(values.unwrap_or_default())
    }

    /// Returns a digest of the live training in 16 hexadecimal digits: FNV-1a over the number of steps and the bits of
    /// all parameters, as little-endian bytes.
    #[must_use]
    pub fn bits(&self) -> String {
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        let mut add = |bytes: [u8; 8]| {
            for byte in bytes {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
            }
        };
        add(self.training.steps().to_le_bytes());
        self.training.network.visit_parameters(&mut |parameter| {
            parameter
                .value()
                .iter()
                .for_each(|value| add(value.to_le_bytes()));
        });
        format!("{hash:016x}")
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

#[expect(
    clippy::cast_possible_truncation,
    reason = "the colour of a pixel needs few digits"
)]
fn narrowed(value: f64) -> f32 {
    value as f32
}
