//! A copy of a network that computes in a training pass what the network predicts.

use brique_core::{AttributeValue, Description, Error, Module};
use brique_layers::registry;

/// Returns a copy of a network in which all dropouts have the rate 0: its forward and backward passes are those of the
/// prediction.
///
/// # Errors
///
/// If the network contains a module that the registry of `brique-layers` cannot build.
pub(crate) fn without_dropout(network: &dyn Module) -> Result<Box<dyn Module>, Error> {
    let mut description = network.describe();
    set_rates_to_0(&mut description);
    let mut copy = registry().build(&description)?;
    copy_values(network, &mut *copy);
    Ok(copy)
}

fn set_rates_to_0(description: &mut Description) {
    if description.kind == "Dropout" {
        for attribute in &mut description.attributes {
            if attribute.name == "rate" {
                attribute.value = AttributeValue::Number(0.0);
            }
        }
    }
    for inner in &mut description.inner {
        set_rates_to_0(&mut inner.module);
    }
}

/// Copies the values of all parameters of a network to another one with the same parameters.
pub(crate) fn copy_values(from: &dyn Module, to: &mut dyn Module) {
    let mut values = Vec::new();
    from.visit_parameters(&mut |parameter| values.push(parameter.value().to_owned()));
    let mut values = values.into_iter();
    to.visit_parameters_mut(&mut |parameter| {
        if let Some(value) = values.next() {
            parameter.value_mut().assign(&value);
        }
    });
}
