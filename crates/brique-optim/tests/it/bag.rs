//! A module that is nothing but parameters.

use std::fmt;

use brique_core::{Fault, Memory, Module, Parameter, Shape};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

#[derive(Debug, Clone, PartialEq)]
pub struct Bag<T: Scalar = f64>(pub Vec<Parameter<T>>);

impl<T: Scalar> Bag<T> {
    /// Parameters of these values and gradients, the last row of each a bias.
    pub fn new(values_and_gradients: impl IntoIterator<Item = (Array2<T>, Array2<T>)>) -> Self {
        let parameters = values_and_gradients.into_iter().map(|(value, gradient)| {
            let weight_rows = value.nrows().saturating_sub(1);
            let mut parameter = Parameter::with_weight_rows(value, weight_rows);
            parameter.gradient_mut().assign(&gradient);
            parameter
        });
        Self(parameters.collect())
    }

    /// All numbers of all parameters.
    pub fn values(&self) -> Vec<T> {
        self.0.iter().flat_map(Parameter::value).copied().collect()
    }

    /// All numbers of all gradients.
    pub fn gradients(&self) -> Vec<T> {
        self.0.iter().flat_map(Parameter::gradient).copied().collect()
    }

    /// Sets the gradients, by the place of the number among all and its value.
    pub fn set_gradients(&mut self, gradient: impl Fn(usize, T) -> T) {
        let mut place = 0;
        for parameter in &mut self.0 {
            let (value, mut into) = parameter.value_and_gradient_mut();
            for (into, &value) in into.iter_mut().zip(&value) {
                *into = gradient(place, value);
                place += 1;
            }
        }
    }
}

impl<T: Scalar> fmt::Display for Bag<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bag({})", self.0.len())
    }
}

impl<T: Scalar> Module<T> for Bag<T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, _: &mut Memory<T>) {
        output.assign(input);
    }

    fn delta_kernel(
        &self,
        _input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        _: &mut Memory<T>,
    ) {
        input_delta.assign(delta);
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        self.0.iter().for_each(visit);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        self.0.iter_mut().for_each(visit);
    }
}
