//! The strategy that divides each batch into shards, and the shards between processes.

use std::ops::Range;

use brique_core::{Gradient, Loss, Module, Reduction, WeightedLoss, Workspace};
use brique_tensor::ndarray::{Array2, Axis, Slice, Zip};
use brique_tensor::{Matrix, Scalar};
use brique_train::{Examples, Strategy};

use crate::agreement::check_same_training;
use crate::tree::{children, nodes_within, part, shards_of};
use crate::{Communicator, Error};

/// Divides each batch into a fixed number of shards, and the shards between the processes of a [`Communicator`].
///
/// Each shard has its own forward and backward pass. The gradients of the shards are added in a tree that depends only on
/// the number of shards:
///
/// ```text
/// ∇W = Σ_s d_s · ∇W_s / d        L = Σ_s d_s · L_s / d        d = Σ_s d_s
/// ```
///
/// L_s and ∇W_s are loss and gradient of shard s alone, and d_s is the [divisor](Loss::divisor) of its loss: the number of
/// its examples, for example. With [`Reduction::Sum`], all d_s and d are 1. Therefore the bits of a training depend on the
/// number of shards, and are the same on any number of processes. A training without shards has other rounding errors.
///
/// Shard s of S of a batch of n examples has the examples ⌊s·n/S⌋ to ⌊(s+1)·n/S⌋. A batch may have fewer examples than there
/// are shards; empty shards add nothing. The step number that a shard gives to the modules, for dropout, is S · step + s.
///
/// All processes must hold the same data and the same initial parameters, and carry out the same fit. The first step
/// compares the number of shards, the parameters and the examples of the processes.
///
/// ```
/// use brique_datasets::line;
/// use brique_distributed::{Sharded, run_threads};
/// use brique_layers::{Init, Linear};
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_random::portable;
/// use brique_train::Fit;
///
/// let train = |communicator| -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
///     let mut rng = portable(1);
///     let data = line(&mut rng);
///     let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
///     let mut sharded = Sharded::new(communicator, 8)?;
///     let fit = Fit::new(3, 20).shuffle(1).strategy(&mut sharded);
///     fit.run(&mut network, &MSELoss::new(), &mut SGD::new(0.02)?, &data)?;
///     Ok(network.weight()[[0, 0]])
/// };
/// let mut weights = Vec::new();
/// for processes in [1, 2, 3] {
///     for weight in run_threads(processes, train) {
///         weights.push(weight?.to_bits());
///     }
/// }
/// assert!(weights.iter().all(|&bits| bits == weights[0]));
/// # Ok::<(), Box<dyn std::error::Error + Send + Sync>>(())
/// ```
#[derive(Debug)]
pub struct Sharded<C, T: Scalar = f64> {
    communicator: C,
    shards: usize,
    delta: Array2<T>,
    /// Buffers that no sum uses at the moment.
    free: Vec<Vec<T>>,
    /// Whether all processes are known to carry out the same training.
    is_checked: bool,
}

/// What follows the gradients in the sum of a node: d_s · L_s and d_s.
const NUMBERS_OF_LOSS: usize = 2;

impl<T: Scalar, C: Communicator<T>> Sharded<C, T> {
    /// Creates a strategy with this number of shards.
    ///
    /// # Errors
    ///
    /// If `shards` is 0.
    pub fn new(communicator: C, shards: usize) -> Result<Self, Error> {
        if shards == 0 {
            return Err(Error::None { what: "shards" });
        }
        Ok(Self {
            communicator,
            shards,
            delta: Array2::default((0, 0)),
            free: Vec::new(),
            is_checked: false,
        })
    }

    /// Returns the communicator.
    #[must_use]
    pub fn communicator(&self) -> &C {
        &self.communicator
    }

    /// Returns the number of shards.
    #[must_use]
    pub fn shards(&self) -> usize {
        self.shards
    }

    /// Returns the sums of the largest nodes of the tree that this process can add up alone.
    fn own_sums(&mut self, pass: &mut Pass<'_, '_, T>) -> Result<Vec<Vec<T>>, brique_train::Error> {
        let (rank, size) = (self.communicator.rank(), self.communicator.size());
        let nodes = nodes_within(0..self.shards, &shards_of(rank, size, self.shards));
        let mut sums = Vec::with_capacity(nodes.len());
        for node in nodes {
            sums.extend(self.sum(&node, pass)?);
        }
        Ok(sums)
    }

