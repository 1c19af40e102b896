//! Files of vectors and trainings, to write and to tamper with.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, serialize};
use tempfile::TempDir;

/// A tensor: its type, its shape, its bytes.
pub type Tensor = (Dtype, Vec<usize>, Vec<u8>);

pub fn f64s(shape: &[usize], numbers: &[f64]) -> Tensor {
    (
        Dtype::F64,
        shape.to_vec(),
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
    )
}

pub fn f32s(shape: &[usize], numbers: &[f32]) -> Tensor {
    (
        Dtype::F32,
        shape.to_vec(),
        numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
    )
}

/// A file in the making: tensors by name, and one entry of the metadata.
#[derive(Clone)]
pub struct File {
    pub name: &'static str,
    pub tensors: Vec<(&'static str, Tensor)>,
    pub metadata: (&'static str, String),
}

impl File {
    pub fn set(mut self, name: &'static str, tensor: Tensor) -> Self {
        self.tensors.retain(|(old, _)| *old != name);
        self.tensors.push((name, tensor));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.tensors.retain(|(old, _)| *old != name);
        self
    }

    pub fn metadata(mut self, entry: &'static str, text: &str) -> Self {
        self.metadata = (entry, text.to_owned());
        self
    }

    pub fn named(mut self, name: &'static str) -> Self {
        self.name = name;
        self
    }

    pub fn write(&self, folder: &Path) {
        let views = self.tensors.iter().map(|(name, (dtype, shape, bytes))| {
            (*name, TensorView::new(*dtype, shape.clone(), bytes).unwrap())
        });
        let (entry, text) = &self.metadata;
        let metadata = HashMap::from([((*entry).to_owned(), text.clone())]);
        let bytes = serialize(views, Some(metadata)).unwrap();
        fs::write(folder.join(format!("{}.safetensors", self.name)), bytes).unwrap();
    }

    /// A folder with this file in it.
    pub fn alone(&self) -> TempDir {
        let folder = tempfile::tempdir().unwrap();
        self.write(folder.path());
        folder
    }
}

/// One case of a linear layer: x = (1, 2), W = (3, 4), b = 5, δ = 10.
pub fn linear() -> File {
    File {
        name: "linear.f64",
        tensors: vec![
            ("0/in.x", f64s(&[1, 2], &[1.0, 2.0])),
            ("0/in.parameters", f64s(&[3, 1], &[3.0, 4.0, 5.0])),
            ("0/in.delta", f64s(&[1, 1], &[10.0])),
            ("0/truth.y", f64s(&[1, 1], &[16.0])),
            ("0/truth.gx", f64s(&[1, 2], &[30.0, 40.0])),
            ("0/truth.gparameters", f64s(&[3, 1], &[10.0, 20.0, 10.0])),
        ],
        metadata: ("cases", "[{}]".to_owned()),
    }
}

/// One case of a sum of squares: y = (1, 2), ŷ = (2, 4).
pub fn mse() -> File {
    File {
        name: "mse.f32",
        tensors: vec![
            ("0/in.x", f32s(&[1, 2], &[2.0, 4.0])),
            ("0/in.target", f32s(&[1, 2], &[1.0, 2.0])),
            ("0/truth.y", f64s(&[], &[5.0])),
            ("0/truth.gx", f64s(&[1, 2], &[2.0, 4.0])),
        ],
        metadata: ("cases", r#"[{"reduction": "sum"}]"#.to_owned()),
    }
}

/// Three steps of 1/4 on y = w·x + b from w = b = 0, on (0, 4), (2, 0), (1, 2): batches of two rows, one row, two rows.
///
/// By hand, with the mean of squares: b = 1 after the first step; w = 1/2, b = 3/2 after the second; w = −3/4 after the third.
pub fn line() -> File {
    File {
        name: "line",
        tensors: vec![
            ("x", f64s(&[3, 1], &[0.0, 2.0, 1.0])),
            ("y", f64s(&[3, 1], &[4.0, 0.0, 2.0])),
            ("parameters.0", f64s(&[2, 1], &[0.0, 0.0])),
            ("losses", f64s(&[3], &[8.0, 1.0, 6.25])),
            ("final.0", f64s(&[2, 1], &[-0.75, 1.5])),
        ],
        metadata: (
            "case",
            r#"{"sizes": [1, 1], "activation": "identity", "loss": "mse", "optimizer": "sgd", "lr": 0.25, "batch": 2, "steps": 3}"#
                .to_owned(),
        ),
    }
}
