//! The checks of a fit before its first epoch.

use brique_datasets::Dataset;
use brique_tensor::{Scalar, is_allocatable};

use super::Fit;
use crate::Error;

impl<T: Scalar> Fit<'_, T> {
    /// Checks the options and the number of examples.
    pub(super) fn check(&self, data: &Dataset<T>) -> Result<(), Error> {
        let wrong = |argument, found: String, expected| {
            Err(Error::Option {
                argument,
                found,
                expected,
            })
        };
        if self.batch == 0 {
            return wrong("the size of a batch", "0".to_owned(), "at least 1");
        }
        if data.is_empty() {
            return wrong("the number of examples", "0".to_owned(), "at least 1");
        }
        let expected = "as many as memory can address";
        if self.shuffle.is_some() && !is_allocatable::<f64>((data.len(), 1), 1) {
            return wrong("the number of examples", data.len().to_string(), expected);
        }
        match self.clip_norm {
            Some(norm) if !(norm > 0.0 && norm.is_finite()) => {
                wrong("clip_norm", norm.to_string(), "a finite number above 0")
            }
            _ => Ok(()),
        }
    }
}
