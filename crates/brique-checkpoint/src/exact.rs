//! Numbers in JSON, to the last bit.

use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number that JSON stores to the last bit: infinities as `"inf"` and `"-inf"`, a NaN with its bits as
/// `"NaN 7ff8000000000000"`.
///
/// ```
/// use brique_checkpoint::Exact;
///
/// for number in [0.1, -0.0, f64::INFINITY, f64::NAN, 5e-324] {
///     let text = serde_json::to_string(&Exact(number))?;
///     let back: Exact = serde_json::from_str(&text)?;
///     assert_eq!(back.0.to_bits(), number.to_bits());
/// }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Exact(
    /// The number.
    pub f64,
);

impl Serialize for Exact {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            number if number.is_finite() => serializer.serialize_f64(number),
            number if number.is_nan() => {
                serializer.collect_str(&format_args!("NaN {:016x}", number.to_bits()))
            }
            number => serializer.collect_str(&number),
        }
    }
}

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExactVisitor)
    }
}

struct ExactVisitor;

#[allow(
    clippy::cast_precision_loss,
    reason = "whole numbers in a file mean the nearest f64"
)]
impl Visitor<'_> for ExactVisitor {
    type Value = Exact;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, \"inf\", \"-inf\" or \"NaN\" with its bits")
    }

    fn visit_f64<E>(self, number: f64) -> Result<Exact, E> {
        Ok(Exact(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Exact, E> {
        Ok(Exact(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Exact, E> {
        Ok(Exact(number as f64))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Exact, E> {
        match text {
            "inf" => return Ok(Exact(f64::INFINITY)),
            "-inf" => return Ok(Exact(f64::NEG_INFINITY)),
            _ => {}
        }
        let bits = text
            .strip_prefix("NaN ")
            .and_then(|bits| u64::from_str_radix(bits, 16).ok());
        match bits.map(f64::from_bits) {
            Some(number) if number.is_nan() => Ok(Exact(number)),
            _ => Err(E::custom(format!("{text:?} is no number"))),
        }
    }
}
