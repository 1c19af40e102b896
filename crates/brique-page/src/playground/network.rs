//! The network, the loss, the optimiser and the schedule of a configuration.

use brique_core::{Error as CoreError, Fault, Loss as LossTrait, Module as ModuleTrait, Shape};
use brique_layers as layers;
use brique_layers::{Conv2D, Sequential, Window};
use brique_losses as losses;
use brique_optim as optim;
use brique_optim::Optimizer as OptimizerTrait;
use brique_random::{RandomSource, portable};

use super::{Config, Error, Init, Loss, Module, Optimizer, Schedule};

/// The largest number of outputs of a module, which limits what a configuration can make the page allocate.
const LARGEST_OUTPUT: usize = 4096;

/// The largest number of parameters of a network.
const LARGEST_NETWORK: usize = 1_000_000;

/// Builds the network of a configuration for examples of the shape `input`. The initial parameters are drawn from
/// `portable(config.seed)`, module by module.
///
/// # Errors
///
/// If a module has an invalid option or does not take the output of the module before it; if the network is too large.
/// The error has the index of the module.
pub fn build_network(config: &Config, input: Shape) -> Result<Sequential<f64>, Error> {
    build_first(config, input, config.network.len())
}

/// Builds the first `count` modules of the network.
pub(crate) fn build_first(config: &Config, input: Shape, count: usize) -> Result<Sequential<f64>, Error> {
    let mut builder = Builder {
        init: config.init.into(),
        seed: config.seed,
        rng: &mut portable(config.seed),
    };
    let modules = config.network.iter().take(count).enumerate();
    modules.fold(Ok(Sequential::new(input)), |network, (module, kind)| {
        let added = builder.add(network?, kind);
        added.map_err(|source| Error::Module { module, source })
    })
}

/// What modules need to be built.
struct Builder<'a> {
    init: layers::Init,
    seed: u64,
    rng: &'a mut dyn RandomSource,
}

impl Builder<'_> {
    /// Appends a module to a network.
    fn add(&mut self, network: Sequential<f64>, module: &Module) -> Result<Sequential<f64>, CoreError> {
        let input = network.output();
        match *module {
            Module::Linear { out } => {
                self.check_size("Linear", "out", out, input.size())?;
                network.then(layers::Linear::new(input.size(), out, self.init, self.rng)?)
            }
            Module::ReLU {} => network.then(layers::ReLU),
            Module::LeakyReLU { negative_slope } => network.then(layers::LeakyReLU::new(negative_slope)?),
            Module::ELU { alpha } => network.then(layers::ELU::new(alpha)?),
            Module::Tanh {} => network.then(layers::Tanh),
            Module::Sigmoid {} => network.then(layers::Sigmoid),
            Module::SiLU {} => network.then(layers::SiLU),
            Module::GELU {} => network.then(layers::GELU),
            Module::Softplus {} => network.then(layers::Softplus),
            Module::Dropout { rate } => network.then(layers::Dropout::new(rate, self.seed)?),
            Module::LayerNorm {} => network.then(layers::LayerNorm::new(input.size())?),
            Module::GroupNorm { groups } => network.then(layers::GroupNorm::new(input, groups)?),
            Module::Residual { ref inner } => {
                let inner = inner
                    .iter()
                    .try_fold(Sequential::new(input), |inner, module| self.add(inner, module))?;
                network.then(layers::Residual::new(input, inner)?)
            }
            Module::Conv2D {
                channels,
                kernel,
                stride,
                padding,
            } => {
                for (name, found) in [("kernel", kernel), ("stride", stride), ("padding", padding)] {
                    self.check_size("Conv2D", name, found, 1)?;
                }
                self.check_size("Conv2D", "channels", channels, kernel.saturating_mul(kernel))?;
                let window = Window::new(kernel).stride(stride).padding(padding);
                let conv = Conv2D::new(input, channels, window, self.init, self.rng)?;
                self.check_size("Conv2D", "the number of outputs", conv.output().size(), 1)?;
                network.then(conv)
            }
            Module::MaxPool2D { kernel } => network.then(layers::MaxPool2D::new(input, kernel)?),
            Module::AvgPool2D { kernel } => network.then(layers::AvgPool2D::new(input, kernel)?),
            Module::GlobalAvgPool {} => network.then(layers::GlobalAvgPool::new(input)?),
            Module::Flatten {} => network.then(layers::Flatten),
        }
    }

    /// Checks that a size, and the number of weights that it makes with `others`, is not too large for a page.
    #[allow(clippy::unused_self, reason = "it reads as a step of building")]
    fn check_size(
        &self,
        module: &str,
        argument: &'static str,
        found: usize,
        others: usize,
    ) -> Result<(), CoreError> {
        if found <= LARGEST_OUTPUT && found.saturating_mul(others) <= LARGEST_NETWORK {
            return Ok(());
        }
        let fault = Fault::Value {
            argument: argument.into(),
            found: found.to_string(),
            expected: format!("at most {LARGEST_OUTPUT}, and at most {LARGEST_NETWORK} parameters").into(),
        };
        Err(CoreError::new(module, "new", fault))
    }
}

