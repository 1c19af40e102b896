//! The memory that readers take at most is the one that `ReadLimits` states.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::io::Write;

use brique_datasets::{
    CsvOptions, Error, InputColumns, LabelColumn, Missing, ReadLimits, TextColumn, read_csv_from,
    read_idx_images_from, read_idx_labels_from, read_usps_from,
};
use flate2::{Compression, write::GzEncoder};

const MIB: usize = 1 << 20;

/// What a reader takes in addition to a multiple of the content.
const CONSTANT: usize = 256 << 10;

/// Runs `read` and returns its result, after a check of the largest number of bytes that were allocated at a time.
fn within<R>(most: usize, read: impl FnOnce() -> R) -> R {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(read()));
    let peak = usize::try_from(info.bytes_max).unwrap();
    assert!(peak > 0, "the counter counts nothing");
    assert!(peak <= most, "{peak} bytes, expected at most {most}");
    result.unwrap()
}

/// A gzip file that unpacks into a block of bytes again and again.
fn bomb(block: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(block).unwrap();
    encoder.finish().unwrap().repeat(times)
}

#[test]
fn a_bomb_of_one_field_takes_constant_memory() {
    let zeros = bomb(&vec![b'0'; MIB], 32);
    assert!(zeros.len() < MIB / 4);
    let options = CsvOptions::default();
    let error = within(CONSTANT, || read_csv_from::<f64>(zeros.as_slice(), &options)).unwrap_err();
    assert!(
        matches!(
            error,
            Error::LongField {
                line: 1,
                column: 1,
                limit: 4096,
                ..
            }
        ),
        "{error}"
    );
    let error = within(CONSTANT, || read_usps_from::<f64>(zeros.as_slice())).unwrap_err();
    assert!(
        matches!(
            error,
            Error::LongField {
                line: 1,
                column: 1,
                limit: 4096,
                ..
            }
        ),
        "{error}"
    );
    let error = within(CONSTANT, || read_idx_images_from::<f64>(zeros.as_slice())).unwrap_err();
    assert!(matches!(error, Error::Magic { .. }), "{error}");
}

#[test]
fn a_bomb_of_numbers_takes_a_multiple_of_the_limit() {
    let limits = ReadLimits::new().unpacked(MIB as u64);
    let numbers = bomb(&b"0,".repeat(MIB), 32);
    let options = CsvOptions::default();
    let error = within(8 * MIB + CONSTANT, || {
        limits.read_csv_from::<f64>(numbers.as_slice(), &options)
    });
    assert_eq!(error.unwrap_err(), Error::Unpacked { limit: MIB as u64 });

    let header = [0, 0, 8, 3, 0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0, 0, 0, 1];
    let pixels = [bomb(&header, 1), bomb(&vec![0; MIB], 32)].concat();
    let error = within(3 * MIB + CONSTANT, || {
        limits.read_idx_images_from::<f64>(pixels.as_slice())
    });
    assert_eq!(error.unwrap_err(), Error::Unpacked { limit: MIB as u64 });
}

#[test]
fn a_header_that_lies_takes_constant_memory() {
    let images = [&[0, 0, 8, 3][..], &[0xff; 12], &[0; 100]].concat();
    let error = within(CONSTANT, || read_idx_images_from::<f64>(images.as_slice())).unwrap_err();
    assert!(matches!(error, Error::Length { found: 100, .. }), "{error}");
    let labels = [&[0, 0, 8, 1][..], &[0xff; 4], &[0; 100]].concat();
    let error = within(CONSTANT, || read_idx_labels_from(labels.as_slice())).unwrap_err();
    assert!(matches!(error, Error::Length { found: 100, .. }), "{error}");
}

#[test]
fn names_of_columns_take_a_few_bytes_each() {
    let names = b"a,".repeat(MIB);
    let named = CsvOptions {
        header: true,
        label: LabelColumn::Name("a".to_owned()),
        ..CsvOptions::default()
    };
    let most = 3 * names.len() + CONSTANT;
    let error = within(most, || read_csv_from::<f64>(names.as_slice(), &named)).unwrap_err();
    assert!(matches!(error, Error::MissingColumn { .. }), "{error}");
}

#[test]
fn the_worst_files_take_the_stated_multiples() {
    let options = CsvOptions::default();
    for text in [
        b"0\n".repeat(MIB),
        b"0,0,0,0\n".repeat(MIB / 4),
        [&b"0,".repeat(MIB - 1)[..], b"0\n"].concat(),
    ] {
        let most = |multiple| multiple * text.len() + CONSTANT;
        let data = within(most(8), || read_csv_from::<f64>(text.as_slice(), &options)).unwrap();
        assert_eq!(data.inputs().len() + data.targets().len(), MIB);
        within(most(4), || read_csv_from::<f32>(text.as_slice(), &options)).unwrap();
    }
    let digits = [&b"0 ".repeat(256)[..], b"0\n"].concat().repeat(2000);
    let most = |multiple| multiple * digits.len() + CONSTANT;
    within(most(8), || read_usps_from::<f64>(digits.as_slice())).unwrap();
    within(most(4), || read_usps_from::<f32>(digits.as_slice())).unwrap();

    // One byte more than a power of two, so that the vector of bytes has grown just before.
    let images = [
        &[0, 0, 8, 3, 0, 0x10, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1],
        &vec![0; MIB + 1][..],
    ]
    .concat();
    let most = |multiple| multiple * images.len() + CONSTANT;
    within(most(10), || read_idx_images_from::<f64>(images.as_slice())).unwrap();
    within(most(6), || read_idx_images_from::<f32>(images.as_slice())).unwrap();
    let labels = [&[0, 0, 8, 1, 0, 0x10, 0, 1], &vec![0; MIB + 1][..]].concat();
    within(most(10), || read_idx_labels_from(labels.as_slice())).unwrap();
}

