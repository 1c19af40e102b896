//! Mutated files: each is read, or is an error.
//!
//! `BRIQUE_MUTATIONS` sets how many of each kind; see `docs/testing.md`.

use std::env;

use brique_datasets::{
    CsvOptions, Dataset, Error, LabelColumn, Missing, ReadLimits, TextColumn, read_csv_from,
    read_idx_images_from, read_idx_labels_from, read_usps_from,
};

use crate::digest::gzip;
use crate::malformed::{idx, usps_line};
use crate::mutator::Mutator;

/// Reads mutated files; `read` returns the number of values that it has read.
fn mutate(seeds: &[Vec<u8>], seed: u64, read: impl Fn(&[u8]) -> Result<usize, Error>) {
    let most = env::var("BRIQUE_MUTATIONS").map_or(12_500, |most| most.parse().expect("a number"));
    let mut mutator = Mutator::new(seeds, seed);
    let mut accepted = 0;
    for _ in 0..most {
        let bytes = mutator.draw();
        match read(&bytes) {
            // A gzip stream of n bytes unpacks into at most 1032 n bytes.
            Ok(values) => {
                assert!(values <= 1032 * bytes.len(), "{values} values from {bytes:?}");
                accepted += 1;
            }
            Err(error) => {
                let message = error.to_string();
                let length = message.chars().count();
                assert!((20..3000).contains(&length), "{bytes:?}: {message}");
            }
        }
    }
    assert!(
        0 < accepted && accepted < most,
        "{accepted} of {most} files were accepted"
    );
}

fn count(data: &Dataset) -> usize {
    assert!(!data.is_empty());
    assert!(
        data.inputs()
            .iter()
            .chain(data.targets())
            .all(|value| value.is_finite())
    );
    data.inputs().len() + data.targets().len()
}

/// Counts the values of a data set in which inputs can be missing.
fn count_with_missing(data: &Dataset) -> usize {
    assert!(!data.is_empty());
    assert!(data.inputs().iter().all(|value| !value.is_infinite()));
    assert!(data.targets().iter().all(|value| value.is_finite()));
    data.inputs().len() + data.targets().len()
}

fn packed(seeds: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut packed: Vec<_> = seeds.iter().map(|bytes| gzip(bytes)).collect();
    packed.push(packed.concat());
    packed
}

fn csv_files() -> Vec<Vec<u8>> {
    let texts = [
        "1,2,3\n4,5,6\n",
        "\u{feff}a,b,c\r\n0.5,-1e-3,1\r\n7,8,0\r\n",
        "\"1\",\" 2\",\"3\"\n\n\n4,5,6",
        "a,b\r1,2\r3,4\r",
        "\"x\"\"y\",\"b\nc\"\n1,1.7976931348623157e308\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

fn read_both(bytes: &[u8]) -> Result<usize, Error> {
    let named = CsvOptions {
        header: true,
        label: LabelColumn::Name("b".to_owned()),
        ..CsvOptions::default()
    };
    let with_header = ReadLimits::new().field(20).read_csv_from(bytes, &named);
    let data = read_csv_from(bytes, &CsvOptions::default());
    Ok(count(&data.or(with_header)?))
}

/// Reads texts as classes and as one-hot columns, with missing values, with a header and without.
fn read_text(bytes: &[u8]) -> Result<usize, Error> {
    let unnamed = |missing| CsvOptions {
        text: vec![TextColumn::one_hot(0), TextColumn::classes(1)],
        missing,
        missing_marks: vec!["NA".to_owned()],
        ..CsvOptions::default()
    };
    let named = CsvOptions {
        header: true,
        label: LabelColumn::name("b"),
        ..unnamed(Missing::Drop)
    };
    let (data, report) = ReadLimits::new()
        .categories(8)
        .read_csv_report_from(bytes, &unnamed(Missing::Keep))?;
    assert_eq!((report.examples, report.dropped), (data.len(), 0));
    let values = count_with_missing(&data);
    if let Ok(data) = read_csv_from(bytes, &named) {
        assert!(data.class_names().is_none_or(|names| !names.is_empty()));
        count(&data);
    }
    Ok(values)
}

fn text_files() -> Vec<Vec<u8>> {
    let texts = [
        "a,b,c\nred,x,1\n,y,NA\nblue,,3\n",
        "\u{feff}\"a, b\",\"c\"\r\nNA,1\r\n\"say \"\"x\"\"\",2\r\n",
        "ä,1,2\nö,,3\n",
    ];
    texts.map(|text| text.as_bytes().to_vec()).to_vec()
}

#[test]
fn csv_with_text() {
    mutate(&text_files(), 9, read_text);
}

#[test]
fn packed_csv_with_text() {
    mutate(&packed(&text_files()), 10, read_text);
}

#[test]
fn csv() {
    mutate(&csv_files(), 1, read_both);
}

#[test]
fn packed_csv() {
    mutate(&packed(&csv_files()), 2, read_both);
}

fn images() -> Vec<Vec<u8>> {
    vec![
        idx(8, &[2, 2, 3], &[7; 12]),
        idx(8, &[0, 28, 28], &[]),
        idx(8, &[1, 1, 1], &[255]),
    ]
}

fn labels() -> Vec<Vec<u8>> {
    vec![idx(8, &[5], &[0, 1, 2, 9, 255]), idx(8, &[0], &[])]
}

fn read_images(bytes: &[u8]) -> Result<usize, Error> {
    read_idx_images_from::<f64>(bytes).map(|pixels| pixels.len())
}

fn read_labels(bytes: &[u8]) -> Result<usize, Error> {
    read_idx_labels_from(bytes).map(|labels| labels.len())
}

#[test]
fn idx_images() {
    mutate(&images(), 3, read_images);
}

#[test]
fn packed_idx_images() {
    mutate(&packed(&images()), 4, read_images);
}

#[test]
fn idx_labels() {
    mutate(&labels(), 5, read_labels);
}

#[test]
fn packed_idx_labels() {
    mutate(&packed(&labels()), 6, read_labels);
}

fn usps_files() -> Vec<Vec<u8>> {
    let digit = usps_line("6.0000", "0");
    let texts = [
        digit.clone(),
        format!("1 256 10\r\n{digit}\r\n-1\r\n"),
        format!("10 256\n\n {digit} \n"),
    ];
    texts.map(String::into_bytes).to_vec()
}

fn read_digits(bytes: &[u8]) -> Result<usize, Error> {
    Ok(count(&read_usps_from(bytes)?))
}

#[test]
fn usps() {
    mutate(&usps_files(), 7, read_digits);
}

#[test]
fn packed_usps() {
    mutate(&packed(&usps_files()), 8, read_digits);
}
