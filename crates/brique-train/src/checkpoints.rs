//! The files of a training.

use std::fs;
use std::path::{Path, PathBuf};

use brique_checkpoint::Reader;
use brique_core::Module;
use brique_optim::Optimizer;
use brique_tensor::Scalar;

use crate::Error;
use crate::best::Criterion;
use crate::progress::Progress;
use crate::progress_file::{Options, read, write};

/// A folder in which [`Fit`](crate::Fit) saves a training, to continue it later.
///
/// A file is written after every epoch, or every k-th; after the last epoch; and when a callback stops the training.
/// The three newest stay. [`Fit::run`](crate::Fit::run) continues from the newest file of the folder that is whole.
///
/// A file contains the network, and all that decides the next steps: the optimiser and its options, the state of the
/// plateau schedule, the number of the epoch and of the batch, the history and, if the network gets them back at the end,
/// the best parameters. The order of the examples and the masks of dropout follow from seeds and the numbers of epochs and
/// steps. A training that continues with another option than it began with is an error. The number of epochs may differ, unless
/// the schedule spans the training.
///
/// [`load`](brique_checkpoint::load) loads the network of such a file, with the parameters after its last step. The
/// parameters of the best epoch are in the network that was trained: save it with [`save`](brique_checkpoint::save).
///
/// ```
/// use brique_datasets::line;
/// use brique_layers::{Init, Linear};
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_random::portable;
/// use brique_train::{Checkpoints, Fit};
///
/// let folder = tempfile::tempdir()?;
/// let data = line(&mut portable(1));
/// let train = |epochs| {
///     let mut linear: Linear = Linear::new(1, 1, Init::StandardNormal, &mut portable(2))?;
///     Fit::new(epochs, 20)
///         .checkpoints(Checkpoints::new(folder.path()).every(10).keep(2))
///         .run(&mut linear, &MSELoss::new(), &mut SGD::new(0.01)?, &data)?;
///     Ok::<_, Box<dyn std::error::Error>>(linear)
/// };
/// train(30)?; // saved after 10, 20 and 30 epochs
/// let continued = train(40)?; // trains 10 more
/// assert_eq!(std::fs::read_dir(&folder)?.count(), 2);
///
/// let mut at_once: Linear = Linear::new(1, 1, Init::StandardNormal, &mut portable(2))?;
/// Fit::new(40, 20).run(&mut at_once, &MSELoss::new(), &mut SGD::new(0.01)?, &data)?;
/// assert_eq!(continued.weight(), at_once.weight());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoints {
    folder: PathBuf,
    every: usize,
    keep: usize,
}

/// The number of completed epochs and of completed batches of the next one: their order is that of the training.
type Position = (usize, usize);

