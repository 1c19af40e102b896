//! Modules that use every part of the contract: one with parameters of two kinds, one that saves values, a composite.

use std::fmt;

use brique_core::{Description, Fault, Gradient, Memory, Module, Parameter, Plan, Shape, Step};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Zip, array};

/// y = w ⊙ x + b, with w as the first row of its parameter and b as the second.
#[derive(Debug, Clone)]
pub struct Scale {
    pub parameter: Parameter,
    pub seed: u64,
    pub step: Option<Step>,
}

impl Scale {
    pub fn new(values: usize, weight: f64) -> Self {
        let parameter = Array2::from_shape_fn((2, values), |(row, _)| if row == 0 { weight } else { 0.5 });
        Self {
            parameter: Parameter::with_weight_rows(parameter, 0).named("weight", 1, "bias"),
            seed: 7,
            step: None,
        }
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.description().fmt(f)
    }
}

impl Module for Scale {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        let values = Shape::from(self.parameter.shape().1);
        if input == values {
            return Ok(input);
        }
        Err(Fault::example_shape(input, values, "one value for each weight"))
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, _: &mut Memory) {
        let value = self.parameter.value();
        output.assign(&(input.to_owned() * value.row(0) + value.row(1)));
    }

    fn delta_kernel(&self, _: &Matrix, delta: &Matrix, input_delta: &mut Matrix, _: &mut Memory) {
        input_delta.assign(&(delta.to_owned() * self.parameter.value().row(0)));
    }

    fn gradient_kernel(&mut self, input: &Matrix, delta: &Matrix, _: &mut Memory) {
        for ((row, column), delta) in delta.indexed_iter() {
            self.parameter.gradient_mut()[[0, column]] += delta * input[[row, column]];
            self.parameter.gradient_mut()[[1, column]] += delta;
        }
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        visit(&self.parameter);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        visit(&mut self.parameter);
    }

    fn set_step(&mut self, step: Step) {
        self.step = Some(step);
    }

    fn description(&self) -> Description {
        Description::new("Scale")
            .attribute("values", self.parameter.shape().1)
            .detail("seed", self.seed)
    }
}

/// Where an [`Exponential`] saves its output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Saves {
    Apart,
    InDelta,
}

/// y = eˣ, whose derivative is its output. A prediction is rounded to a whole number.
#[derive(Debug, Clone)]
pub struct Exponential(pub Saves);

impl fmt::Display for Exponential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Exponential")
    }
}

impl Module for Exponential {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }

    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
        match self.0 {
            Saves::Apart => plan.save(input.size()),
            Saves::InDelta => plan.save_in_delta(input),
        }
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
        Zip::from(&mut *output).and(input).for_each(|y, x| *y = x.exp());
        if memory.is_prediction() {
            output.mapv_inplace(f64::round);
        }
        if let Some(mut saved) = memory.save() {
            saved.assign(output);
        }
    }

    fn delta_kernel(&self, _: &Matrix, delta: &Matrix, input_delta: &mut Matrix, memory: &mut Memory) {
        if self.0 == Saves::Apart {
            input_delta.assign(&memory.saved());
        }
        *input_delta *= delta;
    }
}

/// y = second(2 · first(x)), with a scratch matrix for 2 · first(x).
#[derive(Debug)]
pub struct Twice {
    pub values: usize,
    pub first: Box<dyn Module>,
    pub second: Box<dyn Module>,
}

impl Twice {
    pub fn new(values: usize, first: impl Module + 'static, second: impl Module + 'static) -> Self {
        Self {
            values,
            first: Box::new(first),
            second: Box::new(second),
        }
    }

    fn between(memory: &mut Memory) -> Array2<f64> {
        let (mut scratch, inner) = memory.scratch_and_inner(0);
        scratch.assign(&inner[0].output());
        scratch *= 2.0;
        scratch.to_owned()
    }
}

impl fmt::Display for Twice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Twice")
    }
}

impl Module for Twice {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        self.second.output_shape(self.first.output_shape(input)?)
    }

    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
        plan.scratch(input.size());
        plan.inner(&*self.first, input, input);
        plan.inner(&*self.second, input, input);
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
        memory.inner()[0].forward(&*self.first, input);
        let between = Self::between(memory);
        memory.inner()[1].forward_into(&*self.second, &between, output);
    }

    fn delta_kernel(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, memory: &mut Memory) {
        let between = Self::between(memory);
        memory.inner()[1].delta(&*self.second, &between, delta);
        let delta = memory.inner()[1].input_delta().to_owned() * 2.0;
        memory.inner()[0].delta_into(&*self.first, input, &delta, input_delta);
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix,
        delta: &Matrix,
        input_delta: Option<&mut Matrix>,
        gradient: Gradient,
        memory: &mut Memory,
    ) {
        let between = Self::between(memory);
        memory.inner()[1].backward(&mut *self.second, &between, delta, gradient);
        let delta = memory.inner()[1].input_delta().to_owned() * 2.0;
        memory.inner()[0].backward_into(&mut *self.first, input, &delta, input_delta, gradient);
    }

    fn inner(&self, number: usize) -> Option<(&str, &dyn Module)> {
        match number {
            0 => Some(("first", &*self.first)),
            1 => Some(("second", &*self.second)),
            _ => None,
        }
    }

    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module)> {
        match number {
            0 => Some(("first", &mut *self.first)),
            1 => Some(("second", &mut *self.second)),
            _ => None,
        }
    }

    fn description(&self) -> Description {
        Description::new("Twice").attribute("in", Shape::from(self.values))
    }
}

/// A network of three levels: Twice(Twice(Scale, Exponential), Scale).
pub fn nested(saves: Saves) -> Twice {
    let inside = Twice::new(2, Scale::new(2, 0.5), Exponential(saves));
    Twice::new(2, inside, Scale::new(2, 3.0))
}

/// What the nested network computes, and its gradients by hand: (output, gradient of the input, gradients of the inner
/// and of the outer scale).
pub fn nested_by_hand(x: &Array2<f64>, delta: &Array2<f64>) -> (Array2<f64>, Array2<f64>, [Array2<f64>; 2]) {
    // y = 3 · 2 · e^(2 · (x/2 + 1/2)) + 1/2 = 6 · e^(x + 1) + 1/2
    let exponential = x.mapv(|x| (x + 1.0).exp());
    let output = exponential.mapv(|e| 6.0 * e + 0.5);
    let input_delta = &exponential * delta * 6.0;
    let sum = |matrix: &Array2<f64>, column: usize| matrix.column(column).sum();
    let outer = &exponential * delta * 2.0;
    let inner = &exponential * delta * 12.0;
    let inner_weights = &inner * x;
    let gradients = [
        array![
            [sum(&inner_weights, 0), sum(&inner_weights, 1)],
            [sum(&inner, 0), sum(&inner, 1)]
        ],
        array![
            [sum(&outer, 0), sum(&outer, 1)],
            [delta.column(0).sum(), delta.column(1).sum()]
        ],
    ];
    (output, input_delta, gradients)
}
