//! Adam with a weight decay of its own.

use brique_core::{Description, Module};
use brique_tensor::Scalar;

use crate::adam::{Decay, adam_step};
use crate::base::Base;
use crate::methods::optimizer_methods;
use crate::moments::{BUFFERS, Moments, moments_methods};
use crate::{Error, Optimizer, State};

/// [`Adam`](crate::Adam) with a decoupled weight decay: it shrinks the parameters directly and does not enter the moving
/// averages.
///
/// ```text
/// p ← (1 − lr · λ) · p
/// ```
///
/// followed by the step of Adam with g = `∇p`. Defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, λ = 0.01. The state has the
/// buffers `exp_avg`, m, and `exp_avg_sq`, v.
///
/// ```
/// use brique_layers::Linear;
/// use brique_optim::{AdamW, Optimizer};
/// use brique_tensor::ndarray::array;
///
/// let mut linear = Linear::from_parameters(array![[4.0], [8.0]])?; // and no gradient
/// let mut adam_w = AdamW::new(0.5)?.weight_decay(0.5)?.decay_weights_only();
/// adam_w.step(&mut linear)?;
/// assert_eq!(linear.parameters().value(), array![[3.0], [8.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Loshchilov and Hutter, *Decoupled Weight Decay Regularization*, 2019; PyTorch's `AdamW`.
#[derive(Debug, Clone, PartialEq)]
pub struct AdamW<T: Scalar = f64> {
    base: Base<T>,
    moments: Moments,
}

impl<T: Scalar> AdamW<T> {
    /// Creates `AdamW` with this learning rate, and PyTorch's defaults.
    ///
    /// # Errors
    ///
    /// If `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        let mut base = Base::new("AdamW", learning_rate)?;
        base.weight_decay = 0.01;
        Ok(Self {
            base,
            moments: Moments::default(),
        })
    }
}

moments_methods!(AdamW);
optimizer_methods!(AdamW, |_| &BUFFERS, |adam_w, description| adam_w
    .moments
    .describe(description));

fn step<T: Scalar>(adam_w: &mut AdamW<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
    adam_step(&mut adam_w.base, adam_w.moments, module, Decay::Decoupled)
}
