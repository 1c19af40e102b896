//! The options of the moving averages of Adam and `AdamW`.

use brique_core::Description;
use brique_tensor::Scalar;

use crate::Error;
use crate::error::{check_below_one, check_positive};

/// PyTorch's names of the two moving averages.
pub(crate) const BUFFERS: [&str; 2] = ["exp_avg", "exp_avg_sq"];

/// The decay rates β₁ and β₂ of the two moving averages, and ε.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    pub(crate) betas: [f64; 2],
    pub(crate) eps: f64,
}

impl Default for Moments {
    fn default() -> Self {
        Self {
            betas: [0.9, 0.999],
            eps: 1e-8,
        }
    }
}

impl Moments {
    pub(crate) fn describe(&self, description: Description) -> Description {
        description
            .attribute("beta1", self.betas[0])
            .attribute("beta2", self.betas[1])
            .attribute("eps", self.eps)
    }

    pub(crate) fn set_betas(&mut self, name: &'static str, betas: [f64; 2]) -> Result<(), Error> {
        check_below_one(name, "beta1", betas[0])?;
        check_below_one(name, "beta2", betas[1])?;
        self.betas = betas;
        Ok(())
    }

    pub(crate) fn set_eps<T: Scalar>(&mut self, name: &'static str, eps: f64) -> Result<(), Error> {
        check_positive::<T>(name, "eps", eps)?;
        self.eps = eps;
        Ok(())
    }
}

/// Defines the builder methods of an optimiser that has a field `moments` of type [`Moments`].
macro_rules! moments_methods {
    ($optimizer:ident) => {
        impl<T: Scalar> $optimizer<T> {
            /// Sets β₁ and β₂, the decay rates of the two moving averages.
            ///
            /// # Errors
            ///
            /// If one of them is not in [0, 1).
            pub fn betas(mut self, beta1: f64, beta2: f64) -> Result<Self, Error> {
                self.moments.set_betas(self.base.name, [beta1, beta2])?;
                Ok(self)
            }

            /// Sets ε, which is added to the denominator to avoid a division by 0.
            ///
            /// # Errors
            ///
            /// If `eps`, rounded to `T`, is not positive and finite.
            pub fn eps(mut self, eps: f64) -> Result<Self, Error> {
                self.moments.set_eps::<T>(self.base.name, eps)?;
                Ok(self)
            }
        }
    };
}
pub(crate) use moments_methods;
