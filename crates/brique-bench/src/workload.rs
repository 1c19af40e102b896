//! The workloads that are measured.

use std::num::IntErrorKind;
use std::str::FromStr;

use crate::convolutional::{CLASSES, Convolutional};
use crate::{Activation, WorkloadError};

/// A network of linear layers with an activation between them, or one with convolutions; a batch, and the pass that is
/// measured.
///
/// ```
/// use brique_bench::{Activation, Pass, Workload};
///
/// let workload: Workload = "3-50-2:40:tanh".parse()?;
/// assert_eq!((workload.sizes(), workload.batch()), (&[3, 50, 2][..], 40));
/// assert_eq!(workload.activation(), Activation::Tanh);
/// assert_eq!(workload.pass(), Pass::Training);
/// assert_eq!(workload.name(), "3-50-2:40:tanh");
/// # Ok::<(), brique_bench::WorkloadError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workload {
    name: String,
    /// The sizes of input, hidden layers and output.
    sizes: Vec<usize>,
    batch: usize,
    activation: Activation,
    pass: Pass,
    /// The network, if it is not one of linear layers.
    convolutional: Option<Convolutional>,
}

/// The kind of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// Forward, loss, backward, update.
    Training,
    /// The forward pass of a prediction only.
    Prediction,
}

impl Workload {
    /// Returns the workloads that are measured by default.
    #[must_use]
    pub fn defaults() -> Vec<Self> {
        use Activation::{None, ReLU, Tanh};
        let predict = Self {
            pass: Pass::Prediction,
            ..Self::training("p1_predict", &[2, 64, 64, 1], 1, Tanh)
        };
        vec![
            Self::training("w1_line", &[1, 1], 1000, None),
            Self::training("w2_toy", &[2, 64, 64, 1], 32, Tanh),
            Self::training("w3_toy_full_batch", &[2, 64, 64, 1], 1000, Tanh),
            Self::training("w4_digits", &[784, 256, 128, 10], 128, ReLU),
            Self::training("w5_wide", &[1024; 5], 256, ReLU),
            predict,
        ]
    }

    pub(crate) fn training(name: &str, sizes: &[usize], batch: usize, activation: Activation) -> Self {
        Self {
            name: name.to_owned(),
            sizes: sizes.to_vec(),
            batch,
            activation,
            pass: Pass::Training,
            convolutional: None,
        }
    }

    /// Returns the training of a convolutional network, with the cross-entropy as its loss.
    pub(crate) fn of_convolutions(name: &str, network: Convolutional) -> Self {
        let sizes = [network.input.iter().product(), CLASSES];
        let workload = Self::training(name, &sizes, network.batch, Activation::ReLU);
        Self {
            convolutional: Some(network),
            ..workload
        }
    }

    /// Returns the workloads with convolutions. [`FromStr`] finds them by name.
    ///
    /// ```
    /// use brique_bench::Workload;
    ///
    /// let workload: Workload = "c3_lenet".parse()?;
    /// assert_eq!((workload.sizes(), workload.batch()), (&[784, 10][..], 64));
    /// assert!(Workload::convolutions().contains(&workload));
    /// # Ok::<(), brique_bench::WorkloadError>(())
    /// ```
    #[must_use]
    pub fn convolutions() -> Vec<Self> {
        let named = Convolutional::named().into_iter();
        named
            .map(|(name, network)| Self::of_convolutions(name, network))
            .collect()
    }

    pub(crate) fn convolutional(&self) -> Option<&Convolutional> {
        self.convolutional.as_ref()
    }

    /// Returns the name for tables; the name of a parsed workload is the parsed text.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the sizes of input, hidden layers and output; of a network with convolutions, those of input and output.
    #[must_use]
    pub fn sizes(&self) -> &[usize] {
        &self.sizes
    }

