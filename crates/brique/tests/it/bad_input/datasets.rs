//! Generators, splits, labels and data sets with bad parameters; nothing is drawn.

use brique::datasets::{Error, LinearProblem, read_csv_from, train_test_indices};
use brique::prelude::*;

use super::{ADDRESS, HUGE, Row, gives, refused, refused_undrawn};

const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

pub fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    rows.extend(sizes());
    rows.extend(parameters());
    rows.extend(splits());
    rows.extend(folds());
    rows.extend(labels());
    rows.extend(data_sets());
    rows.extend(names_and_weights());
    rows.extend(tables());
    rows.extend(preparations());
    rows
}

type OfSize = fn(usize, &mut dyn RandomSource) -> Result<Dataset, Error>;

/// The training set of MNIST-1D, which has all examples, after a change of its parameters.
fn mnist_1d_of(change: impl FnOnce(&mut Mnist1D), rng: &mut dyn RandomSource) -> Result<Dataset, Error> {
    let mut parameters = Mnist1D {
        train_fraction: 1.0,
        ..Mnist1D::default()
    };
    change(&mut parameters);
    mnist_1d(&parameters, rng).map(|(train, _)| train)
}

fn sizes() -> Vec<Row> {
    let generators: [(&str, &str, OfSize); 13] = [
        ("gen_arti", "nbex", |nbex, rng| {
            gen_arti(
                &GenArti {
                    nbex,
                    ..GenArti::of(DataType::TwoGaussians)
                },
                rng,
            )
        }),
        ("gen_arti", "nbex", |nbex, rng| {
            gen_arti(
                &GenArti {
                    nbex,
                    ..GenArti::of(DataType::FourGaussians)
                },
                rng,
            )
        }),
        ("gen_arti", "nbex", |nbex, rng| {
            gen_arti(
                &GenArti {
                    nbex,
                    ..GenArti::of(DataType::Checkerboard)
                },
                rng,
            )
        }),
        ("moons", "examples", |examples, rng| {
            moons(
                &Moons {
                    examples,
                    ..Moons::default()
                },
                rng,
            )
        }),
        ("circles", "examples", |examples, rng| {
            circles(
                &Circles {
                    examples,
                    ..Circles::default()
                },
                rng,
            )
        }),
        ("spirals", "examples", |examples, rng| {
            spirals(
                &Spirals {
                    examples,
                    ..Spirals::default()
                },
                rng,
            )
        }),
        ("blobs", "examples", |examples, rng| {
            blobs(
                &Blobs {
                    examples,
                    ..Blobs::default()
                },
                rng,
            )
        }),
        ("mnist_1d", "examples", |examples, rng| {
            mnist_1d_of(|it| it.examples = examples, rng)
        }),
        ("blobs", "classes", |classes, rng| {
            blobs(
                &Blobs {
                    classes,
                    ..Blobs::default()
                },
                rng,
            )
        }),
        ("blobs", "classes", |features, rng| {
            blobs(
                &Blobs {
                    features,
                    ..Blobs::default()
                },
                rng,
            )
        }),
        ("mnist_1d", "length", |length, rng| {
            mnist_1d_of(|it| it.length = length, rng)
        }),
        ("mnist_1d", "template_length + padding.1", |length, rng| {
            mnist_1d_of(|it| it.template_length = length, rng)
        }),
        ("mnist_1d", "template_length + padding.1", |high, rng| {
            mnist_1d_of(|it| it.padding.1 = high, rng)
        }),
    ];
    let mut rows = Vec::new();
    for (function, parameter, call) in generators {
        for size in [HUGE, isize::MAX.unsigned_abs(), usize::MAX] {
            let found = format!("{function}: {parameter} is ");
            rows.push(refused_undrawn(
                format!("{function} {parameter} {size}"),
                &[&found, ADDRESS],
                move |rng| call(size, rng),
            ));
        }
    }
    for size in [0, 1] {
        for (function, _, call) in &generators[..8] {
            let call = *call;
            rows.push(gives(
                format!("{function} of {size}"),
                &size.to_string(),
                move || call(size, &mut portable(1)).unwrap().len(),
            ));
        }
    }
    rows.push(gives("spirals of more classes than examples", "4", || {
        let spirals_of = Spirals {
            examples: 4,
            classes: usize::MAX,
            ..Spirals::default()
        };
        spirals(&spirals_of, &mut portable(1)).unwrap().len()
    }));
    rows
}

