//! Two tensors of a safetensors file.

use std::ops::Range;
use std::path::Path;

use brique_checkpoint::{StoredTensor, read_tensors_from};
use brique_tensor::Scalar;
use brique_train::{ExampleSource, Examples, SourceSizes};

use crate::files::batches::Batches;
use crate::files::data_file::DataFile;
use crate::files::fixed_rows::FixedRows;
use crate::{Error, FileError};

/// Reads inputs and targets from two tensors of a safetensors file, one batch at a time.
///
/// A tensor has the type `F32` or `F64` and one row for each example: inputs of shape (n, in), targets of shape (n, out). A
/// tensor of shape (n) is that of shape (n, 1), and one with more dimensions has the numbers of all its dimensions but the
/// first in a row. Numbers are rounded to `T`. Without a seed the examples have the order of the file, with a seed that of
/// an [`Order`](crate::Order).
///
/// A process reads only the examples that it needs. Its memory does not depend on the length of the file: the numbers of
/// the examples that it needs of the largest batch, 8 bytes for each of them, 256 KiB or one row if that is more, and
/// 32 times the header of the file.
///
/// The file must not change. [`Fit::run_on`](brique_train::Fit::run_on) trains on the source:
///
/// ```
/// use brique_distributed::SafetensorsSource;
/// use brique_train::ExampleSource;
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("examples.safetensors");
/// # let header = concat!(
/// #     r#"{"inputs":{"dtype":"F32","shape":[3,2],"data_offsets":[0,24]},"#,
/// #     r#""targets":{"dtype":"F32","shape":[3,1],"data_offsets":[24,36]}}"#,
/// # );
/// # let numbers = [1_f32, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 1.0, 1.0];
/// # let bytes = numbers.into_iter().flat_map(f32::to_le_bytes);
/// # let length = (header.len() as u64).to_le_bytes();
/// # std::fs::write(&path, length.into_iter().chain(header.bytes()).chain(bytes).collect::<Vec<u8>>())?;
/// // In Python: safetensors.torch.save_file({"inputs": x, "targets": y}, path)
/// let mut source = SafetensorsSource::<f32>::open(&path, "inputs", "targets")?;
/// assert_eq!((source.sizes().examples, source.sizes().inputs), (3, 2));
/// let last_two = source.batch(1..3, 1..3)?;
/// assert_eq!(last_two.x.row(0).to_vec(), [3.0, 4.0]);
/// assert_eq!(last_two.y.column(0).to_vec(), [1.0, 1.0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SafetensorsSource<T: Scalar = f64> {
    file: DataFile,
    inputs: Tensor,
    targets: Tensor,
    batches: Batches<T>,
    block: Vec<u8>,
}

/// A tensor with one row for each example.
#[derive(Debug)]
struct Tensor {
    name: String,
    rows: FixedRows,
    columns: usize,
    is_f32: bool,
}

impl<T: Scalar> SafetensorsSource<T> {
    /// Opens a file with these two tensors, and reads its header.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is compressed, has a malformed header, or is shorter or longer than its header says; if a
    /// tensor is missing, or of another type; if there are no examples; if the tensors have not the same number of rows.
    pub fn open(path: impl AsRef<Path>, inputs: &str, targets: &str) -> Result<Self, Error> {
        let mut file = DataFile::open(path.as_ref())?;
        let length = file.length();
        let tensors =
            read_tensors_from(&mut file.part(0, length), length).map_err(|error| file.error(error))?;
        let (examples, inputs) = find(&tensors, inputs).map_err(|error| file.error(error))?;
        let (found, targets) = find(&tensors, targets).map_err(|error| file.error(error))?;
        if found != examples {
            return Err(file.error(FileError::Tensor {
                name: targets.name,
                found: format!("{found} rows"),
                expected: format!("{examples}, as many as tensor {:?}", inputs.name),
            }));
        }
        if examples == 0 {
            return Err(file.error(FileError::NoExamples));
        }
        Ok(Self {
            batches: Batches::new(examples, inputs.columns, targets.columns),
            file,
            inputs,
            targets,
            block: Vec::new(),
        })
    }

