//! An open file, read from anywhere.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::{Error, FileError};

/// The first two bytes of every gzip file.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An open file that must not change.
#[derive(Debug)]
pub(crate) struct DataFile {
    path: PathBuf,
    file: File,
    length: u64,
    /// When the file was modified, if the file system says so.
    modified: Option<SystemTime>,
    /// The number of bytes that were read.
    bytes_read: u64,
}

impl DataFile {
    /// Opens a plain file.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let open = || {
            let file = File::open(path).map_err(FileError::io("open"))?;
            let metadata = file.metadata().map_err(FileError::io("read"))?;
            let mut opened = Self {
                path: path.to_owned(),
                file,
                length: metadata.len(),
                modified: metadata.modified().ok(),
                bytes_read: 0,
            };
            let mut first = Vec::new();
            opened
                .part(0, GZIP.len() as u64)
                .read_to_end(&mut first)
                .map_err(FileError::io("read"))?;
            if first == GZIP {
                return Err(FileError::Gzip);
            }
            Ok(opened)
        };
        open().map_err(|error| error.of_file(path))
    }

    /// Returns the length of the file when it was opened.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// Returns the number of bytes that were read.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// Returns the error with the path of the file, or says that the file has changed if it has.
    pub(crate) fn error(&self, error: impl Into<FileError>) -> Error {
        let error = self.check_unchanged().err().unwrap_or_else(|| error.into());
        error.of_file(&self.path)
    }

    /// Fills `bytes` from a position of the file.
    pub(crate) fn read(&mut self, position: u64, bytes: &mut [u8]) -> Result<(), Error> {
        read_exact_at(&self.file, position, bytes)
            .map_err(|error| self.error(FileError::io("read")(error)))?;
        self.bytes_read += bytes.len() as u64;
        Ok(())
    }

    /// Returns a reader of the bytes from a position on.
    pub(crate) fn part(&mut self, position: u64, length: u64) -> Part<'_> {
        Part {
            file: self,
            position,
            left: length,
        }
    }

    /// Returns an error if the file has another length or was modified. A batch is checked after it was read: its bytes
    /// are those of the file that was opened.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_unchanged().map_err(|error| error.of_file(&self.path))
    }

    fn check_unchanged(&self) -> Result<(), FileError> {
        let metadata = self.file.metadata().map_err(FileError::io("read"))?;
        if metadata.len() != self.length {
            return Err(FileError::Changed {
                what: "length in bytes",
                found: metadata.len().to_string(),
                before: self.length.to_string(),
            });
        }
        match (metadata.modified().ok(), self.modified) {
            (Some(found), Some(before)) if found != before => Err(FileError::Changed {
                what: "time of modification",
                found: seconds(found),
                before: seconds(before),
            }),
            _ => Ok(()),
        }
    }
}

/// Formats a time as Unix time.
fn seconds(time: SystemTime) -> String {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{}.{:09} s of Unix time", since.as_secs(), since.subsec_nanos())
}

/// Reads part of a file from its beginning to its end.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    file: &'a mut DataFile,
    position: u64,
    left: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).map_or(bytes.len(), |left| bytes.len().min(left));
        let read = read_at(&self.file.file, self.position, &mut bytes[..most])?;
        self.position += read as u64;
        self.left -= read as u64;
        self.file.bytes_read += read as u64;
        Ok(read)
    }
}

fn read_exact_at(file: &File, mut position: u64, mut bytes: &mut [u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match read_at(file, position, bytes) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => {
                position += read as u64;
                bytes = &mut bytes[read..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn read_at(file: &File, position: u64, bytes: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, bytes, position)
}

#[cfg(not(unix))]
fn read_at(mut file: &File, position: u64, bytes: &mut [u8]) -> io::Result<usize> {
    io::Seek::seek(&mut file, io::SeekFrom::Start(position))?;
    file.read(bytes)
}