type OfNumber = fn(f64, &mut dyn RandomSource) -> Result<Dataset, Error>;

fn parameters() -> Vec<Row> {
    let options: [(&str, &str, &[f64], OfNumber); 18] = [
        ("gen_arti", "centerx", &[], |centerx, rng| {
            gen_arti(
                &GenArti {
                    centerx,
                    ..GenArti::default()
                },
                rng,
            )
        }),
        ("gen_arti", "centery", &[], |centery, rng| {
            gen_arti(
                &GenArti {
                    centery,
                    ..GenArti::default()
                },
                rng,
            )
        }),
        ("gen_arti", "sigma", &[-0.5], |sigma, rng| {
            gen_arti(
                &GenArti {
                    sigma,
                    ..GenArti::default()
                },
                rng,
            )
        }),
        ("gen_arti", "epsilon", &[-0.5], |epsilon, rng| {
            gen_arti(
                &GenArti {
                    epsilon,
                    ..GenArti::default()
                },
                rng,
            )
        }),
        ("moons", "noise", &[-0.5], |noise, rng| {
            moons(
                &Moons {
                    noise,
                    ..Moons::default()
                },
                rng,
            )
        }),
        ("circles", "noise", &[-0.5], |noise, rng| {
            circles(
                &Circles {
                    noise,
                    ..Circles::default()
                },
                rng,
            )
        }),
        ("circles", "factor", &[-0.5, 1.0], |factor, rng| {
            circles(
                &Circles {
                    factor,
                    ..Circles::default()
                },
                rng,
            )
        }),
        ("spirals", "noise", &[-0.5], |noise, rng| {
            spirals(
                &Spirals {
                    noise,
                    ..Spirals::default()
                },
                rng,
            )
        }),
        ("spirals", "turns", &[], |turns, rng| {
            spirals(
                &Spirals {
                    turns,
                    ..Spirals::default()
                },
                rng,
            )
        }),
        ("blobs", "deviation", &[-0.5], |deviation, rng| {
            blobs(
                &Blobs {
                    deviation,
                    ..Blobs::default()
                },
                rng,
            )
        }),
        ("mnist_1d", "scale", &[-0.5], |value, rng| {
            mnist_1d_of(|it| it.scale = value, rng)
        }),
        ("mnist_1d", "shear", &[-0.5], |value, rng| {
            mnist_1d_of(|it| it.shear = value, rng)
        }),
        ("mnist_1d", "correlated_noise", &[-0.5], |value, rng| {
            mnist_1d_of(|it| it.correlated_noise = value, rng)
        }),
        ("mnist_1d", "independent_noise", &[-0.5], |value, rng| {
            mnist_1d_of(|it| it.independent_noise = value, rng)
        }),
        ("mnist_1d", "train_fraction", &[-0.5, 1.5], |value, rng| {
            mnist_1d_of(|it| it.train_fraction = value, rng)
        }),
        ("LinearProblem", "bias", &[], |bias, rng| {
            LinearProblem {
                weights: vec![1.0],
                bias,
                noise: 0.0,
            }
            .dataset(array![[1.0]], rng)
        }),
        ("LinearProblem", "noise", &[-0.5], |noise, rng| {
            LinearProblem {
                weights: vec![1.0],
                bias: 0.0,
                noise,
            }
            .dataset(array![[1.0]], rng)
        }),
        ("LinearProblem", "weights", &[], |weight, rng| {
            LinearProblem {
                weights: vec![weight],
                bias: 0.0,
                noise: 0.0,
            }
            .dataset(array![[1.0]], rng)
        }),
    ];
    let mut rows = Vec::new();
    for (function, parameter, more, call) in options {
        for &value in NOT_FINITE.iter().chain(more) {
            let found = format!("{function}: {parameter} is {value}");
            rows.push(refused_undrawn(
                format!("{function} {parameter} {value}"),
                &[&found, ", expected "],
                move |rng| call(value, rng),
            ));
        }
    }
    for center_box in [(1.0, 0.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (-1e308, 1e308)] {
        let found = format!(
            "blobs: center_box is ({}, {}), expected two finite",
            center_box.0, center_box.1
        );
        rows.push(refused_undrawn(
            format!("box {center_box:?}"),
            &[&found],
            move |rng| {
                blobs(
                    &Blobs {
                        center_box,
                        ..Blobs::default()
                    },
                    rng,
                )
            },
        ));
    }
    rows.push(refused_undrawn(
        "no blobs",
        &["blobs: classes is 0, expected at least 1"],
        |rng| {
            blobs(
                &Blobs {
                    classes: 0,
                    ..Blobs::default()
                },
                rng,
            )
        },
    ));
    rows.push(refused_undrawn(
        "no spirals",
        &["spirals: classes is 0, expected at least 1"],
        |rng| {
            spirals(
                &Spirals {
                    classes: 0,
                    ..Spirals::default()
                },
                rng,
            )
        },
    ));
    let zeros: [(&str, fn(&mut Mnist1D)); 4] = [
        ("length is 0, expected at least 1", |it| it.length = 0),
        ("max_translation is 0, expected at least 1", |it| {
            it.max_translation = 0;
        }),
        ("template_length + padding.1 is 0, expected at least 1", |it| {
            (it.template_length, it.padding) = (0, (0, 0));
        }),
        ("padding is (3, 2), expected two numbers, the lower", |it| {
            it.padding = (3, 2);
        }),
    ];
    for (message, change) in zeros {
        rows.push(refused_undrawn(message, &["mnist_1d: ", message], move |rng| {
            mnist_1d_of(change, rng)
        }));
    }
    rows.push(refused_undrawn(
        "columns",
        &["the inputs have 2 columns, expected 1: one for each weight"],
        |rng| {
            LinearProblem {
                weights: vec![1.0],
                bias: 0.0,
                noise: 1.0,
            }
            .dataset(array![[1.0, 2.0]], rng)
        },
    ));
    rows.push(refused_undrawn(
        "many rows",
        &["LinearProblem: inputs is ", ADDRESS],
        |rng| {
            LinearProblem {
                weights: Vec::new(),
                bias: 0.0,
                noise: 1.0,
            }
            .dataset(Array2::zeros((HUGE, 0)), rng)
        },
    ));
    rows
}

const CLASSES: [usize; 5] = [0, 0, 0, 1, 1];

type Select = for<'a> fn(&'a mut dyn RandomSource) -> Selection<'a>;

