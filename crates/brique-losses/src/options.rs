//! The options that several losses have, as methods.

/// Writes the constructor of a loss and the methods of its field `reduction`.
macro_rules! reduction_option {
    () => {
        /// Creates the loss with the reduction `Mean` and every other option at its default.
        #[must_use]
        pub fn new() -> Self {
            Self::default()
        }

        /// Sets how the losses of a batch are reduced to one number.
        #[must_use]
        pub fn with_reduction(mut self, reduction: Reduction) -> Self {
            self.reduction = reduction;
            self
        }

        /// Returns how the losses of a batch are reduced to one number.
        #[must_use]
        pub fn reduction(&self) -> Reduction {
            self.reduction
        }
    };
}

/// Writes the method that sets a loss's field `class_weights`.
macro_rules! class_weights_option {
    ($(#[$doc:meta])*) => {
        $(#[$doc])*
        pub fn class_weights(mut self, weights: Vec<f64>) -> Result<Self, Error> {
            match ClassWeights::new(weights) {
                Ok(class_weights) => {
                    self.class_weights = class_weights;
                    Ok(self)
                }
                Err(fault) => Err(Error::new(&self, "class_weights", fault)),
            }
        }
    };
}

pub(crate) use {class_weights_option, reduction_option};
