//! Runs every file in a folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::file::Content;
use crate::index::Index;
use crate::outcome::{Conformance, Failed, NotBuilt};
use crate::trajectory::Trajectory;
use crate::vectors::Vectors;
use crate::{Error, trajectory, vectors};

/// Runs every `.safetensors` file in `folder` and its subfolders, in alphabetical order. PyTorch's errors come from
/// the `index.json` in the folder of each file.
///
/// A file that cannot be run is recorded as [`Failed`], and the run continues with the others.
///
/// # Errors
///
/// If the folder or a folder in it cannot be read; if there are no files to run.
pub fn run(folder: &Path) -> Result<Conformance, Error> {
    let mut conformance = Conformance::default();
    let mut found = false;
    for folder in folders(folder)? {
        let files = entries(&folder)?.into_iter().filter(|path| is_safetensors(path));
        let files: Vec<PathBuf> = files.collect();
        if files.is_empty() {
            continue;
        }
        found = true;
        let index = Index::read(&folder).unwrap_or_else(|error| {
            conformance.fail("index.json".to_owned(), &error);
            Index::default()
        });
        for path in files {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            conformance.add(name, &path, &index);
        }
    }
    if found {
        Ok(conformance)
    } else {
        Err(Error::Nothing {
            path: folder.to_owned(),
        })
    }
}

/// Returns the folder and all its subfolders.
fn folders(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut all = vec![folder.to_owned()];
    for path in entries(folder)? {
        if path.is_dir() {
            all.extend(folders(&path)?);
        }
    }
    Ok(all)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = fs::read_dir(folder).map_err(Error::read(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths: Vec<PathBuf> = paths.collect::<Result<_, _>>().map_err(Error::read(folder))?;
    paths.sort();
    Ok(paths)
}

fn is_safetensors(path: &Path) -> bool {
    path.is_file()
        && path
            .extension()
            .is_some_and(|extension| extension == "safetensors")
}

impl Conformance {
    fn add(&mut self, name: String, path: &Path, index: &Index) {
        if let Err(error) = self.try_add(&name, path, index) {
            self.fail(name, &error);
        }
    }

    fn try_add(&mut self, name: &str, path: &Path, index: &Index) -> Result<(), Error> {
        let content = Content::read(path)?;
        if let Some(cases) = content.metadata("cases")? {
            match vectors::run(name, &content, &cases, index)? {
                Vectors::Rows(rows) => self.vectors.extend(rows),
                Vectors::NotBuilt { module } => self.lack(name, vec![format!("module {module}")]),
            }
        } else if let Some(case) = content.metadata("case")? {
            match trajectory::run(name, &content, &case, index)? {
                Trajectory::Row(row) => self.trajectories.push(row),
                Trajectory::NotBuilt { missing } => self.lack(name, missing),
            }
        } else {
            return Err(Error::Kind);
        }
        Ok(())
    }

    fn lack(&mut self, file: &str, missing: Vec<String>) {
        self.not_built.push(NotBuilt {
            file: file.to_owned(),
            missing,
        });
    }

    fn fail(&mut self, file: String, error: &Error) {
        self.failed.push(Failed {
            file,
            error: error.to_string(),
        });
    }
}
