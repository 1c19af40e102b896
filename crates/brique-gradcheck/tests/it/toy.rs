//! A module made of closures, so that a mistake can be planted in one of them.

use std::fmt;
use std::sync::Arc;

use brique_core::{Error, Fault, Gradient, Memory, Module, Node, Parameter, Plan, Shape};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, Axis};

pub type Forward = Arc<dyn Fn(&[Parameter], &Matrix, &mut Matrix) + Send + Sync>;
pub type Delta = Arc<dyn Fn(&[Parameter], &Matrix, &Matrix, &mut Matrix) + Send + Sync>;
/// From an input to an output and to saved values.
pub type Saving = Arc<dyn Fn(&Matrix, &mut Matrix, &mut Matrix) + Send + Sync>;
/// From an input, a delta and saved values to an input delta.
pub type FromSaved = Arc<dyn Fn(&Matrix, &Matrix, &Matrix, &mut Matrix) + Send + Sync>;
pub type AddGradient = Arc<dyn Fn(&mut [Parameter], &Matrix, &Matrix) + Send + Sync>;
pub type Update = Arc<dyn Fn(&mut [Parameter], f64) + Send + Sync>;

#[derive(Clone)]
pub struct Toy {
    pub name: &'static str,
    /// Columns of the input.
    pub inputs: usize,
    /// Columns of the output for so many columns of input, where they fit.
    pub outputs: Arc<dyn Fn(usize) -> Option<usize> + Send + Sync>,
    pub parameters: Vec<Parameter>,
    pub forward: Forward,
    pub delta: Delta,
    /// The kernels of a toy that saves as many values as its input has.
    pub saved: Option<(Saving, FromSaved)>,
    pub gradient: AddGradient,
    /// Replaces the gradient of a backward pass that overwrites.
    pub fresh: Option<AddGradient>,
    /// Replaces `update_parameters`.
    pub update: Option<Update>,
    pub zero_grad_works: bool,
    pub checks_delta: bool,
    /// `backward_delta` leaves the last column out.
    pub loses_columns: bool,
    /// How many parameters `visit_parameters_mut` shows.
    pub shown_mut: usize,
}

impl Toy {
    /// A module without parameters.
    pub fn new(
        name: &'static str,
        inputs: usize,
        outputs: impl Fn(usize) -> Option<usize> + Send + Sync + 'static,
        forward: impl Fn(&[Parameter], &Matrix, &mut Matrix) + Send + Sync + 'static,
        delta: impl Fn(&[Parameter], &Matrix, &Matrix, &mut Matrix) + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            inputs,
            outputs: Arc::new(outputs),
            parameters: Vec::new(),
            forward: Arc::new(forward),
            delta: Arc::new(delta),
            saved: None,
            gradient: Arc::new(|_, _, _| ()),
            fresh: None,
            update: None,
            zero_grad_works: true,
            checks_delta: true,
            loses_columns: false,
            shown_mut: 0,
        }
    }

    pub fn learning(
        mut self,
        values: Vec<Array2<f64>>,
        gradient: impl Fn(&mut [Parameter], &Matrix, &Matrix) + Send + Sync + 'static,
    ) -> Self {
        let names = ["first", "second", "third"].into_iter();
        let named = |(value, name): (Array2<f64>, &'static str)| {
            let rows = value.nrows();
            Parameter::new(value).named(name, rows, "none")
        };
        self.parameters = values.into_iter().zip(names).map(named).collect();
        self.shown_mut = self.parameters.len();
        self.gradient = Arc::new(gradient);
        self
    }
}

impl Module for Toy {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        let outputs = (self.outputs)(input.size()).map(Shape::from);
        outputs.ok_or_else(|| Fault::example_shape(input, Shape::from(self.inputs), "what the toy takes"))
    }

    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
        if self.saved.is_some() {
            plan.save(input.size());
        }
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
        match (&self.saved, memory.save()) {
            (Some((saving, _)), Some(mut saved)) => saving(input, output, &mut saved),
            _ => (self.forward)(&self.parameters, input, output),
        }
    }

    fn delta_kernel(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, memory: &mut Memory) {
        match &self.saved {
            Some((_, from_saved)) => from_saved(input, delta, &memory.saved(), input_delta),
            None => (self.delta)(&self.parameters, input, delta, input_delta),
        }
    }

    fn gradient_kernel(&mut self, input: &Matrix, delta: &Matrix, _: &mut Memory) {
        (self.gradient)(&mut self.parameters, input, delta);
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix,
        delta: &Matrix,
        input_delta: Option<&mut Matrix>,
        gradient: Gradient,
        memory: &mut Memory,
    ) {
        match (&self.fresh, gradient) {
            (Some(fresh), Gradient::Overwrite) => fresh(&mut self.parameters, input, delta),
            (None, Gradient::Overwrite) => {
                self.parameters.iter_mut().for_each(Parameter::zero_grad);
                self.gradient_kernel(input, delta, memory);
            }
            (_, Gradient::Add) => self.gradient_kernel(input, delta, memory),
        }
        if let Some(input_delta) = input_delta {
            self.delta_kernel(input, delta, input_delta, memory);
        }
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        self.parameters.iter().for_each(visit);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        self.parameters.iter_mut().take(self.shown_mut).for_each(visit);
    }

    fn zero_grad(&mut self) {
        if self.zero_grad_works {
            self.parameters.iter_mut().for_each(Parameter::zero_grad);
        }
    }

    fn update_parameters(&mut self, gradient_step: f64) -> Result<(), Error> {
        if let Some(update) = &self.update {
            update(&mut self.parameters, gradient_step);
            return Ok(());
        }
        if !gradient_step.is_finite() {
            let fault = Fault::Value {
                argument: "gradient_step".into(),
                found: gradient_step.to_string(),
                expected: "a finite number".into(),
            };
            return Err(Error::new(&*self, "update_parameters", fault));
        }
        self.parameters
            .iter_mut()
            .for_each(|parameter| parameter.update(gradient_step));
        Ok(())
    }

    fn backward_delta(&self, input: &Matrix, delta: &Matrix) -> Result<Array2<f64>, Error> {
        let outputs = self
            .output_shape(Shape::from(input.ncols()))
            .map_err(|fault| Error::new(self, "backward_delta", fault))?;
        let expected = (input.nrows(), outputs.size());
        if self.checks_delta && delta.dim() != expected {
            let fault = Fault::Shape {
                argument: "delta",
                found: delta.dim(),
                expected,
                reason: "the output's",
            };
            return Err(Error::new(self, "backward_delta", fault));
        }
        let mut node = Node::for_training(self, input, expected.1);
        if self.saved.is_some() {
            node.forward(self, input);
        }
        let mut input_delta = Array2::zeros(input.dim());
        node.delta_into(self, input, delta, &mut input_delta);
        if self.loses_columns {
            input_delta.remove_index(Axis(1), input.ncols() - 1);
        }
        Ok(input_delta)
    }
}

impl fmt::Display for Toy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.name)
    }
}

impl fmt::Debug for Toy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}({} → {:?})",
            self.name,
            self.inputs,
            (self.outputs)(self.inputs)
        )
    }
}
