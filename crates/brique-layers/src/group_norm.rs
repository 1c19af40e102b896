//! Group normalisation.

mod statistics;

use std::fmt;

use brique_core::{Description, Error, Fault, Memory, Module, Parameter, Plan, Shape};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, Scalar, compile_once, pairwise_sum};

use self::statistics::{Group, Scale};
use crate::addressable::check_addressable;
use crate::window::output_for;

/// Computes `y = g ⊙ z + b` with `z = (x − μ) / √(v + ε)`. Each example has its own mean μ and variance v for each group
/// of channels, over all positions and the channels of the group; the divisor of the variance is their number.
///
/// It has one parameter of shape (2, channels): the gain g, initially 1, and the bias b, initially 0. Both count as
/// biases, which weight decay can skip. With δ = ∂L/∂y, s = g ⊙ δ, and the means over the values of a group:
///
/// | pass | result |
/// |---|---|
/// | `forward` | `g ⊙ z + b` |
/// | `backward_delta` | `(s − mean(s) − z · mean(s ⊙ z)) / √(v + ε)` |
/// | `backward_update_gradient` | `∇g += Σ δ ⊙ z`, `∇b += Σ δ` over the batch and the positions |
///
/// # Why there is no batch normalisation
///
/// A batch normalisation takes its means over the batch. A row of its output depends on the other rows, and in a prediction
/// it uses running means, which `forward` would have to store in the module. Brique's modules treat each row alone and
/// store nothing in `forward`. This module needs neither, computes the same function in training and in prediction, and
/// works with batches of any size. Wu and He found it as accurate as batch normalisation, and better for small batches.
///
/// # Shapes
///
/// Input and output have the shape given to [`new`](Self::new), whose last size is the channels. A flat example of as
/// many values is accepted too.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::GroupNorm;
/// use brique_tensor::ndarray::array;
///
/// // Two positions, two channels, each of which is a group.
/// let norm: GroupNorm = GroupNorm::new([2, 2], 2)?;
/// let y = norm.forward(&array![[1.0, 500.0, 3.0, -500.0]])?;
/// let errors = y - array![[-1.0, 1.0, 1.0, -1.0]];
/// assert!(errors.iter().all(|error| error.abs() < 1e-5));
/// # Ok::<(), brique_core::Error>(())
/// ```
///
/// Source: Wu and He, 2018; PyTorch's `nn.GroupNorm`, with its ε of 10⁻⁵. Derived in `docs/mathematics.md`.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupNorm<T: Scalar = f64> {
    input: Shape,
    groups: usize,
    parameters: Parameter<T>,
}

impl<T: Scalar> GroupNorm<T> {
    /// Creates a normalisation of examples of the shape `input`, whose channels form `groups` groups of equal size.
    ///
    /// # Errors
    ///
    /// If `input` has no values, `groups` does not divide the channels, or memory cannot hold the parameters.
    pub fn new(input: impl Into<Shape>, groups: usize) -> Result<Self, Error> {
        let input = input.into();
        let refuse = |fault| Error::new(format_args!("GroupNorm({input}, groups {groups})"), "new", fault);
        let channels = channels(input, groups).map_err(refuse)?;
        check_addressable::<T>(1, channels).map_err(refuse)?;
        let begin = |(row, _)| if row == 0 { T::one() } else { T::zero() };
        let parameters = Array2::from_shape_fn((2, channels), begin);
        Ok(Self {
            input,
            groups,
            parameters: Parameter::with_weight_rows(parameters, 0).named("weight", 1, "bias"),
        })
    }

    /// Returns gain and bias, (2, channels).
    #[must_use]
    pub fn parameters(&self) -> &Parameter<T> {
        &self.parameters
    }

    /// Builds the normalisation of a description.
    pub(crate) fn described(description: &Description) -> Result<Self, Error> {
        let (input, groups) = (description.shape("in")?, description.size("groups")?);
        let channels = channels(input, groups).map_err(|fault| Error::new(description, "build", fault))?;
        description.check_tensors(&[("weight", (1, channels)), ("bias", (1, channels))])?;
        Self::new(input, groups)
    }

    fn all_groups(&self) -> impl Iterator<Item = Group> + use<T> {
        let (groups, all_channels) = (self.groups, self.parameters.shape().1);
        let (channels, positions) = (all_channels / groups, self.input.size() / all_channels);
        (0..groups).map(move |group| Group {
            first: group * channels,
            channels,
            all_channels,
            positions,
        })
    }
}

