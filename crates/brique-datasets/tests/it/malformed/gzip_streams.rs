//! Gzip streams.
#![allow(clippy::too_many_lines, reason = "the table is long")]

use std::io::Write;

use brique_datasets::{CsvOptions, Error, ReadLimits};
use flate2::{Compression, GzBuilder};

use super::Format::{Csv, Images, Usps};
use super::{check, idx, usps_line};
use crate::digest::gzip;

#[test]
fn malformed_files_are_errors() {
    let text = "1,2\n3,4\n";
    let packed = gzip(text.as_bytes());
    let broken = "the gzip stream cannot be unpacked after ";
    let with = |index: usize, byte: u8| {
        let mut bytes = packed.clone();
        bytes[index] ^= byte;
        bytes
    };
    let length = packed.len();
    let named = GzBuilder::new().filename(vec![b'x'; 100_000]);
    let mut named = named.write(Vec::new(), Compression::fast());
    named.write_all(text.as_bytes()).unwrap();
    let mut cases = vec![
        ("another method of compression", Csv, with(2, 1), broken),
        ("reserved flags", Csv, with(3, 0xe0), broken),
        (
            "a checksum of the header that is missing",
            Csv,
            with(3, 2),
            broken,
        ),
        ("an invalid block", Csv, with(10, 6), broken),
        (
            "a wrong checksum",
            Csv,
            with(length - 8, 1),
            "after 8 bytes of content, expected its end: corrupt gzip stream",
        ),
        (
            "a wrong length",
            Csv,
            with(length - 1, 1),
            "after 8 bytes of content",
        ),
        (
            "text after the stream",
            Csv,
            [&packed[..], b"5,6\n"].concat(),
            "after 8 bytes of content",
        ),
        (
            "zeros after the stream",
            Csv,
            [&packed[..], &[0; 512]].concat(),
            "after 8 bytes of content",
        ),
        (
            "a second stream that is cut",
            Csv,
            [&packed[..], &packed[..length - 1]].concat(),
            "after 16 bytes",
        ),
        ("a name of 100,000 bytes", Csv, named.finish().unwrap(), broken),
        (
            "gzip in gzip",
            Csv,
            gzip(&packed),
            "line 1, column 1 is \"\\u{1f}\u{fffd}",
        ),
        (
            "images in gzip in gzip",
            Images,
            gzip(&gzip(&idx(8, &[1; 3], &[0]))),
            "begins with the bytes [1f, 8b, 08, ",
        ),
        (
            "an error and a wrong checksum",
            Csv,
            {
                let mut bytes = gzip(b"1,x\n");
                let index = bytes.len() - 5;
                bytes[index] ^= 1;
                bytes
            },
            "after 4 bytes of content",
        ),
        (
            "a wrong checksum of images",
            Images,
            {
                let mut bytes = gzip(&idx(8, &[1; 3], &[0]));
                let index = bytes.len() - 5;
                bytes[index] ^= 1;
                bytes
            },
            "after 17 bytes of content",
        ),
        (
            "a wrong checksum of digits",
            Usps,
            {
                let mut bytes = gzip(usps_line("4", "2").as_bytes());
                let index = bytes.len() - 5;
                bytes[index] ^= 1;
                bytes
            },
            "after 513 bytes of content",
        ),
    ];
    for end in 2..length {
        cases.push(("a stream that is cut", Csv, packed[..end].to_vec(), broken));
    }
    cases.iter().for_each(check);
}

#[test]
fn a_bomb_stops_at_the_limit() {
    let bomb = gzip(&[b"1,2\n".repeat(500_000)].concat());
    assert!(bomb.len() < 20_000);
    let limits = ReadLimits::new().unpacked(1_999_999);
    let message = "the gzip stream unpacks into more than 1999999 bytes, the limit for unpacked data: \
                   ReadLimits::unpacked sets another";
    let options = CsvOptions::default();
    let errors = [
        limits
            .read_csv_from::<f64>(bomb.as_slice(), &options)
            .unwrap_err(),
        limits
            .read_usps_from::<f64>(gzip(&vec![b' '; 2_000_000]).as_slice())
            .unwrap_err(),
        limits
            .read_idx_images_from::<f64>(gzip(&idx(8, &[1, 1999, 1001], &vec![0; 2_000_999])).as_slice())
            .unwrap_err(),
        limits
            .read_idx_labels_from(gzip(&idx(8, &[2_000_000], &vec![0; 2_000_000])).as_slice())
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error, Error::Unpacked { limit: 1_999_999 });
        assert_eq!(error.to_string(), message);
    }
    let whole = limits
        .unpacked(2_000_000)
        .read_csv_from::<f64>(bomb.as_slice(), &options)
        .unwrap();
    assert_eq!(whole.len(), 500_000);
    let plain = b"1,2\n".repeat(3);
    assert_eq!(
        limits
            .unpacked(0)
            .read_csv_from::<f64>(plain.as_slice(), &options)
            .unwrap()
            .len(),
        3
    );
}
