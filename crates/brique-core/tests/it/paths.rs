//! Paths of modules and tensors, and the steps of random modules.

use brique_core::{Layout, Module, Parameter, Step, visit_modules, visit_tensors, visit_tensors_mut};
use brique_tensor::ndarray::array;

use crate::modules::{Saves, Scale, Twice, nested};

#[test]
fn modules_and_tensors_have_paths() {
    let mut network = nested(Saves::InDelta);
    let mut paths = Vec::new();
    visit_modules(&network, &mut |path, module| {
        paths.push(format!("{path}: {module}"));
    });
    assert_eq!(
        paths,
        [
            ": Twice",
            "first: Twice",
            "first.first: Scale(2)",
            "first.second: Exponential",
            "second: Scale(2)"
        ]
    );
    let mut tensors = Vec::new();
    visit_tensors(&network, &mut |path, tensor| {
        tensors.push((
            path.to_owned(),
            tensor.name,
            tensor.layout,
            tensor.values.to_owned(),
        ));
    });
    let row = |number: f64| array![[number, number]];
    let tensor = |path: &str, name, number| (path.to_owned(), name, Layout::Vector, row(number));
    assert_eq!(
        tensors,
        [
            tensor("first.first.weight", "weight", 0.5),
            tensor("first.first.bias", "bias", 0.5),
            tensor("second.weight", "weight", 3.0),
            tensor("second.bias", "bias", 0.5),
        ]
    );
    let mut paths = Vec::new();
    visit_tensors_mut(&mut network, &mut |path, mut tensor| {
        paths.push((path.to_owned(), tensor.name, tensor.layout));
        tensor.values.fill(paths.len() as f64);
    });
    let expected: Vec<_> = tensors
        .into_iter()
        .map(|(path, name, layout, _)| (path, name, layout))
        .collect();
    assert_eq!(paths, expected);
    let mut values = Vec::new();
    network.visit_parameters(&mut |parameter: &Parameter| values.push(parameter.value().to_owned()));
    assert_eq!(
        values,
        [array![[1.0, 1.0], [2.0, 2.0]], array![[3.0, 3.0], [4.0, 4.0]]]
    );
}

/// A parameter is one tensor or two; weights are transposed, single rows are vectors.
#[test]
fn rows_make_tensors() {
    let tensors = |parameter: &mut Parameter| {
        let read: Vec<_> = parameter
            .tensors()
            .map(|t| (t.name, t.layout, t.values.dim()))
            .collect();
        let written: Vec<_> = parameter
            .tensors_mut()
            .map(|t| (t.name, t.layout, t.values.dim()))
            .collect();
        assert_eq!(read, written);
        read
    };
    let rows = |rows: usize| brique_tensor::ndarray::Array2::<f64>::zeros((rows, 3));
    let of = |all, weights| tensors(&mut Parameter::with_weight_rows(rows(all), weights));
    assert_eq!(of(4, 4), [("weight", Layout::Transposed, (4, 3))]);
    assert_eq!(
        of(4, 3),
        [
            ("weight", Layout::Transposed, (3, 3)),
            ("bias", Layout::Vector, (1, 3))
        ]
    );
    assert_eq!(
        of(4, 1),
        [
            ("weight", Layout::Transposed, (1, 3)),
            ("bias", Layout::Matrix, (3, 3))
        ]
    );
    assert_eq!(
        of(1, 0),
        [
            ("weight", Layout::Transposed, (0, 3)),
            ("bias", Layout::Vector, (1, 3))
        ]
    );
    let named = |first| tensors(&mut Parameter::with_weight_rows(rows(4), 1).named("a", first, "b"));
    assert_eq!(
        named(2),
        [("a", Layout::Matrix, (2, 3)), ("b", Layout::Matrix, (2, 3))]
    );
    assert_eq!(named(9), [("a", Layout::Matrix, (4, 3))]);
    assert_eq!(Layout::Transposed.stored_shape((2, 3)), [3, 2]);
    assert_eq!(Layout::Matrix.stored_shape((2, 3)), [2, 3]);
    assert_eq!(Layout::Vector.stored_shape((1, 3)), [3]);
}

fn step_of(network: &dyn Module, path: &str) -> String {
    let mut found = String::new();
    visit_modules(network, &mut |other, module| {
        if other == path {
            found = format!("{module:?}");
        }
    });
    found
}

#[test]
fn a_step_reaches_every_module_with_its_path() {
    let mut network = Twice::new(
        1,
        Scale::new(1, 1.0),
        Twice::new(1, Scale::new(1, 1.0), Scale::new(1, 1.0)),
    );
    network.begin_step(5);
    let root = Step::new(5);
    for (path, step) in [
        ("first", root.inside("first")),
        ("second.first", root.inside("second").inside("first")),
        ("second.second", root.inside("second").inside("second")),
    ] {
        let text = step_of(&network, path);
        assert!(text.contains(&format!("{:?}", Some(step))), "{path}: {text}");
    }
    let mut alone = Scale::new(1, 1.0);
    alone.begin_step(3);
    assert_eq!(alone.step, Some(Step::new(3)));
}

#[test]
fn seeds_depend_on_the_path_and_numbers_on_the_step() {
    let step = Step::new(9);
    assert_eq!((step.number(), step.seed(42)), (9, 42));
    let paths = [
        step.inside("1"),
        step.inside("2"),
        step.inside("12"),
        step.inside("1").inside("2"),
        step.inside("2").inside("1"),
        step.inside("1").inside("1"),
    ];
    for (number, path) in paths.iter().enumerate() {
        assert_eq!(path.number(), 9);
        assert_ne!(path.seed(42), 42);
        // The path is mixed in reversibly: two seeds stay two.
        assert_eq!(path.seed(path.seed(42)), 42);
        assert!(
            paths[..number]
                .iter()
                .all(|other| other.seed(42) != path.seed(42))
        );
    }
    // FNV-1a of "0.": the masks of dropouts depend on it, in trainings that continue.
    assert_eq!(step.inside("0").seed(0), 0x07FB_FA07_B4BC_EF33);
    // FNV-1a again, which begins with the hash of "1.".
    assert_eq!(step.inside("1").inside("two").seed(0), 0x71DB_B7BA_4F6C_A50F);
}