    /// Returns the sum of the gradients of a node, with the loss and the divisor behind them. `None` if its shards are
    /// empty.
    fn sum(
        &mut self,
        node: &Range<usize>,
        pass: &mut Pass<'_, '_, T>,
    ) -> Result<Option<Vec<T>>, brique_train::Error> {
        if pass.rows(self.shards, node).is_empty() {
            return Ok(None);
        }
        let Some((left, right)) = children(node) else {
            let mut sum = self.free.pop().unwrap_or_default();
            pass.shard(self.shards, node, &mut self.delta, &mut sum)?;
            return Ok(Some(sum));
        };
        let left = self.sum(&left, pass)?;
        let right = self.sum(&right, pass)?;
        Ok(self.add(left, right))
    }

    fn add(&mut self, left: Option<Vec<T>>, right: Option<Vec<T>>) -> Option<Vec<T>> {
        match (left, right) {
            (Some(mut sum), Some(right)) => {
                sum.iter_mut().zip(&right).for_each(|(a, &b)| *a += b);
                self.free.push(right);
                Some(sum)
            }
            (sum, None) | (None, sum) => sum,
        }
    }

    /// Adds the sums of all processes. Each process adds one part of the numbers and sends it to all others.
    fn add_all(&mut self, own: Vec<Vec<T>>, rows: usize, length: usize) -> Result<Vec<Vec<T>>, Error> {
        let size = self.communicator.size();
        let messages = (0..size).map(|rank| {
            let numbers = part(rank, size, length);
            own.iter()
                .flat_map(|sum| &sum[numbers.clone()])
                .copied()
                .collect()
        });
        let messages = messages.collect();
        self.free.extend(own);
        let received = self.communicator.exchange(messages)?;
        let numbers = part(self.communicator.rank(), size, length).len();
        let mut leaves = self.leaves(received, rows, numbers)?;
        let sum = self
            .add_leaves(&(0..self.shards), &mut leaves)
            .unwrap_or_default();
        let parts = self.communicator.gather(sum)?;
        for (rank, found) in parts.iter().enumerate() {
            check_length(rank, found.len(), part(rank, size, length).len())?;
        }
        Ok(parts)
    }

    /// Cuts the messages of all processes into the sums of their nodes, in order.
    fn leaves(
        &mut self,
        received: Vec<Vec<T>>,
        rows: usize,
        numbers: usize,
    ) -> Result<Vec<(Range<usize>, Vec<T>)>, Error> {
        let mut leaves = Vec::new();
        for (rank, message) in received.into_iter().enumerate() {
            let nodes = nodes_within(
                0..self.shards,
                &shards_of(rank, self.communicator.size(), self.shards),
            );
            let nodes = nodes
                .into_iter()
                .filter(|node| !rows_of(self.shards, node, rows).is_empty());
            let nodes: Vec<_> = nodes.collect();
            check_length(rank, message.len(), nodes.len() * numbers)?;
            let mut rest = message.as_slice();
            for node in nodes {
                let (first, others) = rest.split_at(numbers);
                leaves.push((node, first.to_vec()));
                rest = others;
            }
        }
        leaves.reverse();
        Ok(leaves)
    }

    /// Adds the last of the `leaves` up to the sum of `node`, and removes them.
    fn add_leaves(
        &mut self,
        node: &Range<usize>,
        leaves: &mut Vec<(Range<usize>, Vec<T>)>,
    ) -> Option<Vec<T>> {
        let (next, _) = leaves.last()?;
        if next == node {
            return leaves.pop().map(|(_, sum)| sum);
        }
        if next.start >= node.end {
            return None;
        }
        let (left, right) = children(node)?;
        let left = self.add_leaves(&left, leaves);
        let right = self.add_leaves(&right, leaves);
        self.add(left, right)
    }
}

fn check_length(rank: usize, found: usize, expected: usize) -> Result<(), Error> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Length {
        rank,
        found,
        expected,
    })
}

/// Returns the rows of a batch that belong to a node.
fn rows_of(shards: usize, node: &Range<usize>, rows: usize) -> Range<usize> {
    part(node.start, shards, rows).start..part(node.end - 1, shards, rows).end
}

impl<T: Scalar, C: Communicator<T>> Strategy<T> for Sharded<C, T> {
    fn gradients(
        &mut self,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        examples: &Examples<'_, T>,
        step: u64,
        workspace: &mut Workspace<T>,
    ) -> Result<T, brique_train::Error> {
        if !self.is_checked {
            check_same_training(&mut self.communicator, self.shards, network, examples)?;
            self.is_checked = true;
        }
        let mut pass = Pass {
            network,
            loss,
            examples,
            step,
            workspace,
        };
        let sums = match self.own_sums(&mut pass) {
            Ok(sums) => sums,
            Err(error) => {
                self.communicator.fail(&error.to_string());
                return Err(error);
            }
        };
        let mut length = NUMBERS_OF_LOSS;
        network.visit_parameters(&mut |parameter| length += parameter.gradient().len());
        let parts = self.add_all(sums, examples.batch, length)?;
        let numbers = parts.concat();
        let (gradients, loss_and_divisor) = numbers.split_at(length - NUMBERS_OF_LOSS);
        let divisor = match loss.reduction() {
            Reduction::Sum => T::one(),
            _ => loss_and_divisor[1],
        };
        write_gradients(network, gradients, divisor);
        Ok(loss_and_divisor[0] / divisor)
    }

