//! Adam, and the step that it shares with `AdamW`.

use brique_core::{Description, Module};
use brique_tensor::{Scalar, compile_once};

use crate::base::{Base, decayed};
use crate::methods::optimizer_methods;
use crate::moments::{BUFFERS, Moments, moments_methods};
use crate::{Error, Optimizer, State};

/// The Adam optimiser. It divides a moving average of the gradient by the square root of a moving average of its
/// square. Both averages start at 0 and are corrected for the bias that this causes.
///
/// At step t = 1, 2, …, with the learning rate lr, the weight decay λ, g = `∇p + λ · p`, and m = v = 0 before step 1:
///
/// ```text
/// m ← β₁ · m + (1 − β₁) · g
/// v ← β₂ · v + (1 − β₂) · g²
/// p ← p − lr / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
/// ```
///
/// Defaults: β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, λ = 0. The state has two buffers: `exp_avg` is m, `exp_avg_sq` is v.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{Adam, Optimizer};
/// use brique_tensor::ndarray::array;
///
/// let mut linear: Linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[-1.0]])?; // ∇ = [−2, −1]
/// let mut adam = Adam::new(0.25)?;
/// adam.step(&mut linear)?; // the first step is lr · sign ∇, but for ε
/// assert!((linear.weight()[[0, 0]] - 3.25).abs() < 1e-7);
/// assert!((linear.bias()[0] - 0.75).abs() < 1e-7);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Kingma and Ba, *Adam: A Method for Stochastic Optimization*, 2015; PyTorch's `Adam`.
#[derive(Debug, Clone, PartialEq)]
pub struct Adam<T: Scalar = f64> {
    base: Base<T>,
    moments: Moments,
}

impl<T: Scalar> Adam<T> {
    /// Creates Adam with this learning rate and PyTorch's defaults for the other options.
    ///
    /// # Errors
    ///
    /// If `learning_rate` is negative, NaN, or not finite in `T`.
    pub fn new(learning_rate: f64) -> Result<Self, Error> {
        let base = Base::new("Adam", learning_rate)?;
        Ok(Self {
            base,
            moments: Moments::default(),
        })
    }
}

moments_methods!(Adam);
optimizer_methods!(Adam, |_| &BUFFERS, |adam, description| adam
    .moments
    .describe(description));

fn step<T: Scalar>(adam: &mut Adam<T>, module: &mut dyn Module<T>) -> Result<(), Error> {
    adam_step(&mut adam.base, adam.moments, module, Decay::InGradient)
}

/// The way in which weight decay is applied.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Decay {
    /// As in Adam: λ · p is added to the gradient, g = ∇p + λ · p.
    InGradient,
    /// As in `AdamW`: the parameter is multiplied by 1 − lr · λ, and the gradient is not changed.
    Decoupled,
}

compile_once! {
    /// Performs one step of Adam or `AdamW`, depending on `kind`.
    pub(crate) fn adam_step<T: Scalar>(
        base: &mut Base<T>,
        moments: Moments,
        module: &mut dyn Module<T>,
        kind: Decay
    ) -> Result<(), Error> {
        let steps = base.state.steps.saturating_add(1);
        let corrections = moments.betas.map(|beta| bias_correction(beta, steps));
        let learning_rate = base.learning_rate;
        let rate = T::from_f64(learning_rate / corrections[0]);
        let scale = T::from_f64(1.0 / corrections[1].sqrt());
        let eps = T::from_f64(moments.eps);
        let [beta1, beta2] = moments.betas.map(T::from_f64);
        let [rest1, rest2] = moments.betas.map(|beta| T::from_f64(1.0 - beta));
        base.step(module, BUFFERS, |rows| {
            let (decay, factor) = match kind {
                Decay::InGradient => (rows.decay, 1.0),
                Decay::Decoupled => (0.0, 1.0 - learning_rate * rows.decay),
            };
            let (decay, factor) = (T::from_f64(decay), T::from_f64(factor));
            rows.update(move |p, g, [m, v]| {
                let g = decayed(g, p, decay);
                let m = beta1 * m + rest1 * g;
                let v = beta2 * v + rest2 * g * g;
                (factor * p - rate * m / (v.sqrt() * scale + eps), [m, v])
            });
        })
    }
}

/// Computes `1 − βᵗ`, as `−expm1(t · ln1p(β − 1))`.
///
/// The direct formula loses digits if βᵗ is near 1, because the subtraction cancels the leading digits of a rounded
/// number. The only subtraction here is β − 1, which is exact for β ≥ ½.
fn bias_correction(beta: f64, steps: u64) -> f64 {
    -libm::expm1(steps as f64 * libm::log1p(beta - 1.0))
}
