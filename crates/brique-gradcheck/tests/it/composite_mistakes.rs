//! Mistakes that people make in composite modules, each planted in one that is right.

use std::fmt;

use brique_core::{Error, Fault, Gradient, Memory, Module, Parameter, Plan, Shape};
use brique_gradcheck::GradientCheck;
use brique_gradcheck::composite_laws::everything_is_passed_on;
use brique_gradcheck::module_laws::MODULE_LAWS;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::saved_mistakes::saving_tanh;
use crate::toys::{linear, normal};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Mistake {
    None,
    NodesSwapped,
    NodeShared,
    BranchForgotten,
    BranchForgottenInBackwardOnly,
    BranchAddedTwice,
    AlwaysAdded,
    AlwaysOverwritten,
    GradientOfTheFirstForgotten,
    NoGradientWithoutDelta,
    ForwardRepeated,
    InnerForgotten,
    InnerMutForgotten,
    VisitorsOverridden,
    StepSwallowed,
    PredictionForgotten,
    OutputOfTheFirstTakenForTheInput,
    SumBeforeTheSecond,
}

pub const MISTAKES: &[(&str, Mistake)] = &[
    ("memories of two inner modules swapped", Mistake::NodesSwapped),
    (
        "two inner modules in one memory: the saved values of the other",
        Mistake::NodeShared,
    ),
    ("δ of the direct branch forgotten", Mistake::BranchForgotten),
    (
        "δ of the direct branch forgotten in the backward kernel alone",
        Mistake::BranchForgottenInBackwardOnly,
    ),
    ("δ of the direct branch added twice", Mistake::BranchAddedTwice),
    (
        "gradient added where it should be overwritten",
        Mistake::AlwaysAdded,
    ),
    (
        "gradient overwritten where it should be added",
        Mistake::AlwaysOverwritten,
    ),
    (
        "gradient of an inner module forgotten",
        Mistake::GradientOfTheFirstForgotten,
    ),
    (
        "no gradient where no input delta is asked for",
        Mistake::NoGradientWithoutDelta,
    ),
    (
        "inner modules run forward again in backward",
        Mistake::ForwardRepeated,
    ),
    ("an inner module not named", Mistake::InnerForgotten),
    (
        "an inner module not named in inner_mut",
        Mistake::InnerMutForgotten,
    ),
    (
        "visitors overridden, an inner module forgotten",
        Mistake::VisitorsOverridden,
    ),
    ("begin_step overridden, not passed on", Mistake::StepSwallowed),
    (
        "predict overridden, dropout stays on",
        Mistake::PredictionForgotten,
    ),
    (
        "output of the first module taken for its input",
        Mistake::OutputOfTheFirstTakenForTheInput,
    ),
    (
        "direct branch added before the second module",
        Mistake::SumBeforeTheSecond,
    ),
];

/// y = x + b(a(x)), with a mistake.
#[derive(Debug)]
struct Block {
    columns: usize,
    a: Box<dyn Module>,
    b: Box<dyn Module>,
    mistake: Mistake,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Block")
    }
}

impl Block {
    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == mistake
    }

    fn numbers(&self, backward: bool) -> [usize; 2] {
        match self.mistake {
            Mistake::NodesSwapped if backward => [1, 0],
            Mistake::NodeShared => [0, 0],
            _ => [0, 1],
        }
    }

    fn add_branch(&self, delta: &Matrix, input_delta: &mut Matrix, is_backward: bool) {
        let times = match self.mistake {
            Mistake::BranchForgotten => 0.0,
            Mistake::BranchForgottenInBackwardOnly if is_backward => 0.0,
            Mistake::BranchAddedTwice => 2.0,
            _ => 1.0,
        };
        input_delta.scaled_add(times, delta);
    }
}

