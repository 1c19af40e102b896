//! The errors of optimisers and schedules.

use std::fmt::Display;

use brique_tensor::Scalar;

/// An operation was refused. An operation that returns an error has changed nothing.
///
/// ```
/// use brique_optim::SGD;
///
/// let error = SGD::<f64>::new(-0.1).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "SGD: learning_rate is -0.1, \
///      expected a number of at least 0 that is finite in f64"
/// );
/// ```
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// An option has a value that is not allowed.
    #[error("{function}: {argument} is {found}, expected {expected}")]
    Value {
        /// The optimiser, schedule or function.
        function: &'static str,
        /// The name of the option.
        argument: &'static str,
        /// Its value.
        found: String,
        /// The values that it may have.
        expected: String,
    },
    /// A module has another number of parameters than the optimiser's state.
    #[error(
        "{optimizer}, step: {module} has {found} parameters, expected {expected}: \
         one for each in the state; an optimiser goes with one module"
    )]
    ParameterCount {
        /// The optimiser.
        optimizer: &'static str,
        /// The module, as it displays itself.
        module: String,
        /// Its number of parameters.
        found: usize,
        /// The number of parameters in the state.
        expected: usize,
    },
    /// A parameter has another shape than the matrices of the state for it.
    #[error(
        "{optimizer}, step: parameter {parameter} of {module} has shape {found:?}, expected {expected:?}: \
         that of its state; an optimiser goes with one module"
    )]
    ParameterShape {
        /// The optimiser.
        optimizer: &'static str,
        /// The module, as it displays itself.
        module: String,
        /// The index of the parameter in the order of the module's visitor, from 0.
        parameter: usize,
        /// Its rows and columns.
        found: (usize, usize),
        /// The rows and columns in the state.
        expected: (usize, usize),
    },
    /// A state has other buffers than the optimiser needs with its options.
    #[error(
        "{optimizer}, {operation}: a state after {steps} steps has the buffers {found:?}, expected {expected:?}: \
         a state goes with one kind of optimiser and its options"
    )]
    Buffers {
        /// The optimiser.
        optimizer: &'static str,
        /// The method that refused.
        operation: &'static str,
        /// The steps of the state.
        steps: u64,
        /// The names of its buffers.
        found: Vec<String>,
        /// The names of the buffers that the optimiser needs.
        expected: Vec<&'static str>,
    },
    /// Two buffers of a state have different shapes.
    #[error(
        "{optimizer}, set_state: the matrices of buffer {buffer:?} have the shapes {found:?}, expected {expected:?}: \
         those of {first:?}, one matrix a parameter"
    )]
    BufferShapes {
        /// The optimiser.
        optimizer: &'static str,
        /// The name of the buffer.
        buffer: String,
        /// The shapes of its matrices.
        found: Vec<(usize, usize)>,
        /// The shapes of the matrices of the first buffer.
        expected: Vec<(usize, usize)>,
        /// The name of the first buffer.
        first: String,
    },
    /// A gradient has an element that is NaN or infinite, so it has no norm.
    #[error(
        "gradient_norm: the gradient of parameter {parameter} of {module} is {found} at [{row}, {column}], \
         expected finite numbers: there is no norm to scale by"
    )]
    NotFinite {
        /// The module, as it displays itself.
        module: String,
        /// The index of the parameter in the order of the module's visitor, from 0.
        parameter: usize,
        /// The row in the gradient, from 0.
        row: usize,
        /// The column in the gradient, from 0.
        column: usize,
        /// The number.
        found: f64,
    },
}

/// Checks that an option is a number of at least 0 that is finite in `T`.
pub(crate) fn check_not_negative<T: Scalar>(
    function: &'static str,
    argument: &'static str,
    value: f64,
) -> Result<(), Error> {
    let expected = || format!("a number of at least 0 that is finite in {}", T::NAME);
    check(
        value >= 0.0 && T::from_f64(value).is_finite(),
        function,
        argument,
        value,
        expected,
    )
}

/// Checks that an option is a number above 0 that is neither 0 nor infinite in `T`.
pub(crate) fn check_positive<T: Scalar>(
    function: &'static str,
    argument: &'static str,
    value: f64,
) -> Result<(), Error> {
    let expected = || format!("a number above 0 that is neither 0 nor infinite in {}", T::NAME);
    let rounded = T::from_f64(value);
    check(
        rounded > T::zero() && rounded.is_finite(),
        function,
        argument,
        value,
        expected,
    )
}

/// Checks that an option is in [0, 1).
pub(crate) fn check_below_one(
    function: &'static str,
    argument: &'static str,
    value: f64,
) -> Result<(), Error> {
    let expected = || "a number of at least 0 and below 1".to_owned();
    check((0.0..1.0).contains(&value), function, argument, value, expected)
}

/// Checks that an option is in [0, 1].
pub(crate) fn check_share(function: &'static str, argument: &'static str, value: f64) -> Result<(), Error> {
    let expected = || "a number from 0 to 1".to_owned();
    check((0.0..=1.0).contains(&value), function, argument, value, expected)
}

/// Checks that a number of steps is not 0.
pub(crate) fn check_steps(function: &'static str, argument: &'static str, steps: u64) -> Result<(), Error> {
    check(steps > 0, function, argument, steps, || "at least 1".to_owned())
}

pub(crate) fn check(
    holds: bool,
    function: &'static str,
    argument: &'static str,
    found: impl Display,
    expected: impl FnOnce() -> String,
) -> Result<(), Error> {
    if holds {
        return Ok(());
    }
    Err(Error::Value {
        function,
        argument,
        found: found.to_string(),
        expected: expected(),
    })
}
