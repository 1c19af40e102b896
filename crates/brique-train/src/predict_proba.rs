//! The probabilities that a network predicts.

use brique_core::{Loss, Module};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::Error;
use crate::evaluate::predictions;

/// Computes the probabilities of the classes that a network predicts for `inputs`, with the loss that it was trained
/// with. The network runs in prediction mode.
///
/// The loss determines how an output ŷ becomes a probability:
///
/// | loss | probabilities |
/// |---|---|
/// | `CrossEntropyLoss` | `softmax(ŷ)` along each row |
/// | `BCEWithLogitsLoss` | `σ(ŷ)` of each element: the probability of class 1 |
/// | `NLLLoss` | `e^ŷ` |
/// | `BCELoss` | ŷ |
/// | others | an error |
///
/// [`Loss::probabilities`] computes the same from outputs, and a loss of your own can implement it.
///
/// # Shapes
///
/// `inputs` is (n, in), the result is (n, out).
///
/// # Errors
///
/// If the shape of the inputs does not fit the network, the outputs for this loss do not stand for probabilities, or
/// memory cannot hold them.
///
/// ```
/// use brique_layers::{Linear, Sequential};
/// use brique_losses::{CrossEntropyLoss, MSELoss};
/// use brique_tensor::ndarray::array;
/// use brique_train::predict_proba;
///
/// let linear = Linear::from_parameters(array![[0.0, 1.0], [0.0, 0.0]])?;
/// let network: Sequential = Sequential::new(1).then(linear)?;
/// let x = array![[0.0], [3.0_f64.ln()]];
/// let p = predict_proba(&network, &CrossEntropyLoss::new(), &x)?;
/// assert!((&p - &array![[0.5, 0.5], [0.25, 0.75]]).iter().all(|e| e.abs() < 1e-15));
///
/// let refused = predict_proba(&network, &MSELoss::new(), &x).unwrap_err();
/// assert!(refused.to_string().starts_with("MSELoss(mean), probabilities: "));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: scikit-learn's `predict_proba`.
pub fn predict_proba<T: Scalar>(
    network: &dyn Module<T>,
    loss: &dyn Loss<T>,
    inputs: &Matrix<T>,
) -> Result<Array2<T>, Error> {
    Ok(loss.probabilities(&predictions(network, inputs)?)?)
}
