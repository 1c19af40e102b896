//! Modules with the same input, called branches, whose outputs are placed side by side.

use std::fmt;

use brique_core::{Description, Error, Fault, Gradient, Memory, Module, Plan, Shape};
use brique_tensor::ndarray::{Axis, Slice};
use brique_tensor::{Matrix, Scalar, compile_once};

use crate::arithmetic::add;

/// Computes `y = [f_1(x) f_2(x) …]`: every branch `f_i` is a module and gets the same input, and the columns of the
/// outputs are placed side by side. The backward pass computes `δ_x = Σ (∂f_i/∂x)ᵀ δ_i`.
///
/// # Shapes
///
/// `x` is (batch, in); `y` and δ are (batch, out); out is the sum of the output sizes of the branches.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::{Concat, Linear, ReLU};
/// use brique_layers::ndarray::array;
///
/// let double = Linear::from_parameters(array![[2.0], [0.0]])?;
/// let concat: Concat = Concat::new(1).branch(double)?.branch(ReLU)?;
/// let y = concat.forward(&array![[5.0], [-1.0]])?;
/// assert_eq!(y, array![[10.0, 5.0], [-2.0, 0.0]]);
/// let back = concat.backward_delta(&array![[5.0]], &array![[1.0, 10.0]])?;
/// assert_eq!(back, array![[12.0]]);
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Torch7's `nn.Concat`; the outputs are joined along the columns.
#[derive(Debug)]
pub struct Concat<T: Scalar = f64> {
    input: Shape,
    branches: Vec<Branch<T>>,
}

#[derive(Debug)]
struct Branch<T: Scalar> {
    name: String,
    module: Box<dyn Module<T>>,
    output: Shape,
    /// The columns of the output that belong to the branch.
    columns: Slice,
    /// The index of the branch, of its node, and of the scratch matrix for its columns of δ.
    number: usize,
}

impl<T: Scalar> Concat<T> {
    /// Creates a module without branches, for examples of this shape. Its output is empty.
    #[must_use]
    pub fn new(input: impl Into<Shape>) -> Self {
        Self {
            input: input.into(),
            branches: Vec::new(),
        }
    }

    /// Returns the module with one more branch. The name of the branch is its index, counted from 0.
    ///
    /// # Errors
    ///
    /// If the branch does not take the input, or memory cannot address the outputs of all branches.
    pub fn branch(self, module: impl Module<T> + 'static) -> Result<Self, Error> {
        let name = self.branches.len().to_string();
        self.added(name, Box::new(module))
    }

    /// Returns the module with one more branch, which has this name.
    ///
    /// # Errors
    ///
    /// If the branch does not take the input, another branch has the name, or memory cannot address the outputs of all
    /// branches.
    pub fn branch_named(self, name: &str, module: impl Module<T> + 'static) -> Result<Self, Error> {
        self.added(name.to_owned(), Box::new(module))
    }

    fn added(self, name: String, module: Box<dyn Module<T>>) -> Result<Self, Error> {
        if self.branches.iter().any(|branch| branch.name == name) {
            let fault = Fault::Value {
                argument: "name".into(),
                found: format!("{name:?}"),
                expected: "a name that no branch has".into(),
            };
            return Err(Error::new(
                format_args!("branch {name} ({module})"),
                "branch",
                fault,
            ));
        }
        Ok(self.named(name, module)?.with_paths())
    }

    /// Passes its path to every inner module.
    pub(crate) fn with_paths(mut self) -> Self {
        self.begin_step(0);
        self
    }

    /// Returns the module with one more branch, whose name no other has, and which does not know its path yet.
    pub(crate) fn named(mut self, name: String, module: Box<dyn Module<T>>) -> Result<Self, Error> {
        let refuse = |fault| Error::new(format_args!("branch {name} ({module})"), "branch", fault);
        let output = module.output_shape(self.input).map_err(refuse)?;
        let first = self.outputs();
        let Some(end) = first.checked_add(output.size()) else {
            return Err(refuse(Fault::Value {
                argument: "the number of output values".into(),
                found: format!("{first} + {}", output.size()),
                expected: "as many as memory can address".into(),
            }));
        };
        self.branches.push(Branch {
            columns: Slice::from(first..end),
            number: self.branches.len(),
            name,
            module,
            output,
        });
        Ok(self)
    }

    fn outputs(&self) -> usize {
        let end = self.branches.last().and_then(|last| last.columns.end);
        end.map_or(0, isize::cast_unsigned)
    }
}

impl<T: Scalar> Module<T> for Concat<T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        if input == self.input || input == Shape::from(self.input.size()) {
            return Ok(Shape::from(self.outputs()));
        }
        Err(Fault::example_shape(
            input,
            self.input,
            "the shape that the branches take",
        ))
    }

    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        for branch in &self.branches {
            plan.inner(&*branch.module, self.input, branch.output);
            plan.scratch(branch.output.size());
        }
    }

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>, memory: &mut Memory<T>) {
        forward(self, input, output, memory);
    }

    fn delta_kernel(
        &self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        propagate(self, input, delta, input_delta, memory);
    }

    fn backward_kernel(
        &mut self,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        backward(self, input, delta, input_delta, gradient, memory);
    }

    fn inner(&self, number: usize) -> Option<(&str, &dyn Module<T>)> {
        let branch = self.branches.get(number)?;
        Some((&branch.name, &*branch.module))
    }

    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module<T>)> {
        let branch = self.branches.get_mut(number)?;
        Some((&branch.name, &mut *branch.module))
    }

    fn description(&self) -> Description {
        Description {
            is_composite: true,
            ..Description::new("Concat")
                .attribute("in", self.input)
                .attribute("out", Shape::from(self.outputs()))
        }
    }
}

compile_once! {
    fn forward<T: Scalar>(
        concat: &Concat<T>,
        input: &Matrix<T>,
        output: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        for (branch, node) in concat.branches.iter().zip(memory.inner()) {
            node.forward(&*branch.module, input);
            output
                .slice_axis_mut(Axis(1), branch.columns)
                .assign(&node.output());
        }
    }

    fn propagate<T: Scalar>(
        concat: &Concat<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        input_delta.fill(T::zero());
        for branch in &concat.branches {
            let (mut scratch, nodes) = memory.scratch_and_inner(branch.number);
            // A copy without gaps between the rows: matrix products of a slice with gaps are slow.
            scratch.assign(&delta.slice_axis(Axis(1), branch.columns));
            let node = &mut nodes[branch.number];
            node.delta(&*branch.module, input, &scratch);
            add(input_delta, &node.input_delta());
        }
    }

    fn backward<T: Scalar>(
        concat: &mut Concat<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        let mut input_delta = input_delta;
        if let Some(input_delta) = &mut input_delta {
            input_delta.fill(T::zero());
        }
        for branch in &mut concat.branches {
            let (mut scratch, nodes) = memory.scratch_and_inner(branch.number);
            scratch.assign(&delta.slice_axis(Axis(1), branch.columns));
            let node = &mut nodes[branch.number];
            let module = &mut *branch.module;
            match &mut input_delta {
                None => node.backward_into(module, input, &scratch, None, gradient),
                Some(input_delta) => {
                    node.backward(module, input, &scratch, gradient);
                    add(input_delta, &node.input_delta());
                }
            }
        }
    }
}

impl<T: Scalar> fmt::Display for Concat<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe().fmt(f)
    }
}
