//! The derivative of a forward pass in one of its numbers, by differences on both sides.

use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

/// The narrow step is this many times smaller than the wide one.
const NARROWER: f64 = 16.0;

/// One-sided derivatives that differ by more than this part of themselves may be those of a kink.
const SUSPICIOUS: f64 = 1e-3;

/// Outputs are taken to be exact to this many units in the last place.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// How ⟨f, δ⟩ changes with one number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Derivative {
    /// The derivative, known to `noise`: what rounding and truncation hide from the differences.
    Smooth { derivative: f64, noise: f64 },
    /// The derivatives on the two sides differ. What lies between them is a derivative of one of the outputs on either
    /// side, so a backward pass may say any of it.
    Kink { lowest: f64, highest: f64, noise: f64 },
    /// Even the narrow step leaves the domain.
    Edge,
}

/// A forward pass as a function of one of its numbers; nothing where it refuses the number.
pub(crate) type Moved<'a> = dyn FnMut(f64) -> Option<Array2<f64>> + 'a;

/// One number that a forward pass depends on, and what is known at it.
pub(crate) struct Point<'a> {
    pub(crate) number: f64,
    /// The wide step.
    pub(crate) step: f64,
    /// The row of the input that the number stands in; nothing where it is a parameter's.
    pub(crate) row: Option<usize>,
    /// f at the number.
    pub(crate) middle: &'a Matrix,
    pub(crate) delta: &'a Matrix,
}

/// The derivative of ⟨f, δ⟩.
///
/// What the one-sided derivatives differ by, with a wide and with a narrow step, tells what there is: curvature goes away with
/// the step, a kink stays, a jump grows, and a kink beside the number is seen by the wide step alone.
pub(crate) fn derivative(f: &mut Moved<'_>, point: &Point<'_>) -> Derivative {
    let wide = Derivatives::of(f, point, point.step);
    let Some(narrow) = Derivatives::of(f, point, point.step / NARROWER) else {
        return Derivative::Edge;
    };
    let Some(wide) = wide else {
        return narrow.derivative(0.0);
    };
    let truncation = (wide.central - narrow.central).abs();
    if wide.spread <= SUSPICIOUS * wide.steepest + wide.noise {
        return narrow.derivative(truncation);
    }
    let shrunk = narrow.spread / wide.spread;
    if shrunk > 0.25 && shrunk < 4.0 && narrow.spread > narrow.noise {
        return narrow.kink();
    }
    let is_curved = (1.0 / 64.0..=0.25).contains(&shrunk);
    narrow.derivative(if is_curved { truncation } else { 0.0 })
}

/// Derivatives on both sides, weighed with δ and added up over all outputs.
#[derive(Default)]
struct Derivatives {
    central: f64,
    lowest: f64,
    highest: f64,
    /// Σ |δ · (right − left)|.
    spread: f64,
    /// Σ |δ| · the steeper of the two.
    steepest: f64,
    noise: f64,
}

impl Derivatives {
    fn of(f: &mut Moved<'_>, point: &Point<'_>, step: f64) -> Option<Self> {
        let number = point.number;
        let (right, left) = (number + step, number - step);
        let (above, below) = (f(right)?, f(left)?);
        let mut derivatives = Self::default();
        let outputs = above
            .indexed_iter()
            .zip(&below)
            .zip(point.middle)
            .zip(point.delta);
        for (((((row, _), above), below), middle), delta) in outputs {
            if above.to_bits() == middle.to_bits() && below.to_bits() == middle.to_bits() {
                // It may have moved by half a unit in its last place, if it depends on the number at all.
                if middle.is_finite() && point.row.is_none_or(|of_number| of_number == row) {
                    derivatives.noise += 0.5 * f64::EPSILON * delta.abs() * middle.abs() / step;
                }
                continue;
            }
            let to_right = delta * ((above - middle) / (right - number));
            let to_left = delta * ((middle - below) / (number - left));
            let size = above.abs().max(below.abs()).max(middle.abs());
            derivatives.central += delta * ((above - below) / (right - left));
            derivatives.lowest += to_right.min(to_left);
            derivatives.highest += to_right.max(to_left);
            derivatives.spread += (to_right - to_left).abs();
            derivatives.steepest += to_right.abs().max(to_left.abs());
            derivatives.noise += ROUNDING * delta.abs() * size / step;
        }
        Some(derivatives)
    }

    /// A derivative that is off by `truncation` besides its rounding.
    fn derivative(&self, truncation: f64) -> Derivative {
        Derivative::Smooth {
            derivative: self.central,
            noise: self.noise + truncation,
        }
    }

    fn kink(&self) -> Derivative {
        Derivative::Kink {
            lowest: self.lowest,
            highest: self.highest,
            noise: self.noise,
        }
    }
}
