//! Sizes, options and initial weights of layers; wrong shapes, and inputs too large for memory, for every module.

use brique::core::{Description, Error, Gradient};
use brique::prelude::*;

use super::{ADDRESS, HUGE, Row, gives, refused, refused_undrawn, unless_changed};

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(linear_layers());
    rows.extend(options());
    rows.extend(composites());
    rows.extend(descriptions());
    rows.extend(shapes());
    rows.extend(large_batches());
    rows
}

fn linear_layers() -> Vec<Row> {
    const SIZES: [(usize, usize); 6] = [
        (HUGE, 1),
        (1, HUGE),
        (usize::MAX, 0),
        (usize::MAX, 1),
        (1, usize::MAX),
        (1 << 33, 1 << 33),
    ];
    let mut rows = Vec::new();
    for (inputs, outputs) in SIZES {
        let location = format!("Linear({inputs} → {outputs}), new: the number of parameters is ");
        let found = format!("({inputs} + 1) · {outputs}, {ADDRESS}");
        for init in [
            Init::StandardNormal,
            Init::Uniform(1.0),
            Init::PyTorch,
            Init::XavierUniform,
            Init::XavierNormal,
            Init::HeUniform,
            Init::HeNormal,
        ] {
            let name = format!("Linear {inputs} {outputs} {init:?}");
            rows.push(refused_undrawn(name, &[&location, &found], move |rng| {
                Linear::<f64>::new(inputs, outputs, init, rng)
            }));
        }
    }
    for bound in [-1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e308] {
        let found = format!("new: bound of Init::Uniform is {bound}, expected a number of at least 0");
        rows.push(refused_undrawn(
            format!("bound {bound}"),
            &["Linear(2 → 1)", &found],
            move |rng| Linear::<f64>::new(2, 1, Init::Uniform(bound), rng),
        ));
    }
    rows.push(refused_undrawn(
        "bound in f32",
        &["bound of Init::Uniform is 1000", "finite in f32"],
        |rng| Linear::<f32>::new(2, 1, Init::Uniform(1e300), rng),
    ));
    for columns in [0, 2] {
        let found = format!("parameters has shape (0, {columns}), expected (1, {columns})");
        rows.push(refused(
            format!("Linear of (0, {columns})"),
            &[&found],
            move || Linear::from_parameters(Array2::<f64>::zeros((0, columns))),
        ));
    }
    rows
}

fn options() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.push(refused(
        "LayerNorm 0",
        &["LayerNorm(0), new: the number of values is 0, expected at least 1"],
        || LayerNorm::<f64>::new(0),
    ));
    for values in [HUGE, usize::MAX] {
        let found =
            format!("LayerNorm({values}), new: the number of parameters is (1 + 1) · {values}, {ADDRESS}");
        rows.push(refused(format!("LayerNorm {values}"), &[&found], move || {
            LayerNorm::<f64>::new(values)
        }));
    }
    for (rows_of, columns) in [(0, 2), (1, 2), (3, 2)] {
        let found = format!("parameters has shape ({rows_of}, {columns}), expected (2, {columns})");
        rows.push(refused(
            format!("LayerNorm of {rows_of} rows"),
            &[&found],
            move || LayerNorm::from_parameters(Array2::<f64>::zeros((rows_of, columns))),
        ));
    }
    rows.push(refused(
        "LayerNorm of no columns",
        &["the number of values is 0"],
        || LayerNorm::from_parameters(Array2::<f64>::zeros((2, 0))),
    ));
    for rate in [
        -0.5,
        -f64::MIN_POSITIVE,
        1.0,
        1.5,
        1e300,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ] {
        let found = format!("Dropout, new: rate is {rate}, expected a probability of at least 0 and below 1");
        rows.push(refused(format!("Dropout {rate}"), &[&found], move || {
            Dropout::new(rate, 1)
        }));
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300, -1e300] {
        let expected = if value.is_finite() {
            "a number that is finite in f32"
        } else {
            "a finite number"
        };
        let found = format!("ELU, new: alpha is {value}, expected {expected}");
        rows.push(refused(format!("ELU {value}"), &[&found], move || {
            ELU::new(value)
        }));
        let found = format!("LeakyReLU, new: negative_slope is {value}, expected {expected}");
        rows.push(refused(format!("LeakyReLU {value}"), &[&found], move || {
            LeakyReLU::new(value)
        }));
    }
    rows
}

