//! The kinds of data, modules, losses, optimisers and schedules.

use super::fields::{Field, boolean, choice, integer, number, text};
use super::{DataKind, Kind, ModuleKind};

pub(super) fn data() -> Vec<DataKind> {
    let plane = |kind, task, fields: Vec<Field>| DataKind {
        kind,
        task: Some(task),
        input: "plane",
        fields,
    };
    let classes = |kind, fields| plane(kind, "classification", with_seed(fields));
    let numbers = |kind, fields| plane(kind, "regression", with_seed(fields));
    let noise = |default| number("noise", 0.0, 1.0, 0.01, default);
    let count = |default| integer("examples", 10, 20_000, 10, default);
    let sigma = || number("sigma", 0.01, 1.0, 0.01, 0.1);
    let own = |kind, fields| DataKind {
        kind,
        task: None,
        input: "plane",
        fields,
    };
    let task = || choice("task", &["classification", "regression"]);
    vec![
        classes("two_gaussians", vec![count(300), sigma(), noise(0.02)]),
        classes("four_gaussians", vec![count(300), sigma(), noise(0.02)]),
        classes("checkerboard", vec![count(1000), noise(0.02)]),
        classes("moons", vec![count(300), noise(0.15)]),
        classes(
            "circles",
            vec![count(300), noise(0.1), number("factor", 0.0, 0.95, 0.05, 0.5)],
        ),
        classes(
            "blobs",
            vec![
                count(300),
                integer("classes", 2, 10, 1, 4),
                number("deviation", 0.1, 5.0, 0.1, 1.5),
            ],
        ),
        classes(
            "spirals",
            vec![
                count(300),
                integer("classes", 2, 10, 1, 3),
                number("noise", 0.0, 0.3, 0.01, 0.03),
                number("turns", 0.25, 3.0, 0.25, 1.0),
            ],
        ),
        numbers(
            "plane",
            vec![
                count(200),
                number("weight_1", -5.0, 5.0, 0.1, 3.0),
                number("weight_2", -5.0, 5.0, 0.1, -2.0),
                number("bias", -5.0, 5.0, 0.1, 1.0),
                noise(0.2),
            ],
        ),
        numbers(
            "function",
            vec![
                choice("function", &["product", "waves", "bell", "pyramid", "saddle"]),
                count(300),
                noise(0.05),
            ],
        ),
        DataKind {
            kind: "digits",
            task: Some("classification"),
            input: "digits",
            fields: with_seed(vec![integer("examples", 50, 1797, 1, 600)]),
        },
        own(
            "csv",
            vec![
                text("text"),
                text("x_1"),
                text("x_2"),
                text("target"),
                task(),
                boolean("standardize", true),
            ],
        ),
        own("points", vec![task()]),
    ]
}

fn with_seed(mut fields: Vec<Field>) -> Vec<Field> {
    fields.push(integer("seed", 0, 9999, 1, 1));
    fields
}

pub(super) fn modules() -> Vec<ModuleKind> {
    let module = |group, input, kind, fields| ModuleKind {
        kind,
        group,
        input,
        fields,
    };
    let activation = |kind, fields| module("activation", "any", kind, fields);
    let kernel = |default| integer("kernel", 1, 8, 1, default);
    vec![
        module("linear", "any", "Linear", vec![integer("out", 1, 256, 1, 8)]),
        activation("ReLU", Vec::new()),
        activation("Tanh", Vec::new()),
        activation("Sigmoid", Vec::new()),
        activation("LeakyReLU", vec![number("negative_slope", 0.0, 1.0, 0.01, 0.01)]),
        activation("ELU", vec![number("alpha", 0.1, 3.0, 0.1, 1.0)]),
        activation("SiLU", Vec::new()),
        activation("GELU", Vec::new()),
        activation("Softplus", Vec::new()),
        module(
            "regularisation",
            "any",
            "Dropout",
            vec![number("rate", 0.0, 0.9, 0.05, 0.2)],
        ),
        module("normalisation", "any", "LayerNorm", Vec::new()),
        module(
            "normalisation",
            "any",
            "GroupNorm",
            vec![integer("groups", 1, 32, 1, 2)],
        ),
        module("composite", "any", "Residual", Vec::new()),
        module(
            "convolution",
            "digits",
            "Conv2D",
            vec![
                integer("channels", 1, 64, 1, 8),
                kernel(3),
                integer("stride", 1, 4, 1, 1),
                integer("padding", 0, 4, 1, 1),
            ],
        ),
        module("pooling", "digits", "MaxPool2D", vec![kernel(2)]),
        module("pooling", "digits", "AvgPool2D", vec![kernel(2)]),
        module("pooling", "digits", "GlobalAvgPool", Vec::new()),
        module("shape", "digits", "Flatten", Vec::new()),
    ]
}

pub(super) fn losses() -> Vec<Kind> {
    vec![
        kind(
            "CrossEntropyLoss",
            vec![number("label_smoothing", 0.0, 0.5, 0.01, 0.0)],
        ),
        kind("BCEWithLogitsLoss", Vec::new()),
        kind("HingeLoss", Vec::new()),
        kind("MSELoss", Vec::new()),
        kind("L1Loss", Vec::new()),
        kind("HuberLoss", vec![number("delta", 0.1, 5.0, 0.1, 1.0)]),
    ]
}

fn kind(kind: &'static str, fields: Vec<Field>) -> Kind {
    Kind { kind, fields }
}

pub(super) fn optimizers() -> Vec<Kind> {
    let with_decay = |name, rate, others: Vec<Field>| {
        let first = number("learning_rate", 0.0, 10.0, 0.0001, rate);
        let last = number("weight_decay", 0.0, 1.0, 0.0001, 0.0);
        kind(name, [vec![first], others, vec![last]].concat())
    };
    let share = |name, default| number(name, 0.0, 0.999_999, 0.001, default);
    vec![
        with_decay("Adam", 0.01, vec![share("beta_1", 0.9), share("beta_2", 0.999)]),
        with_decay(
            "SGD",
            0.1,
            vec![share("momentum", 0.0), boolean("nesterov", false)],
        ),
        with_decay("AdamW", 0.01, vec![share("beta_1", 0.9), share("beta_2", 0.999)]),
        with_decay(
            "RMSprop",
            0.01,
            vec![share("alpha", 0.99), share("momentum", 0.0)],
        ),
        with_decay("Adagrad", 0.1, vec![number("lr_decay", 0.0, 1.0, 0.0001, 0.0)]),
    ]
}

pub(super) fn schedules() -> Vec<Kind> {
    let lowest = || number("lowest", 0.0, 1.0, 0.01, 0.0);
    vec![
        kind("Constant", Vec::new()),
        kind(
            "Step",
            vec![
                integer("every", 1, 100_000, 1, 500),
                number("gamma", 0.0, 1.0, 0.01, 0.5),
            ],
        ),
        kind("Exponential", vec![number("gamma", 0.9, 1.0, 0.0001, 0.999)]),
        kind("Cosine", vec![lowest()]),
        kind("WarmUp", vec![integer("steps", 0, 100_000, 1, 100), lowest()]),
        kind("OneCycle", Vec::new()),
    ]
}
