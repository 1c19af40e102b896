//! The methods that are the same for all optimisers of this crate.

/// Defines the builder methods and the implementation of [`Optimizer`](crate::Optimizer), which are the same for all
/// optimisers.
///
/// The optimiser must have a field `base` of type [`Base`](crate::Base). `$buffers` is a function that returns the names of its
/// buffers, and `$options` one that adds its own options to a description. The file that calls the macro must define a
/// function `step`.
macro_rules! optimizer_methods {
    ($optimizer:ident, $buffers:expr, $options:expr) => {
        impl<T: Scalar> $optimizer<T> {
            /// Sets the weight decay λ.
            ///
            /// # Errors
            ///
            /// If `decay` is negative, NaN, or not finite in `T`.
            pub fn weight_decay(mut self, decay: f64) -> Result<Self, Error> {
                self.base.set_weight_decay(decay)?;
                Ok(self)
            }

            /// Applies the weight decay to weights only, not to biases. Only the first
            /// [`weight_rows`](brique_core::Parameter::weight_rows) rows of each parameter decay.
            #[must_use]
            pub fn decay_weights_only(mut self) -> Self {
                self.base.decays_weights_only = true;
                self
            }

            /// Continues from the state of an earlier optimiser with the same options.
            ///
            /// # Errors
            ///
            /// As [`set_state`](Optimizer::set_state).
            pub fn with_state(mut self, state: State<T>) -> Result<Self, Error> {
                self.set_state(state)?;
                Ok(self)
            }
        }

        impl<T: Scalar> Optimizer<T> for $optimizer<T> {
            fn step(&mut self, module: &mut dyn Module<T>) -> Result<(), Error> {
                step(self, module)
            }

            fn learning_rate(&self) -> f64 {
                self.base.learning_rate
            }

            fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
                self.base.set_learning_rate(rate)
            }

            fn state(&self) -> &State<T> {
                &self.base.state
            }

            fn description(&self) -> Description {
                let options: fn(&Self, Description) -> Description = $options;
                options(self, self.base.description())
            }

            fn set_state(&mut self, state: State<T>) -> Result<(), Error> {
                let buffers: fn(&Self) -> &'static [&'static str] = $buffers;
                let buffers = buffers(self);
                self.base.set_state(buffers, state)
            }
        }
    };
}
pub(crate) use optimizer_methods;