fn composites() -> Vec<Row> {
    let misfit = "an example of the input has shape (3), expected (2)";
    let linear = || Linear::from_parameters(Array2::<f64>::zeros((3, 1))).unwrap();
    vec![
        refused("then", &["module 0 (Linear(2 → 1)), then", misfit], move || {
            Sequential::new(3).then(linear())
        }),
        refused(
            "branch",
            &["branch 0 (Linear(2 → 1)), branch", misfit],
            move || Concat::new(3).branch(linear()),
        ),
        refused(
            "residual",
            &["Residual(Linear(2 → 1)), new", misfit],
            move || Residual::new(3, linear()),
        ),
        refused(
            "residual of another size",
            &["is of shape (1), expected of shape (2)"],
            move || Residual::new(2, linear()),
        ),
        refused(
            "twice one name",
            &["name is \"a\", expected a name that no module"],
            || {
                Sequential::<f64>::new(2)
                    .then_named("a", ReLU)?
                    .then_named("a", Tanh)
            },
        ),
        refused(
            "twice one branch",
            &["name is \"a\", expected a name that no branch"],
            || {
                Concat::<f64>::new(2)
                    .branch_named("a", ReLU)?
                    .branch_named("a", Tanh)
            },
        ),
        refused("a chain within", &["expected (3): ", "module 1"], || {
            Sequential::<f64>::new(2).then(ReLU)?.then(Sequential::new(3))
        }),
        refused(
            "softmax of nothing",
            &["has shape (0), expected at least one value"],
            || Sequential::<f64>::new(0).then(Softmax),
        ),
        refused(
            "branches of usize::MAX",
            &["the number of output values is 18446744073709551615 + ", ADDRESS],
            || Concat::<f64>::new([usize::MAX, 2]).branch(ReLU)?.branch(ReLU),
        ),
        gives("an absurd chain", "18446744073709551615", || {
            let network = Sequential::<f64>::new([usize::MAX, 2]).then(ReLU).unwrap();
            network
                .then(Dropout::new(0.5, 1).unwrap())
                .unwrap()
                .output()
                .size()
        }),
        refused(
            "input of an absurd chain",
            &["Sequential(", "has shape (2), expected (18446744073709551615, 2)"],
            || Sequential::<f64>::new([usize::MAX, 2]).predict(&array![[1.0, 2.0]]),
        ),
        gives("the table of an absurd chain", "true", || {
            let network = Sequential::<f64>::new([usize::MAX, 2]).then(Softmax).unwrap();
            format!("{network:#}").contains("(18446744073709551615, 2)")
        }),
        refused(
            "restore",
            &["restore: the shapes of the parameters is [(3, 1)], expected [(2, 1)]"],
            move || {
                let (weights, mut other) = (
                    Weights::of(&Linear::from_parameters(array![[1.0], [2.0]])?),
                    linear(),
                );
                let result = weights.restore(&mut other);
                unless_changed(&linear(), &other, result)
            },
        ),
    ]
}

