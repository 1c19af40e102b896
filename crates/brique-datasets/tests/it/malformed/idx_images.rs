//! Images in IDX.
#![allow(clippy::too_many_lines, reason = "the table is long")]

use super::Format::Images;
use super::{check_plain_and_packed, idx};

#[test]
fn malformed_files_are_errors() {
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
