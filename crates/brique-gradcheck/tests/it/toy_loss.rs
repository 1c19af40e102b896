//! A loss made of closures, so that a mistake can be planted in one of them.

use std::fmt;
use std::sync::Arc;

use brique_core::{Error, Fault, Loss, Reduction};
use brique_tensor::Matrix;
use brique_tensor::ndarray::ArrayRef1;

pub type Check = Arc<dyn Fn(&Matrix, &Matrix) -> bool + Send + Sync>;
pub type Value = Arc<dyn Fn(&Matrix, &Matrix, f64) -> f64 + Send + Sync>;
pub type Delta = Arc<dyn Fn(&Matrix, &Matrix, f64, &mut Matrix) + Send + Sync>;
pub type PerExample = Arc<dyn Fn(&Matrix, &Matrix, &mut ArrayRef1<f64>) + Send + Sync>;

#[derive(Clone)]
pub struct ToyLoss {
    pub name: &'static str,
    pub reduction: Reduction,
    /// Terms an example, for so many columns of the prediction.
    pub terms: fn(usize) -> usize,
    /// Whether y can be the target of ŷ.
    pub fits: Check,
    /// Of y, ŷ and the divisor of the reduction.
    pub forward: Value,
    pub backward: Delta,
    pub per_example: PerExample,
    /// A mean over nothing is 0.
    pub nothing_has_a_mean: bool,
    /// The divisors of the two means are swapped.
    pub swaps_means: bool,
    /// The divisor is that of a loss with one term per element.
    pub divides_by_elements: bool,
}

impl ToyLoss {
    pub fn with(&self, reduction: Reduction) -> Self {
        Self {
            reduction,
            ..self.clone()
        }
    }

    fn divisor(&self, yhat: &Matrix) -> f64 {
        let reduction = match self.reduction {
            Reduction::Mean if self.swaps_means => Reduction::BatchMean,
            Reduction::BatchMean if self.swaps_means => Reduction::Mean,
            reduction => reduction,
        };
        reduction.divisor(yhat.nrows(), (self.terms)(yhat.ncols())) as f64
    }
}

impl Loss for ToyLoss {
    fn reduction(&self) -> Reduction {
        self.reduction
    }

    fn divisor(&self, _y: &Matrix, yhat: &Matrix) -> f64 {
        if self.divides_by_elements {
            return self.reduction.divisor(yhat.nrows(), yhat.ncols()) as f64;
        }
        Self::divisor(self, yhat)
    }

    fn forward(&self, y: &Matrix, yhat: &Matrix) -> Result<f64, Error> {
        let refuse = |fault| Err(Error::new(self, "forward", fault));
        match self.check(y, yhat) {
            Err(fault) => refuse(fault),
            Ok(()) if self.divisor(yhat) > 0.0 => Ok(self.forward_kernel(y, yhat)),
            Ok(()) if self.nothing_has_a_mean => Ok(0.0),
            Ok(()) => refuse(Fault::NoMean { found: yhat.dim() }),
        }
    }

    fn check(&self, y: &Matrix, yhat: &Matrix) -> Result<(), Fault> {
        if (self.fits)(y, yhat) {
            return Ok(());
        }
        Err(Fault::Shape {
            argument: "yhat",
            found: yhat.dim(),
            expected: y.dim(),
            reason: "the target's",
        })
    }

    fn forward_kernel(&self, y: &Matrix, yhat: &Matrix) -> f64 {
        (self.forward)(y, yhat, self.divisor(yhat))
    }

    fn backward_kernel(&self, y: &Matrix, yhat: &Matrix, delta: &mut Matrix) {
        (self.backward)(y, yhat, self.divisor(yhat), delta);
    }

    fn per_example_kernel(&self, y: &Matrix, yhat: &Matrix, losses: &mut ArrayRef1<f64>) {
        (self.per_example)(y, yhat, losses);
    }
}

impl fmt::Display for ToyLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name, self.reduction)
    }
}

impl fmt::Debug for ToyLoss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}