const SELECTIONS: [(&str, Select); 4] = [
    ("in order", |_| Selection::InOrder),
    ("shuffled", |rng| Selection::Shuffled(rng)),
    ("stratified in order", |_| Selection::StratifiedInOrder {
        classes: &CLASSES,
    }),
    ("stratified", |rng| Selection::Stratified {
        classes: &CLASSES,
        rng,
    }),
];

fn splits() -> Vec<Row> {
    let mut rows = Vec::new();
    for (selection, select) in SELECTIONS {
        let sizes = [-0.5, 0.0, 1.0, 1.5].into_iter().chain(NOT_FINITE);
        for fraction in sizes {
            let found = format!("the fraction of TestSize is {fraction}, expected a number between 0 and 1");
            rows.push(refused_undrawn(
                format!("{selection} {fraction}"),
                &[&found],
                move |rng| train_test_indices(5, TestSize::Fraction(fraction), select(rng)),
            ));
        }
        for (examples, count, found) in [
            (5, 6, "the count of TestSize is 6 of 5 examples, expected fewer"),
            (5, usize::MAX, "of 5 examples, expected fewer"),
            (
                5,
                0,
                "with 5 examples and a test size of 0, the test set would be empty",
            ),
            (
                5,
                5,
                "with 5 examples and a test size of 5, the train set would be empty",
            ),
            (
                0,
                0,
                "with 0 examples and a test size of 0, the train set would be empty",
            ),
            (HUGE, 1, ADDRESS),
            (usize::MAX, 1, ADDRESS),
        ] {
            rows.push(refused_undrawn(
                format!("{selection} {count} of {examples}"),
                &[found],
                move |rng| train_test_indices(examples, TestSize::Count(count), select(rng)),
            ));
        }
    }
    for (name, classes, found) in [
        (
            "lengths",
            vec![0, 1],
            "the classes to stratify by hold 2 examples, expected 4",
        ),
        ("lonely", vec![0, 0, 0, 1], "class 1 has 1 member"),
        (
            "classes",
            vec![0, 0, 1, 1],
            "the test set would hold 1 examples of 2 classes",
        ),
    ] {
        rows.push(refused_undrawn(
            format!("stratified {name}"),
            &[found],
            move |rng| {
                train_test_indices(
                    4,
                    TestSize::Count(1),
                    Selection::Stratified {
                        classes: &classes,
                        rng,
                    },
                )
            },
        ));
    }
    rows
}

