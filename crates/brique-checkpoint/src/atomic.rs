//! Writing a file completely or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::Error;

/// A file that replaces the one at `path` when it is complete.
///
/// The bytes go to a file beside it, `.NAME.partial`. [`finish`](Self::finish) flushes it to the disk, gives it the name
/// and flushes the folder. Until then the old file is whole; after an error it still is, and the partial file is
/// removed. A process that is killed leaves the partial file, and so does one whose lock fails: the file may be another
/// one's. The next one replaces it.
#[derive(Debug)]
pub(crate) struct AtomicFile {
    path: PathBuf,
    partial: PathBuf,
    file: File,
    is_finished: bool,
}

impl AtomicFile {
    /// Begins a file. If another one is writing the same file, it waits until that one is complete.
    pub(crate) fn create(path: &Path) -> Result<Self, Error> {
        let path = behind_links(path).map_err(Error::io("write"))?;
        let Some(name) = path.file_name() else {
            let message = "the path does not end with the name of a file".to_owned();
            let (operation, kind) = ("write", io::ErrorKind::InvalidInput);
            return Err(Error::Io {
                operation,
                kind,
                message,
            });
        };
        let mut partial_name = std::ffi::OsString::from(".");
        partial_name.push(name);
        partial_name.push(".partial");
        let partial = path.with_file_name(partial_name);
        let file = locked(&partial)?;
        let created = Self {
            path,
            partial,
            file,
            is_finished: false,
        };
        created.file.set_len(0).map_err(Error::io("write"))?;
        Ok(created)
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.file.write_all(bytes).map_err(Error::io("write"))
    }

    /// Replaces bytes that have been written.
    pub(crate) fn write_at(&mut self, position: u64, bytes: &[u8]) -> Result<(), Error> {
        self.file
            .seek(SeekFrom::Start(position))
            .map_err(Error::io("write"))?;
        self.write(bytes)
    }

    /// Flushes the file to the disk and gives it its name.
    pub(crate) fn finish(mut self) -> Result<(), Error> {
        self.file.sync_all().map_err(Error::io("write"))?;
        fs::rename(&self.partial, &self.path).map_err(Error::io("rename"))?;
        self.is_finished = true;
        sync_folder(&self.path)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if !self.is_finished {
            // The error that ended the writing is the one to report.
            let _ = fs::remove_file(&self.partial);
        }
    }
}

/// Returns the path of the file that links lead to, whether it is there or not: the file is replaced, never a link.
fn behind_links(path: &Path) -> io::Result<PathBuf> {
    use io::ErrorKind::{InvalidInput, NotFound};
    match fs::canonicalize(path) {
        Err(error) if error.kind() == NotFound => match fs::read_link(path) {
            Ok(link) => behind_links(&path.with_file_name(link)),
            // There is no file, or by now there is one that is no link.
            Err(error) if matches!(error.kind(), NotFound | InvalidInput) => Ok(path.to_owned()),
            Err(error) => Err(error),
        },
        found => found,
    }
}

/// Opens a partial file and locks it. A file that was renamed or removed before the lock was granted is not the partial
/// file any more: it is opened anew.
fn locked(partial: &Path) -> Result<File, Error> {
    loop {
        let mut options = OpenOptions::new();
        let opened = options.write(true).create(true).truncate(false).open(partial);
        let file = opened.map_err(Error::io("write"))?;
        match file.lock() {
            // A file system without locks cannot keep two writers of one file apart.
            Err(error) if error.kind() != io::ErrorKind::Unsupported => return Err(Error::io("lock")(error)),
            _ => {}
        }
        if is_at(&file, partial).map_err(Error::io("write"))? {
            return Ok(file);
        }
        if partial.is_symlink() {
            fs::remove_file(partial).map_err(Error::io("write"))?;
        }
    }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let opened = file.metadata()?;
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        there => there.map(|there| (opened.dev(), opened.ino()) == (there.dev(), there.ino())),
    }
}

#[cfg(not(unix))]
fn is_at(_: &File, path: &Path) -> io::Result<bool> {
    path.try_exists()
}

/// Flushes the folder of a file, which makes a new name last.
#[cfg(unix)]
fn sync_folder(path: &Path) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = File::open(folder).map_err(Error::io("flush the folder"))?;
    folder.sync_all().map_err(Error::io("flush the folder"))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps, reason = "the other systems can fail")]
fn sync_folder(_: &Path) -> Result<(), Error> {
    Ok(())
}
