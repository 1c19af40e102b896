//! A run on a dashboard.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use brique_tensor::Scalar;
use brique_train::{Epoch, Fit, FitError, History, Stopped, Training};

use super::file::{self, FileWriter};
use super::record::{Shared, State, lock};
use super::recorder::Recorder;
use crate::Error;

/// A run on a [`Dashboard`](super::Dashboard), made by [`Dashboard::run`](super::Dashboard::run). It can go to another
/// thread.
///
/// A run that watches a second training replaces the record of the first.
#[derive(Debug, Clone)]
pub struct Run {
    shared: Arc<Shared>,
    file: Option<PathBuf>,
}

impl Run {
    pub(super) fn new(name: String) -> Self {
        Self {
            shared: Arc::new(Shared {
                name,
                stop: AtomicBool::new(false),
                record: Mutex::default(),
            }),
            file: None,
        }
    }

    pub(super) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// Writes the run to a file too, which the page can open later, also without a dashboard.
    ///
    /// The file is written every few seconds during the training, in another thread, and when the training ends. Each
    /// time, it is written completely or not at all; a file that exists is replaced. It consists of lines of JSON. If it
    /// cannot be written during the training, the page says so and the training goes on.
    ///
    /// # Errors
    ///
    /// If the file cannot be written. The error names it.
    ///
    /// ```
    /// use brique_page::Dashboard;
    ///
    /// let folder = tempfile::tempdir()?;
    /// let dashboard = Dashboard::new()?;
    /// let run = dashboard.run("first try").file(folder.path().join("first.jsonl"))?;
    /// # assert!(folder.path().join("first.jsonl").exists());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn file(self, path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        file::write(&self.shared, &path)?;
        Ok(Self {
            file: Some(path),
            ..self
        })
    }

    /// Adds the callbacks of this run to a fit: after each epoch and after each step.
    pub fn watch<'a, T: Scalar>(&self, fit: Fit<'a, T>) -> Fit<'a, T> {
        let recorder = Rc::new(RefCell::new(self.recorder()));
        let of_epochs = Rc::clone(&recorder);
        fit.on_epoch(move |epoch, training| of_epochs.borrow_mut().epoch(epoch, training))
            .on_batch(move |batch, training| recorder.borrow_mut().batch(batch, training))
    }

    /// Returns a callback for [`Fit::on_epoch`] alone. The page then shows nothing of an epoch that has not ended, and a
    /// run that is stopped ends with its epoch. [`watch`](Self::watch) adds this callback and one for the steps.
    ///
    /// ```
    /// use brique_page::Dashboard;
    /// use brique_train::Fit;
    ///
    /// let dashboard = Dashboard::new()?;
    /// let fit: Fit = Fit::new(30, 20).on_epoch(dashboard.run("epochs").on_epoch());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_epoch<T: Scalar>(&self) -> impl FnMut(&Epoch, &Training<'_, T>) -> ControlFlow<()> + 'static {
        let mut recorder = self.recorder();
        move |epoch, training| recorder.epoch(epoch, training)
    }

    fn recorder(&self) -> Recorder {
        let file = self.file.clone();
        Recorder::new(&self.shared, file.map(|path| FileWriter::new(&self.shared, path)))
    }

    /// Tells the page how the training ended, after [`Fit::run`]: with an error, by patience, or otherwise. Without this
    /// call, the page shows a training that failed as one that ended.
    ///
    /// # Errors
    ///
    /// If the [`file`](Self::file) of the run cannot be written.
    ///
    /// ```
    /// # use brique_datasets::line;
    /// # use brique_layers::{Init, Linear};
    /// # use brique_losses::MSELoss;
    /// # use brique_optim::SGD;
    /// # use brique_page::Dashboard;
    /// # use brique_random::portable;
    /// # use brique_train::Fit;
    /// # let mut rng = portable(1);
    /// # let data = line(&mut rng);
    /// # let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
    /// # let (loss, mut sgd) = (MSELoss::new(), SGD::new(0.01)?);
    /// # let dashboard = Dashboard::new()?;
    /// let run = dashboard.run("line");
    /// let result = run.watch(Fit::new(30, 20)).run(&mut network, &loss, &mut sgd, &data);
    /// run.ended(&result)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ended(&self, result: &Result<History, FitError>) -> Result<(), Error> {
        let mut record = lock(&self.shared.record);
        record.version += 1;
        match result {
            Ok(history) if history.stopped() == Stopped::ByCallback => record.state = State::Stopped,
            Ok(_) => record.state = State::Ended,
            Err(error) => {
                record.state = State::Failed;
                record.message = Some(error.to_string());
            }
        }
        drop(record);
        match &self.file {
            Some(path) => file::write(&self.shared, path),
            None => Ok(()),
        }
    }
}
