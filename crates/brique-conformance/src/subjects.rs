//! The modules and losses of the library, by their names in files of vectors.

use brique_core::{Loss, Module};
use brique_layers::{
    ELU, GELU, LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, ReLU, SiLU, Sigmoid, Softmax, Softplus,
    Tanh,
};
use brique_losses::{BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, HuberLoss, L1Loss, MSELoss};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::Error;
use crate::case::Case;
use crate::windows::{average_pool, convolution, max_pool};

/// Results by name, with their numbers in row-major order.
pub(crate) type Results<T> = Vec<(&'static str, Vec<T>)>;

/// A module or loss that can be run on a case.
pub(crate) struct Subject<T: Scalar> {
    pub(crate) results: fn(&Case<'_>) -> Result<Results<T>, Error>,
    /// The results that are sums whose terms can cancel. Their relative error has no fixed bound; the bound is the
    /// error that PyTorch reaches.
    pub(crate) cancelled: &'static [&'static str],
    /// The absolute error of the exact results in the files if these are differences of larger numbers; 0 if every
    /// digit is exact.
    pub(crate) truth_known_to: f64,
}

/// Differences such as `log Σ e^z − z` are computed with 200 bits, which leaves 190 after the binary point for numbers
/// below 1024.
const OF_200_BITS: f64 = 1.0 / (1_u128 << 95) as f64 / (1_u128 << 95) as f64;

/// Returns the module or loss with this name, or `None` if the library does not have it.
pub(crate) fn subject<T: Scalar>(name: &str) -> Option<Subject<T>> {
    let subject = match name {
        "linear" => Subject {
            results: linear as fn(&Case<'_>) -> _,
            cancelled: &["y", "gx", "gparameters"],
            truth_known_to: 0.0,
        },
        "relu" => of_terms(|case| of_module(&mut ReLU, case)),
        "leaky_relu" => of_terms(|case| {
            of_module(
                &mut LeakyReLU::new(case.numeric_attribute("negative_slope")?)?,
                case,
            )
        }),
        "tanh" => of_terms(|case| of_module(&mut Tanh, case)),
        "sigmoid" => of_terms(|case| of_module(&mut Sigmoid, case)),
        "softplus" => of_terms(|case| of_module(&mut Softplus, case)),
        "log_sigmoid" => of_terms(|case| of_module(&mut LogSigmoid, case)),
        "elu" => of_terms(|case| of_module(&mut ELU::new(case.numeric_attribute("alpha")?)?, case)),
        // Their derivatives are sums that are 0 for a negative input.
        "silu" => Subject {
            cancelled: &["gx"],
            ..of_terms(|case| of_module(&mut SiLU, case))
        },
        "gelu" => Subject {
            cancelled: &["gx"],
            ..of_terms(|case| of_module(&mut GELU, case))
        },
        "softmax" => Subject {
            truth_known_to: OF_200_BITS,
            ..of_terms(|case| of_module(&mut Softmax, case))
        },
        "log_softmax" => Subject {
            cancelled: &["gx"],
            truth_known_to: OF_200_BITS,
            ..of_terms(|case| of_module(&mut LogSoftmax, case))
        },
        "layer_norm" => Subject {
            cancelled: &["gx", "gparameters"],
            ..of_terms(layer_norm)
        },
        "conv1d" | "conv1d_padded" => of_cancelled_sums(convolution::<1, T>),
        "conv2d" => of_cancelled_sums(convolution::<2, T>),
        "max_pool1d" => of_cancelled_sums(max_pool::<1, T>),
        "max_pool2d" => of_cancelled_sums(max_pool::<2, T>),
        "avg_pool1d" => of_cancelled_sums(average_pool::<1, T>),
        "avg_pool2d" => of_cancelled_sums(average_pool::<2, T>),
        "mse" => of_terms(mse),
        "l1" => of_terms(l1),
        "huber" => of_terms(huber),
        "cross_entropy" => Subject {
            truth_known_to: OF_200_BITS,
            ..of_terms(cross_entropy)
        },
        "bce" => of_terms(bce),
        "bce_with_logits" => of_terms(bce_with_logits),
        _ => return None,
    };
    Some(subject)
}

/// A subject whose results have one term each or are sums of non-negative terms.
fn of_terms<T: Scalar>(results: fn(&Case<'_>) -> Result<Results<T>, Error>) -> Subject<T> {
    Subject {
        results,
        cancelled: &[],
        truth_known_to: 0.0,
    }
}

/// A subject whose results are sums with cancelling terms.
fn of_cancelled_sums<T: Scalar>(results: fn(&Case<'_>) -> Result<Results<T>, Error>) -> Subject<T> {
    Subject {
        cancelled: &["y", "gx", "gparameters", "gbias"],
        ..of_terms(results)
    }
}

fn linear<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    of_module(&mut Linear::from_parameters(case.input("parameters")?)?, case)
}

/// Uses an ε of 10⁻⁵, which is PyTorch's default and the only value that the module supports.
fn layer_norm<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    let parameters: Array2<T> = case.input("parameters")?;
    let eps = case.numeric_attribute("eps")?;
    if eps.to_bits() != 1e-5_f64.to_bits() {
        return Err(Error::Attribute {
            attribute: "eps",
            found: eps.to_string(),
            expected: "0.00001",
        });
    }
    let mut norm = LayerNorm::from_parameters(parameters)?;
    of_module(&mut norm, case)
}

fn mse<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    of_loss(
        &MSELoss::new().with_reduction(case.reduction()?),
        &case.input("target")?,
        case,
    )
}

fn l1<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    of_loss(
        &L1Loss::new().with_reduction(case.reduction()?),
        &case.input("target")?,
        case,
    )
}

