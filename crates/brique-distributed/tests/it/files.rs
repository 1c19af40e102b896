//! Examples from files.

mod bytes;
mod changes;
mod csv;
mod equal;
mod hostile;
mod order;
mod training;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use brique_datasets::{CsvOptions, Dataset, TextColumn};
use brique_distributed::{CsvSource, IdxSource, SafetensorsSource};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, Axis, concatenate};
use brique_train::ExampleSource;
use tempfile::TempDir;

/// The number of examples of each file.
pub const EXAMPLES: usize = 45;

/// A folder with the same kind of examples in all formats.
pub struct Files {
    folder: TempDir,
}

impl Files {
    pub fn new() -> Self {
        let files = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        files.write("images", &idx_images(45, 6));
        files.write("labels", &idx_labels(45));
        files.write("table.csv", csv().as_bytes());
        files.write("f32.safetensors", &safetensors::<f32>(EXAMPLES));
        files.write("f64.safetensors", &safetensors::<f64>(EXAMPLES));
        files
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    pub fn idx<T: Scalar>(&self) -> IdxSource<T> {
        IdxSource::open(self.path("images"), self.path("labels")).unwrap()
    }

    pub fn csv<T: Scalar>(&self) -> CsvSource<T> {
        CsvSource::open(self.path("table.csv"), &csv_options()).unwrap()
    }

    pub fn safetensors<T: Scalar>(&self) -> SafetensorsSource<T> {
        let path = self.path(&format!("{}.safetensors", T::NAME));
        SafetensorsSource::open(path, "inputs", "targets").unwrap()
    }

    pub fn sources<T: Scalar>(&self) -> Vec<(&'static str, Box<dyn ExampleSource<T>>)> {
        vec![
            ("IDX", Box::new(self.idx())),
            ("CSV", Box::new(self.csv())),
            ("safetensors", Box::new(self.safetensors())),
        ]
    }

    /// Returns the examples as the readers of whole files read them, in the order of [`sources`](Self::sources).
    pub fn in_memory<T: Scalar>(&self) -> Vec<Dataset<T>> {
        let mut reader =
            brique_checkpoint::Reader::open(self.path(&format!("{}.safetensors", T::NAME))).unwrap();
        let mut matrix = |name| reader.matrix(name).unwrap().unwrap();
        let tensors = Dataset::new(matrix("inputs"), matrix("targets")).unwrap();
        vec![
            brique_datasets::read_mnist(self.path("images"), self.path("labels")).unwrap(),
            brique_datasets::read_csv(self.path("table.csv"), &csv_options()).unwrap(),
            tensors,
        ]
    }
}

/// Images of one line.
pub fn idx_images(n: u32, pixels: u32) -> Vec<u8> {
    let header = [[0, 0, 8, 3], n.to_be_bytes(), [0, 0, 0, 1], pixels.to_be_bytes()];
    let numbers = (0..n * pixels).map(|i| (i % 251) as u8);
    header.into_iter().flatten().chain(numbers).collect()
}

pub fn idx_labels(n: u32) -> Vec<u8> {
    let header = [[0, 0, 8, 1], n.to_be_bytes()];
    let labels = (0..n).map(|i| (i * i % 7) as u8);
    header.into_iter().flatten().chain(labels).collect()
}

/// Lines that begin with a byte order mark, and have quotes, line ends of all kinds in fields and behind them, empty lines,
/// text, and missing values.
pub fn csv() -> String {
    let mut text = "\u{feff}note,\"kind\",a,b,target\r\n".to_owned();
    for i in 0..EXAMPLES {
        let note = [
            "",
            "plain",
            "\"two\nlines\"",
            "\"\"\"quoted\"\"\r\nand, more\"",
            "\u{feff}",
        ][i % 5];
        let kind = ["red", " green ", "\"blue\"", "?"][i % 4];
        let (a, b) = ((i as f64 * 0.7).sin(), i * i % 13);
        let end = ["\n", "\r\n", "\n\n", "\r", "\r\n\r\n"][i % 5];
        write!(text, "{note},{kind},{a},\"{b}\",{}{end}", (i as f64).cos()).unwrap();
    }
    text
}

pub fn csv_options() -> CsvOptions {
    CsvOptions {
        inputs: brique_datasets::InputColumns::only(["b", "kind", "a"]),
        text: vec![TextColumn::one_hot("kind").categories(["red", "green", "blue", "other"])],
        missing: brique_datasets::Missing::Keep,
        missing_marks: vec!["?".to_owned()],
        ..CsvOptions::with_header()
    }
}

/// Inputs of shape (n, 6), and targets of shape (n, 1).
pub fn safetensors<T: Scalar>(n: usize) -> Vec<u8> {
    let inputs = (0..6 * n).map(|i| (i as f64 * 0.3).sin());
    let targets = (0..n).map(|i| (i as f64 * 0.4).cos());
    let size = size_of::<T>();
    let dtype = T::NAME.to_uppercase();
    let header = format!(
        r#"{{"inputs":{{"dtype":"{dtype}","shape":[{n},6],"data_offsets":[0,{0}]}},"targets":{{"dtype":"{dtype}","shape":[{n},1],"data_offsets":[{0},{1}]}}}}"#,
        6 * n * size,
        7 * n * size
    );
    let numbers: Vec<f64> = inputs.chain(targets).collect();
    let bytes: Vec<u8> = match size {
        4 => numbers
            .iter()
            .flat_map(|&number| f32::from_f64(number).to_le_bytes())
            .collect(),
        _ => numbers.iter().flat_map(|&number| number.to_le_bytes()).collect(),
    };
    tensor_file(&header, &bytes)
}

pub fn tensor_file(header: &str, bytes: &[u8]) -> Vec<u8> {
    let length = (header.len() as u64).to_le_bytes();
    [&length, header.as_bytes(), bytes].concat()
}

/// Reads all batches of an epoch, and returns inputs and targets.
pub fn read_all<T: Scalar>(
    source: &mut dyn ExampleSource<T>,
    seed: Option<u64>,
    batch: usize,
) -> (Array2<T>, Array2<T>) {
    source.begin_epoch(seed);
    let n = source.sizes().examples;
    let mut parts = Vec::new();
    for start in (0..n).step_by(batch) {
        let range = start..n.min(start + batch);
        let examples = source.batch(range.clone(), range).unwrap();
        assert!(examples.are_whole() && examples.weights.is_none());
        parts.push((examples.x.to_owned(), examples.y.to_owned()));
    }
    let x: Vec<_> = parts.iter().map(|(x, _)| x.view()).collect();
    let y: Vec<_> = parts.iter().map(|(_, y)| y.view()).collect();
    (
        concatenate(Axis(0), &x).unwrap(),
        concatenate(Axis(0), &y).unwrap(),
    )
}

/// Returns the bits of each row of both matrices; a NaN equals itself.
pub fn bits<T: Scalar>((x, y): &(Array2<T>, Array2<T>)) -> Vec<Vec<u64>> {
    let rows = x.outer_iter().zip(y.outer_iter());
    rows.map(|(x, y)| {
        x.iter()
            .chain(y)
            .map(|number| number.as_f64().to_bits())
            .collect()
    })
    .collect()
}

pub fn message<T: std::fmt::Debug>(result: Result<T, brique_distributed::Error>, path: &Path) -> String {
    let error = result.unwrap_err();
    assert!(matches!(error, brique_distributed::Error::File { .. }));
    let text = error.to_string();
    let expected = format!("{}: ", path.display());
    text.strip_prefix(&expected)
        .unwrap_or_else(|| panic!("{text} does not begin with {expected}"))
        .to_owned()
}
