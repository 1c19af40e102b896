//! Convolutions and pools on a case.

use brique_core::Shape;
use brique_layers::{AvgPool, Conv, MaxPool, PerAxis, Window};
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, Axis, concatenate};

use crate::Error;
use crate::case::Case;
use crate::subjects::{Results, of_module};

/// Computes `y`, `gx`, `gparameters` and `gbias` of a convolution along `N` axes.
///
/// In the files the weights are (kernel, channels of the input, channels of the output), which is the order of the rows
/// and columns of a parameter, and the bias is apart.
pub(crate) fn convolution<const N: usize, T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    let mut window = Window::new(per_axis::<N>(case, "kernel")?).stride(per_axis::<N>(case, "stride")?);
    if case.has_attribute("padding") {
        window = window.padding(per_axis::<N>(case, "padding")?);
    }
    let bias: Array2<T> = case.input("bias")?;
    let outputs = bias.len();
    let weights: Array2<T> = case.input("parameters")?;
    let rows = weights.len().checked_div(outputs).unwrap_or(0);
    let parameters = weights
        .into_shape_with_order((rows, outputs))
        .and_then(|weights| concatenate(Axis(0), &[weights.view(), bias.view().reversed_axes()]));
    let parameters = parameters.map_err(|_| Error::Attribute {
        attribute: "parameters",
        found: format!("with {outputs} biases"),
        expected: "weights of as many outputs",
    })?;
    let mut conv = Conv::<N, T>::from_parameters(input_shape(case)?, window, parameters)?;
    let mut results = of_module(&mut conv, case)?;
    if let Some((name, mut gradient)) = results.pop() {
        let bias = gradient.split_off(gradient.len().saturating_sub(outputs));
        results.extend([(name, gradient), ("gbias", bias)]);
    }
    Ok(results)
}

/// Computes `y` and `gx` of a max pool along `N` axes.
pub(crate) fn max_pool<const N: usize, T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    let pool = MaxPool::<N>::new(input_shape(case)?, per_axis::<N>(case, "kernel")?)?;
    of_module(&mut pool.stride(per_axis::<N>(case, "stride")?)?, case)
}

/// Computes `y` and `gx` of an average pool along `N` axes.
pub(crate) fn average_pool<const N: usize, T: Scalar>(case: &Case<'_>) -> Result<Results<T>, Error> {
    let pool = AvgPool::<N>::new(input_shape(case)?, per_axis::<N>(case, "kernel")?)?;
    of_module(&mut pool.stride(per_axis::<N>(case, "stride")?)?, case)
}

/// Returns an attribute with one size for each axis.
fn per_axis<const N: usize>(case: &Case<'_>, attribute: &'static str) -> Result<PerAxis<N>, Error> {
    let sizes = case.sizes_attribute(attribute)?;
    sizes.try_into().map(PerAxis).map_err(|sizes| Error::Attribute {
        attribute,
        found: format!("{sizes:?}"),
        expected: "one size for each axis",
    })
}

/// Returns the shape of an example of the input.
fn input_shape(case: &Case<'_>) -> Result<Shape, Error> {
    let shape = case.input_shape("x")?;
    match shape[..] {
        [_, length, channels] => Ok(Shape::from([length, channels])),
        [_, height, width, channels] => Ok(Shape::from([height, width, channels])),
        _ => Err(Error::Attribute {
            attribute: "x",
            found: format!("of shape {shape:?}"),
            expected: "a batch of examples with one or two axes and channels",
        }),
    }
}
