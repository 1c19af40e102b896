//! Files with every mistake that has a name, plain and packed, and the odd ones that are right.

mod csv;
mod gzip_streams;
mod idx_images;
mod idx_labels;
mod odd;
mod usps;

use std::fs;

use brique_datasets::{
    CsvOptions, Error, LabelColumn, read_csv, read_idx_images, read_idx_labels, read_usps,
};

use crate::digest::gzip;

#[derive(Debug, Clone, Copy)]
enum Format {
    Csv,
    NamedCsv,
    Images,
    Labels,
    Usps,
}

/// A name, a format, a file, and a piece of the error.
type Case = (&'static str, Format, Vec<u8>, &'static str);

pub fn idx(kind: u8, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, sizes.len() as u8];
    bytes.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

/// A label and 256 grey values, of which the last is given.
pub fn usps_line(label: &str, last: &str) -> String {
    format!("{label} {}{last}", "0 ".repeat(255))
}

/// Reads a file and checks that the error names it, and contains a piece.
fn check((name, format, bytes, expected): &Case) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    fs::write(&path, bytes).unwrap();
    let named = CsvOptions {
        header: true,
        label: LabelColumn::Name("b".to_owned()),
        ..CsvOptions::default()
    };
    let error = match format {
        Format::Csv => read_csv::<f64>(&path, &CsvOptions::default()).err(),
        Format::NamedCsv => read_csv::<f64>(&path, &named).err(),
        Format::Images => read_idx_images::<f64>(&path).err(),
        Format::Labels => read_idx_labels(&path).err(),
        Format::Usps => read_usps::<f64>(&path).err(),
    };
    let error = error.unwrap_or_else(|| panic!("{name}: was accepted"));
    let message = error.to_string();
    let Error::File { path: of_error, .. } = error else {
        panic!("{name}: the error names no file: {error}");
    };
    assert_eq!(of_error, path, "{name}");
    assert!(message.contains(expected), "{name}: {message}");
    let says_what_fits = ["expected", "ReadLimits::", "the header names"];
    assert!(
        says_what_fits.iter().any(|words| message.contains(words)),
        "{name}: {message}"
    );
}

/// Checks each file as it is, and as the content of a gzip file.
fn check_plain_and_packed(cases: &[Case]) {
    for case in cases {
        check(case);
        let (name, format, bytes, expected) = case;
        check(&(*name, *format, gzip(bytes), *expected));
    }
}