impl Module for Block {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        if input.size() == self.columns {
            return Ok(input);
        }
        Err(Fault::example_shape(input, self.columns, "what the block takes"))
    }

    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
        plan.inner(&*self.a, input, input);
        plan.inner(&*self.b, input, input);
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, memory: &mut Memory) {
        let [a, b] = self.numbers(false);
        let nodes = memory.inner();
        nodes[a].forward(&*self.a, input);
        let mut hidden = nodes[a].output().to_owned();
        if self.is(Mistake::SumBeforeTheSecond) {
            *hidden += input;
        }
        nodes[b].forward_into(&*self.b, &hidden, output);
        if !self.is(Mistake::SumBeforeTheSecond) {
            *output += input;
        }
    }

    fn delta_kernel(&self, input: &Matrix, delta: &Matrix, input_delta: &mut Matrix, memory: &mut Memory) {
        let [a, b] = self.numbers(true);
        let nodes = memory.inner();
        let hidden = nodes[a].output().to_owned();
        nodes[b].delta(&*self.b, &hidden, delta);
        let hidden_delta = nodes[b].input_delta().to_owned();
        nodes[a].delta_into(&*self.a, input, &hidden_delta, input_delta);
        self.add_branch(delta, input_delta, false);
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix,
        delta: &Matrix,
        mut input_delta: Option<&mut Matrix>,
        gradient: Gradient,
        memory: &mut Memory,
    ) {
        let gradient = match self.mistake {
            Mistake::AlwaysAdded => Gradient::Add,
            Mistake::AlwaysOverwritten => Gradient::Overwrite,
            _ => gradient,
        };
        if self.is(Mistake::ForwardRepeated) {
            self.forward_kernel(input, &mut Array2::zeros(delta.dim()), memory);
        }
        if self.is(Mistake::NoGradientWithoutDelta) && input_delta.is_none() {
            return;
        }
        let [a, b] = self.numbers(true);
        let nodes = memory.inner();
        let hidden = nodes[a].output().to_owned();
        nodes[b].backward(&mut *self.b, &hidden, delta, gradient);
        let hidden_delta = nodes[b].input_delta().to_owned();
        let x = if self.is(Mistake::OutputOfTheFirstTakenForTheInput) {
            &hidden
        } else {
            input
        };
        if self.is(Mistake::GradientOfTheFirstForgotten) {
            if let Some(input_delta) = &mut input_delta {
                nodes[a].delta_into(&*self.a, input, &hidden_delta, input_delta);
            }
        } else {
            nodes[a].backward_into(
                &mut *self.a,
                x,
                &hidden_delta,
                input_delta.as_deref_mut(),
                gradient,
            );
        }
        if let Some(input_delta) = input_delta {
            self.add_branch(delta, input_delta, true);
        }
    }

    fn inner(&self, number: usize) -> Option<(&str, &dyn Module)> {
        match number {
            0 if self.is(Mistake::InnerForgotten) => Some(("b", &*self.b)),
            0 => Some(("a", &*self.a)),
            1 if !self.is(Mistake::InnerForgotten) => Some(("b", &*self.b)),
            _ => None,
        }
    }

    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module)> {
        let forgets = self.is(Mistake::InnerForgotten) || self.is(Mistake::InnerMutForgotten);
        match number {
            0 if forgets => Some(("b", &mut *self.b)),
            0 => Some(("a", &mut *self.a)),
            1 if !forgets => Some(("b", &mut *self.b)),
            _ => None,
        }
    }

    fn visit_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        if !self.is(Mistake::VisitorsOverridden) && !self.is(Mistake::InnerForgotten) {
            self.a.visit_parameters(visit);
        }
        self.b.visit_parameters(visit);
    }

    fn visit_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        let forgets = self.is(Mistake::InnerForgotten) || self.is(Mistake::InnerMutForgotten);
        if !self.is(Mistake::VisitorsOverridden) && !forgets {
            self.a.visit_parameters_mut(visit);
        }
        self.b.visit_parameters_mut(visit);
    }

    fn begin_step(&mut self, step: u64) {
        if !self.is(Mistake::StepSwallowed) {
            // As the default implementation, which an override cannot call.
            let step = brique_core::Step::new(step);
            self.a.set_step(step.inside("a"));
            self.b.set_step(step.inside("b"));
        }
    }

    fn predict(&self, input: &Matrix) -> Result<Array2<f64>, Error> {
        if self.is(Mistake::PredictionForgotten) {
            return self.forward(input);
        }
        let mut workspace = brique_core::Workspace::default();
        Ok(workspace.predict(self, input)?.to_owned())
    }
}

/// A block of a linear and a saving tanh module, and a block around a probe, fail these checks.
fn failed(mistake: Mistake) -> Vec<&'static str> {
    let (x, delta) = (normal((4, 3), 1), normal((4, 3), 2));
    let block = || Block {
        columns: 3,
        a: Box::new(linear(3, 3)),
        b: Box::new(saving_tanh()),
        mistake,
    };
    let holds = |check: &mut dyn FnMut() -> bool| catch_unwind(AssertUnwindSafe(check)).unwrap_or(false);
    let mut failed = Vec::new();
    if !holds(&mut || {
        let report = GradientCheck::default().module_at(&mut block(), &x, &delta);
        report.is_ok_and(|report| report.verdict().is_ok())
    }) {
        failed.push("gradient");
    }
    for (name, law) in MODULE_LAWS {
        if !holds(&mut || law(&mut block(), &x, &delta).is_ok()) {
            failed.push(name);
        }
    }
    let around = |probe: Box<dyn Module>| -> Box<dyn Module> {
        Box::new(Block {
            columns: 3,
            a: probe,
            b: Box::new(saving_tanh()),
            mistake,
        })
    };
    if !holds(&mut || everything_is_passed_on(&around, 3).is_ok()) {
        failed.push("everything_is_passed_on");
    }
    failed
}

/// The table of docs/testing.md.
pub fn table() -> String {
    let mut rows = vec!["| mistake | caught by |".to_owned(), "|---|---|".to_owned()];
    for &(what, mistake) in MISTAKES {
        let failed = failed(mistake);
        assert!(!failed.is_empty(), "{what} is not caught");
        let failed: Vec<String> = failed.iter().map(|name| format!("`{name}`")).collect();
        rows.push(format!("| {what} | {} |", failed.join(", ")));
    }
    rows.join("\n") + "\n"
}

#[test]
fn a_right_composite_passes_every_check() {
    assert_eq!(failed(Mistake::None), Vec::<&str>::new());
}
