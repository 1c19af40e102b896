//! Comparison of both backward passes with central differences.

mod options;
mod tensor;

use brique_core::{Error, Loss, Module};
use brique_random::RandomSource;
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};

use crate::differences::{Moved, Point, derivative};
use crate::matrices::largest;
use crate::snapshot::{Snapshot, fill_gradients, restoring, set_value};
use crate::{Report, TensorReport};

/// Compares backward passes with central differences of the forward pass, entry by entry.
///
/// For an entry p, `numeric = ⟨f(p + h) − f(p − h), δ⟩ / 2h` with `h = step · max(|p|, 1) / 16`. The entry agrees if
/// `|analytic − numeric| ≤ tolerance · max(|analytic|, |numeric|, s) + noise`. Here s is the larger of a thousandth of
/// the largest derivative of the tensor and 10⁻⁹ of the largest δ. The noise is the effect on the difference of
/// rounding f to 8 units in the last place, plus the distance between this difference and the one over `16 h`.
/// `docs/mathematics.md` explains why these steps were chosen and how a kink is told from curvature.
///
/// If f has a kink, as `ReLU` has at 0, the entry is skipped and counted if the analytic gradient lies between the
/// derivatives on the two sides. If it lies outside, it is wrong on either side and the entry fails.
///
/// ```
/// use brique_core::{Loss, Reduction};
/// use brique_gradcheck::GradientCheck;
/// # use std::fmt;
/// # use brique_tensor::{Matrix, ndarray::{ArrayRef1, Axis, Zip}};
/// # #[derive(Debug)]
/// # struct L1(Reduction);
/// # impl fmt::Display for L1 {
/// #     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
/// #         write!(f, "L1({})", self.0)
/// #     }
/// # }
/// # impl Loss for L1 {
/// #     fn reduction(&self) -> Reduction { self.0 }
/// #     fn forward_kernel(&self, y: &Matrix, yhat: &Matrix) -> f64 {
/// #         (yhat - y).mapv(f64::abs).sum()
/// #     }
/// #     fn backward_kernel(&self, y: &Matrix, yhat: &Matrix, delta: &mut Matrix) {
/// #         let values = Zip::from(delta).and(y).and(yhat);
/// #         values.for_each(|d, y, yhat| *d = if yhat > y { 1.0 } else { -1.0 });
/// #     }
/// #     fn per_example_kernel(
/// #         &self, y: &Matrix, yhat: &Matrix, losses: &mut ArrayRef1<f64>
/// #     ) {
/// #         losses.assign(&(yhat - y).mapv(f64::abs).sum_axis(Axis(1)));
/// #     }
/// # }
/// use brique_tensor::ndarray::array;
///
/// // |ŷ − y| has a kink where ŷ = y.
/// let (y, yhat) = (array![[0.0, 2.0]], array![[1.0, 2.0]]);
/// let report = GradientCheck::default().loss(&L1(Reduction::Sum), &y, &yhat)?;
/// assert_eq!((report.entries(), report.kinks()), (1, 1));
/// println!("{report}");
/// report.verdict()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradientCheck {
    tolerance: f64,
    step: f64,
}

impl Default for GradientCheck {
    /// Returns a check with a tolerance of 10⁻⁶ and a wide step of ∛ε ≈ 6·10⁻⁶, which balances truncation and
    /// rounding.
    fn default() -> Self {
        Self {
            tolerance: 1e-6,
            step: f64::EPSILON.cbrt(),
        }
    }
}

impl GradientCheck {
    /// Sets the relative tolerance. A check with a negative, NaN or infinite tolerance is an error.
    #[must_use]
    pub fn tolerance(self, tolerance: f64) -> Self {
        Self { tolerance, ..self }
    }

    /// Sets the wide step for numbers up to 1; it is scaled for larger numbers. The narrow step is a sixteenth of the
    /// wide one. A check whose narrow step is below `f64::EPSILON`, NaN or infinite is an error.
    #[must_use]
    pub fn step(self, step: f64) -> Self {
        Self { step, ..self }
    }

