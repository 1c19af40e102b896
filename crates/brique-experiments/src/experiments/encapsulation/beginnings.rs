//! The three kinds of initial weights of the chain.

use brique_layers::Init;

use super::training::WIDTHS;

/// The bound of the uniform weights that are too small.
pub(super) const SMALL: f64 = 0.1;

/// A kind of initial weights.
pub(super) struct Beginning {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    pub(super) init: Init,
    /// The variance of a weight between this many inputs and outputs.
    variance: fn(f64, f64) -> f64,
}

pub(super) const BEGINNINGS: [Beginning; 3] = [
    Beginning {
        key: "standard_normal",
        label: "N(0, 1)",
        init: Init::StandardNormal,
        variance: |_, _| 1.0,
    },
    Beginning {
        key: "xavier_uniform",
        label: "Xavier",
        init: Init::XavierUniform,
        variance: |inputs, outputs| 2.0 / (inputs + outputs),
    },
    Beginning {
        key: "small_uniform",
        label: "U(±0.1)",
        init: Init::Uniform(SMALL),
        variance: |_, _| SMALL * SMALL / 3.0,
    },
];

impl Beginning {
    /// The ratio of δ at the first layer to δ at the last, before training, if every Tanh has the derivative 1: each
    /// layer multiplies δ by √(out · variance).
    pub(super) fn handed_down(&self) -> f64 {
        WIDTHS
            .windows(2)
            .skip(1)
            .map(|pair| {
                let (inputs, outputs) = (pair[0] as f64, pair[1] as f64);
                (outputs * (self.variance)(inputs, outputs)).sqrt()
            })
            .product()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_layers_hand_down_by_hand() {
        // √(1·1 · 20·1 · 10·1), and √(1·2/21 · 20·2/30 · 10·2/15).
        let factors = BEGINNINGS.each_ref().map(Beginning::handed_down);
        assert!((factors[0] - 200.0_f64.sqrt()).abs() < 1e-12);
        assert!((factors[1] - (2.0 / 21.0 * 4.0 / 3.0 * 4.0 / 3.0_f64).sqrt()).abs() < 1e-12);
        assert!((factors[2] - (200.0 / 27e6_f64).sqrt()).abs() < 1e-12);
    }
}
