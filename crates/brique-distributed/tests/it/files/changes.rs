//! Files that change during a training, and processes that cannot read theirs.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::time::{Duration, SystemTime};

use brique_distributed::{Alone, Communicator, Error, FileError, Sharded, run_threads};
use brique_layers::Linear;
use brique_losses::MSELoss;
use brique_optim::SGD;
use brique_tensor::ndarray::Array2;
use brique_train::{ExampleSource, Fit};

use crate::files::{Files, safetensors, tensor_file};

fn truncate(file: &std::path::Path, length: u64) {
    OpenOptions::new()
        .write(true)
        .open(file)
        .unwrap()
        .set_len(length)
        .unwrap();
}

#[test]
fn a_file_that_becomes_shorter_is_an_error() {
    let files = Files::new();
    let names = ["images", "table.csv", "f64.safetensors"];
    for ((name, mut source), file) in files.sources::<f64>().into_iter().zip(names) {
        let path = files.path(file);
        let length = fs::metadata(&path).unwrap().len();
        source.batch(0..10, 0..10).unwrap();
        for shorter in [length - 1, 20, 0] {
            truncate(&path, shorter);
            let error = source.batch(35..45, 35..45).unwrap_err().to_string();
            let expected = format!(
                "{}: the file has changed since it was opened: its length in bytes is {shorter}, and was {length}",
                path.display()
            );
            assert_eq!(error, expected, "{name}");
        }
    }
}

#[test]
fn a_file_that_becomes_longer_is_an_error() {
    let files = Files::new();
    let mut source = files.idx::<f32>();
    let mut labels = OpenOptions::new()
        .append(true)
        .open(files.path("labels"))
        .unwrap();
    labels.write_all(&[1]).unwrap();
    let error = source.batch(0..1, 0..1).unwrap_err().to_string();
    assert!(
        error.contains(
            "labels: the file has changed since it was opened: its length in bytes is 54, and was 53"
        ),
        "{error}"
    );
}

