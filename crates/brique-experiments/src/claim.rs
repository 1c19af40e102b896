//! Claims: sentences that hold if a measured number satisfies a bound.

use serde_json::{Value, json};

/// A sentence, the number measured for it, and the bound that the number has to satisfy.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    /// The claim's own name, `experiment.what`.
    pub id: String,
    /// The sentence.
    pub text: String,
    /// The measured number.
    pub measured: f64,
    /// The required relation of the measured number to the bound.
    pub relation: Relation,
    /// The bound.
    pub bound: f64,
    /// The number that the report's own code computes, if it computes one.
    pub reported: Option<String>,
}

/// The required relation of a measured number to its bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// Measured ≤ bound.
    AtMost,
    /// Measured ≥ bound.
    AtLeast,
    /// Measured, rounded to `decimals`, equals the bound.
    RoundsTo {
        /// The number of decimals that are compared.
        decimals: usize,
    },
}

impl Claim {
    /// `measured` is at most `bound`.
    pub(crate) fn at_most(id: impl Into<String>, text: impl Into<String>, measured: f64, bound: f64) -> Self {
        Self {
            id: id.into(),
            text: text.into(),
            measured,
            relation: Relation::AtMost,
            bound,
            reported: None,
        }
    }

    /// `measured` is at least `bound`.
    pub(crate) fn at_least(
        id: impl Into<String>,
        text: impl Into<String>,
        measured: f64,
        bound: f64,
    ) -> Self {
        Self {
            id: id.into(),
            text: text.into(),
            measured,
            relation: Relation::AtLeast,
            bound,
            reported: None,
        }
    }

    /// `measured`, rounded to `decimals`, is `bound`.
    pub(crate) fn rounds_to(
        id: impl Into<String>,
        text: impl Into<String>,
        measured: f64,
        bound: f64,
        decimals: usize,
    ) -> Self {
        let relation = Relation::RoundsTo { decimals };
        Self {
            id: id.into(),
            text: text.into(),
            measured,
            relation,
            bound,
            reported: None,
        }
    }

    /// `measured` is the report's number to the report's own decimals.
    pub(crate) fn as_reported(
        id: impl Into<String>,
        text: impl Into<String>,
        measured: f64,
        reported: f64,
        decimals: usize,
    ) -> Self {
        let claim = Self::rounds_to(id, text, measured, reported, decimals);
        Self {
            reported: Some(format!("{reported:.decimals$}")),
            ..claim
        }
    }

    /// Whether the measured number satisfies its bound. A number that is not finite satisfies none.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.measured.is_finite()
            && match self.relation {
                Relation::AtMost => self.measured <= self.bound,
                Relation::AtLeast => self.measured >= self.bound,
                Relation::RoundsTo { decimals } => {
                    format!("{:.decimals$}", self.measured) == format!("{:.decimals$}", self.bound)
                }
            }
    }

    /// The measured number with the digits that its relation needs.
    #[must_use]
    pub fn measured_as_text(&self) -> String {
        match self.relation {
            Relation::RoundsTo { decimals } => format!("{:.decimals$}", self.measured),
            Relation::AtMost | Relation::AtLeast => short(self.measured),
        }
    }

    /// The bound as a condition: `≤ 0.6`.
    #[must_use]
    pub fn bound_as_text(&self) -> String {
        match self.relation {
            Relation::AtMost => format!("≤ {}", short(self.bound)),
            Relation::AtLeast => format!("≥ {}", short(self.bound)),
            Relation::RoundsTo { decimals } => format!("= {:.decimals$}", self.bound),
        }
    }

    /// The claim as in `results.json`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let relation = match self.relation {
            Relation::AtMost => "at_most",
            Relation::AtLeast => "at_least",
            Relation::RoundsTo { .. } => "rounds_to",
        };
        json!({
            "id": self.id,
            "text": self.text,
            "measured": self.measured,
            "relation": relation,
            "bound": self.bound,
            "holds": self.holds(),
        })
    }
}

/// Four significant digits, in scientific notation if decimals would hide them.
fn short(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 {
        "0".to_owned()
    } else if (1e-3..1e5).contains(&magnitude) {
        let text = format!("{value:.4}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        format!("{value:.1e}")
    }
}
