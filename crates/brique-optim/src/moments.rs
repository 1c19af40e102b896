//! The running means of Adam and `AdamW`.

use brique_tensor::Scalar;

use crate::Error;
use crate::error::{check_below_one, check_positive};

pub(crate) const BUFFERS: [&str; 2] = ["exp_avg", "exp_avg_sq"];

/// How fast the two running means forget, and ε.
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

/// The builders of an optimiser with [`Moments`].
macro_rules! moments_methods {
    ($optimizer:ident) => {
        impl<T: Scalar> $optimizer<T> {
            /// Sets β₁ and β₂.
            ///
            /// # Errors
            ///
            /// If one of them is not in [0, 1).
            pub fn betas(mut self, beta1: f64, beta2: f64) -> Result<Self, Error> {
                self.moments.set_betas(self.common.name, [beta1, beta2])?;
                Ok(self)
            }

            /// Sets ε, which keeps the denominator away from 0.
            ///
            /// # Errors
            ///
            /// If `eps` is not above 0 and finite, in `T`.
            pub fn eps(mut self, eps: f64) -> Result<Self, Error> {
                self.moments.set_eps::<T>(self.common.name, eps)?;
                Ok(self)
            }
        }
    };
}
pub(crate) use moments_methods;
