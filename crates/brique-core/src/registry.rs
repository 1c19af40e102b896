//! Builds modules from descriptions.

use std::collections::BTreeMap;
use std::fmt;

use brique_tensor::Scalar;

use crate::{AttributeValue, Description, Error, Fault, Module, Shape, TensorDescription};

/// Builds modules from their descriptions, with one function for each kind.
///
/// The parameters of a new module have the right shapes but unspecified values; the reader of a file writes the values
/// with [`visit_tensors_mut`](crate::visit_tensors_mut). [`register`](Self::register) adds a new kind.
///
/// ```
/// use brique_core::{Description, Registry};
/// # use brique_core::{Fault, Memory, Module, Shape};
/// # use brique_tensor::Matrix;
/// # #[derive(Debug)]
/// # struct Same;
/// # impl std::fmt::Display for Same {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
/// #         write!(f, "Same")
/// #     }
/// # }
/// # impl Module for Same {
/// #     fn output_shape(&self, input: Shape) -> Result<Shape, Fault> { Ok(input) }
/// #     fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) {
/// #         y.assign(x);
/// #     }
/// #     fn delta_kernel(
/// #         &self, _: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory
/// #     ) {
/// #         d.assign(delta);
/// #     }
/// # }
/// let mut registry: Registry = Registry::default();
/// registry.register("Same", |_, _| Ok(Box::new(Same)));
/// let module = registry.build(&Description::new("Same"))?;
/// assert_eq!(module.describe(), Description::new("Same"));
///
/// let error = registry.build(&Description::new("Other")).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "Other, build: kind is \"Other\", expected one of those registered: Same"
/// );
/// # Ok::<(), brique_core::Error>(())
/// ```
pub struct Registry<T: Scalar = f64> {
    kinds: BTreeMap<String, Build<T>>,
}

/// The inner modules of a module, with their names.
pub type InnerModules<T> = Vec<(String, Box<dyn Module<T>>)>;

type Build<T> = Box<dyn Fn(&Description, InnerModules<T>) -> Result<Box<dyn Module<T>>, Error> + Send + Sync>;

impl<T: Scalar> Default for Registry<T> {
    /// Creates a registry without any kind.
    fn default() -> Self {
        Self {
            kinds: BTreeMap::new(),
        }
    }
}

impl<T: Scalar> fmt::Debug for Registry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.kinds.keys()).finish()
    }
}

impl<T: Scalar> Registry<T> {
    /// Registers the function that builds modules of this kind. It replaces an earlier one.
    ///
    /// The function gets the description and the inner modules, which have already been built.
    pub fn register(
        &mut self,
        kind: &str,
        build: impl Fn(&Description, InnerModules<T>) -> Result<Box<dyn Module<T>>, Error> + Send + Sync + 'static,
    ) {
        self.kinds.insert(kind.to_owned(), Box::new(build));
    }

    /// Builds a module from its description.
    ///
    /// # Errors
    ///
    /// If a kind is not registered, an attribute is missing or invalid, or the new module has other tensors than the
    /// description, or other inner modules than those that the description names.
    pub fn build(&self, description: &Description) -> Result<Box<dyn Module<T>>, Error> {
        let refuse = |fault| Error::new(description, "build", fault);
        let Some(build) = self.kinds.get(&description.kind) else {
            let kinds: Vec<&str> = self.kinds.keys().map(String::as_str).collect();
            return Err(refuse(Fault::Value {
                argument: "kind".into(),
                found: format!("{:?}", description.kind),
                expected: format!("one of those registered: {}", kinds.join(", ")).into(),
            }));
        };
        let inner = description.inner.iter().map(|inner| {
            let module = self.build(&inner.module)?;
            Ok((inner.name.clone(), module))
        });
        let module = build(description, inner.collect::<Result<_, Error>>()?)?;
        description.compare_tensors(&own_tensors(&*module))?;
        description.compare_inner(&*module)?;
        Ok(module)
    }

    /// Returns a copy of a network: builds it from its description and copies the values of its parameters. The
    /// gradients of the copy are 0.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn copy(&self, network: &dyn Module<T>) -> Result<Box<dyn Module<T>>, Error> {
        let mut copy = self.build(&network.describe())?;
        let mut values = Vec::new();
        network.visit_parameters(&mut |parameter| values.push(parameter.value().to_owned()));
        let mut values = values.into_iter();
        copy.visit_parameters_mut(&mut |parameter| {
            if let Some(value) = values.next() {
                parameter.value_mut().assign(&value);
            }
        });
        Ok(copy)
    }
}

fn own_tensors<T: Scalar>(module: &dyn Module<T>) -> Vec<TensorDescription> {
    let mut tensors = Vec::new();
    module.own_parameters(&mut |parameter| {
        tensors.extend(parameter.tensors().map(|tensor| TensorDescription {
            name: tensor.name.to_owned(),
            shape: tensor.values.dim(),
            layout: tensor.layout,
        }));
    });
    tensors
}

