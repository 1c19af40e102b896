//! The derivative of a forward pass in one of its numbers, by differences on both sides.

use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

/// The second, narrower look has a step this many times smaller.
const NARROWER: f64 = 16.0;

/// One-sided slopes that differ by more than this part of themselves get a second look.
const SUSPICIOUS: f64 = 1e-3;

/// Outputs are taken to be exact to this many units in the last place.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// How ⟨f, δ⟩ changes with one number.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Derivative {
    /// The slope, known to `noise`: what the rounding of the forward pass hides from the differences.
    Slope { slope: f64, noise: f64 },
    /// The slopes on the two sides are not one. What lies between them is a derivative of one of the outputs on either
    /// side, so a backward pass may say any of it.
    Kink { lowest: f64, highest: f64, noise: f64 },
    /// Even the smaller step leaves the domain.
    Edge,
}

/// A forward pass as a function of one of its numbers; nothing where it refuses the number.
pub(crate) type Moved<'a> = dyn FnMut(f64) -> Option<Array2<f64>> + 'a;

/// The derivative of ⟨f, δ⟩ at `number`, with f(`number`) = `middle` known.
///
/// Where the two one-sided slopes differ, a look with a smaller step tells what it is: curvature goes away with the step,
/// a kink stays, and a jump grows.
pub(crate) fn derivative(
    f: &mut Moved<'_>,
    number: f64,
    step: f64,
    middle: &Matrix,
    delta: &Matrix,
) -> Derivative {
    let Some(wide) = Slopes::of(f, number, step, middle, delta) else {
        let narrow = Slopes::of(f, number, step / NARROWER, middle, delta);
        return narrow.map_or(Derivative::Edge, |narrow| narrow.slope());
    };
    if wide.spread <= SUSPICIOUS * wide.steepest + wide.noise {
        return wide.slope();
    }
    let Some(narrow) = Slopes::of(f, number, step / NARROWER, middle, delta) else {
        return Derivative::Edge;
    };
    let shrunk = narrow.spread / wide.spread;
    let is_kink = shrunk > 0.25 && shrunk < 4.0 && narrow.spread > narrow.noise;
    if is_kink { narrow.kink() } else { narrow.slope() }
}

/// Slopes on both sides, weighed with δ and added up over all outputs.
struct Slopes {
    central: f64,
    lowest: f64,
    highest: f64,
    /// Σ |δ · (right − left)|.
    spread: f64,
    /// Σ |δ| · the steeper of the two.
    steepest: f64,
    noise: f64,
}

impl Slopes {
    fn of(f: &mut Moved<'_>, number: f64, step: f64, middle: &Matrix, delta: &Matrix) -> Option<Self> {
        let (right, left) = (number + step, number - step);
        let (above, below) = (f(right)?, f(left)?);
        let mut slopes = Self {
            central: 0.0,
            lowest: 0.0,
            highest: 0.0,
            spread: 0.0,
            steepest: 0.0,
            noise: 0.0,
        };
        for (((above, below), middle), delta) in above.iter().zip(&below).zip(middle).zip(delta) {
            // Outputs that do not move would only add their rounding.
            if above.to_bits() == middle.to_bits() && below.to_bits() == middle.to_bits() {
                continue;
            }
            let to_right = delta * ((above - middle) / (right - number));
            let to_left = delta * ((middle - below) / (number - left));
            let size = above.abs().max(below.abs()).max(middle.abs());
            slopes.central += delta * ((above - below) / (right - left));
            slopes.lowest += to_right.min(to_left);
            slopes.highest += to_right.max(to_left);
            slopes.spread += (to_right - to_left).abs();
            slopes.steepest += to_right.abs().max(to_left.abs());
            slopes.noise += ROUNDING * delta.abs() * size / step;
        }
        Some(slopes)
    }

    fn slope(&self) -> Derivative {
        Derivative::Slope {
            slope: self.central,
            noise: self.noise,
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