fn descriptions() -> Vec<Row> {
    let of = |name: &str, parts: &[&str], description: Description| {
        refused(format!("build {name}"), parts, move || {
            registry::<f64>().build(&description)
        })
    };
    let linear = |inputs: u64, outputs: u64| {
        Description::new("Linear")
            .attribute("in", inputs)
            .attribute("out", outputs)
    };
    let mut rows = vec![
        of(
            "unknown",
            &["kind is \"Foo\", expected one of those registered: AvgPool1D, "],
            Description::new("Foo"),
        ),
        of("nothing", &["kind is \"\""], Description::default()),
        of(
            "no tensors",
            &["the list of tensors is , expected weight (2, 1), bias (1, 1)"],
            linear(2, 1),
        ),
        of(
            "LayerNorm",
            &["LayerNorm(0), build: the list of tensors is , expected weight (1, 0), "],
            Description::new("LayerNorm").attribute("values", 0_u64),
        ),
        of("Residual", &["the number of modules inside is 0, expected 1"], {
            Description::new("Residual").attribute("in", Shape::from(2))
        }),
    ];
    for (inputs, outputs) in [(u64::MAX, 1), (1, u64::MAX), (1 << 46, 1), (u64::MAX, u64::MAX)] {
        rows.push(of(
            "a huge layer",
            &["build: the list of tensors is , expected weight ("],
            linear(inputs, outputs),
        ));
    }
    for (kind, attribute) in [
        ("Linear", "in"),
        ("LayerNorm", "values"),
        ("Dropout", "rate"),
        ("ELU", "alpha"),
        ("LeakyReLU", "negative_slope"),
        ("Sequential", "in"),
        ("Concat", "in"),
        ("Residual", "in"),
    ] {
        let found = format!("build: attribute \"{attribute}\" is ");
        rows.push(of(kind, &[&found, "missing, expected "], Description::new(kind)));
        let text = Description::new(kind).attribute(attribute, "text");
        rows.push(of(kind, &[&found, "Text(\"text\"), expected "], text));
    }
    for (kind, attribute, value) in [
        ("Dropout", "rate", 1.0),
        ("ELU", "alpha", f64::NAN),
        ("LeakyReLU", "negative_slope", f64::INFINITY),
    ] {
        let description = Description::new(kind)
            .attribute(attribute, value)
            .attribute("seed", 1_u64);
        rows.push(of(kind, &[&format!("{kind}, new: ")], description));
    }
    rows
}

/// Modules that take examples of two values.
const MODULES: [(&str, fn() -> Box<dyn Module>); 13] = [
    ("Linear", || {
        Box::new(Linear::from_parameters(Array2::ones((3, 2))).unwrap())
    }),
    ("ReLU", || Box::new(ReLU)),
    ("LeakyReLU", || Box::new(LeakyReLU::default())),
    ("ELU", || Box::new(ELU::default())),
    ("Tanh", || Box::new(Tanh)),
    ("GELU", || Box::new(GELU)),
    ("Softmax", || Box::new(Softmax)),
    ("LogSoftmax", || Box::new(LogSoftmax)),
    ("LayerNorm", || Box::new(LayerNorm::new(2).unwrap())),
    ("Dropout", || Box::new(Dropout::new(0.5, 1).unwrap())),
    ("Sequential", || {
        Box::new(
            Sequential::new(2)
                .then(LayerNorm::new(2).unwrap())
                .unwrap()
                .then(Tanh)
                .unwrap(),
        )
    }),
    ("Residual", || {
        Box::new(Residual::new(2, LayerNorm::new(2).unwrap()).unwrap())
    }),
    ("Concat", || {
        Box::new(Concat::new(2).branch(LayerNorm::new(2).unwrap()).unwrap())
    }),
];

type Method = (
    &'static str,
    fn(&mut dyn Module, &Matrix, &Matrix) -> Result<(), Error>,
);

const METHODS: [Method; 6] = [
    ("forward", |module, x, _| module.forward(x).map(drop)),
    ("predict", |module, x, _| module.predict(x).map(drop)),
    ("backward_delta", |module, x, delta| {
        module.backward_delta(x, delta).map(drop)
    }),
    ("backward_update_gradient", |module, x, delta| {
        module.backward_update_gradient(x, delta)
    }),
    ("forward", |module, x, _| {
        Workspace::default().forward(module, x).map(drop)
    }),
    ("backward", |module, x, delta| {
        Workspace::default().backward(module, x, delta, Gradient::Overwrite)
    }),
];

