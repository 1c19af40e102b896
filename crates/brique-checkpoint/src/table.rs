//! Tables of JSON whose keys are given once.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::shown::quoted;

/// The entries of a table in the order of the file, also those whose key occurs twice.
pub(crate) struct Entries<V>(pub(crate) Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Entries<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut entries = Vec::new();
        deserializer.deserialize_map(TableVisitor(
            |key, value| {
                entries.push((key, value));
                Ok(())
            },
            PhantomData,
        ))?;
        Ok(Self(entries))
    }
}

/// Reads a table, and refuses a key that occurs twice.
pub(crate) fn unique<'de, V, D>(deserializer: D) -> Result<BTreeMap<String, V>, D::Error>
where
    V: Deserialize<'de>,
    D: Deserializer<'de>,
{
    let mut table = BTreeMap::new();
    deserializer.deserialize_map(TableVisitor(
        |key: String, value| {
            if table.contains_key(&key) {
                return Err(format!("the key {} is there twice", quoted(&key)));
            }
            table.insert(key, value);
            Ok(())
        },
        PhantomData,
    ))?;
    Ok(table)
}

/// Calls a function with each key and its value.
struct TableVisitor<F, V>(F, PhantomData<V>);

impl<'de, V: Deserialize<'de>, F: FnMut(String, V) -> Result<(), String>> Visitor<'de>
    for TableVisitor<F, V>
{
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some((key, value)) = map.next_entry()? {
            (self.0)(key, value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
