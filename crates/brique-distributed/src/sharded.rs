//! The strategy that divides each batch into shards, and the shards between processes.

use std::ops::Range;

use brique_core::{Loss, Module, Workspace, visit_modules};
use brique_tensor::Scalar;
use brique_train::{Examples, Strategy};

use crate::agreement::check_same_training;
use crate::batch::Batch;
use crate::reduction::{Memory, Reduction, gradients_of};
use crate::shards::Shards;
use crate::tree::Sums;
use crate::unit::Unit;
use crate::{Communicator, Error};

/// Divides each batch into a fixed number of shards, and the shards between the processes of a [`Communicator`].
///
/// The gradients of the shards are added in a tree that depends only on the number of shards:
///
/// ```text
/// ∇W = Σ_s d_s / d · ∇W_s        L = Σ_s d_s · L_s / d        d = Σ_s d_s
/// ```
///
/// `L_s` and `∇W_s` are loss and gradient of shard s alone, and `d_s` is the [divisor](Loss::divisor) of its loss: the number of
/// its examples, for example. With [`Reduction::Sum`](brique_core::Reduction::Sum), all quotients are 1. Therefore the bits
/// of a training depend on the number of shards, and are the same on any number of processes. A training without shards
/// has other rounding errors.
///
/// Shard s of S of a batch of n examples has the examples ⌊s·n/S⌋ to ⌊(s+1)·n/S⌋. A batch may have fewer examples than there
/// are shards; empty shards add nothing. The random numbers of a dropout do not depend on the shards.
///
/// A process makes one forward and one backward pass over its shards, if all modules
/// [add their gradients in row groups](Module::adds_in_row_groups); otherwise it makes one for each shard.
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
///     let fit = Fit::new(3, 20).shuffle(1).strategy(Sharded::new(communicator, 8)?);
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
    /// What each pass of the last step used, to be used again.
    units: Vec<Unit<T>>,
    memory: Memory<T>,
    /// Whether all processes are known to carry out the same training.
    is_checked: bool,
}

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
            units: Vec::new(),
            memory: Memory::default(),
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

    /// Makes the forward passes of this process. Returns the numbers that all processes need: of each shard, `d_s` · `L_s` and
    /// `d_s`.
    fn forward(
        &mut self,
        network: &mut dyn Module<T>,
        batch: &Batch<'_, '_, T>,
    ) -> Result<Vec<T>, brique_train::Error> {
        let (rank, processes) = (self.communicator.rank(), self.communicator.size());
        let mut nodes = batch.shards.nodes(rank, processes);
        if !adds_in_row_groups(network) {
            nodes = nodes.iter().flat_map(|node| batch.shards.leaves(node)).collect();
        }
        self.units.resize_with(nodes.len(), Unit::default);
        let mut numbers = Vec::new();
        for (unit, node) in self.units.iter_mut().zip(nodes) {
            unit.forward(node, network, batch, &mut numbers)?;
        }
        Ok(numbers)
    }

    /// Makes the backward passes, and overwrites the gradients with the sum of all processes.
    fn backward(
        &mut self,
        network: &mut dyn Module<T>,
        batch: &Batch<'_, '_, T>,
        divisor: T,
    ) -> Result<(), brique_train::Error> {
        let is_single = self.units.len() == 1;
        let (mut last, others) = match self.units.split_last_mut() {
            Some((last, others)) => (Some(last), others),
            None => (None, &mut [][..]),
        };
        let communicator = &mut self.communicator;
        if let Some(only) = &mut last
            && is_single
            && communicator.size() == 1
        {
            return only.backward(network, batch, divisor, &mut |_| {});
        }
        let mut ended = Sums::new();
        for unit in others {
            let backward = unit.backward(network, batch, divisor, &mut |_| {});
            told(communicator, backward)?;
            ended.push((unit.node(), gradients_of(network, &mut self.memory.buffers)));
        }
        let passes = (ended, last.as_ref().map(|last| last.node()));
        let mut reduction = Reduction::new(communicator, &mut self.memory, network, batch.shards, passes);
        let mut backward = Ok(());
        if let Some(last) = last {
            backward = last.backward(network, batch, divisor, &mut |module| reduction.report(module));
        }
        match backward {
            Ok(()) => Ok(reduction.finish(network)?),
            Err(error) => told(communicator, Err(error)),
        }
    }

    /// Exchanges the memory of the first pass.
    fn swap_first(&mut self, workspace: &mut Workspace<T>) {
        if let Some(first) = self.units.first_mut() {
            first.swap_workspace(workspace);
        }
    }

    /// Overwrites the gradients with those of the batch, and returns its loss.
    fn compute(
        &mut self,
        network: &mut dyn Module<T>,
        batch: &Batch<'_, '_, T>,
    ) -> Result<T, brique_train::Error> {
        let forward = self.forward(network, batch);
        let numbers = told(&mut self.communicator, forward)?;
        let (value, divisor) = batch.loss_and_divisor(&self.communicator.gather(numbers)?.concat());
        if !value.is_finite() {
            return Ok(value);
        }
        self.backward(network, batch, divisor)?;
        Ok(value)
    }
}

/// Returns the result of this process. If it is an error, all others are told.
fn told<T: Scalar, R>(
    communicator: &mut dyn Communicator<T>,
    result: Result<R, brique_train::Error>,
) -> Result<R, brique_train::Error> {
    result.inspect_err(|error| communicator.fail(&error.to_string()))
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
        let shards = Shards {
            count: self.shards,
            rows: examples.batch,
        };
        let batch = Batch {
            loss,
            examples,
            step,
            shards,
        };
        // The caller sees the memory of the first pass.
        self.swap_first(workspace);
        let value = self.compute(network, &batch);
        self.swap_first(workspace);
        value
    }

    fn needed(&self, batch: usize) -> Range<usize> {
        let shards = Shards {
            count: self.shards,
            rows: batch,
        };
        let (rank, processes) = (self.communicator.rank(), self.communicator.size());
        shards.rows(&Shards::of_process(self.shards, rank, processes))
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

/// Returns whether all parameters of a network belong to modules that add their gradients in row groups.
fn adds_in_row_groups<T: Scalar>(network: &dyn Module<T>) -> bool {
    let mut all_do = true;
    visit_modules(network, &mut |_, module| {
        let mut has_parameters = false;
        module.own_parameters(&mut |_| has_parameters = true);
        all_do &= !has_parameters || module.adds_in_row_groups();
    });
    all_do
}
