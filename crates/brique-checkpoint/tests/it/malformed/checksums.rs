//! Lists of checksums.

use std::fs;

use brique_checkpoint::{Reader, load};
use serde_json::json;

use super::{Case, check_error, checksum, read_into, refused_at_open, with_content};

fn with_checksums(digits: &str) -> Vec<u8> {
    with_content(|content| content["checksums"] = json!(digits))
}

#[test]
fn lists_that_do_not_fit_are_errors() {
    let [first, second] = [0, 1].map(checksum);
    let list = |name, digits: &str| -> Case {
        let expected = "expected 16 hexadecimal digits, eight for each tensor";
        (name, with_checksums(digits), expected)
    };
    refused_at_open(&[
        list("empty", ""),
        list("one too few", &first),
        list("one digit too few", &format!("{first}{}", &second[..7])),
        list("one digit too many", &format!("{first}{second}0")),
        list("one too many", &format!("{first}{second}{first}")),
        list("not hexadecimal", "0000000g00000000"),
        list("with signs", "+0000000+0000000"),
        list("with spaces", " 0000000 0000000"),
        list("letters of two bytes", "ääääääää"),
        list("a letter of two bytes across the middle", "0000000ä0000000"),
        list("letters of four bytes", "🙂🙂🙂🙂"),
        list("100,000 bytes", &"0".repeat(100_000)),
    ]);
}

#[test]
fn damaged_tensors_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("hostile");
    let [first, second] = [0, 1].map(checksum);
    let mut data = with_content(|_| ());
    *data.last_mut().unwrap() ^= 1;
    for (name, bytes, expected) in [
        (
            "wrong",
            with_checksums(&format!("00000000{second}")),
            "tensor \"weight\" is damaged: ",
        ),
        (
            "swapped",
            with_checksums(&format!("{second}{first}")),
            "tensor \"weight\" is damaged: ",
        ),
        (
            "the second wrong",
            with_checksums(&format!("{first}ffffffff")),
            "tensor \"bias\" is damaged: ",
        ),
        ("a changed byte", data, "tensor \"bias\" is damaged: "),
    ] {
        fs::write(&path, bytes).unwrap();
        let mut file = Reader::open(&path).unwrap();
        let errors = [
            file.verify().unwrap_err(),
            load::<f64>(&path).unwrap_err(),
            read_into(&path).unwrap_err(),
        ];
        for error in errors {
            check_error(name, &path, &error, expected);
        }
    }
}