fn folds() -> Vec<Row> {
    let mut rows = Vec::new();
    for (selection, select) in SELECTIONS {
        for (examples, k, found) in [
            (5, 0, "k_fold: k is 0, expected at least 2 folds"),
            (5, 1, "k_fold: k is 1, expected at least 2 folds"),
            (
                5,
                6,
                "k is 6 with 5 examples, expected at most one fold for each example",
            ),
            (
                5,
                usize::MAX,
                "with 5 examples, expected at most one fold for each example",
            ),
            (0, 2, "k is 2 with 0 examples"),
            (HUGE, 2, ADDRESS),
            (usize::MAX, usize::MAX, ADDRESS),
            (1 << 24, 1 << 24, ADDRESS),
        ] {
            rows.push(refused_undrawn(
                format!("{selection} {k} folds of {examples}"),
                &[found],
                move |rng| k_fold(examples, k, select(rng)),
            ));
        }
    }
    rows.push(refused_undrawn(
        "folds of small classes",
        &["class 1 has 2 members; 3 stratified folds"],
        |rng| {
            k_fold(
                5,
                3,
                Selection::Stratified {
                    classes: &CLASSES,
                    rng,
                },
            )
        },
    ));
    rows.push(refused_undrawn(
        "folds of other classes",
        &["hold 5 examples, expected 6"],
        |rng| {
            k_fold(
                6,
                3,
                Selection::Stratified {
                    classes: &CLASSES,
                    rng,
                },
            )
        },
    ));
    rows
}

fn labels() -> Vec<Row> {
    let mut rows = Vec::new();
    for (label, classes) in [(3, 3), (usize::MAX, 3), (0, 0)] {
        let found = format!("labels[1] is {label}, expected a class below {classes}");
        let first = if classes == 0 {
            "labels[0] is 0"
        } else {
            found.as_str()
        };
        rows.push(refused(
            format!("one_hot {label} of {classes}"),
            &[first],
            move || one_hot::<f64>(&[0, label], classes),
        ));
    }
    for classes in [HUGE, usize::MAX] {
        rows.push(refused(
            format!("one_hot of {classes}"),
            &["one_hot: classes is 1 · ", ADDRESS],
            move || one_hot::<f64>(&[0], classes),
        ));
    }
    rows.push(gives("one_hot of nothing", "(0, 5)", || {
        one_hot::<f64>(&[], 5).unwrap().dim()
    }));
    for row in [
        [0.0, 0.0],
        [1.0, 1.0],
        [1.0, f64::NAN],
        [0.5, 0.5],
        [f64::INFINITY, 0.0],
    ] {
        rows.push(refused(
            format!("class of {row:?}"),
            &["row 0 is not one-hot"],
            move || class_indices(&array![row]),
        ));
    }
    rows.push(refused("class of no columns", &["row 0 is not one-hot"], || {
        class_indices(&Array2::<f64>::zeros((1, 0)))
    }));
    for target in [0.0, 2.0, f64::NAN, f64::INFINITY] {
        let found = format!("targets[0, 0] is {target}, expected -1 or 1");
        rows.push(refused(format!("0/1 of {target}"), &[&found], move || {
            Dataset::new(array![[1.0]], array![[target]])?.with_zero_one_targets()
        }));
    }
    rows
}

