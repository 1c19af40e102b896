//! `index.json`, which contains PyTorch's errors on the same files.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::Error;

/// The contents of `index.json` in a folder; empty if there is no such file.
#[derive(Debug, Default)]
pub(crate) struct Index {
    json: Value,
}

impl Index {
    pub(crate) fn read(folder: &Path) -> Result<Self, Error> {
        let path = folder.join("index.json");
        if !path.exists() {
            return Ok(Self::default());
        }
        let text = fs::read_to_string(&path).map_err(Error::read(&path))?;
        let json = serde_json::from_str(&text).map_err(|source| Error::Json {
            what: path.display().to_string(),
            source,
        })?;
        Ok(Self { json })
    }

    /// Returns PyTorch's worst normwise error on a tensor of a file of vectors, in units of the last place.
    pub(crate) fn vector_error(&self, file: &str, tensor: &str) -> Option<f64> {
        self.json["worst_torch_error_in_eps"][file][tensor].as_f64()
    }

    /// Returns PyTorch's worst relative distance on a loss curve.
    pub(crate) fn trajectory_distance(&self, name: &str) -> Option<f64> {
        self.json["worst_relative_distance_of_torch"][name].as_f64()
    }
}
