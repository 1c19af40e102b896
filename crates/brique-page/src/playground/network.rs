//! The network of a configuration.

use brique_core::{Error as CoreError, Fault, Module as ModuleTrait, Shape};
use brique_layers as layers;
use brique_layers::{Conv2D, Sequential, Window};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;

use super::{Config, Error, Init, Module};

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
pub fn build_network<T: Scalar>(config: &Config, input: Shape) -> Result<Sequential<T>, Error> {
    build_first(config, input, config.network.len())
}

/// Builds the first `count` modules of the network.
pub(crate) fn build_first<T: Scalar>(
    config: &Config,
    input: Shape,
    count: usize,
) -> Result<Sequential<T>, Error> {
    let mut builder = Builder {
        init: config.init.into(),
        seed: config.seed,
        rng: &mut portable(config.seed),
    };
    let mut modules = config.network.iter().take(count).enumerate();
    modules.try_fold(Sequential::new(input), |network, (module, kind)| {
        let added = builder.add(network, kind);
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
    fn add<T: Scalar>(
        &mut self,
        network: Sequential<T>,
        module: &Module,
    ) -> Result<Sequential<T>, CoreError> {
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
        let is_count = found > 0 || argument == "padding";
        if is_count && found <= LARGEST_OUTPUT && found.saturating_mul(others) <= LARGEST_NETWORK {
            return Ok(());
        }
        let fault = Fault::Value {
            argument: argument.into(),
            found: found.to_string(),
            expected: format!("from 1 to {LARGEST_OUTPUT}, with at most {LARGEST_NETWORK} parameters").into(),
        };
        Err(CoreError::new(module, "new", fault))
    }
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
