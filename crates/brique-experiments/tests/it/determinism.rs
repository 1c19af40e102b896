//! The same bytes, however often, on however many threads, and however compiled.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use brique_experiments::experiments::ALL;
use brique_experiments::{Experiment, Run, Settings};

/// Every file below a folder, by its path in it.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for below in ["", "figures"] {
        for entry in fs::read_dir(folder.join(below)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                files.insert(
                    path.strip_prefix(folder).unwrap().to_owned(),
                    fs::read(&path).unwrap(),
                );
            }
        }
    }
    files
}

fn assert_same(found: &BTreeMap<PathBuf, Vec<u8>>, expected: &BTreeMap<PathBuf, Vec<u8>>, what: &str) {
    let figures = ALL
        .iter()
        .filter(|experiment| experiment.name != "contract")
        .count();
    assert_eq!(
        expected.len(),
        2 + figures,
        "results.json, report.md and a figure for all but the contract"
    );
    assert!(found.keys().eq(expected.keys()), "{what}: {:?}", found.keys());
    for (path, bytes) in found {
        assert!(*bytes == expected[path], "{what}: {} differs", path.display());
    }
}

#[test]
fn three_runs_on_one_and_two_threads_write_the_same_bytes() {
    let experiments: Vec<&Experiment> = ALL.iter().collect();
    let written = |threads| {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings { seeds: 3, threads };
        Run::of(&experiments, &settings, &|_| ())
            .unwrap()
            .write(folder.path())
            .unwrap();
        files(folder.path())
    };
    let first = written(1);
    for threads in [1, 2, 2] {
        assert_same(&written(threads), &first, &format!("{threads} threads"));
    }
}

/// What a program writes, run from the command line.
fn written_by(mut program: Command) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    program
        .args(["--seeds", "3", "--threads", "2", "--out"])
        .arg(folder.path());
    let output = program.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    files(folder.path())
}

#[test]
fn debug_and_release_write_the_same_bytes() {
    let debug = written_by(Command::new(env!("CARGO_BIN_EXE_brique-experiments")));
    let mut release = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    release.args([
        "run",
        "--release",
        "--locked",
        "--offline",
        "--quiet",
        "--package",
        "brique-experiments",
    ]);
    release
        .arg("--manifest-path")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .arg("--");
    assert_same(&written_by(release), &debug, "release beside debug");
}
