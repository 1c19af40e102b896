//! The type of the numbers of a training.

use serde::{Deserialize, Serialize};

/// The type of the numbers of the network, its data and its optimiser, as PyTorch calls it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dtype {
    /// `f32`, with 32 bits.
    Float32,
    /// `f64`, with 64 bits.
    #[default]
    Float64,
}

impl Dtype {
    /// All types, the default one first.
    pub const ALL: [Self; 2] = [Self::Float64, Self::Float32];

    /// Returns whether it is the type of a configuration that names none.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
