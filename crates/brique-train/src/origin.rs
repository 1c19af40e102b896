//! The origin of a NaN or infinity in a training step.

use brique_core::{Loss, Module, Workspace, visit_modules};
use brique_tensor::{Matrix, Scalar};

use crate::{Error, NotFinite};

/// Finds out why the loss `value` is NaN or infinite: returns the first of the input, the outputs of the modules and
/// the loss itself that is not finite.
pub(crate) fn cause<T: Scalar>(
    network: &dyn Module<T>,
    loss: &dyn Loss<T>,
    x: &Matrix<T>,
    value: T,
) -> NotFinite {
    if x.iter().any(|x| !x.is_finite()) {
        return NotFinite::Input;
    }
    match Workspace::first_not_finite(network, x) {
        Some((path, module)) => NotFinite::Output {
            module: named(&path, &module),
        },
        None => NotFinite::Loss {
            loss: loss.to_string(),
            value: value.to_string(),
        },
    }
}

/// Formats a module with its path, for example `module 2.1 (ReLU)`; a network that is a single module has no path.
fn named(path: &str, module: &str) -> String {
    if path.is_empty() {
        return module.to_owned();
    }
    format!("module {path} ({module})")
}

/// Returns an error that names the first module with a NaN or an infinity in a gradient, if there is one.
pub(crate) fn check_gradients<T: Scalar>(network: &dyn Module<T>) -> Result<(), Error> {
    let mut is_finite = true;
    network.visit_parameters(&mut |parameter| is_finite &= parameter.has_finite_gradient());
    if is_finite {
        return Ok(());
    }
    let mut first = None;
    visit_modules(network, &mut |path, module| {
        let mut is_finite = true;
        module.own_parameters(&mut |parameter| is_finite &= parameter.has_finite_gradient());
        if !is_finite && first.is_none() {
            first = Some(named(path, &module.to_string()));
        }
    });
    let module = first.unwrap_or_else(|| network.to_string());
    Err(Error::NotFinite(NotFinite::Gradient { module }))
}