/// What a column with a name, or with missing values that are counted, takes in addition.
const COLUMN: usize = 128;

#[test]
fn a_header_takes_the_stated_bytes_for_each_column() {
    let options = CsvOptions {
        header: true,
        ..CsvOptions::default()
    };
    for (name, columns) in [("", MIB / 4), ("x", MIB / 4), ("a name of a column", MIB / 16)] {
        let names = vec![name; columns].join(",");
        let numbers = vec!["0"; columns].join(",");
        let text = format!("{names}\n{numbers}\n");
        let most = 8 * text.len() + COLUMN * columns + CONSTANT;
        let data = within(most, || read_csv_from::<f64>(text.as_bytes(), &options)).unwrap();
        assert_eq!(data.input_names().unwrap().len(), columns - 1);
    }
}

#[test]
fn missing_values_take_the_stated_multiples() {
    let options = |missing| CsvOptions {
        missing,
        label: LabelColumn::Index(0),
        ..CsvOptions::default()
    };
    let narrow = b"0,,,,,,,\n".repeat(MIB / 8);
    let most = |multiple, columns| multiple * narrow.len() + COLUMN * columns + CONSTANT;
    within(most(16, 8), || {
        read_csv_from::<f64>(narrow.as_slice(), &options(Missing::Keep))
    })
    .unwrap();
    within(most(8, 8), || {
        read_csv_from::<f32>(narrow.as_slice(), &options(Missing::Keep))
    })
    .unwrap();
    let error = within(most(0, 8), || {
        read_csv_from::<f64>(narrow.as_slice(), &options(Missing::Drop))
    });
    assert!(matches!(error, Err(Error::AllDropped { .. })));

    let wide = [&b"0"[..], &b",".repeat(MIB / 4), b"\n"].concat();
    let most = 16 * wide.len() + COLUMN * (MIB / 4 + 1) + CONSTANT;
    for missing in [Missing::Keep, Missing::Drop] {
        let result = within(most, || read_csv_from::<f64>(wide.as_slice(), &options(missing)));
        assert_eq!(result.is_ok(), missing == Missing::Keep);
    }
}

#[test]
fn texts_take_the_stated_bytes_for_each_category_and_one_hot_column() {
    let (rows, columns) = (300, 40);
    let line = |row: usize| vec![format!("{row:x}"); columns].join(",") + ",0\n";
    let text: String = (0..rows).map(line).collect();
    let categories = 128 * rows * columns + 4 * text.len();
    let options = |text: fn(usize) -> TextColumn| CsvOptions {
        text: (0..columns).map(text).collect(),
        ..CsvOptions::default()
    };
    let most = 8 * text.len() + categories + CONSTANT;
    let classes = options(TextColumn::classes);
    within(most, || read_csv_from::<f64>(text.as_bytes(), &classes)).unwrap();

    let one_hot = options(TextColumn::one_hot);
    let values = rows * rows * columns;
    let data = within(most + 8 * values, || {
        read_csv_from::<f64>(text.as_bytes(), &one_hot)
    })
    .unwrap();
    assert_eq!(data.inputs().dim(), (rows, rows * columns));
    drop(data);
    within(most + 4 * values, || {
        read_csv_from::<f32>(text.as_bytes(), &one_hot)
    })
    .unwrap();
}

#[test]
fn texts_that_repeat_take_no_more_than_numbers() {
    let text = b"a,b\n".repeat(MIB / 2);
    let options = CsvOptions {
        text: vec![TextColumn::classes(0), TextColumn::classes(1)],
        ..CsvOptions::default()
    };
    within(8 * text.len() + CONSTANT, || {
        read_csv_from::<f64>(text.as_slice(), &options)
    })
    .unwrap();
}

#[test]
fn columns_that_are_not_used_take_no_memory() {
    let text = b"0,1,2,3,4,5,6,7\n".repeat(MIB / 8);
    let options = CsvOptions {
        inputs: InputColumns::only([0]),
        ..CsvOptions::default()
    };
    within(2 * text.len() + CONSTANT, || {
        read_csv_from::<f64>(text.as_slice(), &options)
    })
    .unwrap();
}

#[test]
fn a_bomb_of_texts_takes_a_multiple_of_the_limit() {
    let limits = ReadLimits::new().unpacked(MIB as u64);
    let texts = (0..MIB / 8).map(|row| format!("{row:x},0\n"));
    let texts = texts.collect::<Vec<_>>().concat();
    let bomb = bomb(texts.as_bytes(), 32);
    let options = CsvOptions {
        text: vec![TextColumn::one_hot(0)],
        ..CsvOptions::default()
    };
    let error = within(CONSTANT + 128 * 1000, || {
        limits.read_csv_from::<f64>(bomb.as_slice(), &options)
    });
    assert!(matches!(error, Err(Error::TooManyCategories { limit: 1000, .. })));
}
