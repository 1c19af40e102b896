//! Files with wrong bytes are errors.

use std::path::Path;

use brique_datasets::CsvOptions;
use brique_distributed::{CsvSource, IdxSource, SafetensorsSource};
use brique_train::ExampleSource;
use proptest::prelude::*;

use crate::files::{
    EXAMPLES, Files, csv, csv_options, idx_images, idx_labels, message, safetensors, tensor_file,
};

fn idx_error(images: &[u8], labels: &[u8], wrong: &str) -> String {
    let files = Files::new();
    let (images, labels) = (files.write("images", images), files.write("labels", labels));
    message(IdxSource::<f32>::open(images, labels), &files.path(wrong))
}

#[test]
fn wrong_idx_files_are_errors() {
    let (images, labels) = (idx_images(3, 6), idx_labels(3));
    let short = &images[..images.len() - 1];
    assert_eq!(
        idx_error(short, &labels, "images"),
        "the data of the IDX file is 17 bytes long, expected 18: 3 images of 1 × 6 pixels, a byte each"
    );
    let long = [&images[..], &[0]].concat();
    assert!(idx_error(&long, &labels, "images").starts_with("the data of the IDX file is 19 bytes long"));
    assert!(
        idx_error(&images[..9], &labels, "images").starts_with("the header of the IDX file is 9 bytes long")
    );
    assert!(idx_error(&[], &labels, "images").starts_with("the IDX file begins with the bytes []"));
    assert!(idx_error(&labels, &images, "images").contains("the fourth is the number of dimensions"));
    assert!(
        idx_error(&images, &labels[..10], "labels").starts_with("the data of the IDX file is 2 bytes long")
    );
    assert_eq!(
        idx_error(&images, &idx_labels(4), "labels"),
        "the labels hold 4 examples, expected 3: one for each of the images"
    );
    assert_eq!(
        idx_error(&idx_images(0, 6), &idx_labels(0), "images"),
        "the file has no examples, expected at least one"
    );
    let without_pixels = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 9];
    assert!(idx_error(&without_pixels, &labels, "images").contains("0 pixels for each of 3"));
    let mut huge = images.clone();
    huge[4..16].fill(255);
    assert!(idx_error(&huge, &labels, "images").contains("is 18 bytes long, expected 79228162"));
}

#[test]
fn compressed_files_are_errors_that_say_what_to_do() {
    let bytes = [0x1f, 0x8b, 8, 0];
    let files = Files::new();
    let path = files.write("some.gz", &bytes);
    let expected = "the file begins with 1f 8b, as a gzip file, expected a plain file: batches are read from anywhere in \
                    the file, and a gzip file can only be unpacked from its beginning; unpack it with gunzip";
    assert_eq!(
        message(IdxSource::<f32>::open(&path, files.path("labels")), &path),
        expected
    );
    assert_eq!(
        message(IdxSource::<f32>::open(files.path("images"), &path), &path),
        expected
    );
    assert_eq!(
        message(CsvSource::<f32>::open(&path, &CsvOptions::default()), &path),
        expected
    );
    assert_eq!(
        message(SafetensorsSource::<f32>::open(&path, "x", "y"), &path),
        expected
    );
}

