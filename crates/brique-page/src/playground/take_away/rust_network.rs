//! The network of a configuration as Rust.

use super::rust::of_numbers;
use crate::playground::{Config, Init, Module, Playground};

/// Returns the function `network` of the program.
pub(super) fn network(playground: &Playground) -> String {
    let config = playground.config();
    let mut lines = Vec::new();
    if draws(&config.network) {
        lines.push(format!("let mut rng = portable({});", config.seed));
        lines.push(format!("let init = Init::{};", init(config.init)));
    }
    let input = shape(playground.examples().input.sizes());
    lines.push(format!("let network = Sequential::new({input});"));
    let network = playground.shown_network();
    let mut writer = Writer {
        config,
        lines,
        depth: 0,
    };
    writer.modules(
        "network",
        &config.network,
        playground.examples().input.sizes(),
        network,
    );
    let body: String = writer
        .lines
        .iter()
        .flat_map(|line| ["    ", line, "\n"])
        .collect();
    let sequential = of_numbers("Sequential", config.dtype);
    format!(
        "/// Builds the network, with its initial parameters.\n\
         fn network() -> Result<{sequential}, Box<dyn Error>> {{\n{body}    Ok(network)\n}}\n"
    )
}

/// Returns whether a module draws its parameters.
fn draws(modules: &[Module]) -> bool {
    modules.iter().any(|module| match module {
        Module::Linear { .. } | Module::Conv2D { .. } => true,
        Module::Residual { inner } => draws(inner),
        _ => false,
    })
}

fn init(init: Init) -> &'static str {
    match init {
        Init::StandardNormal => "StandardNormal",
        Init::PyTorch => "PyTorch",
        Init::XavierUniform => "XavierUniform",
        Init::XavierNormal => "XavierNormal",
        Init::HeUniform => "HeUniform",
        Init::HeNormal => "HeNormal",
    }
}

/// Returns a shape as Rust: `2` or `[8, 8, 1]`.
fn shape(sizes: &[usize]) -> String {
    match sizes {
        [size] => size.to_string(),
        sizes => format!("{sizes:?}"),
    }
}

struct Writer<'a> {
    config: &'a Config,
    lines: Vec<String>,
    depth: usize,
}

impl Writer<'_> {
    /// Writes a line for each module of a chain.
    fn modules(
        &mut self,
        chain: &str,
        modules: &[Module],
        input: &[usize],
        network: &dyn brique_core::Module,
    ) {
        let mut input = input.to_vec();
        let outputs = network.describe().inner;
        for (index, module) in modules.iter().enumerate() {
            let inner = network.inner(index).map(|(_, inner)| inner);
            let text = self.module(module, &input, inner);
            self.lines.push(format!("let {chain} = {chain}.then({text})?;"));
            if let Some(output) = outputs.get(index).and_then(|inner| inner.output.clone()) {
                input = output;
            }
        }
    }

    fn module(
        &mut self,
        module: &Module,
        input: &[usize],
        built: Option<&dyn brique_core::Module>,
    ) -> String {
        let size: usize = input.iter().product();
        let input_text = shape(input);
        match module {
            Module::Linear { out } => format!("Linear::new({size}, {out}, init, &mut rng)?"),
            Module::ReLU {} => "ReLU".to_owned(),
            Module::LeakyReLU { negative_slope } => format!("LeakyReLU::new({negative_slope:?})?"),
            Module::ELU { alpha } => format!("ELU::new({alpha:?})?"),
            Module::Tanh {} => "Tanh".to_owned(),
            Module::Sigmoid {} => "Sigmoid".to_owned(),
            Module::SiLU {} => "SiLU".to_owned(),
            Module::GELU {} => "GELU".to_owned(),
            Module::Softplus {} => "Softplus".to_owned(),
            Module::Dropout { rate } => format!("Dropout::new({rate:?}, {})?", self.config.seed),
            Module::LayerNorm {} => format!("LayerNorm::new({size})?"),
            Module::GroupNorm { groups } => format!("GroupNorm::new({input_text}, {groups})?"),
            Module::Residual { inner } => {
                self.depth += 1;
                let name = match self.depth {
                    1 => "inner".to_owned(),
                    depth => format!("inner_{depth}"),
                };
                self.lines
                    .push(format!("let {name} = Sequential::new({input_text});"));
                // The chain inside a residual is its only inner module.
                if let Some((_, chain)) = built.and_then(|built| built.inner(0)) {
                    self.modules(&name, inner, input, chain);
                }
                self.depth -= 1;
                format!("Residual::new({input_text}, {name})?")
            }
            Module::Conv2D {
                channels,
                kernel,
                stride,
                padding,
            } => {
                self.lines.push(format!(
                    "let window = Window::new({kernel}).stride({stride}).padding({padding});"
                ));
                format!("Conv2D::new({input_text}, {channels}, window, init, &mut rng)?")
            }
            Module::MaxPool2D { kernel } => format!("MaxPool2D::new({input_text}, {kernel})?"),
            Module::AvgPool2D { kernel } => format!("AvgPool2D::new({input_text}, {kernel})?"),
            Module::GlobalAvgPool {} => format!("GlobalAvgPool::new({input_text})?"),
            Module::Flatten {} => "Flatten".to_owned(),
        }
    }
}
