//! Files with every mistake that has a name, plain and packed, and the odd ones that are right.

use std::fs;
use std::io::Write;

use brique_datasets::{
    CsvOptions, Dataset, Error, LabelColumn, ReadLimits, read_csv, read_csv_from, read_idx_images,
    read_idx_images_from, read_idx_labels, read_usps, read_usps_from,
};
use brique_tensor::ndarray::{Array2, array};
use flate2::{Compression, GzBuilder};

use crate::digest::gzip;

#[derive(Debug, Clone, Copy)]
enum Format {
    Csv,
    NamedCsv,
    Images,
    Labels,
    Usps,
}

use Format::{Csv, Images, Labels, NamedCsv, Usps};

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
        Csv => read_csv::<f64>(&path, &CsvOptions::default()).err(),
        NamedCsv => read_csv::<f64>(&path, &named).err(),
        Images => read_idx_images::<f64>(&path).err(),
        Labels => read_idx_labels(&path).err(),
        Usps => read_usps::<f64>(&path).err(),
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

#[test]
fn csv() {
    let text = |text: &str| text.as_bytes().to_vec();
    let no_example = "there is no example: expected at least one line of numbers";
    let cases = [
        ("empty", Csv, vec![], no_example),
        ("blank lines", Csv, text("\n\r\n\r\n\n"), no_example),
        ("a mark of UTF-8 alone", Csv, text("\u{feff}"), no_example),
        ("two marks of UTF-8", Csv, text("\u{feff}\u{feff}"), no_example),
        ("a header alone", NamedCsv, text("a,b\n"), no_example),
        (
            "a header of names where none is expected",
            Csv,
            text("a,b\n1,2\n"),
            "line 1, column 1 is \"a\"",
        ),
        (
            "a name that is missing",
            NamedCsv,
            text("a,c\n1,2\n"),
            "there is no column named \"b\"",
        ),
        (
            "a name twice",
            NamedCsv,
            text("b,b\n1,2\n"),
            "there is no column named \"b\" alone",
        ),
        (
            "a header with one column too few",
            NamedCsv,
            text("a,b\n1,2,3\n"),
            "line 2 has 3 fields, expected 2",
        ),
        (
            "a line that is too short",
            Csv,
            text("1,2,3\n4,5\n"),
            "line 2 has 2 fields, expected 3",
        ),
        (
            "a line that is too long",
            Csv,
            text("1,2\n3,4,5\n"),
            "line 2 has 3 fields, expected 2",
        ),
        (
            "a separator at the end",
            Csv,
            text("1,2\n3,4,\n"),
            "line 2 has 3 fields, expected 2",
        ),
        (
            "the last line cut",
            Csv,
            text("1,2\n3,4\n5"),
            "line 3 has 1 fields, expected 2",
        ),
        (
            "the last field cut",
            Csv,
            text("1,2\n3,"),
            "line 2, column 2 is \"\"",
        ),
        (
            "white space for a line",
            Csv,
            text("1,2\n \n3,4\n"),
            "line 2 has 1 fields, expected 2",
        ),
        (
            "an empty field",
            Csv,
            text("1,2\n,4\n"),
            "line 2, column 1 is \"\"",
        ),
        (
            "another separator",
            Csv,
            text("1;2\n"),
            "line 1, column 1 is \"1;2\"",
        ),
        (
            "a decimal comma",
            Csv,
            text("1,5;2\n"),
            "line 1, column 2 is \"5;2\"",
        ),
        ("NaN", Csv, text("1,2\nNaN,4\n"), "line 2, column 1 is \"NaN\""),
        (
            "infinity",
            Csv,
            text("1,2\n3,-inf\n"),
            "line 2, column 2 is \"-inf\"",
        ),
        (
            "too large for f64",
            Csv,
            text("1e999,2\n"),
            "line 1, column 1 is \"1e999\"",
        ),
        (
            "an exponent of 30 digits",
            Csv,
            format!("1e{},2", "9".repeat(30)).into(),
            "line 1, column 1 is \"1e999",
        ),
        (
            "hexadecimal",
            Csv,
            text("0x10,2\n"),
            "line 1, column 1 is \"0x10\"",
        ),
        (
            "full-width digits",
            Csv,
            text("１,2\n"),
            "line 1, column 1 is \"１\"",
        ),
        (
            "NUL",
            Csv,
            b"1,2\n3\0,4\n".to_vec(),
            "line 2, column 1 is \"3\\0\"",
        ),
        (
            "NUL bytes only",
            Csv,
            vec![0; 100],
            "line 1, column 1 is \"\\0\\0",
        ),
        (
            "invalid UTF-8",
            Csv,
            b"1,\xff\xfe2\n".to_vec(),
            "line 1, column 2 is \"\u{fffd}\u{fffd}2\"",
        ),
        (
            "UTF-16",
            Csv,
            b"\xff\xfe1\0,\x002\0\n\0".to_vec(),
            "line 1, column 1 is \"\u{fffd}\u{fffd}1\\0\"",
        ),
        (
            "a mark of UTF-8 in line 2",
            Csv,
            text("1,2\n\u{feff}3,4\n"),
            "line 2, column 1 is \"\\u{feff}3\"",
        ),
        (
            "mixed line ends",
            Csv,
            text("1,2\r\n3,4\n5,6\r7,x\n"),
            "line 4, column 2 is \"x\"",
        ),
        (
            "a quote that is not closed",
            Csv,
            text("1,2\n3,\"4\n5,6\n"),
            "line 2, column 2 is \"4\\n5,6\"",
        ),
        (
            "a quote that is not closed in a long file",
            Csv,
            format!("1,\"2\n{}", "3,4\n".repeat(2000)).into(),
            "line 1, column 2 begins with \"2\\n3,4\\n",
        ),
        (
            "a quote in a field",
            Csv,
            text("1,2\"3\n"),
            "line 1, column 2 is \"2\\\"3\"",
        ),
        (
            "text after a quote",
            Csv,
            text("1,\"2\"x\n"),
            "line 1, column 2 is \"2x\"",
        ),
        (
            "a long field",
            Csv,
            vec![b'0'; 100_000],
            "line 1, column 1 begins with \"00000",
        ),
        (
            "a long name",
            NamedCsv,
            format!("{},b\n1,2", "a".repeat(4097)).into(),
            "line 1, column 1 begins with \"aaa",
        ),
        (
            "many columns, then one",
            Csv,
            format!("{}1\n1\n", "1,".repeat(50_000)).into(),
            "line 2 has 1 fields, expected 50001",
        ),
        (
            "one column, then many",
            Csv,
            format!("1\n{}1\n", "1,".repeat(50_000)).into(),
            "line 2 has 50001 fields, expected 1",
        ),
        (
            "many names",
            NamedCsv,
            format!("{}a\n1\n", "a,".repeat(50_000)).into(),
            "and 49981 more",
        ),
        (
            "an image",
            Csv,
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            "line 1, column 1 is \"\u{fffd}PNG\"",
        ),
    ];
    check_plain_and_packed(&cases);
}

