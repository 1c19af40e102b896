//! Defines a new module and tests it with `Judge`. The module multiplies each column of the input by a parameter.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::fmt;

use brique_core::{Fault, Memory, Module, Parameter, Shape};
use brique_gradcheck::strategies::{Numbers, matrix, size};
use brique_gradcheck::{Failure, Judge};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Axis;
use proptest::prelude::*;

/// Computes `y = x · diag(s)`. The backward passes compute `δ_x = δ · diag(s)` and `∇s += Σ x ⊙ δ` over the batch.
#[derive(Debug)]
struct Scale(Parameter);

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scale({})", self.0.shape().1)
    }
}

impl Module for Scale {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        let expected = Shape::from(self.0.shape().1);
        if input == expected {
            return Ok(input);
        }
        Err(Fault::example_shape(input, expected, "one factor a column"))
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, _: &mut Memory) {
        output.assign(&(input * self.0.value()));
    }

    fn delta_kernel(&self, _input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, _: &mut Memory) {
        input_delta.assign(&(delta * self.0.value()));
    }

    fn gradient_kernel(&mut self, input: &Matrix, delta: &Matrix, _: &mut Memory) {
        let mut gradient = self.0.gradient_mut();
        gradient += &(input * delta).sum_axis(Axis(0));
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        visit(&self.0);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        visit(&mut self.0);
    }
}

fn main() -> Result<(), Failure> {
    let factors = size().prop_flat_map(|columns| matrix(1, columns, Numbers::Tame));
    let modules = factors.prop_map(|s| (Scale(Parameter::new(s.clone())), s.ncols()));
    println!("{}", Judge::new(1).linear().modules(modules)?);
    Ok(())
}
