//! Comma-separated values.

use std::ops::Range;
use std::path::Path;

use brique_datasets::{CsvOptions, CsvRecords, CsvSelection, ReadLimits};
use brique_tensor::Scalar;
use brique_train::{ExampleSource, Examples, SourceSizes};

use crate::files::batches::Batches;
use crate::files::data_file::DataFile;
use crate::files::record_index::RecordIndex;
use crate::{Error, FileError};

/// Reads examples from a file of comma-separated values, one batch at a time.
///
/// The examples are those of [`read_csv`](brique_datasets::read_csv) with the same options. Without a seed they have the
/// order of the file, with a seed that of an [`Order`](crate::Order). Two things that need all examples at once are errors:
/// a text column has to have [categories](brique_datasets::TextColumn::categories), and
/// [`Missing::Drop`](brique_datasets::Missing::Drop) cannot be used.
///
/// Opening reads the file once, to find where its lines begin. A process then reads only the examples that it needs, and at
/// most 16 KiB more for each of them. If the file has more than 2²⁰ examples, only every second, fourth, … line is found
/// directly, and reading an example reads the lines before it too.
///
/// The memory of a process does not depend on the length of the file: at most 24 MiB for the positions of lines (16 bytes
/// for each of 2²⁰, and half as much again while there become more), 4 times the numbers of the examples that it needs of the
/// largest batch, 24 bytes for each of them, and the header.
///
/// The file must not change. [`Fit::run_on`](brique_train::Fit::run_on) trains on the source:
///
/// ```
/// use brique_datasets::{CsvOptions, TextColumn};
/// use brique_distributed::CsvSource;
/// use brique_layers::{Init, Linear};
/// use brique_losses::BCEWithLogitsLoss;
/// use brique_optim::SGD;
/// use brique_random::portable;
/// use brique_train::Fit;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("seeds.csv");
/// std::fs::write(&path, "length,width,kind\n5.1,3.5,Rosa\n5.9,3.0,Canada\n4.9,3.3,Rosa\n6.1,2.8,Canada\n")?;
/// let options = CsvOptions {
///     text: vec![TextColumn::classes("kind").categories(["Canada", "Rosa"])],
///     ..CsvOptions::with_header()
/// };
/// let mut source = CsvSource::<f64>::open(&path, &options)?;
/// let mut network = Linear::new(2, 1, Init::PyTorch, &mut portable(1))?;
/// let history = Fit::new(20, 2)
///     .shuffle(1)
///     .run_on(&mut network, &BCEWithLogitsLoss::new(), &mut SGD::new(0.1)?, &mut source)?;
/// assert!(history.epochs()[19].loss < history.epochs()[0].loss);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CsvSource<T: Scalar = f64> {
    file: DataFile,
    records: CsvRecords,
    index: RecordIndex,
    batches: Batches<T>,
    /// The examples that are needed in the order of the file, each with its row in the batch.
    sorted: Vec<(usize, usize)>,
}

impl<T: Scalar> CsvSource<T> {
    /// Opens a file and reads it once, with the default limits of [`ReadLimits`].
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or is compressed; if there are no examples; if a line has more or fewer fields than the
    /// first line; if the options do not fit the file or the first example, or need all examples at once.
    pub fn open(path: impl AsRef<Path>, options: &CsvOptions) -> Result<Self, Error> {
        Self::open_with(path, options, ReadLimits::new())
    }

    /// Opens a file as [`open`](Self::open), within these limits.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with(
        path: impl AsRef<Path>,
        options: &CsvOptions,
        limits: ReadLimits,
    ) -> Result<Self, Error> {
        let mut file = DataFile::open(path.as_ref())?;
        let mut index = RecordIndex::new();
        let length = file.length();
        let scanned = CsvRecords::scan(file.part(0, length), options, limits, |position| {
            index.push(position);
        });
        let records = scanned.map_err(|error| file.error(error))?;
        file.check()?;
        let (inputs, targets) = records.columns();
        Ok(Self {
            file,
            batches: Batches::new(index.len(), inputs, targets),
            records,
            index,
            sorted: Vec::new(),
        })
    }

    /// Returns the number of bytes that were read, those of opening included.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.file.bytes_read()
    }

    fn read(&mut self, batch: &Range<usize>, needed: &Range<usize>) -> Result<(), Error> {
        let Self {
            file,
            records,
            index,
            batches,
            sorted,
        } = self;
        batches.begin(batch, needed).map_err(|error| file.error(error))?;
        sorted.clear();
        sorted.extend(batches.examples.iter().copied().zip(0..));
        sorted.sort_unstable();
        if sorted.is_empty() {
            return Ok(());
        }
        let mut selection = records.select().map_err(|error| file.error(error))?;
        read_spans(file, index, sorted, &mut selection)?;
        let data = selection.into_dataset().map_err(|error| file.error(error))?;
        file.check()?;
        if data.len() != sorted.len() {
            return Err(file.error(FileError::Changed {
                what: "number of examples in this batch",
                found: data.len().to_string(),
                before: sorted.len().to_string(),
            }));
        }
        let rows = data.inputs().outer_iter().zip(data.targets().outer_iter());
        for ((inputs, targets), &(_, row)) in rows.zip(&*sorted) {
            batches.x.row_mut(row).assign(&inputs);
            batches.y.row_mut(row).assign(&targets);
        }
        Ok(())
    }
}

fn read_spans<T: Scalar>(
    file: &mut DataFile,
    index: &RecordIndex,
    sorted: &[(usize, usize)],
    selection: &mut CsvSelection<'_, T>,
) -> Result<(), Error> {
    let length = file.length();
    for span in index.spans(sorted) {
        let numbers = span.examples.iter().map(|&(example, _)| example - span.first);
        let start = span.start.byte;
        let part = file.part(start, span.end.unwrap_or(length) - start);
        selection
            .read(part, span.start.line, numbers)
            .map_err(|error| file.error(error))?;
    }
    Ok(())
}

impl<T: Scalar> ExampleSource<T> for CsvSource<T> {
    fn sizes(&self) -> SourceSizes {
        self.batches.sizes()
    }

    fn begin_epoch(&mut self, seed: Option<u64>) {
        self.batches.begin_epoch(seed);
    }

    fn batch(
        &mut self,
        batch: Range<usize>,
        needed: Range<usize>,
    ) -> Result<Examples<'_, T>, brique_train::Error> {
        self.read(&batch, &needed)?;
        Ok(self.batches.examples(&batch, &needed))
    }
}