#[test]
fn idx_images() {
    let whole = idx(8, &[2, 2, 3], &[1; 12]);
    let cut = |length: usize| whole[..length].to_vec();
    let cases = [
        (
            "empty",
            Images,
            vec![],
            "begins with the bytes [], expected [00, 00, 08, 03]",
        ),
        ("one byte", Images, cut(1), "begins with the bytes [00], expected"),
        (
            "cut before the number of dimensions",
            Images,
            cut(3),
            "begins with the bytes [00, 00, 08], expected",
        ),
        (
            "cut after the magic number",
            Images,
            cut(4),
            "the header of the IDX file is 4 bytes long, expected 16",
        ),
        (
            "cut in the first size",
            Images,
            cut(7),
            "the header of the IDX file is 7 bytes long, expected 16",
        ),
        (
            "cut after the first size",
            Images,
            cut(8),
            "the header of the IDX file is 8 bytes long, expected 16",
        ),
        (
            "cut in the second size",
            Images,
            cut(11),
            "the header of the IDX file is 11 bytes long, expected 16",
        ),
        (
            "cut in the last size",
            Images,
            cut(15),
            "the header of the IDX file is 15 bytes long, expected 16",
        ),
        (
            "cut before the data",
            Images,
            cut(16),
            "the data of the IDX file is 0 bytes long, expected 12",
        ),
        (
            "cut in the data",
            Images,
            cut(27),
            "the data of the IDX file is 11 bytes long, expected 12",
        ),
        (
            "one byte too many",
            Images,
            [cut(28), vec![0]].concat(),
            "the data of the IDX file is 13 bytes long, expected 12",
        ),
        (
            "a second file",
            Images,
            [cut(28), cut(28)].concat(),
            "the data of the IDX file is 40 bytes long, expected 12",
        ),
        (
            "another first byte",
            Images,
            idx(8, &[1; 3], &[0]).into_iter().map(|byte| byte | 1).collect(),
            "begins with the bytes [01, 01, 09, 03]",
        ),
        (
            "signed bytes",
            Images,
            idx(9, &[1; 3], &[0]),
            "the third is the type, 08 for unsigned bytes",
        ),
        (
            "doubles",
            Images,
            idx(14, &[1; 3], &[0; 8]),
            "the third is the type, 08 for unsigned bytes",
        ),
        (
            "no dimensions",
            Images,
            idx(8, &[], &[]),
            "the fourth is the number of dimensions",
        ),
        (
            "four dimensions",
            Images,
            idx(8, &[1; 4], &[0]),
            "the fourth is the number of dimensions",
        ),
        (
            "255 dimensions",
            Images,
            idx(8, &[1; 255], &[0]),
            "the fourth is the number of dimensions",
        ),
        (
            "labels",
            Images,
            idx(8, &[1], &[0]),
            "the fourth is the number of dimensions, 03 for images",
        ),
        (
            "sizes with the lowest byte first",
            Images,
            [&[0, 0, 8, 3][..], &[1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], &[9]].concat(),
            "the data of the IDX file is 1 bytes long, expected 4722366482869645213696",
        ),
        (
            "the largest number of images",
            Images,
            idx(8, &[u32::MAX, 1, 1], &[0]),
            "is 1 bytes long, expected 4294967295",
        ),
        (
            "the largest sizes",
            Images,
            idx(8, &[u32::MAX; 3], &[0; 10]),
            "is 10 bytes long, expected 79228162458924105385300197375",
        ),
        (
            "a product of 2^64",
            Images,
            idx(8, &[1 << 31, 1 << 31, 4], &[]),
            "is 0 bytes long, expected 18446744073709551616",
        ),
        (
            "a product of 2^96 with factors of 2^32",
            Images,
            idx(8, &[1 << 31, 1 << 31, 1 << 31], &[0; 3]),
            "is 3 bytes long, expected 9903520314283042199192993792",
        ),
        (
            "images without rows",
            Images,
            idx(8, &[3, 0, 5], &[]),
            "is 0 pixels for each of 3, expected at least one",
        ),
        (
            "2^32 − 1 images without columns",
            Images,
            idx(8, &[u32::MAX, 5, 0], &[]),
            "is 0 pixels for each of 4294967295",
        ),
        (
            "no image, of the largest size",
            Images,
            idx(8, &[0, u32::MAX, u32::MAX], &[]),
            "expected as many as memory can address",
        ),
        (
            "no image, but data",
            Images,
            idx(8, &[0, 1, 1], &[0]),
            "is 1 bytes long, expected 0",
        ),
        (
            "text",
            Images,
            b"P5 28 28 255".to_vec(),
            "every IDX file begins with 00 00",
        ),
    ];
    check_plain_and_packed(&cases);
}