impl Description {
    /// Checks that the module's own tensors are these, given by name, rows and columns. A function that builds a module
    /// calls it before it allocates them: attributes that come from a file may ask for more than there is memory.
    ///
    /// # Errors
    ///
    /// If the names or shapes differ.
    pub fn check_tensors(&self, expected: &[(&str, (usize, usize))]) -> Result<(), Error> {
        let found = self.tensors.iter();
        if found
            .map(|tensor| (&*tensor.name, tensor.shape))
            .eq(expected.iter().copied())
        {
            return Ok(());
        }
        Err(self.wrong_tensors(expected))
    }

    fn compare_tensors(&self, expected: &[TensorDescription]) -> Result<(), Error> {
        if self.tensors == expected {
            return Ok(());
        }
        let expected = expected.iter().map(|tensor| (&*tensor.name, tensor.shape));
        Err(self.wrong_tensors(&expected.collect::<Vec<_>>()))
    }

    /// Checks that the inner modules of a new module have the names of the description. A module that renames or leaves
    /// out some would not get the values of their tensors. A description may leave all of them to the function that
    /// builds the module.
    fn compare_inner<T: Scalar>(&self, module: &dyn Module<T>) -> Result<(), Error> {
        let expected = || {
            (0..)
                .map_while(|number| module.inner(number))
                .map(|(name, _)| name)
        };
        let found = || self.inner.iter().map(|inner| &*inner.name);
        if self.inner.is_empty() || found().eq(expected()) {
            return Ok(());
        }
        let text = |names: Vec<&str>| format!("[{}]", names.join(", "));
        let fault = Fault::Value {
            argument: "the list of inner modules".into(),
            found: text(found().collect()),
            expected: text(expected().collect()).into(),
        };
        Err(Error::new(self, "build", fault))
    }

    fn wrong_tensors(&self, expected: &[(&str, (usize, usize))]) -> Error {
        let text = |(name, shape): (&str, (usize, usize))| format!("{name} {shape:?}");
        let found: Vec<String> = self
            .tensors
            .iter()
            .map(|tensor| text((&tensor.name, tensor.shape)))
            .collect();
        let expected: Vec<String> = expected.iter().copied().map(text).collect();
        let fault = Fault::Value {
            argument: "the list of tensors".into(),
            found: found.join(", "),
            expected: expected.join(", ").into(),
        };
        Error::new(self, "build", fault)
    }

    fn wrong(&self, name: &str, expected: &'static str) -> Error {
        let found = self
            .value(name)
            .map_or("missing".to_owned(), |value| format!("{value:?}"));
        let fault = Fault::Value {
            argument: format!("attribute {name:?}").into(),
            found,
            expected: expected.into(),
        };
        Error::new(self, "build", fault)
    }

    /// Returns the value of an integer attribute.
    ///
    /// # Errors
    ///
    /// If the attribute is missing or of another type.
    pub fn integer(&self, name: &str) -> Result<u64, Error> {
        match self.value(name) {
            Some(AttributeValue::Integer(value)) => Ok(*value),
            _ => Err(self.wrong(name, "an integer of at least 0")),
        }
    }

    /// Returns the value of an attribute that is a size.
    ///
    /// # Errors
    ///
    /// If the attribute is missing, of another type, or too large.
    pub fn size(&self, name: &str) -> Result<usize, Error> {
        usize::try_from(self.integer(name)?).map_err(|_| self.wrong(name, "a size that memory can have"))
    }

    /// Returns the value of an attribute that is a number.
    ///
    /// # Errors
    ///
    /// If the attribute is missing or of another type.
    pub fn number(&self, name: &str) -> Result<f64, Error> {
        match self.value(name) {
            Some(AttributeValue::Number(value)) => Ok(*value),
            _ => Err(self.wrong(name, "a number")),
        }
    }

    /// Returns the value of an attribute that is a shape.
    ///
    /// # Errors
    ///
    /// If the attribute is missing, of another type, or has too many sizes.
    pub fn shape(&self, name: &str) -> Result<Shape, Error> {
        let shape = match self.value(name) {
            Some(AttributeValue::Sizes(sizes)) => match sizes[..] {
                [] => Some(Shape::from([])),
                [a] => Some(Shape::from([a])),
                [a, b] => Some(Shape::from([a, b])),
                [a, b, c] => Some(Shape::from([a, b, c])),
                [a, b, c, d] => Some(Shape::from([a, b, c, d])),
                _ => None,
            },
            _ => None,
        };
        shape.ok_or_else(|| self.wrong(name, "at most four sizes"))
    }
}
