//! Modules one after the other.

mod picture;
mod walk;
mod workspace;

use std::any::Any;

use brique_core::{Error, Fault, Module, Parameter, Shape};
use brique_tensor::{Matrix, Scalar};

pub use workspace::Workspace;

/// Modules one after the other: `y = f_n(… f_2(f_1(x)))`.
///
/// Shapes are agreed upon when the network is put together: [`then`](Self::then) refuses a module that does not take what
/// the one before gives, and names its place. A network within a network is taken apart, so that there is one chain.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::{Init, Linear, Sequential, Tanh};
/// use brique_random::portable;
/// use brique_tensor::ndarray::array;
///
/// let mut rng = portable(1);
/// let network: Sequential = Sequential::new(2)
///     .then(Linear::new(2, 8, Init::XavierUniform, &mut rng)?)?
///     .then(Tanh)?
///     .then_named("head", Linear::new(8, 1, Init::XavierUniform, &mut rng)?)?;
/// println!("{network}");
/// assert_eq!(network.parameter_count(), 2 * 8 + 8 + 8 + 1);
/// assert_eq!(network.predict(&array![[0.0, 1.0]])?.dim(), (1, 1));
///
/// let error = network.then(Linear::new(2, 1, Init::PyTorch, &mut rng)?).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "module 3 (Linear(2 → 1)), then: an example of the input has shape (1), expected (2): \
///      one value for each row of weights"
/// );
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// As a module it computes what lies between its modules anew for each call. A training loop keeps it, in a
/// [`Workspace`] of its own: [`forward_in`](Self::forward_in), then [`backward_in`](Self::backward_in), without allocating.
///
/// Source: the course's `Sequentiel`; Torch7's `nn.Sequential`.
#[derive(Debug)]
pub struct Sequential<T: Scalar = f64> {
    input: Shape,
    modules: Vec<Placed<T>>,
}

/// A module with its name, if it was given one, and the shape of its output.
#[derive(Debug)]
struct Placed<T: Scalar> {
    name: Option<String>,
    module: Box<dyn Module<T>>,
    output: Shape,
}

impl<T: Scalar> Sequential<T> {
    /// A network without modules, for examples of this shape: it gives back what comes in.
    #[must_use]
    pub fn new(input: impl Into<Shape>) -> Self {
        Self {
            input: input.into(),
            modules: Vec::new(),
        }
    }

    /// The network with one module more at its end, or with the modules of another network.
    ///
    /// # Errors
    ///
    /// Where the module does not take what the network gives so far.
    pub fn then<M: Module<T> + 'static>(self, module: M) -> Result<Self, Error> {
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

    /// As [`then`](Self::then), with a name for the module, which errors and the picture of the network show.
    ///
    /// # Errors
    ///
    /// Where the module does not take what the network gives so far; where another module has the name.
    pub fn then_named<M: Module<T> + 'static>(self, name: &str, module: M) -> Result<Self, Error> {
        if self.names().any(|other| other == name) {
            let fault = Fault::Value {
                argument: "name".into(),
                found: format!("{name:?}"),
                expected: "a name that no module of the network has".into(),
            };
            return Err(Error::new(
                place(self.modules.len(), Some(name), &module),
                "then_named",
                fault,
            ));
        }
        self.placed(Some(name.to_owned()), Box::new(module))
    }

    fn placed(mut self, name: Option<String>, module: Box<dyn Module<T>>) -> Result<Self, Error> {
        let number = self.modules.len();
        let output = module
            .output_shape(self.output())
            .map_err(|fault| Error::new(place(number, name.as_deref(), &*module), "then", fault))?;
        self.modules.push(Placed { name, module, output });
        Ok(self)
    }

    fn chained(self, nested: Self) -> Result<Self, Error> {
        let fits = nested.input == self.output() || nested.input.size() == self.output().size();
        if !fits {
            let fault = Fault::example_shape(self.output(), nested.input, "what the network within takes");
            return Err(Error::new(
                format_args!("module {}", self.modules.len()),
                "then",
                fault,
            ));
        }
        nested
            .modules
            .into_iter()
            .try_fold(self, |network, Placed { name, module, .. }| {
                let is_free = |name: &String| network.names().all(|other| other != *name);
                let name = name.filter(is_free);
                network.placed(name, module)
            })
    }

    /// The shape of an example of the input.
    #[must_use]
    pub fn input(&self) -> Shape {
        self.input
    }

    /// The shape of an example of the output.
    #[must_use]
    pub fn output(&self) -> Shape {
        self.modules.last().map_or(self.input, |last| last.output)
    }

    /// The number of modules.
    #[must_use]
    pub fn len(&self) -> usize {
        self.modules.len()
    }

    /// Whether there is no module.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty()
    }

    /// The names of the modules in order: the ones given, and else their numbers from 0.
    pub fn names(&self) -> impl Iterator<Item = String> {
        let name = |(number, placed): (usize, &Placed<T>)| placed.name.clone().unwrap_or(number.to_string());
        self.modules.iter().enumerate().map(name)
    }

    /// The module of this name or number, and nothing where there is none.
    #[must_use]
    pub fn module(&self, name: &str) -> Option<&dyn Module<T>> {
        let number = self.names().position(|other| other == name)?;
        Some(&*self.modules[number].module)
    }

    /// What errors call the module of this number: `module 2 (Linear(8 → 1))`, with its name if it was given one.
    #[must_use]
    pub fn place(&self, number: usize) -> String {
        match self.modules.get(number) {
            Some(placed) => place(number, placed.name.as_deref(), &*placed.module),
            None => format!("module {number}"),
        }
    }

    /// The number of numbers that are learnt.
    #[must_use]
    pub fn parameter_count(&self) -> usize {
        let mut count = 0;
        self.visit_parameters(&mut |parameter| count += parameter.value().len());
        count
    }
}

fn place<T: Scalar>(number: usize, name: Option<&str>, module: &dyn Module<T>) -> String {
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

    fn forward_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        let mut workspace = Workspace::new(self, input.nrows());
        output.assign(&self.walk_forward(input, &mut workspace, |module, x, y| module.forward_kernel(x, y)));
    }

    fn predict_kernel(&self, input: &Matrix<T>, output: &mut Matrix<T>) {
        let mut workspace = Workspace::new(self, input.nrows());
        output.assign(&self.walk_forward(input, &mut workspace, |module, x, y| module.predict_kernel(x, y)));
    }

    fn delta_kernel(&self, input: &Matrix<T>, delta: &Matrix<T>, input_delta: &mut Matrix<T>) {
        let mut workspace = Workspace::new(self, input.nrows());
        self.walk_forward_keeping(input, &mut workspace);
        workspace.walk_back(input, delta, Some(input_delta), &mut |number, x, delta, below| {
            let module = &self.modules[number].module;
            match below {
                Some(below) if number > 0 => module.delta_from_kept_kernel(x, delta, below),
                Some(below) => module.delta_kernel(x, delta, below),
                None => {}
            }
        });
    }

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>) {
        let mut workspace = Workspace::new(self, input.nrows());
        self.walk_forward_keeping(input, &mut workspace);
        self.add_gradients(input, delta, &mut workspace);
    }

    fn begin_step(&mut self, step: u64) {
        for placed in &mut self.modules {
            placed.module.begin_step(step);
        }
    }

    fn visit_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        for placed in &self.modules {
            placed.module.visit_parameters(visit);
        }
    }

    fn visit_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        for placed in &mut self.modules {
            placed.module.visit_parameters_mut(visit);
        }
    }
}