impl Checkpoints {
    /// Creates the configuration with this folder, a file after every epoch, of which the three newest stay. The folder
    /// is created when the first file is written.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            every: 1,
            keep: 3,
        }
    }

    /// Sets the number of epochs from one file to the next. With 0, files are only written at the end and when a
    /// callback stops the training.
    #[must_use]
    pub fn every(self, epochs: usize) -> Self {
        Self {
            every: epochs,
            ..self
        }
    }

    /// Sets how many files stay: the newest ones, at least one.
    #[must_use]
    pub fn keep(self, files: usize) -> Self {
        Self { keep: files, ..self }
    }

    /// Returns the newest file that is whole, `None` if there is no file.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read, or no file is whole: the error is that of the newest.
    pub fn newest(&self) -> Result<Option<PathBuf>, Error> {
        Ok(self.open_newest()?.map(|(path, _)| path))
    }

    fn open_newest(&self) -> Result<Option<(PathBuf, Reader)>, Error> {
        let mut first_error = None;
        for (_, path) in self.files()?.into_iter().rev() {
            let opened = Reader::open(&path).and_then(|mut reader| {
                reader.verify()?;
                Ok(reader)
            });
            match opened {
                Ok(reader) => return Ok(Some((path, reader))),
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        first_error.map_or(Ok(None), |error| Err(error.into()))
    }

    /// Returns whether a file is written after this many epochs, at least one: none of them is a multiple of 0.
    pub(crate) fn is_due(&self, epochs: usize) -> bool {
        epochs.is_multiple_of(self.every)
    }

    /// Continues from the newest file that is whole, if there is one. After an error nothing has changed.
    pub(crate) fn resume<T: Scalar>(
        &self,
        options: &Options,
        network: &mut dyn Module<T>,
        optimizer: &mut dyn Optimizer<T>,
        record: (Criterion, &[&'static str]),
    ) -> Result<Option<Progress<T>>, Error> {
        let Some((path, mut reader)) = self.open_newest()? else {
            return Ok(None);
        };
        read(&mut reader, &path, options, network, optimizer, record).map(Some)
    }

    /// Writes a file and removes the oldest beyond those that stay.
    pub(crate) fn save<T: Scalar>(
        &self,
        progress: &Progress<T>,
        options: &Options,
        network: &dyn Module<T>,
        optimizer: &dyn Optimizer<T>,
    ) -> Result<(), Error> {
        fs::create_dir_all(&self.folder).map_err(|error| self.unusable("create", &error))?;
        self.remove_partial_files()?;
        let name = file_name((progress.epoch, progress.batch));
        write(&self.folder.join(name), progress, options, network, optimizer)?;
        let files = self.files()?;
        let old = files.len().saturating_sub(self.keep.max(1));
        files[..old]
            .iter()
            .try_for_each(|(_, path)| fs::remove_file(path).map_err(|error| self.unusable("clean", &error)))
    }

    /// Returns the files of the folder from the oldest to the newest.
    fn files(&self) -> Result<Vec<(Position, PathBuf)>, Error> {
        let mut files: Vec<(Position, PathBuf)> = self
            .paths()?
            .into_iter()
            .filter_map(|path| Some((position(&path)?, path)))
            .collect();
        files.sort();
        Ok(files)
    }

    /// Removes what a save left that was interrupted: its file would have had another name.
    fn remove_partial_files(&self) -> Result<(), Error> {
        let is_partial = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.and_then(|name| name.strip_prefix('.')?.strip_suffix(".partial"));
            name.is_some_and(|name| position(Path::new(name)).is_some())
        };
        let partial = self.paths()?.into_iter().filter(is_partial);
        partial
            .map(fs::remove_file)
            .try_for_each(|removed| removed.map_err(|error| self.unusable("clean", &error)))
    }

    fn paths(&self) -> Result<Vec<PathBuf>, Error> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.unusable("read", &error)),
        };
        let paths: std::io::Result<Vec<PathBuf>> = entries.map(|entry| Ok(entry?.path())).collect();
        paths.map_err(|error| self.unusable("read", &error))
    }

    fn unusable(&self, operation: &'static str, error: &std::io::Error) -> Error {
        Error::Folder {
            path: self.folder.clone(),
            operation,
            message: error.to_string(),
        }
    }
}

/// Returns the name of a file: `epoch-000012.safetensors`, or `epoch-000012-batch-000034.safetensors` within an epoch.
fn file_name((epoch, batch): Position) -> String {
    match batch {
        0 => format!("epoch-{epoch:06}.safetensors"),
        batch => format!("epoch-{epoch:06}-batch-{batch:06}.safetensors"),
    }
}

/// Returns the position that the name of a file gives, `None` if it is not the name of a checkpoint.
fn position(path: &Path) -> Option<Position> {
    let name = path.file_name()?.to_str()?;
    let numbers = name.strip_prefix("epoch-")?.strip_suffix(".safetensors")?;
    let (epoch, batch) = numbers.split_once("-batch-").unwrap_or((numbers, "0"));
    let position = (epoch.parse().ok()?, batch.parse().ok()?);
    (file_name(position) == name).then_some(position)
}
