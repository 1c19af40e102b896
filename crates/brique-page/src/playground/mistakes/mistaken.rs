//! A module with a mistake in its backward pass.

use std::fmt;

use brique_core::{Description, Error, Fault, Gradient, Memory, Module, Parameter, Plan, Shape, Step};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, ArrayView1, Axis, Zip};

use super::Mistake;

/// A module with a mistake in its backward pass. Its forward pass is right.
#[derive(Debug)]
pub struct Mistaken {
    module: Box<dyn Module>,
    mistake: Mistake,
}

impl Mistaken {
    /// Plants a mistake in a module.
    ///
    /// # Errors
    ///
    /// As [`Mistake::check`].
    pub fn new(module: Box<dyn Module>, mistake: Mistake) -> Result<Self, Error> {
        mistake.check(&module.describe())?;
        Ok(Self { module, mistake })
    }

    /// Turns the right `δ_x` into the wrong one.
    fn spoil_delta(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix) {
        match self.mistake {
            Mistake::WrongSign => input_delta.map_inplace(|value| *value = -*value),
            Mistake::Factor2 => input_delta.map_inplace(|value| *value *= 2.0),
            Mistake::InputForgotten => *input_delta -= delta,
            Mistake::MaskForgotten => input_delta.assign(delta),
            Mistake::DerivativeAtOutput => {
                let output = self.module.forward(input);
                if let Ok(wrong) = output.and_then(|output| self.module.backward_delta(&output, delta)) {
                    input_delta.assign(&wrong);
                }
            }
            Mistake::WeightsNotTransposed => {
                if let Some(parameter) = self.first_parameter() {
                    let (weight, _) = parameter.view().split_at(Axis(0), parameter.nrows() - 1);
                    input_delta.assign(&delta.dot(&weight));
                }
            }
            Mistake::StatisticsAsConstants => self.scale_delta(input, delta, input_delta),
            Mistake::BiasForgotten | Mistake::GradientAddedTwice | Mistake::MeanTakenTwice => {}
        }
    }

    /// Computes `δ_x = δ·g / √(variance + ε)`, with one variance for each group of channels.
    fn scale_delta(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix) {
        const EPSILON: f64 = 1e-5;
        let Some(parameter) = self.first_parameter() else {
            return;
        };
        let channels = parameter.ncols();
        let groups = self.module.description().size("groups").unwrap_or(1);
        let group_of = |index: usize| index % channels * groups / channels;
        let rows = input.rows().into_iter().zip(delta.rows());
        for ((x, delta), mut input_delta) in rows.zip(input_delta.rows_mut()) {
            let deviations: Vec<f64> = (0..groups)
                .map(|group| (variance(&x, |index| group_of(index) == group) + EPSILON).sqrt())
                .collect();
            for (index, input_delta) in input_delta.iter_mut().enumerate() {
                *input_delta = delta[index] * parameter[[0, index % channels]] / deviations[group_of(index)];
            }
        }
    }

    /// Turns what was added to the gradients into what the mistake adds. `before` holds the gradients before.
    fn spoil_gradient(&mut self, before: &[Array2<f64>], examples: usize) {
        let mistake = self.mistake;
        let mut before = before.iter();
        self.module.own_parameters_mut(&mut |parameter| {
            let Some(before) = before.next() else {
                return;
            };
            let last = parameter.shape().0 - 1;
            let mut gradient = parameter.gradient_mut();
            match mistake {
                Mistake::BiasForgotten => gradient.row_mut(last).assign(&before.row(last)),
                Mistake::GradientAddedTwice => {
                    Zip::from(gradient)
                        .and(before)
                        .for_each(|now, before| *now += *now - before);
                }
                Mistake::MeanTakenTwice => {
                    let n = examples as f64;
                    Zip::from(gradient)
                        .and(before)
                        .for_each(|now, before| *now = before + (*now - before) / n);
                }
                _ => {}
            }
        });
    }

    fn own_gradients(&self) -> Vec<Array2<f64>> {
        let mut gradients = Vec::new();
        self.module
            .own_parameters(&mut |parameter| gradients.push(parameter.gradient().to_owned()));
        gradients
    }

    fn first_parameter(&self) -> Option<Array2<f64>> {
        let mut found = None;
        self.module.own_parameters(&mut |parameter| {
            found.get_or_insert_with(|| parameter.value().to_owned());
        });
        found
    }
}

/// Returns the variance of the values of an example whose index is chosen.
fn variance(x: &ArrayView1<'_, f64>, is_chosen: impl Fn(usize) -> bool) -> f64 {
    let values = || {
        x.iter()
            .enumerate()
            .filter(|&(index, _)| is_chosen(index))
            .map(|(_, &x)| x)
    };
    let n = values().count() as f64;
    let mean = values().sum::<f64>() / n;
    values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n
}

impl Module for Mistaken {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        self.module.output_shape(input)
    }

    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
        // A network does not run a module that keeps its values, and would not see the mistake.
        if self.module.description().kind != "Flatten" {
            self.module.plan_memory(input, plan);
        }
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
        self.module.forward_kernel(input, output, memory);
    }

    fn delta_kernel(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, memory: &mut Memory) {
        self.module.delta_kernel(input, delta, input_delta, memory);
        self.spoil_delta(input, delta, input_delta);
    }

    fn gradient_kernel(&mut self, input: &Matrix, delta: &Matrix, memory: &mut Memory) {
        let before = self.own_gradients();
        self.module.gradient_kernel(input, delta, memory);
        self.spoil_gradient(&before, input.nrows());
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix,
        delta: &Matrix,
        input_delta: Option<&mut Matrix>,
        gradient: Gradient,
        memory: &mut Memory,
    ) {
        if gradient == Gradient::Overwrite {
            self.module.own_parameters_mut(&mut Parameter::zero_grad);
        }
        let before = self.own_gradients();
        let Some(input_delta) = input_delta else {
            self.module.backward_kernel(input, delta, None, gradient, memory);
            return self.spoil_gradient(&before, input.nrows());
        };
        self.module
            .backward_kernel(input, delta, Some(&mut *input_delta), gradient, memory);
        self.spoil_gradient(&before, input.nrows());
        self.spoil_delta(input, delta, input_delta);
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        self.module.own_parameters(visit);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        self.module.own_parameters_mut(visit);
    }

    fn inner(&self, number: usize) -> Option<(&str, &dyn Module)> {
        self.module.inner(number)
    }

    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module)> {
        self.module.inner_mut(number)
    }

    fn set_step(&mut self, step: Step) {
        self.module.set_step(step);
    }

    fn description(&self) -> Description {
        self.module.description()
    }
}

impl fmt::Display for Mistaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.module.fmt(f)
    }
}
