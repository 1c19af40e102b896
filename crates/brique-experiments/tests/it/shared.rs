//! One run of everything, which many tests look at: it takes a while.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use brique_experiments::experiments::ALL;
use brique_experiments::{Agreement, Experiment, Run, Settings, Workers};

/// Few, because they are trained again and again here.
const SEEDS: usize = 2;

pub const SETTINGS: Settings = Settings { seeds: SEEDS };

pub fn all() -> Vec<&'static Experiment> {
    ALL.iter().collect()
}

/// The experiments that take no time: those without trained networks.
pub fn quick() -> Vec<&'static Experiment> {
    ALL.iter()
        .filter(|experiment| experiment.agreement != Agreement::Medians)
        .collect()
}

/// All experiments on two threads, with how often each told its progress.
pub struct Together {
    pub run: Run,
    pub told: BTreeMap<&'static str, usize>,
}

pub static TOGETHER: LazyLock<Together> = LazyLock::new(|| {
    let told = RefCell::new(BTreeMap::new());
    let run = Run::of(&all(), &SETTINGS, &mut Workers::new(2), &|name| {
        *told.borrow_mut().entry(name).or_default() += 1;
    })
    .unwrap();
    Together {
        run,
        told: told.into_inner(),
    }
});

/// What a run writes: every file by its path.
pub fn written(run: &Run) -> BTreeMap<PathBuf, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    run.write(folder.path()).unwrap();
    files(folder.path())
}

/// Every file below a folder, by its path in it.
pub fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
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
