//! The memory that modules request: when it is that of another network, and what reaches it.

use brique_core::{Fault, Gradient, Memory, Module, Node, Plan, Shape, Workspace};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Axis, array};

use crate::modules::{Exponential, Saves, nested};
use crate::workspace::{batch, refusal};

/// y = x², with 2x in scratch memory for the backward pass, and with more memory that nothing reads.
#[derive(Debug)]
struct Square {
    saved: usize,
    spare: usize,
}

impl std::fmt::Display for Square {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Square")
    }
}

impl Module for Square {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }
    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
        plan.scratch(input.size());
        if self.spare > 0 {
            plan.scratch(self.spare);
        }
        if self.saved > 0 {
            plan.save(self.saved);
        }
    }
    fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, memory: &mut Memory) {
        y.assign(&x.mapv(|x| x * x));
        memory.scratch(0).assign(&x.mapv(|x| 2.0 * x));
    }
    fn delta_kernel(&self, _: &Matrix, delta: &Matrix, d: &mut Matrix, memory: &mut Memory) {
        d.assign(&(delta.to_owned() * memory.scratch(0)));
    }
}

/// y = eˣ by an inner module, without memory of its own.
#[derive(Debug)]
struct Around(Exponential);

impl std::fmt::Display for Around {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Around")
    }
}

impl Module for Around {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }
    fn plan_memory(&self, input: Shape, plan: &mut Plan<'_>) {
        plan.inner(&self.0, input, input);
    }
    fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, memory: &mut Memory) {
        memory.inner()[0].forward_into(&self.0, x, y);
    }
    fn delta_kernel(&self, x: &Matrix, delta: &Matrix, d: &mut Matrix, memory: &mut Memory) {
        memory.inner()[0].delta_into(&self.0, x, delta, d);
    }
}

#[test]
fn a_single_backward_pass_computes_whatever_memory_it_needs() {
    let (x, delta) = batch();
    let square = Square { saved: 0, spare: 1 };
    assert_eq!(square.backward_delta(&x, &delta).unwrap(), &delta * (&x * 2.0));
    let around = Around(Exponential(Saves::Apart));
    assert_eq!(
        around.backward_delta(&x, &delta).unwrap(),
        &delta * x.mapv(f64::exp)
    );
}

#[test]
fn other_memory_is_that_of_another_network() {
    let (x, delta) = batch();
    let mut workspace = Workspace::default();
    for (saved, spare) in [(3, 1), (2, 2), (2, 0)] {
        workspace.forward(&Square { saved: 2, spare: 1 }, &x).unwrap();
        let said = refusal(&mut workspace, &mut Square { saved, spare }, &x, &delta);
        assert!(said.starts_with("that of another network"), "{said}");
    }
}

/// y = the sum of the row, in each of so many columns.
#[derive(Debug)]
struct RowSums(usize);

impl std::fmt::Display for RowSums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RowSums({})", self.0)
    }
}

impl Module for RowSums {
    fn output_shape(&self, _: Shape) -> Result<Shape, Fault> {
        Ok(self.0.into())
    }
    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_>) {
        if self.0 == 1 {
            plan.keep_values();
        }
    }
    fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) {
        y.assign(&x.sum_axis(Axis(1)).insert_axis(Axis(1)));
    }
    fn delta_kernel(&self, _: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory) {
        d.assign(&delta.sum_axis(Axis(1)).insert_axis(Axis(1)));
    }
}

#[test]
fn memory_of_another_output_is_that_of_another_network() {
    let (x, delta) = batch();
    let mut workspace = Workspace::default();
    workspace.forward(&RowSums(3), &x).unwrap();
    let said = refusal(&mut workspace, &mut RowSums(2), &x, &delta);
    assert!(said.starts_with("that of another network"), "{said}");
}

#[test]
fn a_module_states_that_it_keeps_values() {
    let x = array![[0.1], [0.2]];
    for (columns, keeps_values) in [(1, true), (2, false)] {
        let node = Node::for_training(&RowSums(columns), &x, columns);
        assert_eq!(node.keeps_values(), keeps_values);
    }
}

#[test]
fn a_number_can_fill_every_buffer() {
    let (x, delta) = batch();
    let mut network = nested(Saves::Apart);
    let mut workspace = Workspace::default();
    workspace.forward(&network, &x).unwrap();
    workspace
        .backward_with_delta(&mut network, &x, &delta, Gradient::Overwrite)
        .unwrap();
    workspace.fill(7.0);
    let is_filled = |values: &Matrix| !values.is_empty() && values.iter().all(|&number| number == 7.0);
    assert!(is_filled(&workspace.output()));
    let [first, second] = workspace.inner() else {
        panic!("two inner modules");
    };
    assert!(is_filled(&first.output()) && is_filled(&second.input_delta()));
    let mut saved = 0;
    first.visit_saved(&mut |values| {
        assert!(is_filled(&values));
        saved += 1;
    });
    assert_eq!(saved, 1);

    let mut square = Square { saved: 2, spare: 1 };
    workspace.forward(&square, &x).unwrap();
    workspace.fill(7.0);
    let found = workspace
        .backward_with_delta(&mut square, &x, &delta, Gradient::Overwrite)
        .unwrap();
    assert_eq!(found, &delta * 7.0);
}

#[test]
fn memory_that_nobody_has_is_refused_after_a_network_that_fits() {
    let (x, _) = batch();
    let mut workspace = Workspace::default();
    workspace.forward(&Square { saved: 2, spare: 1 }, &x).unwrap();
    let huge = Square {
        saved: usize::MAX / 8,
        spare: 1,
    };
    let error = workspace.forward(&huge, &x).unwrap_err().to_string();
    assert!(error.contains("the number of values in memory"), "{error}");
}
