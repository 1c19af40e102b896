//! The same bytes, however often, on however many threads, and however compiled.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;
use std::process::Command;

use brique_experiments::Run;

use crate::shared::{SEEDS, TOGETHER, all, files, settings, written};

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
    let on_one = Run::of(&all(), &settings(1), &|_| ()).unwrap();
    assert_same(&written(&on_one), &written(&TOGETHER.run), "on one thread");
}

/// What a program writes, run from the command line.
fn written_by(mut program: Command) -> Files {
    let folder = tempfile::tempdir().unwrap();
    program
        .args(["--seeds", &SEEDS.to_string(), "--threads", "2", "--out"])
        .arg(folder.path());
    let output = program.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let table = String::from_utf8(output.stdout).unwrap();
    let lines = table
        .lines()
        .filter(|line| !line.starts_with("report: ") && !line.starts_with("does not hold"));
    let widest = lines.map(|line| line.chars().count()).max();
    assert!(
        widest.unwrap() <= 80,
        "the closing table fits no narrow terminal:\n{table}"
    );
    files(folder.path())
}

#[test]
fn debug_and_release_write_the_same_bytes() {
    let mut release = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    release.args(["run", "--release", "--locked", "--offline", "--quiet"]);
    release.args(["--package", "brique-experiments", "--manifest-path"]);
    release
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .arg("--");
    assert_same(&written_by(release), &written(&TOGETHER.run), "in release");
}
