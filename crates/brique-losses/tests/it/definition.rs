//! Every reduction and both types of number against plain formulas in f64.

use std::fmt::Display;

use brique_core::{Error, Loss, Reduction};
use brique_tensor::ndarray::{Array2, Axis};
use brique_tensor::{Matrix, Scalar};

pub const REDUCTIONS: [Reduction; 3] = [Reduction::Mean, Reduction::BatchMean, Reduction::Sum];

/// What plain formulas lose beside what they judge, in units of the last place of the largest number.
const OF_A_FORMULA: f64 = 64.0;

/// What a loss is to be, by its plain formula, before any reduction.
pub struct Definition {
    /// The loss of each term, (n, terms).
    pub terms: Array2<f64>,
    /// ∂ Σ terms / ∂ŷ.
    pub derivatives: Array2<f64>,
    /// How large the numbers are that cancel in the plain formula, or in the loss itself.
    pub cancelling: f64,
    /// By what `Reduction::Mean` divides.
    pub mean_divisor: f64,
}

impl Definition {
    /// One term an element, each a function of its target and its prediction.
    pub fn of_elements<T: Scalar>(
        y: &Matrix<T>,
        yhat: &Matrix<T>,
        value: impl Fn(f64, f64) -> f64,
        derivative: impl Fn(f64, f64) -> f64,
    ) -> Self {
        let element = |f: &dyn Fn(f64, f64) -> f64| {
            Array2::from_shape_fn(y.dim(), |index| f(y[index].as_f64(), yhat[index].as_f64()))
        };
        Self {
            terms: element(&value),
            derivatives: element(&derivative),
            cancelling: 0.0,
            mean_divisor: y.len() as f64,
        }
    }

    /// The same, where the plain formula or the loss is a difference of numbers as large as that.
    pub fn cancelling(self, cancelling: f64) -> Self {
        Self { cancelling, ..self }
    }

    /// Judges the losses that `make` gives for each reduction.
    pub fn check<T: Scalar, L: Loss<T>>(
        &self,
        make: impl Fn(Reduction) -> L,
        y: &Matrix<T>,
        yhat: &Matrix<T>,
    ) {
        let per_example = self.terms.sum_axis(Axis(1));
        for reduction in REDUCTIONS {
            let loss = make(reduction);
            let found = loss.per_example(y, yhat).unwrap();
            self.near(found.iter(), per_example.iter(), "per_example", &loss);
            let divisor = match reduction {
                Reduction::Mean => self.mean_divisor,
                Reduction::BatchMean => y.nrows() as f64,
                Reduction::Sum => 1.0,
            };
            if divisor == 0.0 {
                assert!(loss.forward(y, yhat).is_err() && loss.backward(y, yhat).is_err());
                continue;
            }
            let value = self.terms.sum() / divisor;
            self.near([&loss.forward(y, yhat).unwrap()], [&value], "forward", &loss);
            let delta = loss.backward(y, yhat).unwrap();
            assert_eq!(delta.dim(), yhat.dim());
            let derivatives = &self.derivatives / divisor;
            self.near(delta.iter(), derivatives.iter(), "backward", &loss);
        }
    }

    fn near<'a, T: Scalar>(
        &self,
        found: impl IntoIterator<Item = &'a T>,
        expected: impl IntoIterator<Item = &'a f64> + Clone,
        what: &str,
        loss: &impl Display,
    ) {
        let largest = expected.clone().into_iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let allowed = T::epsilon().as_f64() * (OF_A_FORMULA * largest + 4.0 * self.cancelling);
        for (found, expected) in found.into_iter().zip(expected) {
            let distance = (found.as_f64() - expected).abs();
            assert!(
                distance <= allowed,
                "{loss}, {what}: {found}, expected {expected}"
            );
        }
    }
}

/// A bad target or prediction is refused by all three methods, in the same words.
pub fn check_refused<L: Loss<f64>>(loss: &L, y: &Matrix, yhat: &Matrix, said: &str) {
    let results: [(&str, Result<(), Error>); 3] = [
        ("forward", loss.forward(y, yhat).map(drop)),
        ("backward", loss.backward(y, yhat).map(drop)),
        ("per_example", loss.per_example(y, yhat).map(drop)),
    ];
    for (operation, result) in results {
        assert_eq!(
            result.unwrap_err().to_string(),
            format!("{loss}, {operation}: {said}")
        );
    }
}