#[test]
fn idx_labels() {
    let cases = [
        (
            "empty",
            Labels,
            vec![],
            "begins with the bytes [], expected [00, 00, 08, 01]",
        ),
        (
            "cut in the size",
            Labels,
            vec![0, 0, 8, 1, 0, 0, 0],
            "the header of the IDX file is 7 bytes long, expected 8",
        ),
        (
            "one label too few",
            Labels,
            idx(8, &[3], &[1, 2]),
            "is 2 bytes long, expected 3: 3 labels",
        ),
        (
            "one label too many",
            Labels,
            idx(8, &[3], &[1, 2, 3, 4]),
            "is 4 bytes long, expected 3: 3 labels",
        ),
        (
            "no label, but data",
            Labels,
            idx(8, &[0], &[1]),
            "is 1 bytes long, expected 0: 0 labels",
        ),
        (
            "the largest number of labels",
            Labels,
            idx(8, &[u32::MAX], &[]),
            "is 0 bytes long, expected 4294967295",
        ),
        (
            "images",
            Labels,
            idx(8, &[1; 3], &[0]),
            "03 for images and 01 for labels",
        ),
        (
            "integers of four bytes",
            Labels,
            idx(12, &[1], &[0; 4]),
            "the third is the type",
        ),
    ];
    check_plain_and_packed(&cases);
}

