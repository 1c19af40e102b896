//! The state of an optimiser.

use brique_core::Module;
use brique_tensor::ndarray::Array2;
use brique_tensor::{Scalar, aligned_zeros};

use crate::Error;

/// The state of an optimiser as plain data: the number of its steps and its buffers. A program can save it and restore
/// it with [`set_state`](crate::Optimizer::set_state).
///
/// Before the first step it is [`State::default`]: no steps, no buffers.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::{Optimizer, SGD};
/// use brique_tensor::ndarray::array;
///
/// let mut linear = Linear::from_parameters(array![[3.0], [0.5]])?;
/// linear.backward_update_gradient(&array![[2.0]], &array![[1.0]])?;
/// let mut sgd = SGD::new(0.5)?.momentum(0.9)?;
/// sgd.step(&mut linear)?;
///
/// let state = sgd.state().clone();
/// assert_eq!(state.steps, 1);
/// assert_eq!(state.buffers[0].name, "momentum_buffer");
/// assert_eq!(state.buffers[0].values, [array![[2.0], [1.0]]]);
/// assert_eq!(SGD::new(0.5)?.momentum(0.9)?.with_state(state)?, sgd);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State<T: Scalar = f64> {
    /// The number of completed steps.
    pub steps: u64,
    /// The buffers, in the order in which the optimiser's documentation lists them.
    pub buffers: Vec<Buffer<T>>,
}

/// A quantity that an optimiser updates in every step, such as a momentum: one matrix for each parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct Buffer<T: Scalar = f64> {
    /// PyTorch's name for it.
    pub name: String,
    /// One matrix for each parameter, of its shape, in the order of
    /// [`visit_parameters`](brique_core::Module::visit_parameters).
    pub values: Vec<Array2<T>>,
}

impl<T: Scalar> State<T> {
    /// Increments the number of steps. The first step creates the buffers `names` for the parameters of `module`.
    ///
    /// After an error nothing has changed.
    pub(crate) fn begin_step(
        &mut self,
        optimizer: &'static str,
        names: &[&'static str],
        module: &mut dyn Module<T>,
    ) -> Result<(), Error> {
        if self.is_new() {
            self.buffers = names.iter().map(|name| zeros(name, module)).collect();
        } else {
            self.check_names(optimizer, "step", names)?;
            if let Some(buffer) = self.buffers.first() {
                check_parameters(optimizer, &buffer.values, module)?;
            }
        }
        self.steps = self.steps.saturating_add(1);
        Ok(())
    }

    /// Returns the matrices of the first `N` buffers, and an empty slice for each buffer that does not exist.
    pub(crate) fn values_mut<const N: usize>(&mut self) -> [&mut [Array2<T>]; N] {
        let mut buffers = self.buffers.iter_mut();
        std::array::from_fn(|_| buffers.next().map_or(&mut [][..], |buffer| &mut buffer.values))
    }

    /// Replaces this state by `state` if its buffers have these names and equal shapes.
    pub(crate) fn replace(
        &mut self,
        optimizer: &'static str,
        names: &[&'static str],
        state: Self,
    ) -> Result<(), Error> {
        if !state.is_new() {
            state.check_names(optimizer, "set_state", names)?;
            state.check_shapes(optimizer)?;
        }
        *self = state;
        Ok(())
    }

    fn is_new(&self) -> bool {
        self.steps == 0 && self.buffers.is_empty()
    }

    fn check_names(
        &self,
        optimizer: &'static str,
        operation: &'static str,
        names: &[&'static str],
    ) -> Result<(), Error> {
        let found = self.buffers.iter().map(|buffer| &buffer.name);
        if found.clone().eq(names) {
            return Ok(());
        }
        Err(Error::Buffers {
            optimizer,
            operation,
            steps: self.steps,
            found: found.cloned().collect(),
            expected: names.to_vec(),
        })
    }

    fn check_shapes(&self, optimizer: &'static str) -> Result<(), Error> {
        let Some((first, others)) = self.buffers.split_first() else {
            return Ok(());
        };
        let expected = first.shapes();
        for buffer in others {
            let found = buffer.shapes();
            if found != expected {
                return Err(Error::BufferShapes {
                    optimizer,
                    buffer: buffer.name.clone(),
                    found,
                    expected,
                    first: first.name.clone(),
                });
            }
        }
        Ok(())
    }
}

impl<T: Scalar> Buffer<T> {
    fn shapes(&self) -> Vec<(usize, usize)> {
        self.values.iter().map(Array2::dim).collect()
    }
}

fn zeros<T: Scalar>(name: &str, module: &mut dyn Module<T>) -> Buffer<T> {
    let mut values = Vec::new();
    module.visit_parameters_mut(&mut |parameter| values.push(aligned_zeros(parameter.shape())));
    Buffer {
        name: name.to_owned(),
        values,
    }
}

/// Whether `module` has the parameters that `values` were made for.
fn check_parameters<T: Scalar>(
    optimizer: &'static str,
    values: &[Array2<T>],
    module: &mut dyn Module<T>,
) -> Result<(), Error> {
    let (mut count, mut misfit) = (0, None);
    module.visit_parameters_mut(&mut |parameter| {
        let (found, expected) = (parameter.shape(), values.get(count).map(Array2::dim));
        misfit = misfit.or(expected
            .filter(|&expected| expected != found)
            .map(|expected| (count, found, expected)));
        count += 1;
    });
    if count != values.len() {
        return Err(Error::ParameterCount {
            optimizer,
            module: module.to_string(),
            found: count,
            expected: values.len(),
        });
    }
    match misfit {
        None => Ok(()),
        Some((parameter, found, expected)) => Err(Error::ParameterShape {
            optimizer,
            module: module.to_string(),
            parameter,
            found,
            expected,
        }),
    }
}