    /// Checks `backward_delta` and, for every parameter, `backward_update_gradient` of a module.
    ///
    /// The input `x` has shape (batch, in). δ is drawn from `rng` with a standard normal distribution, because a δ of
    /// ones hides mistakes. Parameters and gradients are restored afterwards, unless the module panics.
    ///
    /// # Errors
    ///
    /// If an option is invalid, or the module refuses `x`.
    pub fn module(
        &self,
        module: &mut dyn Module<f64>,
        x: &Matrix,
        rng: &mut dyn RandomSource,
    ) -> Result<Report, Error> {
        self.check_options(&*module)?;
        let shape = module.forward(x)?.dim();
        let delta = Array2::from_shape_simple_fn(shape, || rng.standard_normal());
        self.module_at(module, x, &delta)
    }

    /// Like [`module`](Self::module), with a given δ of shape (batch, out).
    ///
    /// # Errors
    ///
    /// If an option is invalid, or the module refuses `x` or `delta`.
    pub fn module_at(
        &self,
        module: &mut dyn Module<f64>,
        x: &Matrix,
        delta: &Matrix,
    ) -> Result<Report, Error> {
        self.check_options(&*module)?;
        restoring(module, |module| {
            let middle = module.forward(x)?;
            let input_delta = module.backward_delta(x, delta)?;
            fill_gradients(module, 0.0);
            module.backward_update_gradient(x, delta)?;
            let snapshot = Snapshot::of(module);

            let mut tensors = vec![self.input(module, x, delta, &middle, &input_delta)];
            for position in 0..snapshot.values.len() {
                tensors.push(self.parameter(module, x, delta, &middle, &snapshot, position));
            }
            Ok(Report::new(module.to_string(), tensors))
        })
    }

    fn input(
        &self,
        module: &dyn Module<f64>,
        x: &Matrix,
        delta: &Matrix,
        middle: &Matrix,
        input_delta: &Matrix,
    ) -> TensorReport {
        let mut moved_x = x.to_owned();
        self.tensor("input", x, input_delta, largest(delta), |index, number, step| {
            let forward: &mut Moved<'_> = &mut |moved| {
                moved_x[index] = moved;
                module.forward(&moved_x).ok()
            };
            let point = Point {
                number,
                step,
                row: Some(index.0),
                middle,
                delta,
            };
            let derivative = derivative(forward, &point);
            moved_x[index] = number;
            derivative
        })
    }

    fn parameter(
        &self,
        module: &mut dyn Module<f64>,
        x: &Matrix,
        delta: &Matrix,
        middle: &Matrix,
        snapshot: &Snapshot,
        position: usize,
    ) -> TensorReport {
        let (value, gradient) = (&snapshot.values[position], &snapshot.gradients[position]);
        let name = format!("parameter {position}");
        self.tensor(&name, value, gradient, largest(delta), |index, number, step| {
            let forward: &mut Moved<'_> = &mut |moved| {
                set_value(module, position, index, moved);
                module.forward(x).ok()
            };
            let point = Point {
                number,
                step,
                row: None,
                middle,
                delta,
            };
            let derivative = derivative(forward, &point);
            set_value(module, position, index, number);
            derivative
        })
    }

    /// Checks that `backward` is the gradient of the value that `forward` returns, including the reduction.
    ///
    /// # Errors
    ///
    /// If an option is invalid, or the loss refuses `y` and `yhat`.
    pub fn loss(&self, loss: &dyn Loss<f64>, y: &Matrix, yhat: &Matrix) -> Result<Report, Error> {
        self.check_options(loss)?;
        let middle = array![[loss.forward(y, yhat)?]];
        let delta = loss.backward(y, yhat)?;
        let mut moved_yhat = yhat.to_owned();
        let one = array![[1.0]];
        let tensor = self.tensor("yhat", yhat, &delta, 1.0, |index, number, step| {
            let forward: &mut Moved<'_> = &mut |moved| {
                moved_yhat[index] = moved;
                Some(array![[loss.forward(y, &moved_yhat).ok()?]])
            };
            let point = Point {
                number,
                step,
                row: None,
                middle: &middle,
                delta: &one,
            };
            let derivative = derivative(forward, &point);
            moved_yhat[index] = number;
            derivative
        });
        Ok(Report::new(loss.to_string(), vec![tensor]))
    }
}
