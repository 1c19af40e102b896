//! The origin of a NaN or infinity in a training step.

use brique_core::{Loss, Module, Parameter, Workspace, visit_modules};
use brique_tensor::{Matrix, Scalar, all_finite};

use crate::{Error, NotFinite};

/// Finds out why the loss `value` is NaN or infinite: returns the first of the input, the outputs of the modules, the
/// target and the loss itself that is not finite.
pub(crate) fn cause<T: Scalar>(
    network: &dyn Module<T>,
    loss: &dyn Loss<T>,
    (x, y): (&Matrix<T>, &Matrix<T>),
    value: T,
) -> NotFinite {
    if !all_finite(x) {
        return NotFinite::Input;
    }
    match Workspace::first_not_finite(network, x) {
        Some((path, module)) => NotFinite::Output {
            module: named(&path, &module),
        },
        None if !all_finite(y) => NotFinite::Target,
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

/// Returns an error if a gradient has a NaN or an infinity. It names the first module with such a gradient, or the input
/// `x` if that is where it came from.
pub(crate) fn check_gradients<T: Scalar>(network: &dyn Module<T>, x: &Matrix<T>) -> Result<(), Error> {
    let mut is_finite = true;
    network.visit_parameters(&mut |parameter| is_finite &= parameter.has_finite_gradient());
    if is_finite {
        return Ok(());
    }
    if !all_finite(x) {
        return Err(Error::NotFinite(NotFinite::Input));
    }
    let first = first_module(network, &|parameter| parameter.has_finite_gradient());
    let module = first.unwrap_or_else(|| network.to_string());
    Err(Error::NotFinite(NotFinite::Gradient { module }))
}

/// Returns the first module with a NaN or an infinity in a parameter.
pub(crate) fn parameter<T: Scalar>(network: &dyn Module<T>) -> Option<String> {
    first_module(network, &|parameter| all_finite(parameter.value()))
}

/// Returns the first module with a parameter of its own that is not finite.
fn first_module<T: Scalar>(
    network: &dyn Module<T>,
    is_finite: &dyn Fn(&Parameter<T>) -> bool,
) -> Option<String> {
    let mut first = None;
    visit_modules(network, &mut |path, module| {
        let mut all_are = true;
        module.own_parameters(&mut |parameter| all_are &= is_finite(parameter));
        if !all_are && first.is_none() {
            first = Some(named(path, &module.to_string()));
        }
    });
    first
}
