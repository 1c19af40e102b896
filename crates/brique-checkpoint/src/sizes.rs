//! Lists of a few sizes.

use std::fmt;

use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// The most sizes of a list.
const MOST: usize = 8;

/// At most eight sizes: a longer list is refused before it is read.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Sizes(pub(crate) Vec<usize>);

impl<'de> Deserialize<'de> for Sizes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(SizesVisitor)
    }
}

struct SizesVisitor;

impl<'de> Visitor<'de> for SizesVisitor {
    type Value = Sizes;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of sizes")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Sizes, A::Error> {
        let mut sizes = Vec::new();
        while let Some(size) = list.next_element()? {
            if sizes.len() == MOST {
                return Err(A::Error::custom(format!("a list of more than {MOST} sizes")));
            }
            sizes.push(size);
        }
        Ok(Sizes(sizes))
    }
}
