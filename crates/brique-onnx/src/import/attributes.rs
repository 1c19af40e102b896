//! The attributes of a node.

use crate::proto::{Attribute, Node, attribute_kind};

impl Node {
    fn attribute(&self, name: &str, kinds: &[i32]) -> Result<Option<&Attribute>, String> {
        let Some(found) = self.attributes.iter().find(|attribute| attribute.name == name) else {
            return Ok(None);
        };
        // Old files do not say the kind.
        if found.kind == 0 || kinds.contains(&found.kind) {
            return Ok(Some(found));
        }
        Err(format!(
            "attribute {name} has another type than the operator says"
        ))
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|attribute| attribute.name == name)
    }

    pub(super) fn integer(&self, name: &str, default: i64) -> Result<i64, String> {
        let found = self.attribute(name, &[attribute_kind::INTEGER])?;
        Ok(found.map_or(default, |attribute| attribute.integer))
    }

    pub(super) fn float(&self, name: &str, default: f32) -> Result<f32, String> {
        let found = self.attribute(name, &[attribute_kind::FLOAT])?;
        Ok(found.map_or(default, |attribute| attribute.float))
    }

    pub(super) fn integers(&self, name: &str) -> Result<Option<&[i64]>, String> {
        let found = self.attribute(name, &[attribute_kind::INTEGERS])?;
        Ok(found.map(|attribute| &attribute.integers[..]))
    }

    pub(super) fn floats(&self, name: &str) -> Result<Option<&[f32]>, String> {
        let found = self.attribute(name, &[attribute_kind::FLOATS])?;
        Ok(found.map(|attribute| &attribute.floats[..]))
    }

    pub(super) fn text(&self, name: &str, default: &str) -> Result<String, String> {
        let found = self.attribute(name, &[attribute_kind::TEXT])?;
        Ok(found.map_or_else(
            || default.to_owned(),
            |attribute| String::from_utf8_lossy(&attribute.text).into_owned(),
        ))
    }
}
