//! What the metadata of a file says beside the tensors.

use std::collections::BTreeMap;

use brique_core::{Description, Layout};
use brique_datasets::Standardizer;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;
use crate::description_json::ModuleJson;
use crate::exact::Exact;
use crate::header::check_name;

/// The key of the metadata under which [`Content`] is stored.
pub(crate) const KEY: &str = "brique";

/// The newest version of [`Content`] that this library reads and writes.
pub(crate) const VERSION: u64 = 1;

/// The metadata of a file, as JSON. The order of the fields is that of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Content {
    /// The CRC-32 of each tensor in the order of the file, eight hexadecimal digits each.
    pub(crate) checksums: String,
    pub(crate) version: u64,
    pub(crate) network: ModuleJson,
    /// The names of the tensors that do not belong to the network.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) matrices: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) standardizer: Option<StandardizerJson>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) class_names: Vec<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) metadata: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) sections: BTreeMap<String, Value>,
}

/// A standardizer: the mean and the divisor of each column.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StandardizerJson {
    mean: Vec<Exact>,
    scale: Vec<Exact>,
}

impl From<&Standardizer> for StandardizerJson {
    fn from(standardizer: &Standardizer) -> Self {
        let exact = |numbers: &[f64]| numbers.iter().copied().map(Exact).collect();
        Self {
            mean: exact(standardizer.mean()),
            scale: exact(standardizer.scale()),
        }
    }
}

impl TryFrom<StandardizerJson> for Standardizer {
    type Error = Error;

    fn try_from(json: StandardizerJson) -> Result<Self, Error> {
        let numbers = |list: Vec<Exact>| list.into_iter().map(|Exact(number)| number).collect();
        Ok(Self::new(numbers(json.mean), numbers(json.scale))?)
    }
}

/// A tensor of a network, as its description gives it.
pub(crate) struct ExpectedTensor {
    pub(crate) name: String,
    pub(crate) shape: (usize, usize),
    pub(crate) layout: Layout,
}

/// Returns the tensors of a network with their paths, in the order of [`visit_tensors`](brique_core::visit_tensors).
///
/// # Errors
///
/// If a path cannot be the name of a tensor. A long name of an outer module, repeated in every path, would take more
/// memory than the file.
pub(crate) fn expected_tensors(description: &Description) -> Result<Vec<ExpectedTensor>, Error> {
    let mut tensors = Vec::new();
    collect("", description, &mut tensors)?;
    Ok(tensors)
}

fn collect(path: &str, description: &Description, tensors: &mut Vec<ExpectedTensor>) -> Result<(), Error> {
    for tensor in &description.tensors {
        tensors.push(ExpectedTensor {
            name: checked(format!("{path}{}", tensor.name))?,
            shape: tensor.shape,
            layout: tensor.layout,
        });
    }
    description.inner.iter().try_for_each(|inner| {
        let name = checked(format!("{path}{}", inner.name))?;
        collect(&format!("{name}."), &inner.module, tensors)
    })
}

fn checked(name: String) -> Result<String, Error> {
    match check_name(&name) {
        Ok(()) => Ok(name),
        Err(reason) => Err(Error::Name { name, reason }),
    }
}