#[test]
fn usps() {
    let good = usps_line("4", "2");
    let label = |label: &str| format!("{good}\n{}\n", usps_line(label, "0")).into_bytes();
    let grey = |grey: &str| format!("{good}\n\n{}\n", usps_line("3", grey)).into_bytes();
    let no_example = "there is no example: expected at least one line of numbers";
    let cases = [
        ("empty", Usps, vec![], no_example),
        ("white space", Usps, b" \t\r\n\n \x0c ".to_vec(), no_example),
        ("a header alone", Usps, b"10 256\n".to_vec(), no_example),
        ("an end alone", Usps, b"-1\n".to_vec(), no_example),
        (
            "two headers",
            Usps,
            format!("1 256\n1 256\n{good}").into(),
            "line 2 has 2 fields, expected 257",
        ),
        (
            "a header of four numbers",
            Usps,
            format!("1 2 3 4\n{good}").into(),
            "line 1 has 4 fields, expected 257",
        ),
        (
            "a header after the digits",
            Usps,
            format!("{good}\n1 256\n").into(),
            "line 2 has 2 fields, expected 257",
        ),
        (
            "one grey value too few",
            Usps,
            good[..good.len() - 2].into(),
            "line 1 has 256 fields, expected 257",
        ),
        (
            "one grey value too many",
            Usps,
            format!("{good} 1").into(),
            "line 1 has 258 fields, expected 257",
        ),
        (
            "all digits in one line",
            Usps,
            format!("{good} ").repeat(300).into(),
            "line 1 has 77100 fields, expected 257",
        ),
        (
            "a digit over two lines",
            Usps,
            good.replacen(" 0", "\n0", 1).into(),
            "line 1 has 1 fields, expected 257",
        ),
        (
            "lines after the end",
            Usps,
            format!("{good}\n-1\n{good}\n").into(),
            "line 3 has 257 fields, expected 0",
        ),
        (
            "a label of 10",
            Usps,
            label("10"),
            "line 2, column 1 is \"10\", expected a digit from 0 to 9",
        ),
        (
            "a label below 0",
            Usps,
            label("-1"),
            "line 2, column 1 is \"-1\", expected a digit from 0 to 9",
        ),
        (
            "a label with a fraction",
            Usps,
            label("1.5"),
            "line 2, column 1 is \"1.5\", expected a digit",
        ),
        (
            "a label of NaN",
            Usps,
            label("nan"),
            "line 2, column 1 is \"nan\", expected a digit",
        ),
        (
            "a label of 1e999",
            Usps,
            label("1e999"),
            "line 2, column 1 is \"1e999\", expected a digit",
        ),
        (
            "a grey value above 2",
            Usps,
            grey("2.0001"),
            "line 3, column 257 is \"2.0001\", expected a grey value",
        ),
        (
            "a grey value below −1",
            Usps,
            grey("-1.01"),
            "line 3, column 257 is \"-1.01\", expected a grey value",
        ),
        (
            "a grey value of infinity",
            Usps,
            grey("inf"),
            "line 3, column 257 is \"inf\", expected a grey value",
        ),
        (
            "commas",
            Usps,
            good.replace(' ', ",").into(),
            "line 1 has 1 fields, expected 257",
        ),
        (
            "a mark of UTF-8",
            Usps,
            format!("\u{feff}{good}").into(),
            "line 1, column 1 is \"\\u{feff}4\"",
        ),
        ("NUL", Usps, grey("0\0"), "line 3, column 257 is \"0\\0\""),
        (
            "invalid UTF-8",
            Usps,
            [good.as_bytes(), b"\xff\xfe"].concat(),
            "line 1, column 257 is \"2\u{fffd}\u{fffd}\"",
        ),
        (
            "a long field",
            Usps,
            vec![b'0'; 5000],
            "line 1, column 1 begins with \"00000",
        ),
        (
            "a long field after many",
            Usps,
            format!("{good} {}", "1".repeat(5000)).into(),
            "line 1, column 258 begins with",
        ),
    ];
    check_plain_and_packed(&cases);
}

