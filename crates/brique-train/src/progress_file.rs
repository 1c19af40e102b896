//! A training as a file.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use brique_checkpoint::{Exact, Reader, Writer};
use brique_core::Module;
use brique_optim::{Buffer, Optimizer, PlateauState, State};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use serde::{Deserialize, Serialize};

use crate::best::Criterion;
use crate::progress::Progress;
use crate::{Epoch, Error, History, Stopped, Weights};

/// The options that decide the numbers of a training, as texts.
pub(crate) type Options = BTreeMap<String, String>;

/// The name of the section, and the beginning of the names of the matrices.
const SECTION: &str = "training";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct TrainingJson {
    options: Options,
    epoch: usize,
    batch: usize,
    steps: u64,
    total: Exact,
    elapsed: Duration,
    base_rate: Exact,
    plateau_rate: Exact,
    learning_rate: Exact,
    plateau: Option<PlateauJson>,
    optimizer: StateJson,
    history: Vec<EpochJson>,
    stopped: StoppedJson,
    /// The number of matrices of the best parameters.
    best: usize,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlateauJson {
    factor: Exact,
    best: Exact,
    bad: u64,
    cooling: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateJson {
    steps: u64,
    /// The name of each buffer, and the number of its matrices.
    buffers: Vec<(String, usize)>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EpochJson {
    loss: Exact,
    validation_loss: Option<Exact>,
    metrics: Vec<Exact>,
    learning_rate: Exact,
    time: Duration,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoppedJson {
    Completed,
    Early,
    ByCallback,
}

/// Writes the network, the optimiser and the progress of a training.
pub(crate) fn write<T: Scalar>(
    path: &Path,
    progress: &Progress<T>,
    options: &Options,
    network: &dyn Module<T>,
    optimizer: &dyn Optimizer<T>,
) -> Result<(), Error> {
    let state = optimizer.state();
    let buffers = state
        .buffers
        .iter()
        .map(|buffer| (buffer.name.clone(), buffer.values.len()));
    let json = TrainingJson {
        options: options.clone(),
        epoch: progress.epoch,
        batch: progress.batch,
        steps: progress.steps,
        total: Exact(progress.total),
        elapsed: progress.elapsed,
        base_rate: Exact(progress.base_rate),
        plateau_rate: Exact(progress.plateau_rate),
        learning_rate: Exact(progress.learning_rate),
        plateau: progress.plateau.map(PlateauJson::from),
        optimizer: StateJson {
            steps: state.steps,
            buffers: buffers.collect(),
        },
        history: progress.history.epochs().iter().map(EpochJson::from).collect(),
        stopped: progress.history.stopped().into(),
        best: progress.best.values().len(),
    };
    let mut writer = Writer::new(network).section(SECTION, &json)?;
    for buffer in &state.buffers {
        for (number, values) in buffer.values.iter().enumerate() {
            writer = writer.matrix(buffer_name(&buffer.name, number), values);
        }
    }
    for (number, values) in progress.best.values().iter().enumerate() {
        writer = writer.matrix(best_name(number), values);
    }
    Ok(writer.save(path)?)
}

/// Reads the progress of a training, and puts the parameters into the network and the state into the optimiser. After
/// an error both are as before.
pub(crate) fn read<T: Scalar>(
    reader: &mut Reader,
    path: &Path,
    options: &Options,
    network: &mut dyn Module<T>,
    optimizer: &mut dyn Optimizer<T>,
    (criterion, metrics): (Criterion, &[&'static str]),
) -> Result<Progress<T>, Error> {
    let Some(json) = reader.section::<TrainingJson>(SECTION)? else {
        return Err(Error::NoTraining {
            path: path.to_owned(),
        });
    };
    check_options(path, &json.options, options)?;
    let mut state = State {
        steps: json.optimizer.steps,
        buffers: Vec::new(),
    };
    for (name, count) in &json.optimizer.buffers {
        let values = matrices(reader, path, *count, |number| buffer_name(name, number))?;
        state.buffers.push(Buffer {
            name: name.clone(),
            values,
        });
    }
    let best = Weights::new(matrices(reader, path, json.best, best_name)?);
    let epochs = json.history.into_iter().enumerate();
    let history = History::from_epochs(
        criterion,
        epochs.map(|(number, epoch)| epoch.with_names(number, metrics)),
        json.stopped.into(),
    );
    let before = optimizer.state().clone();
    optimizer.set_state(state)?;
    if let Err(error) = reader.load_into(network) {
        optimizer.set_state(before)?;
        return Err(error.into());
    }
    Ok(Progress {
        epoch: json.epoch,
        batch: json.batch,
        steps: json.steps,
        total: json.total.0,
        elapsed: json.elapsed,
        base_rate: json.base_rate.0,
        plateau_rate: json.plateau_rate.0,
        learning_rate: json.learning_rate.0,
        plateau: json.plateau.map(PlateauState::from),
        history,
        best,
    })
}

fn check_options(path: &Path, saved: &Options, current: &Options) -> Result<(), Error> {
    let none = "not set".to_owned();
    let names = saved.keys().chain(current.keys());
    for name in names {
        let (saved, current) = (
            saved.get(name).unwrap_or(&none),
            current.get(name).unwrap_or(&none),
        );
        if saved != current {
            return Err(Error::OtherTraining {
                path: path.to_owned(),
                option: name.clone(),
                saved: saved.clone(),
                current: current.clone(),
            });
        }
    }
    Ok(())
}

/// Reads matrices by their numbers.
fn matrices<T: Scalar>(
    reader: &mut Reader,
    path: &Path,
    count: usize,
    name: impl Fn(usize) -> String,
) -> Result<Vec<Array2<T>>, Error> {
    let mut matrices = Vec::new();
    for number in 0..count {
        match reader.matrix(&name(number))? {
            Some(values) => matrices.push(values),
            None => {
                return Err(Error::NoTraining {
                    path: path.to_owned(),
                });
            }
        }
    }
    Ok(matrices)
}

fn buffer_name(buffer: &str, number: usize) -> String {
    format!("{SECTION}.{buffer}.{number}")
}

fn best_name(number: usize) -> String {
    format!("{SECTION}.best.{number}")
}

impl EpochJson {
    fn with_names(self, number: usize, metrics: &[&'static str]) -> Epoch {
        let values = self.metrics.into_iter().map(|Exact(value)| value);
        Epoch {
            number,
            loss: self.loss.0,
            validation_loss: self.validation_loss.map(|Exact(loss)| loss),
            metrics: metrics.iter().copied().zip(values).collect(),
            learning_rate: self.learning_rate.0,
            time: self.time,
        }
    }
}

impl From<&Epoch> for EpochJson {
    fn from(epoch: &Epoch) -> Self {
        Self {
            loss: Exact(epoch.loss),
            validation_loss: epoch.validation_loss.map(Exact),
            metrics: epoch.metrics.iter().map(|&(_, value)| Exact(value)).collect(),
            learning_rate: Exact(epoch.learning_rate),
            time: epoch.time,
        }
    }
}

impl From<PlateauState> for PlateauJson {
    fn from(state: PlateauState) -> Self {
        Self {
            factor: Exact(state.factor),
            best: Exact(state.best),
            bad: state.bad,
            cooling: state.cooling,
        }
    }
}

impl From<PlateauJson> for PlateauState {
    fn from(json: PlateauJson) -> Self {
        Self {
            factor: json.factor.0,
            best: json.best.0,
            bad: json.bad,
            cooling: json.cooling,
        }
    }
}

impl From<Stopped> for StoppedJson {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Completed => Self::Completed,
            Stopped::Early => Self::Early,
            Stopped::ByCallback => Self::ByCallback,
        }
    }
}

impl From<StoppedJson> for Stopped {
    fn from(json: StoppedJson) -> Self {
        match json {
            StoppedJson::Completed => Self::Completed,
            StoppedJson::Early => Self::Early,
            StoppedJson::ByCallback => Self::ByCallback,
        }
    }
}
