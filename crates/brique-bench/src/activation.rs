//! The activation between the layers of a workload.

use brique::core::Error;
use brique::layers::{ELU, GELU, LeakyReLU, LogSigmoid, ReLU, Sequential, SiLU, Sigmoid, Softplus, Tanh};
use brique::tensor::Scalar;

/// An activation of the library, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Activation {
    /// No activation.
    None,
    /// `Tanh`.
    Tanh,
    /// `ReLU`.
    ReLU,
    /// `Sigmoid`.
    Sigmoid,
    /// `LeakyReLU` with its default negative slope.
    LeakyReLU,
    /// `ELU` with its default α.
    ELU,
    /// `SiLU`.
    SiLU,
    /// `GELU`.
    GELU,
    /// `Softplus`.
    Softplus,
    /// `LogSigmoid`.
    LogSigmoid,
}

impl Activation {
    /// The names of the activations on the command line. Each activation has one name.
    pub const NAMES: [(&'static str, Self); 11] = [
        ("-", Self::None),
        ("none", Self::None),
        ("tanh", Self::Tanh),
        ("relu", Self::ReLU),
        ("sigmoid", Self::Sigmoid),
        ("leaky_relu", Self::LeakyReLU),
        ("elu", Self::ELU),
        ("silu", Self::SiLU),
        ("gelu", Self::GELU),
        ("softplus", Self::Softplus),
        ("log_sigmoid", Self::LogSigmoid),
    ];

    /// Returns the activation with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, activation)| *activation)
    }

    /// Appends this activation to the network.
    pub(crate) fn after<T: Scalar>(self, network: Sequential<T>) -> Result<Sequential<T>, Error> {
        match self {
            Self::None => Ok(network),
            Self::Tanh => network.then(Tanh),
            Self::ReLU => network.then(ReLU),
            Self::Sigmoid => network.then(Sigmoid),
            Self::LeakyReLU => network.then(LeakyReLU::default()),
            Self::ELU => network.then(ELU::default()),
            Self::SiLU => network.then(SiLU),
            Self::GELU => network.then(GELU),
            Self::Softplus => network.then(Softplus),
            Self::LogSigmoid => network.then(LogSigmoid),
        }
    }
}
