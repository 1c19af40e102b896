//! The report's training: full-batch gradient descent with the five methods of the contract.

use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_layers::Linear;
use brique_losses::MSELoss;
use brique_tensor::ndarray::Array2;

use crate::Error;

/// A trained layer, and the loss before each step.
pub(crate) struct Descent {
    pub(crate) model: Linear,
    pub(crate) losses: Vec<f64>,
}

/// `epochs` steps of gradient descent on the mean squared error, each on all of `data`.
pub(crate) fn gradient_descent(
    mut model: Linear,
    data: &Dataset,
    gradient_step: f64,
    epochs: usize,
) -> Result<Descent, Error> {
    let loss = MSELoss::new();
    let mut losses = Vec::with_capacity(epochs);
    for _ in 0..epochs {
        let yhat = model.forward(data.inputs())?;
        losses.push(loss.forward(data.targets(), &yhat)?);
        let delta = loss.backward(data.targets(), &yhat)?;
        model.zero_grad();
        model.backward_update_gradient(data.inputs(), &delta)?;
        model.update_parameters(gradient_step)?;
    }
    Ok(Descent { model, losses })
}

/// The mean squared error of a model on some data.
pub(crate) fn mse(model: &Linear, data: &Dataset) -> Result<f64, Error> {
    Ok(MSELoss::new().forward(data.targets(), &model.forward(data.inputs())?)?)
}

/// The parameters row by row, the bias last, as in `results.json`.
pub(crate) fn flat(model: &Linear) -> Vec<f64> {
    model.parameters().value().iter().copied().collect()
}

/// Parameters as a layer of one output: the inverse of [`flat`].
pub(crate) fn layer_of(parameters: &[f64]) -> Result<Linear, Error> {
    let column = Array2::from_shape_fn((parameters.len(), 1), |(row, _)| parameters[row]);
    Ok(Linear::from_parameters(column)?)
}