    /// Returns the number of bytes that were read, the header included.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.file.bytes_read()
    }

    fn read(&mut self, batch: &Range<usize>, needed: &Range<usize>) -> Result<(), Error> {
        let Self {
            file, batches, block, ..
        } = self;
        batches.begin(batch, needed).map_err(|error| file.error(error))?;
        let Batches { examples, x, y, .. } = batches;
        for (tensor, matrix) in [(&self.inputs, x), (&self.targets, y)] {
            tensor.rows.read(file, examples, block, |file, row, bytes| {
                let numbers = matrix.row_mut(row).into_iter();
                tensor.decode(bytes, numbers).map_err(|(column, found)| {
                    let size = tensor.rows.row_bytes / tensor.columns;
                    file.error(FileError::TooLarge {
                        position: tensor.rows.position_of(examples[row]) + (column * size) as u64,
                        name: tensor.name.clone(),
                        found,
                    })
                })
            })?;
        }
        file.check()
    }
}

impl<T: Scalar> ExampleSource<T> for SafetensorsSource<T> {
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

impl Tensor {
    /// Writes the numbers of a row. Returns the column and the value of a number that is finite and not as `T`.
    fn decode<'a, T: Scalar>(
        &self,
        bytes: &[u8],
        numbers: impl Iterator<Item = &'a mut T>,
    ) -> Result<(), (usize, f64)> {
        if self.is_f32 {
            let (found, _) = bytes.as_chunks();
            write(
                numbers,
                found.iter().map(|&bytes| f32::from_le_bytes(bytes).into()),
            )
        } else {
            let (found, _) = bytes.as_chunks();
            write(numbers, found.iter().map(|&bytes| f64::from_le_bytes(bytes)))
        }
    }
}

fn write<'a, T: Scalar>(
    numbers: impl Iterator<Item = &'a mut T>,
    found: impl Iterator<Item = f64>,
) -> Result<(), (usize, f64)> {
    for (column, (number, found)) in numbers.zip(found).enumerate() {
        *number = T::from_f64(found);
        if found.is_finite() && !number.is_finite() {
            return Err((column, found));
        }
    }
    Ok(())
}

/// Returns a tensor and its number of rows.
fn find(tensors: &[StoredTensor], name: &str) -> Result<(usize, Tensor), FileError> {
    let Some(stored) = tensors.iter().find(|tensor| tensor.name() == name) else {
        return Err(FileError::NoTensor {
            name: name.to_owned(),
            tensors: listed(tensors),
        });
    };
    let wrong = |found: String, expected: &str| FileError::Tensor {
        name: name.to_owned(),
        found,
        expected: expected.to_owned(),
    };
    let bytes = match &*stored.dtype() {
        "F32" => size_of::<f32>(),
        "F64" => size_of::<f64>(),
        other => return Err(wrong(format!("the type {other}"), "F32 or F64")),
    };
    let [rows, others @ ..] = stored.shape() else {
        return Err(wrong("no dimension".to_owned(), "one row for each example"));
    };
    // The product is that of a shape which was checked, unless there are no rows.
    let columns = if *rows == 0 { 0 } else { others.iter().product() };
    if *rows > 0 && columns == 0 {
        return Err(wrong(
            format!("the shape {:?}", stored.shape()),
            "at least one number in a row",
        ));
    }
    let tensor = Tensor {
        name: name.to_owned(),
        rows: FixedRows {
            position: stored.position(),
            row_bytes: columns * bytes,
        },
        columns,
        is_f32: bytes == size_of::<f32>(),
    };
    Ok((*rows, tensor))
}

/// Lists the names of the first tensors.
fn listed(tensors: &[StoredTensor]) -> String {
    const MOST: usize = 20;
    const LONGEST: usize = 80;
    if tensors.is_empty() {
        return "no tensors".to_owned();
    }
    let name = |tensor: &StoredTensor| {
        let beginning: String = tensor.name().chars().take(LONGEST).collect();
        format!("{beginning:?}")
    };
    let mut names: Vec<String> = tensors.iter().take(MOST).map(name).collect();
    if tensors.len() > MOST {
        names.push(format!("and {} more", tensors.len() - MOST));
    }
    names.join(", ")
}
