//! The network of a configuration as PyTorch.

use crate::playground::{Init, Module, Playground};

/// A class that PyTorch lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Residual,
    ChannelsLastFlatten,
    GlobalAvgPool,
}

impl Class {
    const ALL: [Self; 3] = [Self::Residual, Self::ChannelsLastFlatten, Self::GlobalAvgPool];

    fn text(self) -> &'static str {
        match self {
            Self::Residual => {
                "class Residual(nn.Module):
    \"\"\"x + f(x)\"\"\"

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return x + self.module(x)
"
            }
            Self::ChannelsLastFlatten => {
                "class ChannelsLastFlatten(nn.Module):
    \"\"\"Flattens (channels, height, width) in the order of Brique: height, width, channel.\"\"\"

    def forward(self, x):
        return x.permute(0, 2, 3, 1).flatten(1)
"
            }
            Self::GlobalAvgPool => {
                "class GlobalAvgPool(nn.Module):
    \"\"\"The mean of each channel.\"\"\"

    def forward(self, x):
        return x.mean(dim=(2, 3))
"
            }
        }
    }
}

/// Returns the classes that the network needs and the network, in this order.
pub(super) fn network(playground: &Playground) -> [String; 2] {
    let config = playground.config();
    let input = playground.examples().input.sizes();
    let mut used = Vec::new();
    let network = playground.shown_network();
    let lines = chain(&config.network, input, network, &mut used);
    let body: String = lines.iter().flat_map(|line| ["    ", line, ",\n"]).collect();
    let classes = Class::ALL.iter().filter(|class| used.contains(class));
    let classes: Vec<&str> = classes.map(|class| class.text()).collect();
    let model = format!("model = nn.Sequential(\n{body})\n{}", initialization(config.init));
    [classes.join("\n\n"), model]
}

/// Returns the expression of each module of a chain.
fn chain(
    modules: &[Module],
    input: &[usize],
    network: &dyn brique_core::Module,
    used: &mut Vec<Class>,
) -> Vec<String> {
    let outputs = network.describe().inner;
    let mut input = input.to_vec();
    let mut lines = Vec::new();
    for (index, module) in modules.iter().enumerate() {
        let built = network.inner(index).map(|(_, inner)| inner);
        lines.push(expression(module, &input, built, used));
        if let Some(output) = outputs.get(index).and_then(|inner| inner.output.clone()) {
            input = output;
        }
    }
    lines
}

fn expression(
    module: &Module,
    input: &[usize],
    built: Option<&dyn brique_core::Module>,
    used: &mut Vec<Class>,
) -> String {
    let size: usize = input.iter().product();
    let channels = input.last().copied().unwrap_or(0);
    match module {
        Module::Linear { out } => format!("nn.Linear({size}, {out})"),
        Module::ReLU {} => "nn.ReLU()".to_owned(),
        Module::LeakyReLU { negative_slope } => format!("nn.LeakyReLU({negative_slope:?})"),
        Module::ELU { alpha } => format!("nn.ELU({alpha:?})"),
        Module::Tanh {} => "nn.Tanh()".to_owned(),
        Module::Sigmoid {} => "nn.Sigmoid()".to_owned(),
        Module::SiLU {} => "nn.SiLU()".to_owned(),
        Module::GELU {} => "nn.GELU()".to_owned(),
        Module::Softplus {} => "nn.Softplus()".to_owned(),
        Module::Dropout { rate } => format!("nn.Dropout({rate:?})"),
        Module::LayerNorm {} => format!("nn.LayerNorm({size})"),
        Module::GroupNorm { groups } => format!("nn.GroupNorm({groups}, {channels})"),
        Module::Residual { inner } => {
            used.push(Class::Residual);
            // The chain inside a residual is its only inner module.
            let lines = match built.and_then(|built| built.inner(0)) {
                Some((_, network)) => chain(inner, input, network, used),
                None => Vec::new(),
            };
            format!("Residual(nn.Sequential({}))", lines.join(", "))
        }
        Module::Conv2D {
            channels: out,
            kernel,
            stride,
            padding,
        } => format!("nn.Conv2d({channels}, {out}, {kernel}, stride={stride}, padding={padding})"),
        Module::MaxPool2D { kernel } => format!("nn.MaxPool2d({kernel})"),
        Module::AvgPool2D { kernel } => format!("nn.AvgPool2d({kernel})"),
        Module::GlobalAvgPool {} => {
            used.push(Class::GlobalAvgPool);
            "GlobalAvgPool()".to_owned()
        }
        Module::Flatten {} if input.len() == 3 => {
            used.push(Class::ChannelsLastFlatten);
            "ChannelsLastFlatten()".to_owned()
        }
        Module::Flatten {} => "nn.Flatten()".to_owned(),
    }
}

/// Returns the lines that draw the initial parameters. PyTorch's own need none.
fn initialization(init: Init) -> String {
    let (weight, bias) = match init {
        Init::PyTorch => return String::new(),
        Init::StandardNormal => ("nn.init.normal_(module.weight)", "nn.init.normal_(module.bias)"),
        Init::XavierUniform => (
            "nn.init.xavier_uniform_(module.weight)",
            "nn.init.zeros_(module.bias)",
        ),
        Init::XavierNormal => (
            "nn.init.xavier_normal_(module.weight)",
            "nn.init.zeros_(module.bias)",
        ),
        Init::HeUniform => (
            "nn.init.kaiming_uniform_(module.weight, nonlinearity=\"relu\")",
            "nn.init.zeros_(module.bias)",
        ),
        Init::HeNormal => (
            "nn.init.kaiming_normal_(module.weight, nonlinearity=\"relu\")",
            "nn.init.zeros_(module.bias)",
        ),
    };
    format!(
        "\nfor module in model.modules():
    if isinstance(module, (nn.Linear, nn.Conv2d)):
        {weight}
        {bias}
"
    )
}