fn channels(input: Shape, groups: usize) -> Result<usize, Fault> {
    let channels = input.sizes().last().copied().unwrap_or(0);
    if input.size() == 0 {
        let reason = "there is no mean of 0 values";
        return Err(Fault::example_shape(input, "at least one value", reason));
    }
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(Fault::Value {
            argument: "the number of groups".into(),
            found: groups.to_string(),
            expected: format!("a divisor of {channels} channels").into(),
        });
    }
    Ok(channels)
}

impl<T: Scalar> Module<T> for GroupNorm<T> {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        output_for(input, self.input, self.input)
    }

    /// Requests memory for the mean, its correction and the inverse deviation of each group.
    fn plan_memory(&self, _: Shape, plan: &mut Plan<'_, T>) {
        plan.save(3 * self.groups);
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

    fn gradient_kernel(&mut self, input: &Matrix<T>, delta: &Matrix<T>, memory: &mut Memory<T>) {
        accumulate(self, input, delta, memory);
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter<T>)) {
        visit(&self.parameters);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter<T>)) {
        visit(&mut self.parameters);
    }

    fn description(&self) -> Description {
        Description::new("GroupNorm")
            .attribute("in", self.input)
            .attribute("groups", self.groups)
    }
}

compile_once! {
    fn forward<T: Scalar>(
        norm: &GroupNorm<T>,
        input: &Matrix<T>,
        output: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        let (gain, bias) = (norm.parameters.value().row(0), norm.parameters.value().row(1));
        let mut saved = memory.save();
        for (row, (x, mut y)) in input.rows().into_iter().zip(output.rows_mut()).enumerate() {
            for (number, group) in norm.all_groups().enumerate() {
                let scale = Scale::of(&x, group);
                group.each(|i, channel| y[i] = gain[channel] * scale.apply(x[i]) + bias[channel]);
                if let Some(saved) = &mut saved {
                    saved[[row, 3 * number]] = scale.mean;
                    saved[[row, 3 * number + 1]] = scale.correction;
                    saved[[row, 3 * number + 2]] = scale.inverse_deviation;
                }
            }
        }
    }

    fn propagate<T: Scalar>(
        norm: &GroupNorm<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        input_delta: &mut Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        let (gain, saved) = (norm.parameters.value().row(0), memory.saved());
        for row in 0..input.nrows() {
            let (x, delta, mut input_delta) = (input.row(row), delta.row(row), input_delta.row_mut(row));
            for (number, group) in norm.all_groups().enumerate() {
                let scale = Scale::saved(&saved.row(row), number);
                // mean(s) and mean(s ⊙ z), with s = g ⊙ δ.
                let mean = group.mean(|i, channel| gain[channel] * delta[i]);
                let along_z = group.mean(|i, channel| gain[channel] * delta[i] * scale.apply(x[i]));
                group.each(|i, channel| {
                    let s = gain[channel] * delta[i];
                    input_delta[i] = (s - mean - scale.apply(x[i]) * along_z) * scale.inverse_deviation;
                });
            }
        }
    }

    fn accumulate<T: Scalar>(
        norm: &mut GroupNorm<T>,
        input: &Matrix<T>,
        delta: &Matrix<T>,
        memory: &mut Memory<T>,
    ) {
        let saved = memory.saved();
        let groups = norm.all_groups();
        let mut gradient = norm.parameters.gradient_mut();
        for (number, group) in groups.enumerate() {
            for channel in 0..group.channels {
                let over_positions = |number_at: &dyn Fn(usize, usize) -> T, row: usize| {
                    pairwise_sum(group.positions, |position| number_at(row, group.index(position, channel)))
                };
                let along_z = |row: usize, i: usize| {
                    delta[[row, i]] * Scale::saved(&saved.row(row), number).apply(input[[row, i]])
                };
                let of_gain = pairwise_sum(input.nrows(), |row| over_positions(&along_z, row));
                let of_bias = pairwise_sum(input.nrows(), |row| over_positions(&|row, i| delta[[row, i]], row));
                gradient[[0, group.first + channel]] += of_gain;
                gradient[[1, group.first + channel]] += of_bias;
            }
        }
    }
}

impl<T: Scalar> fmt::Display for GroupNorm<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.description().fmt(f)
    }
}
