use std::fs;
use std::path::PathBuf;

use brique_datasets::{
    Dataset, Error, read_idx_images, read_idx_images_from, read_idx_labels, read_idx_labels_from, read_mnist,
};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

use crate::digest::gzip;

fn idx(kind: u8, sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, kind, sizes.len() as u8];
    for size in sizes {
        bytes.extend(size.to_be_bytes());
    }
    bytes.extend(data);
    bytes
}

fn images(bytes: &[u8]) -> Result<Array2<f64>, Error> {
    read_idx_images_from(bytes)
}

#[test]
fn images_are_rows_of_pixels() {
    let bytes = idx(8, &[2, 2, 3], &[0, 1, 2, 3, 4, 5, 250, 251, 252, 253, 254, 255]);
    let expected = array![
        [0.0, 1.0, 2.0, 3.0, 4.0, 5.0],
        [250.0, 251.0, 252.0, 253.0, 254.0, 255.0]
    ];
    assert_eq!(images(&bytes).unwrap(), expected);
    assert_eq!(images(&gzip(&bytes)).unwrap(), expected);
    let single: Array2<f32> = read_idx_images_from(bytes.as_slice()).unwrap();
    assert_eq!(single.mapv(f64::from), expected);
}

#[test]
fn sizes_have_their_highest_byte_first() {
    let bytes = idx(8, &[1, 2, 258], &[7; 516]);
    assert_eq!(bytes[12..16], [0, 0, 1, 2]);
    assert_eq!(images(&bytes).unwrap(), Array2::from_elem((1, 516), 7.0));
}

#[test]
fn labels_are_class_numbers() {
    let bytes = idx(8, &[4], &[5, 0, 255, 9]);
    assert_eq!(read_idx_labels_from(bytes.as_slice()).unwrap(), [5, 0, 255, 9]);
    assert_eq!(
        read_idx_labels_from(gzip(&bytes).as_slice()).unwrap(),
        [5, 0, 255, 9]
    );
    assert_eq!(
        read_idx_labels_from(idx(8, &[0], &[]).as_slice()).unwrap(),
        [0; 0]
    );
}

#[test]
fn wrong_beginnings_are_named() {
    let of_images = |bytes: &[u8]| images(bytes).unwrap_err().to_string();
    assert_eq!(
        of_images(&idx(13, &[1, 1, 1], &[0; 4])),
        "the IDX file begins with the bytes [00, 00, 0d, 03], expected [00, 00, 08, 03]: \
         the third is the type, 08 for unsigned bytes"
    );
    assert_eq!(
        of_images(&idx(8, &[1], &[0])),
        "the IDX file begins with the bytes [00, 00, 08, 01], expected [00, 00, 08, 03]: \
         the fourth is the number of dimensions, 03 for images and 01 for labels"
    );
    assert_eq!(
        of_images(b"P5 28 28 255"),
        "the IDX file begins with the bytes [50, 35, 20, 32], expected [00, 00, 08, 03]: \
         every IDX file begins with 00 00, a type and a number of dimensions"
    );
    let of_labels = read_idx_labels_from(idx(8, &[1, 1, 1], &[0]).as_slice()).unwrap_err();
    assert_eq!(
        of_labels,
        Error::Magic {
            found: vec![0, 0, 8, 3],
            expected: [0, 0, 8, 1],
            reason: "the fourth is the number of dimensions, 03 for images and 01 for labels"
        }
    );
    assert!(of_images(&[]).starts_with("the IDX file begins with the bytes [], expected"));
    assert!(of_images(&[0, 0, 8]).starts_with("the IDX file begins with the bytes [00, 00, 08], expected"));
}