fn data_sets() -> Vec<Row> {
    let data = || Dataset::new(array![[1.0], [2.0]], array![[1.0], [2.0]]).unwrap();
    let lengths = "the targets hold 1 examples, expected 2";
    let mut rows = vec![
        refused("lengths", &[lengths], || {
            Dataset::new(Array2::<f64>::zeros((2, 1)), Array2::zeros((1, 1)))
        }),
        refused("with_targets", &[lengths], move || {
            data().with_targets(array![[1.0]])
        }),
        refused("with_inputs", &["hold 2 examples, expected 1"], move || {
            data().with_inputs(array![[1.0]])
        }),
        refused(
            "select 2",
            &["index 2 points outside: the data set has 2 examples"],
            move || data().select(&[0, 2]),
        ),
        refused("select MAX", &["points outside"], move || {
            data().select(&[usize::MAX])
        }),
        refused(
            "batches of 0",
            &["Dataset::batches: size is 0, expected at least 1"],
            move || data().batches(0).map(drop),
        ),
        gives("batches of MAX", "1", move || {
            data().batches(usize::MAX).unwrap().len()
        }),
        refused_undrawn(
            "shuffled batches of 0",
            &["size is 0, expected at least 1"],
            move |rng| data().shuffled_batches(0, rng).map(drop),
        ),
        gives("shuffled batches of MAX", "[2]", move || {
            let data = data();
            let batches = data.shuffled_batches(usize::MAX, &mut portable(1)).unwrap();
            batches.map(|(x, _)| x.nrows()).collect::<Vec<_>>()
        }),
        refused_undrawn("shuffled batches of many", &["the order is ", ADDRESS], |rng| {
            let data = Dataset::<f64>::new(Array2::zeros((HUGE, 0)), Array2::zeros((HUGE, 0)))?;
            data.shuffled_batches(2, rng).map(drop)
        }),
        refused(
            "standardize nothing",
            &["Standardizer::fit: there are no examples"],
            || Standardizer::fit(&Array2::<f64>::zeros((0, 2))),
        ),
        refused(
            "standardize a huge view",
            &["Standardizer: inputs is ", ADDRESS],
            || {
                let row = array![[1.0]];
                Standardizer::fit(&row)?.transform(&row.broadcast((HUGE, 1)).unwrap())
            },
        ),
    ];
    for value in NOT_FINITE {
        let found = format!("inputs[0, 1] is {value}, expected a finite number");
        rows.push(refused(format!("standardize {value}"), &[&found], move || {
            Standardizer::fit(&array![[1.0, value]])
        }));
    }
    for value in NOT_FINITE.into_iter().chain([0.0, -1.0]) {
        let found = format!("scale[0, 1] is {value}, expected a finite number above 0");
        rows.push(refused(format!("scale {value}"), &[&found], move || {
            Standardizer::new(vec![0.0; 2], vec![1.0, value])
        }));
    }
    for value in NOT_FINITE {
        let found = format!("mean[0, 1] is {value}, expected a finite number");
        rows.push(refused(format!("mean {value}"), &[&found], move || {
            Standardizer::new(vec![0.0, value], vec![1.0; 2])
        }));
    }
    rows.push(refused(
        "divisors",
        &["the divisors hold 1 examples, expected 2"],
        || Standardizer::new(vec![0.0; 2], vec![1.0]),
    ));
    for columns in [0, 1, 3] {
        let found = format!("the inputs have {columns} columns, expected 2: as many as the standardizer");
        let fitted = || Standardizer::fit(&array![[1.0, 2.0], [3.0, 5.0]]);
        rows.push(refused(format!("transform {columns}"), &[&found], move || {
            fitted()?.transform(&Array2::<f64>::ones((2, columns)))
        }));
        rows.push(refused(
            format!("transform back {columns}"),
            &[&found],
            move || fitted()?.inverse_transform(&Array2::<f64>::ones((2, columns))),
        ));
    }
    rows
}

