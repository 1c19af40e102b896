//! A chain of modules.

use std::any::Any;
use std::fmt;

use brique_core::{Description, Error, Fault, Gradient, InnerModules, Memory, Module, Node, Plan, Shape};
use brique_tensor::{Matrix, Scalar, compile_once};

/// Applies modules one after the other: `y = f_n(… f_2(f_1(x)))`.
///
/// [`then`](Self::then) appends a module. It checks shapes: if the module does not take the output of the previous one,
/// it returns an error that names the position of the module. If the argument of `then` is another `Sequential`, `then`
/// appends its modules one by one, and the result is a single chain. A `Sequential` in a `Box`, or in another module
/// such as [`Residual`](crate::Residual), remains a module of its own.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::{Init, Linear, Sequential, Tanh};
/// use brique_layers::ndarray::array;
/// use brique_random::portable;
///
/// let mut rng = portable(1);
/// let network: Sequential = Sequential::new(2)
///     .then(Linear::new(2, 8, Init::XavierUniform, &mut rng)?)?
///     .then(Tanh)?
///     .then_named("head", Linear::new(8, 1, Init::XavierUniform, &mut rng)?)?;
/// println!("{network:#}");
/// assert_eq!(network.parameter_count(), 2 * 8 + 8 + 8 + 1);
/// assert_eq!(network.predict(&array![[0.0, 1.0]])?.dim(), (1, 1));
///
/// let error = network.then(Linear::new(2, 1, Init::PyTorch, &mut rng)?).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "module 3 (Linear(2 → 1)), then: an example of the input has shape (1), \
///      expected (2): one value for each row of weights"
/// );
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// `forward` and the backward methods recompute the intermediate activations on every call. A training loop avoids that
/// with a [`Workspace`](brique_core::Workspace), which stores them.
///
/// Source: the course's `Sequentiel`; Torch7's `nn.Sequential`.
#[derive(Debug)]
pub struct Sequential<T: Scalar = f64> {
    input: Shape,
    modules: Vec<Placed<T>>,
}

/// A module with its name and the shape of its output.
#[derive(Debug)]
struct Placed<T: Scalar> {
    name: String,
    is_named: bool,
    module: Box<dyn Module<T>>,
    output: Shape,
}

impl<T: Scalar> Sequential<T> {
    /// Creates a network without modules, for examples of this shape. Its output equals its input.
    #[must_use]
    pub fn new(input: impl Into<Shape>) -> Self {
        Self {
            input: input.into(),
            modules: Vec::new(),
        }
    }

    /// Appends a module, or all modules of another `Sequential`.
    ///
    /// A module of the other network loses its name if a module of this network already has the same name. Its new name
    /// is its index.
    ///
    /// # Errors
    ///
    /// If the module does not take the output of the network so far.
    pub fn then<M: Module<T> + 'static>(self, module: M) -> Result<Self, Error> {
        // If `M` is `Self`, the cast succeeds and moves the network out of the option.
        let mut module = Some(module);
        let nested = (&mut module as &mut dyn Any)
            .downcast_mut::<Option<Self>>()
            .and_then(Option::take);
        match (nested, module) {
            (Some(nested), _) => self.chained(nested),
            (None, Some(module)) => self.placed(None, Box::new(module)),
            (None, None) => Ok(self),
        }
    }

    /// As [`then`](Self::then), with a name for the module. Errors, paths and the table of the network show the name.
    ///
    /// # Errors
    ///
    /// If the module does not take the output of the network so far, or another module has the name.
    pub fn then_named<M: Module<T> + 'static>(self, name: &str, module: M) -> Result<Self, Error> {
        if self.names().any(|other| other == name) {
            let fault = Fault::Value {
                argument: "name".into(),
                found: format!("{name:?}"),
                expected: "a name that no module of the network has".into(),
            };
            let label = label(self.len(), Some(name), &module);
            return Err(Error::new(label, "then_named", fault));
        }
        self.placed(Some(name.to_owned()), Box::new(module))
    }

    /// Creates a network of these modules. A name that is the index counts as not given.
    ///
    /// [`then`](Self::then) passes its path to every module in each call; here, that happens once.
    pub(crate) fn of_modules(input: Shape, modules: InnerModules<T>) -> Result<Self, Error> {
        let mut network = Self::new(input);
        for (number, (name, module)) in modules.into_iter().enumerate() {
            let name = (name != number.to_string()).then_some(name);
            network.push(name, module)?;
        }
        network.begin_step(0);
        Ok(network)
    }

    /// Appends a module. Without a given name, its name is its index.
    fn placed(mut self, name: Option<String>, module: Box<dyn Module<T>>) -> Result<Self, Error> {
        self.push(name, module)?;
        // Passes its path to every inner module, which mixes it into the seed of its random numbers.
        self.begin_step(0);
        Ok(self)
    }

    /// Appends a module that does not know its path yet.
    fn push(&mut self, name: Option<String>, module: Box<dyn Module<T>>) -> Result<(), Error> {
        let number = self.modules.len();
        let output = module
            .output_shape(self.output())
            .map_err(|fault| Error::new(label(number, name.as_deref(), &*module), "then", fault))?;
        self.modules.push(Placed {
            is_named: name.is_some(),
            name: name.unwrap_or_else(|| number.to_string()),
            module,
            output,
        });
        Ok(())
    }

    /// Appends the modules of `nested` one by one.
    fn chained(self, nested: Self) -> Result<Self, Error> {
        if nested.input.size() != self.output().size() {
            let fault = Fault::example_shape(self.output(), nested.input, "what the network within takes");
            return Err(Error::new(self.label(self.len()), "then", fault));
        }
        nested.modules.into_iter().try_fold(self, |network, placed| {
            let is_free = network.names().all(|other| other != placed.name);
            let name = (placed.is_named && is_free).then_some(placed.name);
            network.placed(name, placed.module)
        })
    }

    /// Returns the shape of an example of the input.
    #[must_use]
    pub fn input(&self) -> Shape {
        self.input
    }

    /// Returns the shape of an example of the output.
    #[must_use]
    pub fn output(&self) -> Shape {
        self.modules.last().map_or(self.input, |last| last.output)
    }

    /// Returns the number of modules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Returns whether there is no module.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// Returns the names of the modules in order. Without a given name, the name of a module is its index, counted from
    /// 0.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.modules.iter().map(|placed| placed.name.clone())
    }

    /// Returns the module with this name or index, or `None`.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&dyn Module<T>> {
        let placed = self.modules.iter().find(|placed| placed.name == name)?;
        Some(&*placed.module)
    }

    /// As [`module`](Self::module), with a mutable module.
    pub fn module_mut(&mut self, name: &str) -> Option<&mut (dyn Module<T> + 'static)> {
        let placed = self.modules.iter_mut().find(|placed| placed.name == name)?;
        Some(&mut *placed.module)
    }

    /// Returns the text that names the module with the index `number` in error messages: `module 2 (Linear(8 → 1))`, or
    /// `module 2 "head" (Linear(8 → 1))` if a name was given.
    #[must_use]
    pub fn label(&self, number: usize) -> String {
        match self.modules.get(number) {
            Some(placed) => {
                let name = placed.is_named.then_some(&*placed.name);
                label(number, name, &*placed.module)
            }
            None => format!("module {number}"),
        }
    }

    /// Returns the number of values of all parameters.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        let mut count = 0;
        self.visit_parameters(&mut |parameter| count += parameter.value().len());
        count
    }
}

