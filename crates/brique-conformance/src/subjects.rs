//! The modules and losses that the library has, by the names that files of vectors give them.

use brique_core::{Loss, Module};
use brique_layers::Linear;
use brique_losses::MSELoss;
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::Error;
use crate::case::Case;

/// A result by name, its numbers in row-major order.
pub(crate) type Results<T> = Vec<(&'static str, Vec<T>)>;

/// A module or loss that can be run on a case.
pub(crate) struct Subject<T: Scalar> {
    pub(crate) results: fn(&Case<'_>) -> Result<Results<T>, Error>,
    /// The results that are sums whose terms can cancel: nothing bounds their relative error but what others reach.
    pub(crate) cancelled: &'static [&'static str],
}

/// The module or loss of this name; nothing where the library does not have it.
pub(crate) fn subject<T: Scalar>(name: &str) -> Option<Subject<T>> {
    let subject = match name {
        "linear" => Subject {
            results: linear as fn(&Case<'_>) -> _,
            cancelled: &["y", "gx", "gparameters"],
        },
        "mse" => Subject {
            results: mse,
            cancelled: &[],
        },
        _ => return None,
    };
    Some(subject)
}

fn linear<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    of_module(&mut Linear::from_parameters(case.input("parameters")?)?, case)
}

fn mse<T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    of_loss(&MSELoss::new(case.reduction()?), &case.input("target")?, case)
}

/// `y`, `gx` and, for a module that learns, `gparameters`: the gradient of its first parameter.
fn of_module<T: Scalar>(module: &mut dyn Module<T>, case: &Case<'_>) -> Result<Results<T>, Error> {
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

/// `y`, one number, and `gx`.
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
