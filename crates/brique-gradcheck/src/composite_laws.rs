//! Checks that a composite module passes every call on to the modules inside it. A probe module, used as one of them,
//! records the calls.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use brique_core::{Fault, Gradient, Memory, Module, Parameter, Shape, Step, Workspace};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};

use crate::Failure;
use crate::verdict::{law, refused};

/// Checks that a composite module passes every call on to the modules inside it.
///
/// `make` builds the composite module around a probe for an input with `columns` columns. The probe computes `y = w·x`
/// and has one parameter.
///
/// The law holds if each visitor visits the probe's parameter once; `begin_step` reaches the probe with the step's
/// number and with a path; `predict` runs the probe as a prediction and `forward` does not; and a step in a workspace
/// runs the probe's forward pass and its backward pass once each, and adds or overwrites its gradient as requested.
///
/// # Errors
///
/// If one of these conditions does not hold; the failure names the first one.
pub fn everything_is_passed_on(
    make: &dyn Fn(Box<dyn Module>) -> Box<dyn Module>,
    columns: usize,
) -> Result<(), Failure> {
    const LAW: &str = "everything_is_passed_on";
    let seen = Arc::new(Mutex::new(Seen::default()));
    let probe = Probe {
        factor: Parameter::new(array![[1.5]]).named("probe", 1, "none"),
        seen: Arc::clone(&seen),
    };
    let mut module = make(Box::new(probe));
    let take = || std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    let text = module.to_string();
    let holds = |holds: bool, what: String| law(LAW, &text, holds, || what);

    let is_probe = |parameter: &Parameter| parameter.tensors().any(|tensor| tensor.name == "probe");
    let (mut count, mut count_mut) = (0, 0);
    module.visit_parameters(&mut |parameter| count += usize::from(is_probe(parameter)));
    module.visit_parameters_mut(&mut |parameter| count_mut += usize::from(is_probe(parameter)));
    holds(
        (count, count_mut) == (1, 1),
        format!(
            "its parameter is visited {count} times by visit_parameters, {count_mut} times by visit_parameters_mut"
        ),
    )?;

    for number in [3, 4] {
        module.begin_step(number);
        let step = take().step;
        holds(
            step.is_some_and(|step| step.number() == number && step != Step::new(number)),
            format!("begin_step({number}) reaches it as {step:?}, expected that number with a path"),
        )?;
    }

    let x = Array2::from_shape_fn((4, columns), |(i, j)| 0.25 * i as f64 - 0.5 * j as f64 + 0.1);
    take();
    module.predict(&x).map_err(refused(LAW))?;
    let found = take().predictions;
    holds(
        !found.is_empty() && found.iter().all(|is_prediction| *is_prediction),
        format!("predict runs it as a prediction: {found:?}"),
    )?;
    let outputs = module.forward(&x).map_err(refused(LAW))?.ncols();
    let found = take().predictions;
    holds(
        !found.is_empty() && found.iter().all(|is_prediction| !is_prediction),
        format!("forward runs it as a prediction: {found:?}"),
    )?;

    let delta = Array2::from_shape_fn((4, outputs), |(i, j)| 0.5 - 0.125 * (i + 2 * j) as f64);
    let mut workspace = Workspace::default();
    workspace.predict(&*module, &x).map_err(refused(LAW))?;
    let found = take().predictions;
    holds(
        found == [true],
        format!("predict in a workspace runs it as a prediction: {found:?}"),
    )?;
    for gradient in [Gradient::Add, Gradient::Overwrite] {
        workspace.forward(&*module, &x).map_err(refused(LAW))?;
        let done = workspace.backward(&mut *module, &x, &delta, gradient);
        done.map_err(refused(LAW))?;
        let Seen {
            predictions,
            backward,
            ..
        } = take();
        holds(
            predictions == [false] && backward == [gradient],
            format!(
                "a step with {gradient:?} runs its forward pass {} times, expected 1, and its backward pass as {backward:?}, \
                 expected once with {gradient:?}",
                predictions.len()
            ),
        )?;
    }
    Ok(())
}

/// The calls that reached the probe.
#[derive(Debug, Default)]
struct Seen {
    step: Option<Step>,
    /// For each forward pass, whether it was a prediction.
    predictions: Vec<bool>,
    backward: Vec<Gradient>,
}

#[derive(Debug)]
struct Probe {
    factor: Parameter,
    seen: Arc<Mutex<Seen>>,
}

impl Probe {
    fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Probe")
    }
}

impl Module for Probe {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
        self.note(|seen| seen.predictions.push(memory.is_prediction()));
        output.assign(&(input * self.factor.value()[[0, 0]]));
    }

    fn delta_kernel(&self, _: &Matrix, delta: &Matrix, input_delta: &mut Matrix, _: &mut Memory) {
        input_delta.assign(&(delta * self.factor.value()[[0, 0]]));
    }

    fn gradient_kernel(&mut self, input: &Matrix, delta: &Matrix, _: &mut Memory) {
        self.factor.gradient_mut()[[0, 0]] += (input * delta).sum();
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix,
        delta: &Matrix,
        input_delta: Option<&mut Matrix>,
        gradient: Gradient,
        memory: &mut Memory,
    ) {
        self.note(|seen| seen.backward.push(gradient));
        if gradient == Gradient::Overwrite {
            self.factor.zero_grad();
        }
        self.gradient_kernel(input, delta, memory);
        if let Some(input_delta) = input_delta {
            self.delta_kernel(input, delta, input_delta, memory);
        }
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        visit(&self.factor);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        visit(&mut self.factor);
    }

    fn set_step(&mut self, step: Step) {
        self.note(|seen| seen.step = Some(step));
    }
}
