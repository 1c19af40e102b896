//! Files that PyTorch and scikit-learn wrote, with inputs and the outputs for them: `scripts/onnx_round_trip.py --fixtures`.

use std::fs;
use std::path::{Path, PathBuf};

use brique_core::Module;
use brique_onnx::{Export, Import, import};
use brique_tensor::ndarray::Array2;

use crate::round_trip::bits;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn numbers(path: &Path, columns: usize) -> Array2<f32> {
    let bytes = fs::read(path).unwrap();
    let numbers: Vec<f32> = bytes
        .as_chunks()
        .0
        .iter()
        .map(|bytes| f32::from_le_bytes(*bytes))
        .collect();
    Array2::from_shape_vec((numbers.len() / columns, columns), numbers).unwrap()
}

/// The names of the files with examples.
fn names() -> Vec<String> {
    let entries = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries
        .filter_map(|name| Some(name.strip_suffix(".f32.onnx")?.to_owned()))
        .collect();
    names.sort();
    names
}

#[test]
fn networks_of_other_libraries_compute_the_same_here() {
    let names = names();
    assert_eq!(names.len(), 19);
    for name in names {
        let path = folder().join(format!("{name}.f32.onnx"));
        let imported = import::<f32>(&path).unwrap();
        let x = numbers(&path.with_extension("x"), imported.input_sizes().iter().product());
        let y = imported.predict(&x).unwrap();
        let expected = numbers(&path.with_extension("y"), y.ncols());
        let size = expected.iter().fold(0.0_f32, |size, y| size.max(y.abs()));
        let distance = y
            .iter()
            .zip(&expected)
            .fold(0.0_f32, |distance, (a, b)| distance.max((a - b).abs()));
        assert!(
            distance <= 8.0 * f32::EPSILON * size,
            "{name}: {}",
            distance / size / f32::EPSILON
        );
    }
}

#[test]
fn they_come_back_from_a_file_of_this_library() {
    for name in names() {
        let first = import::<f32>(folder().join(format!("{name}.f32.onnx"))).unwrap();
        let bytes = Export::new(&first.network).to_bytes().unwrap();
        let second = Import::new().bytes::<f32>(bytes).unwrap();
        assert_eq!(first.network.describe(), second.network.describe(), "{name}");
        assert_eq!(bits(&first.network), bits(&second.network), "{name}");
    }
}

/// Returns the lines of the table of a network.
fn table(name: &str) -> Vec<String> {
    let network = import::<f32>(folder().join(name)).unwrap().network;
    let text = format!("{network:#}");
    text.lines()
        .skip(1)
        .map(|line| line.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn modules_have_the_names_of_pytorch() {
    let expected = [
        "conv1 Conv2D((12,",
        "1 ReLU",
        "2 MaxPool2D((12,",
        "conv2 Conv2D((6,",
        "4 ReLU",
        "5 MaxPool2D((4,",
        "6 Flatten",
        "fc1 Linear(24",
        "8 ReLU",
        "fc2 Linear(12",
    ];
    assert_eq!(table("lenet_new.f32.onnx"), expected);
    assert_eq!(table("lenet_old.f32.onnx"), expected);
}

#[test]
fn a_batch_normalisation_becomes_part_of_the_convolution_before_it() {
    for file in ["normalised_old.f32.onnx", "normalised_new.f32.onnx"] {
        let kinds = table(file)
            .iter()
            .map(|line| line.split(['(', ' ']).nth(1).unwrap().to_owned())
            .collect::<Vec<_>>();
        // The first one stands before padding; the last one is a convolution of each channel.
        let expected = [
            "Conv2D",
            "Conv2D",
            "ReLU",
            "MaxPool2D",
            "Conv2D",
            "GlobalAvgPool",
            "Linear",
        ];
        assert_eq!(kinds, expected, "{file}");
    }
}

#[test]
fn a_residual_block_and_branches_are_found() {
    let residual = table("residual_new.f32.onnx");
    assert_eq!(
        residual.iter().filter(|line| line.contains("Residual")).count(),
        2,
        "{residual:?}"
    );
    let branches = table("branches_new.f32.onnx");
    assert!(branches[0].starts_with("0 Concat"), "{branches:?}");
    assert!(
        branches.iter().any(|line| line.starts_with("wide Conv2D")),
        "{branches:?}"
    );
}

#[test]
fn an_imported_network_can_be_trained() {
    let mut imported = import::<f32>(folder().join("lenet_old.f32.onnx")).unwrap();
    let x = Array2::from_shape_fn((4, 144), |(row, column)| {
        ((row * 31 + column * 7) % 13) as f32 / 13.0
    });
    let before = imported.network.predict(&x).unwrap();
    // The gradient of Σ y² / 2.
    imported.network.zero_grad();
    imported.network.backward_update_gradient(&x, &before).unwrap();
    imported.network.update_parameters(1e-3).unwrap();
    let after = imported.network.predict(&x).unwrap();
    let loss = |y: &Array2<f32>| y.iter().map(|y| y * y).sum::<f32>();
    assert!(loss(&after) < loss(&before));
}