fn huber<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    let loss = HuberLoss::new()
        .with_reduction(case.reduction()?)
        .delta(case.numeric_attribute("delta")?)?;
    of_loss(&loss, &case.input("target")?, case)
}

fn cross_entropy<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    let loss = CrossEntropyLoss::new().with_reduction(case.reduction()?);
    of_loss(&loss, &case.class_indices()?, case)
}

fn bce<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    of_loss(
        &BCELoss::new().with_reduction(case.reduction()?),
        &case.input("target")?,
        case,
    )
}

fn bce_with_logits<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    let loss = BCEWithLogitsLoss::new().with_reduction(case.reduction()?);
    of_loss(&loss, &case.input("target")?, case)
}

/// Computes `y`, `gx` and, for a module with parameters, `gparameters`, the gradient of its first parameter.
pub(crate) fn of_module<T: Scalar>(module: &mut dyn Module<T>, case: &Case<'_>) -> Result<Results<T>, Error> {
    let (x, delta) = (case.input("x")?, case.input("delta")?);
    let mut results = vec![
        ("y", flat(module.forward(&x)?)),
        ("gx", flat(module.backward_delta(&x, &delta)?)),
    ];
    module.backward_update_gradient(&x, &delta)?;
    let mut first = None;
    module.visit_parameters(&mut |parameter| {
        first.get_or_insert_with(|| parameter.gradient().iter().copied().collect());
    });
    results.extend(first.map(|gradient| ("gparameters", gradient)));
    Ok(results)
}

/// Computes `y`, which is one number, and `gx`.
fn of_loss<T: Scalar>(loss: &dyn Loss<T>, y: &Matrix<T>, case: &Case<'_>) -> Result<Results<T>, Error> {
    let yhat = case.input("x")?;
    Ok(vec![
        ("y", vec![loss.forward(y, &yhat)?]),
        ("gx", flat(loss.backward(y, &yhat)?)),
    ])
}

fn flat<T: Scalar>(matrix: Array2<T>) -> Vec<T> {
    matrix.into_iter().collect()
}