    fn needed(&self, batch: usize) -> Range<usize> {
        let own = shards_of(self.communicator.rank(), self.communicator.size(), self.shards);
        if own.is_empty() {
            return 0..0;
        }
        rows_of(self.shards, &own, batch)
    }

    fn description(&self) -> String {
        format!("{} shards", self.shards)
    }

    fn any(&mut self, here: bool) -> Result<bool, brique_train::Error> {
        let number = if here { T::one() } else { T::zero() };
        let all = self.communicator.gather(vec![number])?;
        Ok(all.iter().flatten().any(|number| !number.is_zero()))
    }

    fn fail(&mut self, message: &str) {
        self.communicator.fail(message);
    }

    fn writes_checkpoints(&self) -> bool {
        self.communicator.rank() == 0
    }
}

/// Writes `numbers / divisor` into the gradients, in the order of the parameters.
fn write_gradients<T: Scalar>(network: &mut dyn Module<T>, mut numbers: &[T], divisor: T) {
    network.visit_parameters_mut(&mut |parameter| {
        let mut gradient = parameter.gradient_mut();
        let (own, others) = numbers.split_at(gradient.len());
        numbers = others;
        gradient
            .iter_mut()
            .zip(own)
            .for_each(|(gradient, &number)| *gradient = number / divisor);
    });
}

/// What the passes over the shards of a batch need.
struct Pass<'a, 'b, T: Scalar> {
    network: &'a mut dyn Module<T>,
    loss: &'a dyn Loss<T>,
    examples: &'a Examples<'b, T>,
    step: u64,
    workspace: &'a mut Workspace<T>,
}

impl<T: Scalar> Pass<'_, '_, T> {
    fn rows(&self, shards: usize, node: &Range<usize>) -> Range<usize> {
        rows_of(shards, node, self.examples.batch)
    }

    /// Writes d_s times the gradients of a shard into `sum`, then d_s times its loss, then d_s.
    fn shard(
        &mut self,
        shards: usize,
        node: &Range<usize>,
        delta: &mut Array2<T>,
        sum: &mut Vec<T>,
    ) -> Result<(), brique_train::Error> {
        let Range { start, end } = self.rows(shards, node);
        let rows = Slice::from(start - self.examples.first..end - self.examples.first);
        let (x, y) = (
            self.examples.x.slice_axis(Axis(0), rows),
            self.examples.y.slice_axis(Axis(0), rows),
        );
        let weights = self
            .examples
            .weights
            .map(|weights| weights.slice_axis_move(Axis(0), rows));
        let step = self
            .step
            .wrapping_mul(shards as u64)
            .wrapping_add(node.start as u64);
        self.network.begin_step(step);
        let numbers = match &weights {
            None => self.pass(self.loss, &x, &y, delta)?,
            Some(weights) => self.pass(&WeightedLoss::new(self.loss, weights), &x, &y, delta)?,
        };
        sum.clear();
        self.network.visit_parameters(&mut |parameter| {
            sum.extend(parameter.gradient().iter().copied());
        });
        sum.extend(numbers);
        Ok(())
    }

    /// Overwrites the gradients with d_s times those of the examples. Returns d_s times the loss, and d_s.
    fn pass(
        &mut self,
        loss: &dyn Loss<T>,
        x: &Matrix<T>,
        y: &Matrix<T>,
        delta: &mut Array2<T>,
    ) -> Result<[T; NUMBERS_OF_LOSS], brique_train::Error> {
        let yhat = self.workspace.forward(&*self.network, x)?;
        let value = loss.forward(y, &yhat)?;
        let divisor = match loss.reduction() {
            Reduction::Sum => T::one(),
            _ => loss.divisor(y, &yhat),
        };
        if delta.dim() != yhat.dim() {
            *delta = Array2::zeros(yhat.dim());
        }
        loss.backward_kernel(y, &yhat, delta);
        Zip::from(&mut *delta).for_each(|delta| *delta *= divisor);
        self.workspace
            .backward(self.network, x, delta, Gradient::Overwrite)?;
        Ok([value * divisor, divisor])
    }
}
