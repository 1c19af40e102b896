//! Files that are odd, but have one meaning.

use brique_datasets::{CsvOptions, Dataset, read_csv_from, read_idx_images_from, read_usps_from};
use brique_tensor::ndarray::{Array2, array};

use super::{idx, usps_line};
use crate::digest::gzip;

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
