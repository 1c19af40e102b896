//! A graph of modules of this library, before it becomes a network.

use brique_core::{Module, Shape};
use brique_tensor::Scalar;

/// The computations that the nodes of a graph become. Each is added after those that it needs; step 0 is the input.
pub(super) struct Steps<T: Scalar>(pub(super) Vec<Step<T>>);

/// A computation on all rows.
pub(super) struct Step<T: Scalar> {
    pub(super) kind: Kind<T>,
    pub(super) inputs: Vec<usize>,
    /// The shape of an example of the output.
    pub(super) shape: Shape,
    /// The number of the node that it comes from.
    pub(super) node: usize,
    /// The path of the module in the network that was exported, if the file has names that tell it.
    pub(super) path: Option<String>,
}

pub(super) enum Kind<T: Scalar> {
    Input,
    /// Returns its input.
    Identity,
    /// Modules one after the other.
    Modules(Vec<Box<dyn Module<T>>>),
    /// Becomes part of a neighbour, or a depthwise convolution.
    Affine(Affine),
    /// Column i of the output is this column of the input. Becomes part of an earlier step.
    Reorder(Vec<usize>),
    /// This operator, which is supported as a part of a module only.
    Part(&'static str),
    Add,
    Concat,
}

/// Column i becomes `x · scale[i % period] + shift[i % period]`, with as many numbers in both as the period.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Affine {
    pub(super) scale: Vec<f64>,
    pub(super) shift: Vec<f64>,
}

impl Affine {
    pub(super) fn uniform(scale: f64, shift: f64) -> Self {
        let (scale, shift) = (vec![scale], vec![shift]);
        Self { scale, shift }
    }

    pub(super) fn period(&self) -> usize {
        self.scale.len()
    }

    pub(super) fn scale(&self, column: usize) -> f64 {
        self.scale[column % self.scale.len()]
    }

    pub(super) fn shift(&self, column: usize) -> f64 {
        self.shift[column % self.shift.len()]
    }

    #[allow(clippy::float_cmp, reason = "any other number changes something")]
    pub(super) fn is_identity(&self) -> bool {
        self.scale.iter().all(|&scale| scale == 1.0) && self.shift.iter().all(|&shift| shift == 0.0)
    }

    /// Returns the numbers of each of `period` columns.
    pub(super) fn expanded(&self, period: usize) -> Self {
        Self {
            scale: (0..period).map(|column| self.scale(column)).collect(),
            shift: (0..period).map(|column| self.shift(column)).collect(),
        }
    }

    /// Returns `next` applied to the output of this one.
    pub(super) fn then(&self, next: &Self) -> Self {
        let (a, b) = (self.period(), next.period());
        let period = a / common_divisor(a, b) * b;
        let scale = |column| self.scale(column) * next.scale(column);
        let shift = |column| self.shift(column) * next.scale(column) + next.shift(column);
        Self {
            scale: (0..period).map(scale).collect(),
            shift: (0..period).map(shift).collect(),
        }
    }
}

impl<T: Scalar> Steps<T> {
    pub(super) fn push(&mut self, step: Step<T>) -> usize {
        self.0.push(step);
        self.0.len() - 1
    }

    pub(super) fn shape(&self, step: usize) -> Shape {
        self.0[step].shape
    }

    /// Returns whether a step is a single module of this kind.
    pub(super) fn is_module(&self, step: usize, kind: &str) -> bool {
        matches!(&self.0[step].kind, Kind::Modules(modules)
            if matches!(&modules[..], [module] if module.description().kind == kind))
    }

    /// Returns the description's kind of a single module.
    pub(super) fn module_kind(&self, step: usize) -> Option<String> {
        match &self.0[step].kind {
            Kind::Modules(modules) => match &modules[..] {
                [module] => Some(module.description().kind),
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns, for each step, the steps that need it for this output. Those that are not needed have none.
    pub(super) fn consumers(&self, output: usize) -> Vec<Vec<usize>> {
        let mut consumers = vec![Vec::new(); self.0.len()];
        let mut is_needed = vec![false; self.0.len()];
        is_needed[output] = true;
        for (number, step) in self.0.iter().enumerate().rev() {
            if !is_needed[number] {
                continue;
            }
            for &input in &step.inputs {
                is_needed[input] = true;
                consumers[input].push(number);
            }
        }
        consumers
    }
}

/// Returns the greatest common divisor of two numbers above 0.
fn common_divisor(mut a: usize, mut b: usize) -> usize {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Returns the shape with these sizes, of which there are at most four.
pub(super) fn shape_of(sizes: &[usize]) -> Option<Shape> {
    Some(match *sizes {
        [] => Shape::from([]),
        [a] => Shape::from([a]),
        [a, b] => Shape::from([a, b]),
        [a, b, c] => Shape::from([a, b, c]),
        [a, b, c, d] => Shape::from([a, b, c, d]),
        _ => return None,
    })
}
