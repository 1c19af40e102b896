//! The record of a build: digests of everything that determines the WebAssembly, and of the files that were built.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::compile::{self, Compiled};
use crate::{Failure, WORKSPACE};

/// The file of the record, in the folder of the page.
pub(crate) const NAME: &str = "brique.sources";

/// One thing with a digest. Its text is how the record names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Entry {
    /// A file that was built, by its name in the folder of the page.
    Built(String),
    /// A package from a registry, by name and version, with the checksum of `Cargo.lock`.
    Package(String),
    /// What cargo was asked for.
    Settings,
    /// A file of the workspace, by its path from the workspace.
    Source(String),
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Built(name) => write!(f, "built {name}"),
            Self::Package(name) => write!(f, "package {name}"),
            Self::Settings => write!(f, "settings"),
            Self::Source(path) => write!(f, "source {path}"),
        }
    }
}

impl Entry {
    fn read(text: &str) -> Option<Self> {
        match text.split_once(' ') {
            Some(("built", name)) => Some(Self::Built(name.to_owned())),
            Some(("package", name)) => Some(Self::Package(name.to_owned())),
            Some(("source", path)) => Some(Self::Source(path.to_owned())),
            None if text == "settings" => Some(Self::Settings),
            _ => None,
        }
    }

    /// Its digest now, or `None` if it is not there.
    fn digest(&self, folder: &Path, lock: &BTreeMap<String, String>) -> io::Result<Option<String>> {
        match self {
            Self::Built(name) => digest_of_file(&folder.join(name)),
            Self::Package(name) => Ok(lock.get(name).cloned()),
            Self::Settings => Ok(Some(digest(compile::settings().as_bytes()))),
            Self::Source(path) => digest_of_file(&Path::new(WORKSPACE).join(path)),
        }
    }
}

/// The digest of each entry. In a file it is a line `DIGEST ENTRY` each, in the same order on every machine.
#[derive(Debug)]
pub(crate) struct Record(BTreeMap<Entry, String>);

impl Record {
    /// Computes the digests for a library that was just compiled, and for the files that were made of it in this folder.
    pub(crate) fn new(compiled: &Compiled, folder: &Path, built: &[&str]) -> Result<Self, Failure> {
        let lock = checksums()?;
        let packages = compiled.packages.iter().filter(|name| lock.contains_key(*name));
        let entries = built
            .iter()
            .map(|name| Entry::Built((*name).to_owned()))
            .chain(packages.cloned().map(Entry::Package))
            .chain([Entry::Settings])
            .chain(compiled.files.iter().cloned().map(Entry::Source));
        let mut record = BTreeMap::new();
        for entry in entries {
            let digest = entry.digest(folder, &lock)?;
            let digest = digest.ok_or_else(|| format!("{entry} is not there"))?;
            record.insert(entry, digest);
        }
        Ok(Self(record))
    }

    /// Reads the record in the folder of the page.
    pub(crate) fn read(folder: &Path) -> Result<Self, Failure> {
        let path = folder.join(NAME);
        let text = fs::read_to_string(&path).map_err(|error| {
            format!(
                "{}: {error}; `cargo xtask playground --build` writes it",
                path.display()
            )
        })?;
        let entry = |line: &str| {
            let (digest, entry) = line.split_once(' ')?;
            Some((Entry::read(entry)?, digest.to_owned()))
        };
        let lines = text.lines().map(|line| {
            entry(line).ok_or_else(|| Failure::from(format!("{}: no entry: {line}", path.display())))
        });
        Ok(Self(lines.collect::<Result<_, _>>()?))
    }

    /// Writes the record into the folder of the page.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        fs::write(folder.join(NAME), self.to_string())
    }

    /// Returns one digest of all entries.
    pub(crate) fn digest(&self) -> String {
        digest(self.to_string().as_bytes())
    }

    /// Returns a sentence for each entry that is different now.
    pub(crate) fn differences(&self, folder: &Path) -> Result<Vec<String>, Failure> {
        let lock = checksums()?;
        let mut differences = Vec::new();
        for (entry, then) in &self.0 {
            match entry.digest(folder, &lock)? {
                None => differences.push(format!("{entry} is not there")),
                Some(now) if now != *then => differences.push(format!("{entry} is different")),
                Some(_) => {}
            }
        }
        Ok(differences)
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|(entry, digest)| writeln!(f, "{digest} {entry}"))
    }
}

/// The digest of a file. Whether a text's lines end with one character or two depends on the machine, and counts for
/// nothing.
fn digest_of_file(path: &Path) -> io::Result<Option<String>> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    Ok(Some(match str::from_utf8(&bytes) {
        Ok(text) => digest(text.replace("\r\n", "\n").as_bytes()),
        Err(_) => digest(&bytes),
    }))
}

fn digest(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            // Writing into a string does not fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// The checksum of each package with one in `Cargo.lock`, by `NAME VERSION`.
fn checksums() -> io::Result<BTreeMap<String, String>> {
    let lock = fs::read_to_string(Path::new(WORKSPACE).join("Cargo.lock"))?;
    let lock = lock.replace("\r\n", "\n");
    let packages = lock.split("[[package]]\n").filter_map(|package| {
        let field = |name| package.lines().find_map(|line| field(line, name));
        let key = format!("{} {}", field("name")?, field("version")?);
        Some((key, field("checksum")?))
    });
    Ok(packages.collect())
}

/// The text in a line `name = "text"`.
fn field(line: &str, name: &str) -> Option<String> {
    let text = line
        .strip_prefix(name)?
        .strip_prefix(" = \"")?
        .strip_suffix('"')?;
    Some(text.to_owned())
}
