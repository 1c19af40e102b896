//! The network of one seed, and its training.

use brique_datasets::{Dataset, gen_arti};
use brique_layers::{Init, Sequential, Sigmoid};
use brique_losses::MSELoss;
use brique_random::portable;
use brique_train::{Optim, Weights, sgd};
use serde::{Deserialize, Serialize};

use crate::experiments::classification::Problem;
use crate::networks::{accuracy_above, drawn_split, order_seed, tanh_network};
use crate::{Error, serial};

/// The course's network and training; PyTorch's initial weights, because PyTorch is what the report imitates.
pub(super) const WIDTHS: [usize; 3] = [2, 5, 1];
const INIT: Init = Init::PyTorch;
pub(super) const BATCH: usize = 16;
pub(super) const STEP: f64 = 0.05;
pub(super) const EPOCHS: usize = 500;

/// The output of a sigmoid at the boundary between the two classes.
pub(super) const THRESHOLD: f32 = 0.5;

/// What a seed draws from one stream: the data, their split, and the initial weights.
pub(super) struct Drawn {
    pub(super) data: Dataset,
    train: Dataset<f32>,
    pub(super) test: Dataset<f32>,
    pub(super) network: Sequential<f32>,
}

impl Drawn {
    fn of(problem: &Problem, seed: usize) -> Result<Self, Error> {
        let mut rng = portable(seed as u64);
        let data = gen_arti(&problem.parameters(), &mut rng)?.with_zero_one_targets()?;
        let (train, test) = drawn_split(&data, &mut rng)?;
        let network = tanh_network(&WIDTHS, INIT, &mut rng)?.then(Sigmoid)?;
        Ok(Self {
            data,
            train,
            test,
            network,
        })
    }
}

/// The result of a seed.
#[derive(Serialize, Deserialize)]
pub(super) struct Trained {
    /// The training loss of each epoch.
    pub(super) losses: Vec<f64>,
    /// On train and test.
    pub(super) accuracies: [f64; 2],
    #[serde(with = "serial::weights")]
    weights: Weights<f32>,
}

/// Trains the network of a seed. The orders of its epochs depend on the seed too.
pub(super) fn train(problem: &Problem, seed: usize) -> Result<Trained, Error> {
    let mut drawn = Drawn::of(problem, seed)?;
    let loss = MSELoss::new();
    let mut optim = Optim::new(&mut drawn.network, &loss, STEP)?;
    let history = sgd(&mut optim, &drawn.train, BATCH, EPOCHS, order_seed(seed))?;
    Ok(Trained {
        losses: history.losses().collect(),
        accuracies: [
            accuracy_above(&drawn.network, &drawn.train, THRESHOLD)?,
            accuracy_above(&drawn.network, &drawn.test, THRESHOLD)?,
        ],
        weights: Weights::of(&drawn.network),
    })
}

impl Trained {
    /// The data of this seed, with the trained network.
    pub(super) fn with_data(&self, problem: &Problem, seed: usize) -> Result<Drawn, Error> {
        let mut drawn = Drawn::of(problem, seed)?;
        self.weights.restore(&mut drawn.network)?;
        Ok(drawn)
    }
}