/// Calls a method and checks that module, parameters and gradients are what they were.
fn called(make: fn() -> Box<dyn Module>, method: Method, x: &Matrix, delta: &Matrix) -> Result<(), Error> {
    let mut module = make();
    let before = format!("{module:?}");
    let result = method.1(&mut *module, x, delta);
    unless_changed(&before, &format!("{module:?}"), result)
}

fn shapes() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, make) in MODULES {
        for method in METHODS {
            let takes_any = make().output_shape(Shape::from(3)).is_ok();
            let part = format!(", {}: ", method.0);
            if !takes_any {
                let fits = [&part, "an example of the input has shape (3), expected (2)"];
                rows.push(refused(
                    format!("{name} {} 3 columns", method.0),
                    &fits,
                    move || called(make, method, &Array2::ones((4, 3)), &Array2::ones((4, 3))),
                ));
            }
            for (wrong, reason) in [
                ((3, 2), "as many rows"),
                ((4, 3), "as many columns"),
                ((0, 0), "as many rows"),
            ] {
                if method.0.starts_with("backward") {
                    let found = format!("delta has shape {wrong:?}, expected (4, 2): {reason}");
                    rows.push(refused(
                        format!("{name} {} δ {wrong:?}", method.0),
                        &[&part, &found],
                        move || {
                            called(
                                make,
                                method,
                                &Array2::ones((2, 4)).reversed_axes(),
                                &Array2::ones(wrong),
                            )
                        },
                    ));
                }
            }
        }
        rows.push(refused(
            format!("{name} backward first"),
            &["the batch in the workspace is none, expected the 4 rows"],
            move || called(make, METHODS[5], &Array2::ones((4, 2)), &Array2::ones((4, 2))),
        ));
        for step in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let found = format!("update_parameters: gradient_step is {step}, expected a finite number");
            rows.push(refused(format!("{name} update {step}"), &[&found], move || {
                let mut module = make();
                let (before, result) = (Weights::of(&*module), module.update_parameters(step));
                unless_changed(&before, &Weights::of(&*module), result)
            }));
        }
    }
    rows
}

/// A view of one row, repeated more often than memory can hold.
fn large_batches() -> Vec<Row> {
    let mut rows = Vec::new();
    for (name, make) in MODULES {
        for method in &METHODS[..5] {
            let part = format!(", {}: the number of values in memory is {HUGE} · ", method.0);
            rows.push(refused(
                format!("{name} {} of a huge view", method.0),
                &[&part, ADDRESS],
                move || {
                    let row = array![[1.0, 2.0]];
                    let view = row.broadcast((HUGE, 2)).unwrap();
                    called(make, *method, &view, &view)
                },
            ));
        }
    }
    rows.push(refused(
        "no inputs, many rows",
        &["Linear(0 → 1), forward: the number of values in memory", ADDRESS],
        || Linear::from_parameters(array![[1.0]])?.forward(&Array2::zeros((HUGE, 0))),
    ));
    rows.push(refused(
        "a wide layer within",
        &["Sequential((0) → (0), ", ADDRESS],
        || {
            let network = Sequential::new(0).then(Linear::from_parameters(Array2::<f64>::ones((1, 64)))?)?;
            let network = network.then(Linear::from_parameters(Array2::ones((65, 0)))?)?;
            Workspace::default()
                .forward(&network, &Array2::zeros((1 << 40, 0)))
                .map(drop)
        },
    ));
    rows.push(refused(
        "after a smaller batch",
        &["predict: the number of values in memory is ", ADDRESS],
        || {
            let (mut workspace, row) = (Workspace::default(), array![[1.0, 2.0]]);
            workspace.predict(&Tanh, &row)?;
            workspace
                .predict(&Tanh, &row.broadcast((HUGE, 2)).unwrap())
                .map(drop)
        },
    ));
    rows
}