fn names_and_weights() -> Vec<Row> {
    let data = || Dataset::new(array![[1.0], [2.0]], array![[0.0], [1.0]]).unwrap();
    let mut rows = Vec::new();
    for n in [0, 2, 100] {
        let found = format!("there are {n} names of inputs, expected 1");
        rows.push(refused(format!("{n} input names"), &[&found], move || {
            data().with_input_names(vec!["a"; n])
        }));
    }
    for n in [0, 1] {
        let found = format!("expected a class number below {n}");
        rows.push(refused(format!("{n} class names"), &[&found], move || {
            data().with_class_names(vec!["a"; n])
        }));
    }
    for n in [0, 1, 3] {
        let found = format!("the weights hold {n} examples, expected 2");
        rows.push(refused(format!("{n} weights"), &[&found], move || {
            data().with_example_weights(vec![1.0; n])
        }));
    }
    for weight in NOT_FINITE.into_iter().chain([-1.0]) {
        let found = format!("the weight of example 1 is {weight}, expected a finite number");
        rows.push(refused(format!("weight {weight}"), &[&found], move || {
            data().with_example_weights(vec![1.0, weight])
        }));
    }
    rows.push(refused(
        "weights of 0",
        &["of all 2 examples are 0, expected"],
        move || data().with_example_weights(vec![0.0; 2]),
    ));
    for (classes, n, found) in [
        (vec![0, 3], 3, "labels[1] is 3, expected a class below 3"),
        (vec![0], 0, "labels[0] is 0, expected a class below 0"),
        (vec![], 1, "class 0 has no example, expected"),
        (vec![0, 1], usize::MAX, "class 2 has no example, expected"),
    ] {
        rows.push(refused(format!("balanced {n}"), &[found], move || {
            balanced_class_weights(&classes, n)
        }));
    }
    rows.push(gives("balanced nothing", "[]", || {
        balanced_class_weights(&[], 0).unwrap()
    }));
    rows
}

fn tables() -> Vec<Row> {
    let options: [(&str, CsvOptions); 6] = [
        (
            "there is no column with index 18446744073709551615 for the labels",
            CsvOptions {
                label: LabelColumn::Index(usize::MAX),
                ..CsvOptions::default()
            },
        ),
        (
            "there is no column with index 2 for the inputs",
            CsvOptions {
                inputs: InputColumns::only([2]),
                ..CsvOptions::default()
            },
        ),
        (
            "column 2 is the label, and in CsvOptions::inputs, expected",
            CsvOptions {
                inputs: InputColumns::only([1]),
                ..CsvOptions::default()
            },
        ),
        (
            "there is no column named \"\" for CsvOptions::text",
            CsvOptions {
                text: vec![TextColumn::classes("")],
                ..CsvOptions::default()
            },
        ),
        (
            "TextColumn::categories is \"a\", expected each category once",
            CsvOptions {
                text: vec![TextColumn::one_hot(0).categories(["a", "a"])],
                ..CsvOptions::default()
            },
        ),
        (
            "line 1, column 1 is \"1\", expected one of \"a\"",
            CsvOptions {
                text: vec![TextColumn::one_hot(0).categories(["a"])],
                ..CsvOptions::default()
            },
        ),
    ];
    options
        .into_iter()
        .map(|(found, options)| {
            refused(found, &[found], move || {
                read_csv_from::<f64>("1,2\n".as_bytes(), &options)
            })
        })
        .collect()
}

fn preparations() -> Vec<Row> {
    let data = || Dataset::new(array![[1.0, 2.0]], array![[1.0]]).unwrap();
    let mut rows = vec![
        refused(
            "fit to nothing",
            &["Preparation::fit: there are no examples"],
            move || Preparation::new().fit(&data().select(&[])?),
        ),
        refused(
            "fill column 2",
            &["there is no column with index 2", "there are 2"],
            move || Preparation::new().fill_column(2, Fill::Mean).fit(&data()),
        ),
        refused(
            "apply to one column",
            &["the inputs have 1 columns, expected 2"],
            move || {
                let one = Dataset::new(array![[1.0]], array![[1.0]])?;
                Preparation::new().fit(&data())?.apply(&one)
            },
        ),
        refused(
            "restore two columns",
            &["the predictions have 2 columns, expected 1"],
            move || {
                let fitted = Preparation::new().standardize_targets().fit(&data())?;
                fitted.restore_targets(&array![[1.0, 2.0]])
            },
        ),
        refused(
            "many columns",
            &["the fill values have 1 columns, expected 2"],
            || FittedPreparation::new(2).with_fill_values(vec![None]),
        ),
        refused(
            "no value",
            &["column 1 of the inputs has no value in 1 examples"],
            || {
                let data = Dataset::new(array![[1.0, f64::NAN]], array![[1.0]])?;
                Preparation::new().fill_missing(Fill::Median).fit(&data)
            },
        ),
    ];
    for value in NOT_FINITE {
        let found = format!("the value of Fill::Value is {value}, expected");
        rows.push(refused(format!("fill with {value}"), &[&found], move || {
            Preparation::new().fill_missing(Fill::Value(value)).fit(&data())
        }));
    }
    rows
}
