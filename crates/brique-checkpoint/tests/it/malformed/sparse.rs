//! Files of holes, which take no space on the disk.

use std::fs::{self, File};
use std::path::Path;

use brique_checkpoint::{Reader, load};
use serde_json::json;

use super::{check_error, file, integer, tensor};

/// A network of 2^50 bytes is more than a process can address.
#[test]
fn a_network_that_memory_cannot_hold_is_an_error() {
    let weights = (1 << 47) - 1;
    let network = json!({
        "kind": "Linear",
        "attributes": [integer("in", weights as u64), integer("out", 1)],
        "tensors": [tensor("weight", (weights, 1), "transposed"), tensor("bias", (1, 1), "vector")],
    });
    let content = json!({"checksums": "0".repeat(16), "version": 1, "network": network});
    let header = json!({
        "__metadata__": {"brique": content.to_string()},
        "weight": super::entry(&[1, weights], 0),
        "bias": super::entry(&[1], 8 * weights),
    });
    // Other file systems than that of Linux in memory have smaller files.
    let shared = Path::new("/dev/shm");
    let folder = if shared.is_dir() {
        shared
    } else {
        &std::env::temp_dir()
    };
    let folder = tempfile::tempdir_in(folder).unwrap();
    let path = folder.path().join("holes");
    let begin = file(&header.to_string(), &[]);
    fs::write(&path, &begin).unwrap();
    let holes = File::options().write(true).open(&path).unwrap();
    if holes.set_len(begin.len() as u64 + (1 << 50)).is_err() {
        return;
    }
    let mut file = Reader::open(&path).unwrap();
    let error = load::<f64>(&path).unwrap_err();
    check_error(
        "2^50 bytes",
        &path,
        &error,
        "the tensors need 2251799813685248 bytes of memory, expected",
    );
    let error = file.matrix::<f64>("weight").unwrap_err();
    check_error(
        "a matrix of 2^50 bytes",
        &path,
        &error,
        "bytes of memory, expected",
    );
}
