//! The derivative of a forward pass with respect to one number, by two-sided differences.

use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

/// The narrow step is this many times smaller than the wide one.
pub(crate) const NARROWER: f64 = 16.0;

/// If the one-sided derivatives differ by more than this fraction of the steeper one, there may be a kink.
const SUSPICIOUS: f64 = 1e-3;

/// Outputs are assumed to be exact to this many units in the last place.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// How ⟨f, δ⟩ changes with one number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Derivative {
    /// The derivative. Rounding and truncation limit its accuracy to `noise`.
    Smooth { derivative: f64, noise: f64 },
    /// The derivatives on the two sides differ. A backward pass may return any value from `lowest` to `highest`: for
    /// each output it may use the derivative on either side, or a value between them.
    Kink { lowest: f64, highest: f64, noise: f64 },
    /// Even the narrow step leaves the domain of the forward pass.
    Edge,
}

impl Derivative {
    /// Returns the magnitude; at a kink, that of the steeper side.
    pub(crate) fn size(&self) -> f64 {
        match *self {
            Self::Smooth { derivative, .. } => derivative.abs(),
            Self::Kink { lowest, highest, .. } => lowest.abs().max(highest.abs()),
            Self::Edge => 0.0,
        }
    }
}

/// A forward pass as a function of one of its numbers. It returns `None` if the module or loss refuses the number.
pub(crate) type Moved<'a> = dyn FnMut(f64) -> Option<Array2<f64>> + 'a;

/// One number that a forward pass depends on, and the data needed to differentiate there.
pub(crate) struct Point<'a> {
    pub(crate) number: f64,
    /// The wide step.
    pub(crate) step: f64,
    /// The row of the input that contains the number; `None` if the number belongs to a parameter.
    pub(crate) row: Option<usize>,
    /// The value of f at the number.
    pub(crate) middle: &'a Matrix,
    pub(crate) delta: &'a Matrix,
}

/// Computes the derivative of ⟨f, δ⟩.
///
/// The gap between the two one-sided derivatives, measured with a wide and with a narrow step, tells the cases apart:
/// a gap from curvature shrinks with the step, a gap from a kink stays the same, a gap from a jump grows, and a kink
/// beside the number shows with the wide step only.
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

/// Derivatives on both sides, weighted with δ and summed over all outputs.
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
                // The output may have changed by half a unit in its last place, if it depends on the number at all.
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

    /// Returns the smooth derivative; its error is `truncation` plus its rounding error.
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
