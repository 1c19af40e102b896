//! Mistakes that a person plants in the backward pass of a module, to see how a gradient check finds them.

mod mistaken;

use brique_core::{Description, Error, Fault};
use serde::{Deserialize, Serialize};

pub use self::mistaken::Mistaken;

/// A mistake in a backward pass. In the formulas, δ is ∂L/∂output and `δ_x` is ∂L/∂input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mistake {
    /// `−δ_x` in place of `δ_x`.
    WrongSign,
    /// `2·δ_x` in place of `δ_x`.
    #[serde(rename = "factor_2")]
    Factor2,
    /// The gradient of the bias stays 0.
    BiasForgotten,
    /// The gradient of the parameters is added twice.
    GradientAddedTwice,
    /// The gradient of the parameters is divided by the number of examples, which the loss has already done.
    MeanTakenTwice,
    /// `δ_x = δ·f′(y)` in place of `δ·f′(x)`, for the output y of an activation f.
    DerivativeAtOutput,
    /// `δ_x = δ·W` in place of `δ·Wᵀ`, for a square W.
    WeightsNotTransposed,
    /// `δ_x = (∂f/∂x)ᵀ·δ` in place of `δ + (∂f/∂x)ᵀ·δ`, for x + f(x).
    InputForgotten,
    /// `δ_x = δ` in place of `δ ⊙ m / (1 − rate)`, for a dropout with the mask m.
    MaskForgotten,
    /// The mean and the variance of a normalisation are treated as constants: `δ_x = δ·g / √(variance + ε)`.
    StatisticsAsConstants,
}

impl Mistake {
    /// All mistakes, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::WrongSign,
        Self::Factor2,
        Self::BiasForgotten,
        Self::GradientAddedTwice,
        Self::MeanTakenTwice,
        Self::DerivativeAtOutput,
        Self::WeightsNotTransposed,
        Self::InputForgotten,
        Self::MaskForgotten,
        Self::StatisticsAsConstants,
    ];

    /// Returns the name: `wrong_sign`.
    #[must_use]
    pub fn kind(self) -> &'static str {
        match self {
            Self::WrongSign => "wrong_sign",
            Self::Factor2 => "factor_2",
            Self::BiasForgotten => "bias_forgotten",
            Self::GradientAddedTwice => "gradient_added_twice",
            Self::MeanTakenTwice => "mean_taken_twice",
            Self::DerivativeAtOutput => "derivative_at_output",
            Self::WeightsNotTransposed => "weights_not_transposed",
            Self::InputForgotten => "input_forgotten",
            Self::MaskForgotten => "mask_forgotten",
            Self::StatisticsAsConstants => "statistics_as_constants",
        }
    }

    /// Checks that this is a mistake in such a module.
    ///
    /// # Errors
    ///
    /// If it is none, because the module has no bias or is not of the kind that the mistake is about.
    pub fn check(self, module: &Description) -> Result<(), Error> {
        let has_own = !module.tensors.is_empty();
        let kind = &*module.kind;
        let is_square = matches!((module.size("in"), module.size("out")), (Ok(a), Ok(b)) if a == b && a > 1);
        let (applies, expected) = match self {
            Self::WrongSign | Self::Factor2 => (true, ""),
            Self::BiasForgotten | Self::GradientAddedTwice | Self::MeanTakenTwice => {
                (has_own, "a module with parameters of its own")
            }
            Self::DerivativeAtOutput => (
                matches!(kind, "ELU" | "Tanh" | "Sigmoid" | "SiLU" | "GELU" | "Softplus"),
                "an activation whose derivative at the output differs from that at the input",
            ),
            Self::WeightsNotTransposed => (
                kind == "Linear" && is_square,
                "a Linear with as many outputs as inputs, at least 2",
            ),
            Self::InputForgotten => (kind == "Residual", "a Residual"),
            Self::MaskForgotten => (
                kind == "Dropout" && module.number("rate").is_ok_and(|rate| rate > 0.0),
                "a Dropout with a rate above 0",
            ),
            Self::StatisticsAsConstants => (
                matches!(kind, "LayerNorm" | "GroupNorm"),
                "a LayerNorm or a GroupNorm",
            ),
        };
        if applies {
            return Ok(());
        }
        let fault = Fault::Value {
            argument: "the module of this mistake".into(),
            found: module.to_string(),
            expected: expected.into(),
        };
        Err(Error::new(self.kind(), "check", fault))
    }
}