#[test]
fn gzip_streams() {
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
            .read_usps_from::<f64>(gzip(&[b' '; 2_000_000]).as_slice())
            .unwrap_err(),
        limits
            .read_idx_images_from::<f64>(gzip(&idx(8, &[1, 1999, 1001], &[0; 2_000_999])).as_slice())
            .unwrap_err(),
        limits
            .read_idx_labels_from(gzip(&idx(8, &[2_000_000], &[0; 2_000_000])).as_slice())
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

/// What is odd, but has one meaning.
#[test]
fn odd_files_are_read() {
    let csv = |bytes: &[u8]| -> Dataset { read_csv_from(bytes, &CsvOptions::default()).unwrap() };
    let expected = Dataset::new(array![[1.0], [3.0]], array![[2.0], [4.0]]).unwrap();
    let many_members = [gzip(b"1,2\n"), gzip(b"").repeat(1000), gzip(b"3,"), gzip(b"4")].concat();
    let texts: [(&str, &[u8]); 11] = [
        ("no line end", b"1,2\n3,4"),
        ("mixed line ends", b"1,2\r\n3,4\r"),
        ("blank lines", b"\r\n\n\n1,2\r\r\n\n3,4\n\n"),
        ("a mark of UTF-8", b"\xef\xbb\xbf1,2\n3,4\n"),
        ("a mark of UTF-8 after blank lines", b"\n\xef\xbb\xbf1,2\n3,4\n"),
        ("white space", b"\t1 ,  2\n 3,4 \n"),
        ("quotes", b"\"1\",\"2\"\n\"3\",\" 4\n\"\n"),
        ("a quote that ends with the file", b"1,2\n3,\"4"),
        ("signs, points and exponents", b"+1.,.2e1\n30e-1,00004\n"),
        (
            "4096 bytes",
            &[b"1,2\n3,".to_vec(), vec![b'0'; 4095], vec![b'4']].concat(),
        ),
        ("a thousand empty gzip streams", &many_members),
    ];
    for (name, bytes) in texts {
        assert_eq!(csv(bytes), expected, "{name}");
    }
    assert_eq!(
        csv(b"1e-999,-0\n").inputs()[[0, 0]],
        0.0,
        "what is too small is 0"
    );
    assert!(csv(b"1e-999,-0\n").targets()[[0, 0]].is_sign_negative());
    assert_eq!(
        csv(format!("{}1\n", "0,".repeat(100_000)).as_bytes())
            .inputs()
            .dim(),
        (1, 100_000)
    );
    assert_eq!(csv(b"7\n8\n").inputs().dim(), (2, 0));

    let images = |bytes: &[u8]| -> Array2<f64> { read_idx_images_from(bytes).unwrap() };
    assert_eq!(images(&idx(8, &[0, 28, 28], &[])).dim(), (0, 784));
    assert_eq!(images(&idx(8, &[0, 0, 0], &[])).dim(), (0, 0));
    assert_eq!(
        images(&gzip(&idx(8, &[1, 1, 3], &[0x1f, 0x8b, 8]))),
        array![[31.0, 139.0, 8.0]]
    );

    let digit = usps_line("4", "2");
    let usps = |text: &str| -> Dataset { read_usps_from(text.as_bytes()).unwrap() };
    for text in [
        format!("\n\t{digit}\r\n\n"),
        format!("1 2 3\n{digit}\n-1"),
        digit.replace(' ', "\t\x0c "),
    ] {
        assert_eq!(usps(&text), usps(&digit));
    }
    assert_eq!(usps(&usps_line("4e0", "-0")).targets(), array![[4.0]]);
}
