//! Runs a folder of the `onnx` package's backend tests through import and prediction.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program talks to its user"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::{env, fs, io};

use brique_onnx::{Error, Import, Numbers, Tensor};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;

/// The bounds of the `onnx` package's own runner: `|a − b| ≤ 1e-7 + 1e-3 · |b|`.
const ABSOLUTE: f64 = 1e-7;
const RELATIVE: f64 = 1e-3;

/// The result of one test.
enum Outcome {
    Passed,
    Failed(String),
    NotApplicable(String),
}

fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1) else {
        eprintln!("Usage: cargo xtask onnx-backend DIR");
        return ExitCode::from(2);
    };
    let mut tests = Vec::new();
    if let Err(error) = find_tests(Path::new(&folder), &mut tests) {
        eprintln!("error: {}: {error}", folder.display());
        return ExitCode::FAILURE;
    }
    tests.sort();
    let (mut passed, mut failed) = (0, 0);
    let mut reasons: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for test in &tests {
        let name = test.file_name().unwrap_or_default().display().to_string();
        match run(test) {
            Outcome::Passed => {
                println!("passed  {name}");
                passed += 1;
            }
            Outcome::Failed(reason) => {
                println!("FAILED  {name}: {reason}");
                failed += 1;
            }
            Outcome::NotApplicable(reason) => reasons.entry(reason).or_default().push(name),
        }
    }
    println!("\nnot applicable:");
    for (reason, names) in &reasons {
        println!("{:5}  {reason}: {}", names.len(), names.join(", "));
    }
    let skipped: usize = reasons.values().map(Vec::len).sum();
    println!("\n{passed} passed, {failed} failed, {skipped} not applicable");
    if failed == 0 && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Finds the folders that have a model.
fn find_tests(folder: &Path, tests: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.join("model.onnx").is_file() {
        tests.push(folder.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            find_tests(&path, tests)?;
        }
    }
    Ok(())
}

fn run(test: &Path) -> Outcome {
    match run_as::<f32>(test) {
        Outcome::NotApplicable(reason) if reason.contains("is f64, expected f32") => run_as::<f64>(test),
        outcome => outcome,
    }
}

fn run_as<T: Scalar>(test: &Path) -> Outcome {
    let mut sets = (0..)
        .map(|number| test.join(format!("test_data_set_{number}")))
        .take_while(|set| set.is_dir());
    let outcome = sets.find_map(|set| match run_set::<T>(&test.join("model.onnx"), &set) {
        Ok(None) => None,
        Ok(Some(difference)) => Some(Outcome::Failed(difference)),
        Err(error) => Some(judged(&error)),
    });
    outcome.unwrap_or(Outcome::Passed)
}

/// A file that the importer refuses is not applicable; any other error is a failure.
fn judged(error: &Error) -> Outcome {
    let mut error = error;
    while let Error::File { source, .. } = error {
        error = source;
    }
    match error {
        Error::Unsupported(nodes) => {
            let reasons = nodes
                .0
                .iter()
                .map(|node| format!("{}: {}", node.operator, node.reason));
            Outcome::NotApplicable(reasons.take(1).collect())
        }
        Error::Format { .. } => Outcome::NotApplicable(error.to_string()),
        error => Outcome::Failed(error.to_string()),
    }
}

/// Binds all inputs but the first, predicts, and returns the first difference.
fn run_set<T: Scalar>(model: &Path, set: &Path) -> Result<Option<String>, Error> {
    let mut import = Import::new();
    for (number, name) in Import::inputs(model)?.iter().enumerate().skip(1) {
        import = import.bind(name, Tensor::read(set.join(format!("input_{number}.pb")))?);
    }
    let imported = import.file::<T>(model)?;
    let input = Tensor::read(set.join("input_0.pb"))?;
    let output = imported.predict(&rows(&input))?;
    let expected = Tensor::read(set.join("output_0.pb"))?;
    let (found, wanted) = (output.dim(), rows::<T>(&expected));
    if found != wanted.dim() {
        return Ok(Some(format!(
            "the output has shape {found:?}, expected {:?}",
            wanted.dim()
        )));
    }
    let mut pairs = output.iter().zip(&wanted).map(|(a, b)| (a.as_f64(), b.as_f64()));
    let wrong =
        pairs.find(|(a, b)| a.is_nan() != b.is_nan() || (a - b).abs() > ABSOLUTE + RELATIVE * b.abs());
    Ok(wrong.map(|(a, b)| format!("{a}, expected {b}")))
}

/// Returns the examples of a tensor as rows.
fn rows<T: Scalar>(tensor: &Tensor) -> Array2<T> {
    let (count, sizes) = match tensor.sizes() {
        [] => (1, &[][..]),
        [count, sizes @ ..] => (*count, sizes),
    };
    let width: usize = sizes.iter().product();
    Array2::from_shape_fn((count, width), |(row, column)| {
        let index = row * width + column;
        match tensor.numbers() {
            Numbers::Floats(list) => T::from_f64(list[index]),
            Numbers::Integers(list) => T::from_f64(list[index] as f64),
        }
    })
}
