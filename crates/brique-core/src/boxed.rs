//! A boxed module is a module: networks are lists of `Box<dyn Module>`.

use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar};

use crate::{Description, Error, Fault, Gradient, Memory, Module, Parameter, Plan, Shape, Step};

/// Every method calls the same method of the boxed module.
impl<T: Scalar, M: Module<T> + ?Sized> Module<T> for Box<M> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        (**self).output_shape(input)
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>) {
        (**self).forward_kernel(input, output, memory);
    }

    fn delta_kernel(
        &self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        (**self).delta_kernel(input, delta, input_delta, memory);
    }

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>, memory: &mut Memory<T>) {
        (**self).gradient_kernel(input, delta, memory);
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        (**self).own_parameters(visit);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        (**self).own_parameters_mut(visit);
    }

    fn inner(&self, number: usize) -> Option<(&str, &dyn Module<T>)> {
        (**self).inner(number)
    }

    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module<T>)> {
        (**self).inner_mut(number)
    }

    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_, T>) {
        (**self).plan_memory(input, plan);
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        (**self).backward_kernel(input, delta, input_delta, gradient, memory);
    }

    fn set_step(&mut self, step: Step) {
        (**self).set_step(step);
    }

    fn adds_in_row_groups(&self) -> bool {
        (**self).adds_in_row_groups()
    }

    fn description(&self) -> Description {
        (**self).description()
    }

    fn visit_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        (**self).visit_parameters(visit);
    }

    fn visit_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        (**self).visit_parameters_mut(visit);
    }

    fn begin_step(&mut self, step: u64) {
        (**self).begin_step(step);
    }

    fn describe(&self) -> Description {
        (**self).describe()
    }

    fn forward(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        (**self).forward(input)
    }

    fn predict(&self, input: &Matrix<T>) -> Result<Array2<T>, Error> {
        (**self).predict(input)
    }

    fn zero_grad(&mut self) {
        (**self).zero_grad();
    }

    fn backward_update_gradient(&mut self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<(), Error> {
        (**self).backward_update_gradient(input, delta)
    }

    fn backward_delta(&self, input: &Matrix<T>, delta: &Matrix<T>) -> Result<Array2<T>, Error> {
        (**self).backward_delta(input, delta)
    }

    fn update_parameters(&mut self, gradient_step: T) -> Result<(), Error> {
        (**self).update_parameters(gradient_step)
    }
}