fn label<T: Scalar>(number: usize, name: Option<&str>, module: &dyn Module<T>) -> String {
    match name {
        Some(name) => format!("module {number} {name:?} ({module})"),
        None => format!("module {number} ({module})"),
    }
}

impl<T: Scalar> Module<T> for Sequential<T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        if input == self.input || input == Shape::from(self.input.size()) {
            return Ok(self.output());
        }
        Err(Fault::example_shape(
            input,
            self.input,
            "what the first module takes",
        ))
    }

    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        plan.chain();
        let mut shape = &self.input;
        for placed in &self.modules {
            plan.inner(&*placed.module, *shape, placed.output);
            shape = &placed.output;
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
        let placed = self.modules.get(number)?;
        Some((&placed.name, &*placed.module))
    }

    fn inner_mut(&mut self, number: usize) -> Option<(&str, &mut dyn Module<T>)> {
        let placed = self.modules.get_mut(number)?;
        Some((&placed.name, &mut *placed.module))
    }

    fn description(&self) -> Description {
        Description {
            is_composite: true,
            ..Description::new("Sequential")
                .attribute("in", self.input())
                .attribute("out", self.output())
        }
    }
}

compile_once! {
    fn forward<T: Scalar>(
        network: &Sequential<T>,
        input: &Matrix<T>,
        output: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        let nodes = memory.inner().split_last_mut();
        let (Some((last, modules)), Some((last_node, nodes))) = (network.modules.split_last(), nodes) else {
            return output.assign(input);
        };
        let mut x = input.view();
        for (placed, node) in modules.iter().zip(nodes) {
            if !node.keeps_values() {
                x = node.forward(&*placed.module, &x);
            }
        }
        last_node.forward_into(&*last.module, &x, output);
    }

    fn propagate<T: Scalar>(
        network: &Sequential<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        Node::walk_back(memory.inner(), input, delta, Some(input_delta), |link| {
            let module = &*network.modules[link.number].module;
            link.delta(module);
        });
    }

    fn backward<T: Scalar>(
        network: &mut Sequential<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: Option<&mut Matrix<T>>,
        gradient: Gradient,
        memory: &mut Memory<T>,
    ) {
        Node::walk_back(memory.inner(), input, delta, input_delta, |link| {
            let module = &mut *network.modules[link.number].module;
            link.backward(module, gradient);
        });
    }
}

impl<T: Scalar> fmt::Display for Sequential<T> {
    /// Writes one line, `Sequential((2) → (1), 3 modules, 33 parameters)`. With `{:#}`, a line for each module follows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.describe().fmt(f)
    }
}
