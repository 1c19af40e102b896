//! The derivative of the loss with respect to one number, by two-sided differences.
//!
//! The same method as in the gradient checker, which does not run in a browser.

use brique_core::Error;

/// The wide step for numbers up to 1: ∛ε, which balances truncation and rounding.
const STEP: f64 = 6.055_454_452_393_343e-6;

/// The narrow step is this many times smaller than the wide one.
const NARROWER: f64 = 16.0;

/// If the one-sided derivatives differ by more than this fraction of the steeper one, there may be a kink.
const SUSPICIOUS: f64 = 1e-3;

/// Losses are assumed to be exact to this many units in the last place.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// How the loss changes with one number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Derivative {
    /// The derivative. Rounding and truncation limit its accuracy to `noise`.
    Smooth { derivative: f64, noise: f64 },
    /// The derivatives on the two sides differ. A backward pass may return any value from `lowest` to `highest`.
    Kink { lowest: f64, highest: f64, noise: f64 },
}

impl Derivative {
    /// Returns the magnitude; at a kink, that of the steeper side.
    pub(super) fn size(self) -> f64 {
        match self {
            Self::Smooth { derivative, .. } => derivative.abs(),
            Self::Kink { lowest, highest, .. } => lowest.abs().max(highest.abs()),
        }
    }
}

/// Computes the derivative of `loss` at `number`, where its value is `middle`.
///
/// The gap between the two one-sided derivatives tells the cases apart: a gap from curvature shrinks with the step, a
/// gap from a kink stays the same, and a kink beside the number shows with the wide step only.
pub(super) fn derivative(
    number: f64,
    middle: f64,
    loss: &mut dyn FnMut(f64) -> Result<f64, Error>,
) -> Result<Derivative, Error> {
    let step = STEP * number.abs().max(1.0);
    let wide = Sides::of(number, middle, step, loss)?;
    let narrow = Sides::of(number, middle, step / NARROWER, loss)?;
    let truncation = (wide.central - narrow.central).abs();
    if wide.gap() <= SUSPICIOUS * wide.steepest() + wide.noise {
        // Without a kink, the wide step is the one with the smaller rounding error.
        return Ok(Derivative::Smooth {
            derivative: wide.central,
            noise: wide.noise + truncation,
        });
    }
    let shrunk = narrow.gap() / wide.gap();
    if shrunk > 0.25 && shrunk < 4.0 && narrow.gap() > narrow.noise {
        return Ok(Derivative::Kink {
            lowest: narrow.left.min(narrow.right),
            highest: narrow.left.max(narrow.right),
            noise: narrow.noise,
        });
    }
    let is_curved = (1.0 / 64.0..=0.25).contains(&shrunk);
    Ok(Derivative::Smooth {
        derivative: narrow.central,
        noise: narrow.noise + if is_curved { truncation } else { 0.0 },
    })
}

/// The derivatives on both sides.
struct Sides {
    left: f64,
    right: f64,
    central: f64,
    noise: f64,
}

impl Sides {
    fn of(
        number: f64,
        middle: f64,
        step: f64,
        loss: &mut dyn FnMut(f64) -> Result<f64, Error>,
    ) -> Result<Self, Error> {
        let (to_right, to_left) = (number + step, number - step);
        let (above, below) = (loss(to_right)?, loss(to_left)?);
        Ok(Self {
            left: (middle - below) / (number - to_left),
            right: (above - middle) / (to_right - number),
            central: (above - below) / (to_right - to_left),
            noise: ROUNDING * above.abs().max(below.abs()).max(middle.abs()) / step,
        })
    }

    fn gap(&self) -> f64 {
        (self.right - self.left).abs()
    }

    fn steepest(&self) -> f64 {
        self.left.abs().max(self.right.abs())
    }
}