    /// Returns the number of examples.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.batch
    }

    /// Returns the same workload with another number of examples.
    #[must_use]
    pub fn with_batch(&self, batch: usize) -> Self {
        let convolutional = self.convolutional.clone();
        Self {
            batch,
            convolutional: convolutional.map(|network| Convolutional { batch, ..network }),
            ..self.clone()
        }
    }

    /// Returns the activation between the layers.
    #[must_use]
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// Returns the kind of a step.
    #[must_use]
    pub fn pass(&self) -> Pass {
        self.pass
    }

    /// Returns the number of inputs and outputs of each layer.
    pub(crate) fn layers(&self) -> impl DoubleEndedIterator<Item = (usize, usize)> {
        self.sizes.windows(2).map(|pair| (pair[0], pair[1]))
    }

    /// Returns the number of operations in the matrix products that a step needs. A multiplication and an addition
    /// count as two.
    ///
    /// For n examples and a layer from `in` to `out`, each product has `2 · n · in · out` operations. There are three:
    /// the forward pass, the gradient with respect to the parameters, and the gradient with respect to the input,
    /// which the first layer does not need. A prediction has the forward pass only.
    ///
    /// ```
    /// // 2 · 40 · (3 · (3·50 + 50·2) − 3·50)
    /// let workload: brique_bench::Workload = "3-50-2:40:tanh".parse()?;
    /// assert_eq!(workload.operations(), 48_000.0);
    /// # Ok::<(), brique_bench::WorkloadError>(())
    /// ```
    #[must_use]
    pub fn operations(&self) -> f64 {
        if let Some(network) = &self.convolutional {
            return network.operations();
        }
        let product =
            |(inputs, outputs): (usize, usize)| 2.0 * (self.batch as f64) * inputs as f64 * outputs as f64;
        let all: f64 = self.layers().map(product).sum();
        let first = self.layers().next().map_or(0.0, product);
        match self.pass {
            Pass::Training => 3.0 * all - first,
            Pass::Prediction => all,
        }
    }

    /// Returns how many numbers are in memory at once: parameters and their gradients; the batch and its targets;
    /// outputs of layers and activations, and the gradients with respect to them.
    pub(crate) fn numbers(&self) -> Option<usize> {
        if let Some(network) = &self.convolutional {
            return Some(network.numbers());
        }
        let mut parameters = 0_usize;
        let mut columns = self.sizes.first()?.checked_add(*self.sizes.last()?)?;
        for (inputs, outputs) in self.layers() {
            let values = inputs.checked_add(1)?.checked_mul(outputs)?;
            parameters = parameters.checked_add(values.checked_mul(2)?)?;
            columns = columns.checked_add(outputs.checked_mul(4)?)?;
        }
        parameters.checked_add(columns.checked_mul(self.batch)?)
    }

    fn is_addressable(&self) -> bool {
        let bytes = self
            .numbers()
            .and_then(|numbers| numbers.checked_mul(size_of::<f32>()));
        bytes.is_some_and(|bytes| isize::try_from(bytes).is_ok())
    }
}

/// Parses a training workload from `SIZES:BATCH:ACTIVATION`, or the name of one with convolutions.
impl FromStr for Workload {
    type Err = WorkloadError;

    fn from_str(text: &str) -> Result<Self, WorkloadError> {
        if let Some(workload) = Self::convolutions()
            .into_iter()
            .find(|workload| workload.name == text)
        {
            return Ok(workload);
        }
        let parts: Vec<&str> = text.split(':').collect();
        let [sizes, batch, activation] = parts[..] else {
            return Err(WorkloadError::Parts { found: parts.len() });
        };
        let (sizes, batch) = (parsed_sizes(sizes)?, at_least_one("BATCH", batch)?);
        let activation = Activation::named(activation).ok_or_else(|| WorkloadError::Activation {
            found: activation.to_owned(),
        })?;
        let workload = Self::training(text, &sizes, batch, activation);
        if workload.is_addressable() {
            Ok(workload)
        } else {
            Err(WorkloadError::TooLarge)
        }
    }
}

fn parsed_sizes(text: &str) -> Result<Vec<usize>, WorkloadError> {
    if text.is_empty() {
        return Err(WorkloadError::NoSizes);
    }
    let sizes: Vec<usize> = text
        .split('-')
        .map(|size| at_least_one("SIZES", size))
        .collect::<Result<_, _>>()?;
    match sizes[..] {
        [found] => Err(WorkloadError::OneSize { found }),
        _ => Ok(sizes),
    }
}

fn at_least_one(part: &'static str, text: &str) -> Result<usize, WorkloadError> {
    match text.parse::<usize>() {
        Ok(number) if number > 0 => Ok(number),
        Err(error) if *error.kind() == IntErrorKind::PosOverflow => Err(WorkloadError::TooLarge),
        _ => Err(WorkloadError::Number {
            part,
            found: text.to_owned(),
        }),
    }
}
