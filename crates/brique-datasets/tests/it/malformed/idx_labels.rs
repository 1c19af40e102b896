//! Labels in IDX.

use super::Format::Labels;
use super::{check_plain_and_packed, idx};

#[test]
fn malformed_files_are_errors() {
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
