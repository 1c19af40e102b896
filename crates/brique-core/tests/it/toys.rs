//! The smallest module and the smallest loss that the contract allows.

use std::fmt;

use brique_core::{Fault, Loss, Memory, Module, Parameter, Reduction, Shape};
use brique_tensor::ndarray::{ArrayRef1, Axis, array};
use brique_tensor::{Matrix, Scalar};

/// y = a·(x₁, x₁, x₂, x₂, …): twice as many columns as its input, and at least one.
#[derive(Debug, Clone)]
pub struct ScaledTwins {
    pub factor: Parameter,
}

impl ScaledTwins {
    pub fn new(factor: f64) -> Self {
        Self {
            factor: Parameter::new(array![[factor]]),
        }
    }

    fn factor(&self) -> f64 {
        self.factor.value()[[0, 0]]
    }
}

impl fmt::Display for ScaledTwins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScaledTwins")
    }
}

impl Module for ScaledTwins {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        match input.size() {
            0 => Err(Fault::ExampleShape {
                found: input,
                expected: "at least one value".to_owned(),
                reason: "there is nothing to double".into(),
            }),
            size => Ok(Shape::from(2 * size)),
        }
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, _: &mut Memory) {
        for ((row, column), y) in output.indexed_iter_mut() {
            *y = self.factor() * input[[row, column / 2]];
        }
    }

    fn delta_kernel(&self, _input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, _: &mut Memory) {
        for ((row, column), d) in input_delta.indexed_iter_mut() {
            *d = self.factor() * (delta[[row, 2 * column]] + delta[[row, 2 * column + 1]]);
        }
    }

    fn gradient_kernel(&mut self, input: &Matrix, delta: &Matrix, _: &mut Memory) {
        let sum: f64 = delta
            .indexed_iter()
            .map(|((row, column), d)| d * input[[row, column / 2]])
            .sum();
        self.factor.gradient_mut()[[0, 0]] += sum;
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        visit(&self.factor);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        visit(&mut self.factor);
    }
}

/// The sum of all errors ŷ − y.
#[derive(Debug)]
pub struct TotalError(pub Reduction);

impl fmt::Display for TotalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TotalError({})", self.0)
    }
}

impl<T: Scalar> Loss<T> for TotalError {
    fn reduction(&self) -> Reduction {
        self.0
    }

    fn forward_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>) -> T {
        (yhat - y).sum() / T::from_usize(self.0.divisor(yhat.nrows(), yhat.ncols()))
    }

    fn backward_kernel(&self, _y: &Matrix<T>, yhat: &Matrix<T>, delta: &mut Matrix<T>) {
        delta.fill(T::one() / T::from_usize(self.0.divisor(yhat.nrows(), yhat.ncols())));
    }

    fn per_example_kernel(&self, y: &Matrix<T>, yhat: &Matrix<T>, losses: &mut ArrayRef1<T>) {
        losses.assign(&(yhat - y).sum_axis(Axis(1)));
    }
}