#[test]
fn files_that_cannot_be_opened_are_errors() {
    let missing = Path::new("no such folder/file");
    let error = message(CsvSource::<f32>::open(missing, &CsvOptions::default()), missing);
    assert!(error.starts_with("cannot open the file: "), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let error = message(
        SafetensorsSource::<f32>::open(folder.path(), "x", "y"),
        folder.path(),
    );
    assert!(error.starts_with("cannot "), "{error}");
}

#[test]
fn a_divisor_of_zero_is_an_error() {
    for divisor in [0.0, f64::NAN, f64::INFINITY, 1e300, 1e-300] {
        let files = Files::new();
        let error = message(files.idx::<f32>().pixel_divisor(divisor), &files.path("images"));
        assert_eq!(
            error,
            format!("pixel_divisor is {divisor}, expected a finite number other than 0")
        );
    }
}

fn tensor_error(header: &str, bytes: usize) -> String {
    let files = Files::new();
    let path = files.write("bad.safetensors", &tensor_file(header, &vec![0; bytes]));
    message(SafetensorsSource::<f32>::open(&path, "x", "y"), &path)
}

#[test]
fn wrong_tensors_are_errors() {
    let entry = |name: &str, dtype: &str, shape: &str, from: usize, to: usize| {
        format!(r#""{name}":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[{from},{to}]}}"#)
    };
    let file = |x: &str, y: &str, bytes| tensor_error(&format!("{{{x},{y}}}"), bytes);
    let (x, y) = (
        entry("x", "F32", "[2,3]", 0, 24),
        entry("y", "F32", "[2]", 24, 32),
    );
    assert_eq!(
        file(&entry("z", "F32", "[2,3]", 0, 24), &y, 32),
        "there is no tensor \"x\": the file has \"z\", \"y\""
    );
    assert_eq!(
        tensor_error("{}", 0),
        "there is no tensor \"x\": the file has no tensors"
    );
    assert_eq!(
        file(&x, &entry("y", "F32", "[3]", 24, 36), 36),
        "tensor \"y\" has 3 rows, expected 2, as many as tensor \"x\""
    );
    assert_eq!(
        file(&x, &entry("y", "I64", "[2]", 24, 40), 40),
        "tensor \"y\" has the type I64, expected F32 or F64"
    );
    assert_eq!(
        file(&x, &entry("y", "F32", "[]", 24, 28), 28),
        "tensor \"y\" has no dimension, expected one row for each example"
    );
    assert_eq!(
        file(&x, &entry("y", "F32", "[2,0]", 24, 24), 24),
        "tensor \"y\" has the shape [2, 0], expected at least one number in a row"
    );
    assert_eq!(
        file(
            &entry("x", "F32", "[0,3]", 0, 0),
            &entry("y", "F32", "[0]", 0, 0),
            0
        ),
        "the file has no examples, expected at least one"
    );
    assert!(file(&x, &y, 31).contains("the part behind the header is 31 bytes long, expected 32 bytes"));
    assert!(file(&x, &y, 33).contains("the part behind the header is 33 bytes long, expected 32 bytes"));
    assert!(tensor_error("{ ", 0).starts_with("byte 9: the header is malformed"));
    let many: Vec<String> = (0..30)
        .map(|i| entry(&format!("t{i}"), "F32", "[1]", 4 * i, 4 * i + 4))
        .collect();
    assert!(tensor_error(&format!("{{{}}}", many.join(",")), 120).ends_with("\"t19\", and 10 more"));
}

/// Reads some batches, if the source opens; an error is expected to be one, a panic is not.
fn read(source: Result<impl ExampleSource<f32>, brique_distributed::Error>) {
    let Ok(mut source) = source else { return };
    let n = source.sizes().examples;
    for seed in [None, Some(1)] {
        source.begin_epoch(seed);
        let batch = n.saturating_sub(20)..n;
        let _ = source.batch(batch.clone(), batch);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_and_truncated_files_do_not_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        end in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let files = Files::new();
        let damaged = |mut bytes: Vec<u8>| {
            for (index, byte) in &changes {
                let index = index.index(bytes.len().min(400));
                bytes[index] = *byte;
            }
            if let Some(end) = end {
                bytes.truncate(end.index(bytes.len()));
            }
            bytes
        };
        let path = files.write("damaged", &damaged(idx_images(45, 6)));
        read(IdxSource::open(&path, files.path("labels")));
        let path = files.write("damaged", &damaged(csv().into_bytes()));
        read(CsvSource::open(&path, &csv_options()));
        let path = files.write("damaged", &damaged(safetensors::<f32>(EXAMPLES)));
        read(SafetensorsSource::open(&path, "inputs", "targets"));
    }
}