#[test]
fn a_file_that_is_written_again_is_an_error() {
    let files = Files::new();
    for (name, source) in ["images", "table.csv", "f64.safetensors"]
        .into_iter()
        .zip(&mut files.sources::<f64>())
    {
        let file = File::options().write(true).open(files.path(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(5_000_000_007))
            .unwrap();
        let error = source.1.batch(0..5, 0..5).unwrap_err().to_string();
        let expected = "its time of modification is 5.000000007 s of Unix time, and was ";
        assert!(error.contains(expected), "{error}");
    }
}

/// The name of the file may be given to another one: the source reads the file that it has opened.
#[test]
fn a_file_that_is_replaced_is_read_to_the_end_of_the_training() {
    let files = Files::new();
    let mut source = files.safetensors::<f64>();
    let before = source.batch(0..5, 0..5).unwrap().x.to_owned();
    let other = files.write("other", &safetensors::<f64>(9));
    fs::rename(other, files.path("f64.safetensors")).unwrap();
    assert_eq!(source.batch(0..5, 0..5).unwrap().x, before);
}

#[test]
fn examples_outside_of_the_file_are_an_error() {
    let files = Files::new();
    for (name, mut source) in files.sources::<f64>() {
        for (batch, needed, expected) in [
            (40..46, 40..46, "examples 40 to 46 do not lie within 0 to 45"),
            (10..20, 9..12, "examples 9 to 12 do not lie within 10 to 20"),
            (10..20, 12..21, "examples 12 to 21 do not lie within 10 to 20"),
        ] {
            let error = source.batch(batch, needed).unwrap_err().to_string();
            assert!(error.ends_with(expected), "{name}: {error}");
        }
        #[expect(clippy::reversed_empty_ranges, reason = "the range is wrong on purpose")]
        let error = source.batch(0..10, 5..4).unwrap_err().to_string();
        assert!(
            error.ends_with("examples 5 to 4 do not lie within 0 to 10"),
            "{error}"
        );
    }
}

fn linear() -> Linear {
    Linear::from_parameters(Array2::from_elem((7, 1), 0.01)).unwrap()
}

#[test]
fn a_process_that_cannot_read_its_file_tells_the_others() {
    let files = Files::new();
    let own = files.write("own.safetensors", &safetensors::<f64>(45));
    let errors = run_threads(3, |communicator| {
        let rank = communicator.rank();
        let mut source = files.safetensors::<f64>();
        if rank == 1 {
            source = brique_distributed::SafetensorsSource::open(&own, "inputs", "targets").unwrap();
        }
        let own = own.clone();
        let mut sharded = Sharded::new(communicator, 6).unwrap();
        let mut fit = Fit::new(1, 10).strategy(&mut sharded);
        if rank == 1 {
            fit = fit.on_batch(move |batch, _| {
                if batch.number == 1 {
                    truncate(&own, 100);
                }
            });
        }
        let mut sgd = SGD::new(0.01).unwrap();
        fit.run_on(&mut linear(), &MSELoss::new(), &mut sgd, &mut source)
            .unwrap_err()
            .to_string()
    });
    let what =
        "own.safetensors: the file has changed since it was opened: its length in bytes is 100, and was ";
    assert!(
        errors[1].starts_with("epoch 0, batch 2: ") && errors[1].contains(what),
        "{}",
        errors[1]
    );
    for other in [0, 2] {
        assert!(
            errors[other].starts_with("epoch 0, batch 2: process 1 of 3 failed: "),
            "{}",
            errors[other]
        );
        assert!(errors[other].contains(what), "{}", errors[other]);
    }
}

/// A process that has only its own examples does not see a NaN among those of another one.
#[test]
fn a_nan_in_the_file_is_named_by_the_process_that_reads_it() {
    let files = Files::new();
    let mut bytes = safetensors::<f64>(45);
    let first = bytes.len() - 45 * 7 * 8;
    // The first input of example 12, which is in the first half of the second batch.
    bytes[first + 12 * 48..][..8].copy_from_slice(&f64::NAN.to_le_bytes());
    let path = files.write("nan.safetensors", &bytes);
    let errors = run_threads(2, |communicator| {
        let mut source = brique_distributed::SafetensorsSource::open(&path, "inputs", "targets").unwrap();
        let mut sharded = Sharded::new(communicator, 2).unwrap();
        let fit = Fit::new(1, 10).strategy(&mut sharded);
        let mut sgd = SGD::new(0.01).unwrap();
        fit.run_on(&mut linear(), &MSELoss::new(), &mut sgd, &mut source)
            .unwrap_err()
            .to_string()
    });
    assert!(
        errors[0].starts_with("epoch 0, batch 1: the inputs have a NaN or an infinity"),
        "{}",
        errors[0]
    );
    assert_eq!(
        errors[1],
        "epoch 0, batch 1: the loss is NaN, and the examples of this process do not show why: the error of another \
         process says more"
    );
}

#[test]
fn a_number_that_f32_cannot_represent_is_an_error() {
    let files = Files::new();
    let header = concat!(
        r#"{"x":{"dtype":"F64","shape":[2,2],"data_offsets":[0,32]},"#,
        r#""y":{"dtype":"F64","shape":[2],"data_offsets":[32,48]}}"#
    );
    let numbers = [1.0_f64, 2.0, 3.0, 1e300, 5.0, 6.0];
    let bytes: Vec<u8> = numbers.into_iter().flat_map(f64::to_le_bytes).collect();
    let path = files.write("large.safetensors", &tensor_file(header, &bytes));
    let mut source = brique_distributed::SafetensorsSource::<f32>::open(&path, "x", "y").unwrap();
    assert!(source.batch(0..2, 0..1).is_ok());
    let position = 8 + header.len() + 24;
    let error = source.batch(0..2, 0..2).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "{}: byte {position}: tensor \"x\" has the number 1e300, expected one that f32 can represent",
            path.display()
        )
    );
}

#[test]
fn errors_of_files_are_those_of_sources() {
    let error = Error::File {
        path: "x".into(),
        error: Box::new(FileError::NoExamples),
    };
    let expected = brique_train::Error::Source {
        message: "x: the file has no examples, expected at least one".to_owned(),
    };
    assert_eq!(brique_train::Error::from(error), expected);
    let files = Files::new();
    let mut sharded = Sharded::new(Alone, 1).unwrap();
    let fit = Fit::new(1, 46).strategy(&mut sharded);
    let mut source = files.idx::<f64>();
    truncate(&files.path("labels"), 9);
    let error = fit
        .run_on(
            &mut linear(),
            &MSELoss::new(),
            &mut SGD::new(0.1).unwrap(),
            &mut source,
        )
        .unwrap_err();
    let brique_train::Error::Step { source, .. } = error.error() else {
        panic!("{error}");
    };
    assert!(matches!(**source, brique_train::Error::Source { .. }));
}