/// Builds the loss of a configuration.
///
/// # Errors
///
/// If an option is invalid.
pub fn build_loss(loss: &Loss) -> Result<Box<dyn LossTrait<f64>>, Error> {
    Ok(match *loss {
        Loss::CrossEntropyLoss { label_smoothing } => {
            Box::new(losses::CrossEntropyLoss::new().label_smoothing(label_smoothing)?)
        }
        Loss::BCEWithLogitsLoss {} => Box::new(losses::BCEWithLogitsLoss::new()),
        Loss::MSELoss {} => Box::new(losses::MSELoss::new()),
        Loss::L1Loss {} => Box::new(losses::L1Loss::new()),
        Loss::HuberLoss { delta } => Box::new(losses::HuberLoss::new().delta(delta)?),
        Loss::HingeLoss {} => Box::new(losses::HingeLoss::new()),
    })
}

/// Builds the optimiser of a configuration.
///
/// # Errors
///
/// If an option is invalid.
pub fn build_optimizer(optimizer: &Optimizer) -> Result<Box<dyn OptimizerTrait<f64>>, Error> {
    Ok(match *optimizer {
        Optimizer::SGD {
            learning_rate,
            momentum,
            nesterov,
            weight_decay,
        } => {
            let sgd = optim::SGD::new(learning_rate)?;
            let sgd = if nesterov {
                sgd.nesterov(momentum)?
            } else {
                sgd.momentum(momentum)?
            };
            Box::new(sgd.weight_decay(weight_decay)?)
        }
        Optimizer::Adam {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let adam = optim::Adam::new(learning_rate)?.betas(beta_1, beta_2)?;
            Box::new(adam.weight_decay(weight_decay)?)
        }
        Optimizer::AdamW {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let adam_w = optim::AdamW::new(learning_rate)?.betas(beta_1, beta_2)?;
            Box::new(adam_w.weight_decay(weight_decay)?)
        }
        Optimizer::RMSprop {
            learning_rate,
            alpha,
            momentum,
            weight_decay,
        } => {
            let rmsprop = optim::RMSprop::new(learning_rate)?.alpha(alpha)?;
            Box::new(rmsprop.momentum(momentum)?.weight_decay(weight_decay)?)
        }
        Optimizer::Adagrad {
            learning_rate,
            lr_decay,
            weight_decay,
        } => {
            let adagrad = optim::Adagrad::new(learning_rate)?.lr_decay(lr_decay)?;
            Box::new(adagrad.weight_decay(weight_decay)?)
        }
    })
}

/// Builds the schedule of a configuration, which counts in steps.
///
/// # Errors
///
/// If an option is invalid.
pub fn build_schedule(schedule: &Schedule) -> Result<optim::Schedule, Error> {
    Ok(match *schedule {
        Schedule::Constant {} => optim::Schedule::Constant,
        Schedule::Step { every, gamma } => optim::Schedule::step(every, gamma)?,
        Schedule::Exponential { gamma } => optim::Schedule::exponential(gamma)?,
        Schedule::Cosine { lowest } => optim::Schedule::cosine(lowest)?,
        Schedule::WarmUp { steps, lowest } => {
            optim::Schedule::warm_up(steps, optim::Schedule::cosine(lowest)?)
        }
        Schedule::OneCycle {} => optim::Schedule::one_cycle(),
    })
}

impl From<Init> for layers::Init {
    fn from(init: Init) -> Self {
        match init {
            Init::StandardNormal => Self::StandardNormal,
            Init::PyTorch => Self::PyTorch,
            Init::XavierUniform => Self::XavierUniform,
            Init::XavierNormal => Self::XavierNormal,
            Init::HeUniform => Self::HeUniform,
            Init::HeNormal => Self::HeNormal,
        }
    }
}

/// Returns the number of parameters of a network.
pub(crate) fn parameter_count(network: &dyn ModuleTrait<f64>) -> usize {
    let mut count = 0;
    network.visit_parameters(&mut |parameter| count += parameter.value().len());
    count
}
