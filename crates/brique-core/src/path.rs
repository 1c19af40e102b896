//! Training steps, and the paths of modules and tensors in a network.

use brique_tensor::Scalar;

use crate::{Module, Parameter, Tensor, TensorMut};

/// The number of a training step, and the path of a module in the network. Random numbers in training may depend on
/// these and on a seed.
///
/// ```
/// use brique_core::Step;
///
/// let step = Step::new(7);
/// assert_eq!(step.seed(42), 42); // a module outside a network uses its seed unchanged
/// assert_ne!(step.inside("0").seed(42), step.inside("1").seed(42));
/// assert_eq!(step.inside("0").number(), 7);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Step {
    number: u64,
    path: u64,
    first_row: usize,
}

impl Step {
    /// Creates step `number`, at the root of a network.
    #[must_use]
    pub fn new(number: u64) -> Self {
        Self {
            number,
            path: 0,
            first_row: 0,
        }
    }

    /// Returns the same step for a pass over a part of the batch, which begins at this row of the batch.
    #[must_use]
    pub fn from_row(self, first_row: usize) -> Self {
        Self { first_row, ..self }
    }

    /// Returns the same step for the inner module called `name`.
    #[must_use]
    pub fn inside(self, name: &str) -> Self {
        // FNV-1a over the names, with a separator, so that "1", "2" and "12" differ.
        let hash = name
            .bytes()
            .chain([b'.'])
            .fold(self.path ^ 0xCBF2_9CE4_8422_2325, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3)
            });
        Self { path: hash, ..self }
    }

    /// Returns the number of the step.
    #[must_use]
    pub fn number(self) -> u64 {
        self.number
    }

    /// Returns the position in the batch of the first row that a pass receives. Random numbers of row i depend on
    /// `first_row + i`, so that they are the same if processes divide the batch.
    #[must_use]
    pub fn first_row(self) -> usize {
        self.first_row
    }

    /// Returns `seed` with the path mixed in: modules with the same seed at two paths of a network draw different
    /// numbers.
    #[must_use]
    pub fn seed(self, seed: u64) -> u64 {
        seed ^ self.path
    }
}

/// Begins a step in a module and in the modules inside it, as [`Module::begin_step`] does, for a pass over a part of the
/// batch.
///
/// ```
/// use brique_core::{Step, begin_step};
/// # use brique_core::{Fault, Memory, Module, Shape};
/// # use brique_tensor::Matrix;
/// # #[derive(Debug)]
/// # struct Probe(Step);
/// # impl std::fmt::Display for Probe {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "Probe") }
/// # }
/// # impl Module for Probe {
/// #     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> { Ok(input) }
/// #     fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) { y.assign(x); }
/// #     fn delta_kernel(&self, _: &Matrix, d: &Matrix, dx: &mut Matrix, _: &mut Memory) { dx.assign(d); }
/// #     fn set_step(&mut self, step: Step) { self.0 = step; }
/// # }
/// let mut module = Probe(Step::new(0));
/// begin_step(&mut module, Step::new(3).from_row(16));
/// assert_eq!((module.0.number(), module.0.first_row()), (3, 16));
/// ```
pub fn begin_step<T: Scalar>(module: &mut dyn Module<T>, step: Step) {
    module.set_step(step);
    let mut number = 0;
    while let Some((name, inner)) = module.inner_mut(number) {
        let step = step.inside(name);
        begin_step(inner, step);
        number += 1;
    }
}

/// Returns `path.name`, or `name` at the root.
pub(crate) fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// Calls `visit` for the module itself, with an empty path, and for each module inside it, with its path: `2.1`,
/// `encoder.0`.
pub fn visit_modules<T: Scalar>(module: &dyn Module<T>, visit: &mut dyn FnMut(&str, &dyn Module<T>)) {
    visit_modules_at("", module, visit);
}

fn visit_modules_at<T: Scalar>(
    path: &str,
    module: &dyn Module<T>,
    visit: &mut dyn FnMut(&str, &dyn Module<T>),
) {
    visit(path, module);
    let mut number = 0;
    while let Some((name, inner)) = module.inner(number) {
        visit_modules_at(&joined(path, name), inner, visit);
        number += 1;
    }
}

/// Calls `visit` for each named tensor of a network with its path, `0.weight`, `encoder.2.bias`, and its values.
///
/// The order is that of [`Module::visit_parameters`].
///
/// ```
/// # use brique_core::{Fault, Memory, Module, Parameter, Shape};
/// # use brique_core::ndarray::array;
/// use brique_core::visit_tensors;
/// # use brique_tensor::Matrix;
/// # #[derive(Debug)]
/// # struct Scale(Parameter);
/// # impl std::fmt::Display for Scale {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
/// #         write!(f, "Scale")
/// #     }
/// # }
/// # impl Module for Scale {
/// #     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> { Ok(input) }
/// #     fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) {
/// #         y.assign(x);
/// #     }
/// #     fn delta_kernel(
/// #         &self, _: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory
/// #     ) {
/// #         d.assign(delta);
/// #     }
/// #     fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) { visit(&self.0); }
/// #     fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
/// #         visit(&mut self.0);
/// #     }
/// # }
/// let scale = Scale(Parameter::new(array![[3.0]]));
/// let mut found = Vec::new();
/// visit_tensors(&scale, &mut |path, tensor| {
///     found.push((path.to_owned(), tensor.values[[0, 0]]));
/// });
/// assert_eq!(found, [("weight".to_owned(), 3.0)]);
/// ```
pub fn visit_tensors<T: Scalar>(module: &dyn Module<T>, visit: &mut dyn FnMut(&str, Tensor<'_, T>)) {
    visit_modules(module, &mut |path, module| {
        module.own_parameters(&mut |parameter| {
            for tensor in parameter.tensors() {
                visit(&joined(path, tensor.name), tensor);
            }
        });
    });
}

/// As [`visit_tensors`], with mutable values.
pub fn visit_tensors_mut<T: Scalar>(
    module: &mut dyn Module<T>,
    visit: &mut dyn FnMut(&str, TensorMut<'_, T>),
) {
    visit_tensors_mut_at("", module, visit);
}

fn visit_tensors_mut_at<T: Scalar>(
    path: &str,
    module: &mut dyn Module<T>,
    visit: &mut dyn FnMut(&str, TensorMut<'_, T>),
) {
    module.own_parameters_mut(&mut |parameter: &mut Parameter<T>| {
        for tensor in parameter.tensors_mut() {
            visit(&joined(path, tensor.name), tensor);
        }
    });
    let mut number = 0;
    while let Some((name, inner)) = module.inner_mut(number) {
        let path = joined(path, name);
        visit_tensors_mut_at(&path, inner, visit);
        number += 1;
    }
}
