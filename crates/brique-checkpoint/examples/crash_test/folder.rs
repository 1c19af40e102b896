//! The folder with the file, and what is found there after a run.

use std::path::{Path, PathBuf};
use std::{fs, io};

use brique_checkpoint::{Reader, save};
use tempfile::TempDir;

use crate::Result;
use crate::save_over::network;
use crate::scenario::Scenario;

/// The file, in the folder.
pub const FILE: &str = "n.safetensors";
/// A link to the file.
pub const LINK: &str = "links/latest";
const PARTIAL: &str = ".n.safetensors.partial";

/// The version that is there, the one that replaces it, and the one that is saved after that.
const OLD: u8 = 1;
pub const NEW: u8 = 2;
const NEXT: u8 = 3;

/// What the file is after a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The old file, byte for byte; no file if there was none.
    Old,
    /// The new file, byte for byte.
    New,
    /// Anything else: another file, no file, no link any more.
    Bad,
}

pub struct Folder {
    root: TempDir,
    old: Vec<u8>,
    new: Vec<u8>,
    next: Vec<u8>,
}

impl Folder {
    /// Creates a folder, and the bytes of all versions: files that a reader finds complete.
    pub fn new() -> Result<Self> {
        // To a process that is killed memory is as lasting as a disk, and a flush takes no time.
        let memory = Path::new("/dev/shm");
        let root = if memory.is_dir() {
            tempfile::tempdir_in(memory)?
        } else {
            tempfile::tempdir()?
        };
        let bytes = |version| {
            let path = root.path().join("version");
            save(&network(version)?, &path)?;
            let mut reader = Reader::open(&path)?;
            reader.verify()?;
            reader.network(&brique_layers::registry::<f64>())?;
            Result::Ok(fs::read(&path)?)
        };
        let (old, new, next) = (bytes(OLD)?, bytes(NEW)?, bytes(NEXT)?);
        Ok(Self { root, old, new, next })
    }

    /// Returns the path of the folder.
    pub fn path(&self) -> PathBuf {
        self.root.path().join("folder")
    }

    /// Returns the path of a file outside of the folder, for the trace.
    pub fn trace(&self) -> PathBuf {
        self.root.path().join("trace")
    }

    /// Makes the folder what the scenario needs.
    pub fn prepare(&self, scenario: &Scenario) -> Result<()> {
        let path = self.path();
        if path.exists() {
            fs::remove_dir_all(&path)?;
        }
        fs::create_dir_all(path.join("links"))?;
        symlink(Path::new("..").join(FILE), path.join(LINK))?;
        if scenario.has_file {
            fs::write(path.join(FILE), &self.old)?;
        }
        if scenario.has_partial {
            fs::write(path.join(PARTIAL), vec![7; 100_000])?;
        }
        Ok(())
    }

    /// Returns what the file is now, if the old one was there.
    pub fn state(&self, scenario: &Scenario) -> Result<State> {
        let old = scenario.has_file.then_some(&self.old);
        let found = match fs::read(self.path().join(FILE)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            read => Some(read?),
        };
        let is_linked = fs::symlink_metadata(self.path().join(LINK))?.is_symlink();
        Ok(match found.as_ref() {
            _ if !is_linked => State::Bad,
            found if found == old => State::Old,
            Some(found) if *found == self.new => State::New,
            _ => State::Bad,
        })
    }

    /// Saves without any injection. Returns what is wrong after that: another file, or files beside it.
    pub fn save_once_more(&self, scenario: &Scenario) -> Result<Option<String>> {
        let path = self.path();
        save(&network(NEXT)?, path.join(scenario.path))?;
        if fs::read(path.join(FILE)).ok().as_ref() != Some(&self.next) {
            return Ok(Some("the next save did not replace the file".to_owned()));
        }
        let names = |folder: &Path| -> io::Result<Vec<PathBuf>> {
            let mut names = fs::read_dir(folder)?
                .map(|entry| Ok(entry?.path()))
                .collect::<io::Result<Vec<_>>>()?;
            names.sort();
            Ok(names)
        };
        let found = [names(&path)?, names(&path.join("links"))?].concat();
        let expected = ["links", FILE, LINK].map(|name| path.join(name));
        Ok((found != expected).then(|| format!("the next save left {found:?}")))
    }
}

#[cfg(unix)]
fn symlink(original: PathBuf, link: PathBuf) -> io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(not(unix))]
fn symlink(_: PathBuf, _: PathBuf) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
