//! The same bytes, however often and on however many threads; `.ci/same-bytes` compares debug and release.

use std::collections::BTreeMap;
use std::path::PathBuf;

use brique_experiments::{Run, Workers};

use crate::shared::{SETTINGS, TOGETHER, all, written};

type Files = BTreeMap<PathBuf, Vec<u8>>;

fn assert_same(found: &Files, expected: &Files, what: &str) {
    let figures = TOGETHER.run.figures().count();
    assert_eq!(
        expected.len(),
        2 + figures,
        "results.json, report.md and the figures"
    );
    assert!(found.keys().eq(expected.keys()), "{what}: {:?}", found.keys());
    for (path, bytes) in found {
        assert!(*bytes == expected[path], "{what}: {} differs", path.display());
    }
}

#[test]
fn runs_on_one_and_on_two_threads_write_the_same_bytes() {
    let on_one = Run::of(&all(), &SETTINGS, &mut Workers::new(1), &|_| ()).unwrap();
    assert_same(&written(&on_one), &written(&TOGETHER.run), "on one thread");
}
