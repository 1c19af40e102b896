//! Links from the report to the playground.

/// The address of the playground, from the folder of the report.
const PLAYGROUND: &str = "../playground/index.html#example=";

/// For each experiment that the playground can show: the names of its configurations there, and what they are.
const EXAMPLES: [(&str, &[(&str, &str)]); 8] = [
    ("regression_plane", &[("linear_plane", "a plane")]),
    (
        "classification",
        &[
            ("linear_two_gaussians", "two Gaussians"),
            ("linear_four_gaussians", "four Gaussians"),
            ("linear_checkerboard", "the checkerboard"),
        ],
    ),
    (
        "nonlinear",
        &[
            ("hidden_two_gaussians", "two Gaussians"),
            ("hidden_four_gaussians", "four Gaussians"),
            ("hidden_checkerboard", "the checkerboard"),
        ],
    ),
    (
        "encapsulation",
        &[
            ("four_layers", "Xavier's initial weights"),
            ("four_layers_saturated", "standard normal initial weights"),
        ],
    ),
    (
        "optimisers",
        &[("optimiser_adam", "Adam"), ("optimiser_sgd", "gradient descent")],
    ),
    ("depth", &[("depth_checkerboard", "the checkerboard")]),
    ("multiclass", &[("digits", "the digits")]),
    (
        "convolution_digits",
        &[("digits_convolution", "the digits, with convolutions")],
    ),
];

/// Returns a line with links to the configurations of an experiment, or nothing if the playground cannot show it.
pub(crate) fn links(experiment: &str) -> String {
    let Some((_, examples)) = EXAMPLES.iter().find(|(name, _)| *name == experiment) else {
        return String::new();
    };
    let links: Vec<String> = examples
        .iter()
        .map(|(name, text)| format!("[{text}]({PLAYGROUND}{name})"))
        .collect();
    format!(
        "\nIn the playground (`cargo xtask playground`): {}.\n",
        links.join(", ")
    )
}
