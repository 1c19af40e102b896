//! The JSON of a safetensors header, in the order of the file and with names that occur twice.

use std::fmt;

use safetensors::tensor::{Dtype, TensorInfo};
use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The most dimensions of a tensor.
const MOST_DIMENSIONS: usize = 8;

/// The entries of a header.
pub(crate) struct HeaderJson {
    pub(crate) entries: Vec<(String, Content)>,
}

/// What a header says under a name.
pub(crate) enum Content {
    /// Under `__metadata__`: texts by key.
    Metadata(Vec<(String, String)>),
    /// Under any other name.
    Tensor(TensorInfo),
}

impl<'de> Deserialize<'de> for HeaderJson {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(HeaderVisitor)
    }
}

struct HeaderVisitor;

impl<'de> Visitor<'de> for HeaderVisitor {
    type Value = HeaderJson;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of tensors")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<HeaderJson, A::Error> {
        let mut entries = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            let content = if name == "__metadata__" {
                Content::Metadata(map.next_value::<Texts>()?.0)
            } else {
                Content::Tensor(map.next_value::<Tensor>()?.info())
            };
            entries.push((name, content));
        }
        Ok(HeaderJson { entries })
    }
}

/// Pairs of texts, in the order of the file.
struct Texts(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table of texts")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut texts = Vec::new();
        while let Some(pair) = map.next_entry()? {
            texts.push(pair);
        }
        Ok(Texts(texts))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tensor {
    dtype: Dtype,
    shape: Sizes,
    data_offsets: [usize; 2],
}

impl Tensor {
    fn info(self) -> TensorInfo {
        let [begin, end] = self.data_offsets;
        TensorInfo {
            dtype: self.dtype,
            shape: self.shape.0,
            data_offsets: (begin, end),
        }
    }
}

/// At most eight sizes: a longer list is refused before it is read.
struct Sizes(Vec<usize>);

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
            if sizes.len() == MOST_DIMENSIONS {
                return Err(A::Error::custom(format!(
                    "a shape of more than {MOST_DIMENSIONS} dimensions"
                )));
            }
            sizes.push(size);
        }
        Ok(Sizes(sizes))
    }
}