#[test]
fn wrong_lengths_are_named() {
    let whole = idx(8, &[2, 2, 3], &[1; 12]);
    assert_eq!(
        images(&whole[..15]).unwrap_err().to_string(),
        "the header of the IDX file is 15 bytes long, expected 16: 4 bytes, and 4 for each dimension"
    );
    assert_eq!(
        images(&whole[..27]).unwrap_err().to_string(),
        "the data of the IDX file is 11 bytes long, expected 12: 2 images of 2 × 3 pixels, a byte each"
    );
    let trailing = [whole.as_slice(), &[0]].concat();
    assert_eq!(
        images(&trailing).unwrap_err().to_string(),
        "the data of the IDX file is 13 bytes long, expected 12: 2 images of 2 × 3 pixels, a byte each"
    );
    for data in [&[1, 2][..], &[1, 2, 3, 4]] {
        let error = read_idx_labels_from(idx(8, &[3], data).as_slice())
            .unwrap_err()
            .to_string();
        assert_eq!(
            error,
            format!(
                "the data of the IDX file is {} bytes long, expected 3: 3 labels, a byte each",
                data.len()
            )
        );
    }
}

#[test]
fn a_header_can_claim_what_it_likes() {
    let error = images(&idx(8, &[u32::MAX; 3], &[0; 10])).unwrap_err();
    let Error::Length { found, expected, .. } = error else {
        panic!("{error}");
    };
    assert_eq!((found, expected), (10, u128::from(u32::MAX).pow(3)));
    assert!(read_idx_labels_from(idx(8, &[u32::MAX], &[]).as_slice()).is_err());
    assert_eq!(
        images(&idx(8, &[0, u32::MAX, u32::MAX], &[]))
            .unwrap_err()
            .to_string(),
        "read_idx_images: the size of the images is 1 · 18446744065119617025 values, \
         expected as many as memory can address"
    );
    assert_eq!(images(&idx(8, &[0, 28, 28], &[])).unwrap().dim(), (0, 784));
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

#[test]
fn images_and_labels_make_a_data_set() {
    let files = Files::new();
    let images = files.write("images", &gzip(&idx(8, &[3, 1, 2], &[0, 1, 2, 3, 4, 5])));
    let labels = files.write("labels.gz", &idx(8, &[3], &[7, 0, 9]));
    let data: Dataset = read_mnist(&images, &labels).unwrap();
    assert_eq!(data.inputs(), array![[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]]);
    assert_eq!(data.targets(), array![[7.0], [0.0], [9.0]]);
    assert_eq!(read_idx_images::<f64>(&images).unwrap(), data.inputs());
    assert_eq!(read_idx_labels(&labels).unwrap(), [7, 0, 9]);

    let two_labels = files.write("two", &idx(8, &[2], &[7, 0]));
    let error = read_mnist::<f64>(&images, &two_labels).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the labels hold 2 examples, expected 3: one for each of the images"
    );
    let swapped = read_mnist::<f64>(&labels, &images).unwrap_err().to_string();
    assert!(
        swapped.contains(": the IDX file begins with the bytes [00, 00, 08, 0"),
        "{swapped}"
    );
    let missing = read_mnist::<f64>(files.folder.path().join("none"), &labels)
        .unwrap_err()
        .to_string();
    assert!(missing.contains("none: the bytes cannot be read: "), "{missing}");
}

proptest! {
    #[test]
    fn what_is_written_is_read(n in 0..4_u32, rows in 1..4_u32, columns in 1..4_u32, pixels in proptest::collection::vec(any::<u8>(), 27)) {
        let pixels = &pixels[..(n * rows * columns) as usize];
        let read = images(&idx(8, &[n, rows, columns], pixels)).unwrap();
        prop_assert_eq!(read.dim(), (n as usize, (rows * columns) as usize));
        prop_assert_eq!(read.iter().map(|&pixel| pixel as u8).collect::<Vec<_>>(), pixels);
    }

    #[test]
    fn no_bytes_make_it_panic(dimensions in 0..4_u8, bytes in proptest::collection::vec(0..4_u8, 0..30)) {
        let bytes = [&[0, 0, 8, dimensions], bytes.as_slice()].concat();
        let header = 4 + 4 * usize::from(dimensions);
        if images(&bytes).is_ok() || read_idx_labels_from(bytes.as_slice()).is_ok() {
            prop_assert!(bytes.len() >= header);
        }
    }
}
