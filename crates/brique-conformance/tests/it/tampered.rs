use std::fs;

use brique_conformance::{Conformance, run};
use safetensors::Dtype;

use crate::files::{File, f32s, f64s, line, linear, mse};

fn run_alone(file: &File) -> Conformance {
    run(file.alone().path()).unwrap()
}

/// What is said of a file that cannot be run.
fn error(file: &File) -> String {
    let conformance = run_alone(file);
    assert!(!conformance.holds());
    assert!(
        conformance.vectors.is_empty() && conformance.trajectories.is_empty(),
        "{conformance:?}"
    );
    assert_eq!(conformance.failed.len(), 1, "{conformance:?}");
    assert_eq!(conformance.failed[0].file, file.name);
    conformance.failed[0].error.clone()
}

#[test]
fn cases_by_hand_hold() {
    for file in [linear(), mse(), line()] {
        let conformance = run_alone(&file);
        assert!(conformance.holds(), "{conformance:?}");
        assert!(
            conformance
                .vectors
                .iter()
                .all(|row| row.worst == 0.0 && row.cases == 1),
            "{conformance:?}"
        );
        assert!(
            conformance
                .trajectories
                .iter()
                .all(|row| row.loss_distance == 0.0 && row.steps == 3)
        );
    }
    assert_eq!(run_alone(&linear()).vectors.len(), 3);
    assert_eq!(run_alone(&line()).trajectories[0].parameter_distance, 0.0);
}

#[test]
fn errors_are_normwise_and_in_units_of_the_last_place() {
    let off = |eps: f64| run_alone(&linear().set("0/truth.gx", f64s(&[1, 2], &[30.0 + 40.0 * eps, 40.0])));
    let row = |conformance: &Conformance| {
        conformance
            .vectors
            .iter()
            .find(|row| row.tensor == "gx")
            .unwrap()
            .clone()
    };
    let near = off(3.0 * f64::EPSILON);
    assert!((row(&near).worst - 3.0).abs() < 0.25 && near.holds(), "{near:?}");
    let far = off(5.0 * f64::EPSILON);
    assert!((row(&far).worst - 5.0).abs() < 0.25 && !far.holds(), "{far:?}");

    let off = run_alone(&mse().set(
        "0/truth.gx",
        f64s(&[1, 2], &[2.0, 4.0 - 40.0 * f64::from(f32::EPSILON)]),
    ));
    assert!((row(&off).worst - 10.0).abs() < 0.1 && !off.holds(), "{off:?}");
}

#[test]
fn where_all_is_zero_the_error_is_absolute() {
    let zero = linear()
        .set("0/in.delta", f64s(&[1, 1], &[0.0]))
        .set("0/truth.gx", f64s(&[1, 2], &[0.0, 0.0]));
    let gx = |file: &File| {
        run_alone(file)
            .vectors
            .iter()
            .find(|row| row.tensor == "gx")
            .unwrap()
            .worst
    };
    assert_eq!(gx(&zero), 0.0);
    let tiny = zero.set("0/in.delta", f64s(&[1, 1], &[f64::EPSILON]));
    assert_eq!(gx(&tiny), 4.0);
}

#[test]
fn a_result_that_is_no_number_fails() {
    let conformance = run_alone(&linear().set("0/in.x", f64s(&[1, 2], &[f64::NAN, 2.0])));
    let y = conformance.vectors.iter().find(|row| row.tensor == "y").unwrap();
    assert_eq!(y.worst, f64::INFINITY);
    assert!(!conformance.holds());
    for wrong in [f64::NAN, f64::INFINITY] {
        let conformance = run_alone(&linear().set("0/truth.gx", f64s(&[1, 2], &[wrong, 40.0])));
        assert!(!conformance.holds(), "an exact result of {wrong}");
    }
    let said = error(&line().set("parameters.0", f64s(&[2, 1], &[f64::NAN, 0.0])));
    assert!(
        said.starts_with("the output of module 0 (Linear(1 → 1)) has a NaN or an infinity"),
        "{said}"
    );
}

#[test]
fn the_bound_follows_pytorch_and_ends_at_eight_where_no_terms_cancel() {
    for (file, tensor, torch, bound) in [
        (linear(), "y", Some(1.5), 4.0),
        (linear(), "y", Some(20.0), 20.0),
        (linear(), "gparameters", None, 4.0),
        (mse(), "y", Some(6.0), 6.0),
        (mse(), "y", Some(1e6), 8.0),
    ] {
        let folder = file.alone();
        if let Some(torch) = torch {
            let index = format!(
                r#"{{"worst_torch_error_in_eps": {{"{}": {{"{tensor}": {torch}}}}}}}"#,
                file.name
            );
            fs::write(folder.path().join("index.json"), index).unwrap();
        }
        let conformance = run(folder.path()).unwrap();
        let row = conformance
            .vectors
            .iter()
            .find(|row| row.tensor == tensor)
            .unwrap();
        assert_eq!((row.torch, row.bound), (torch, bound), "{} {tensor}", file.name);
    }
}

#[test]
fn the_bound_of_a_loss_curve_is_twice_pytorchs_distance_or_1e_12() {
    for (torch, bound) in [(1e-15, 1e-12), (4e-12, 8e-12)] {
        let off = line().set("losses", f64s(&[3], &[8.0, 1.0 + 5e-12, 6.25]));
        let folder = off.alone();
        let index = format!(r#"{{"worst_relative_distance_of_torch": {{"line": {torch}}}}}"#);
        fs::write(folder.path().join("index.json"), index).unwrap();
        let row = run(folder.path()).unwrap().trajectories[0].clone();
        assert_eq!((row.torch, row.bound), (Some(torch), bound));
        assert!((row.loss_distance - 5e-12).abs() < 1e-14);
        assert_eq!(row.holds(), bound > 5e-12);
    }
}

#[test]
fn every_step_and_the_final_parameters_count() {
    let late = run_alone(&line().set("losses", f64s(&[3], &[8.0, 1.0, 6.26])));
    assert!(!late.holds());
    let moved = run_alone(&line().set("final.0", f64s(&[2, 1], &[-0.75, 1.25])));
    assert!(!moved.holds());
    assert!((moved.trajectories[0].parameter_distance - 0.2).abs() < 1e-12);
}

#[test]
fn a_training_that_is_not_built_says_what_is_missing() {
    let case = |text: &str| {
        let conformance = run_alone(&line().metadata("case", text));
        assert!(conformance.holds() && conformance.trajectories.is_empty());
        conformance.not_built[0].missing.clone()
    };
    let plain = r#""loss": "mse", "optimizer": "sgd", "lr": 0.1, "batch": 2, "steps": 3"#;
    assert_eq!(
        case(&format!(
            r#"{{"sizes": [1, 2, 1], "activation": "swish", {plain}}}"#
        )),
        ["activation swish"]
    );
    assert_eq!(
        case(&format!(
            r#"{{"sizes": [1, 1], "activation": "swish", {plain}, "dampening": 0.9}}"#
        )),
        ["option dampening"],
        "without a hidden layer there is no activation"
    );
    assert_eq!(
        case(
            r#"{"sizes": [1, 1], "activation": "identity", "loss": "poisson", "optimizer": "lion", "lr": 0.1, "batch": 2, "steps": 3}"#
        ),
        ["loss poisson", "optimizer lion"]
    );
    assert_eq!(
        case(
            r#"{"sizes": [1, 1], "activation": "identity", "loss": "mse", "optimizer": "adam", "lr": 0.1, "batch": 2, "steps": 3, "momentum": 0.9}"#
        ),
        ["option momentum of adam"]
    );
}

#[test]
fn layers_in_a_row_are_trained_together() {
    // y = 2·(3·x + 1) + 0 on x = 1: with δ = 2·(8 − 6) the second layer learns from 4, the first from 2·4.
    let file = line()
        .set("x", f64s(&[1, 1], &[1.0]))
        .set("y", f64s(&[1, 1], &[6.0]))
        .set("parameters.0", f64s(&[2, 1], &[3.0, 1.0]))
        .set("parameters.1", f64s(&[2, 1], &[2.0, 0.0]))
        .set("losses", f64s(&[1], &[4.0]))
        .set("final.0", f64s(&[2, 1], &[2.0, 0.0]))
        .set("final.1", f64s(&[2, 1], &[0.0, -0.5]))
        .metadata(
            "case",
            r#"{"sizes": [1, 1, 1], "activation": "identity", "loss": "mse", "optimizer": "sgd", "lr": 0.125, "batch": 1, "steps": 1}"#,
        );
    let row = &run_alone(&file).trajectories[0];
    assert_eq!((row.loss_distance, row.parameter_distance), (0.0, 0.0));
}

/// Each file with the beginning of what is said of it.
fn check_said(files: &[(File, &str)]) {
    for (file, said) in files {
        let error = error(file);
        assert!(error.starts_with(said), "{error}\nexpected: {said}");
    }
}

#[test]
fn what_is_wrong_with_vectors_is_said() {
    check_said(&[
        (linear().without("0/in.delta"), "there is no tensor 0/in.delta"),
        (linear().without("0/truth.gx"), "there is no tensor 0/truth.gx"),
        (
            linear().set("1/in.x", f64s(&[1, 2], &[1.0, 2.0])),
            "attribute cases is a list of 1 cases, expected one entry a case; there are tensors of more cases",
        ),
        (
            linear().set("0/in.x", f32s(&[1, 2], &[1.0, 2.0])),
            "tensor 0/in.x is of type F32, expected F64",
        ),
        (
            linear().set("0/truth.gx", f64s(&[1, 1], &[30.0])),
            "tensor 0/truth.gx is of 1 numbers, expected 2 numbers",
        ),
        (
            linear().set("0/truth.gscale", f64s(&[1], &[30.0])),
            "tensor 0/truth.gscale is no result of the module, expected one of y, gx, gparameters",
        ),
        (
            linear().set("0/in.x", f64s(&[1, 3], &[1.0, 2.0, 3.0])),
            "Linear(2 → 1), forward: an example of the input has shape (3), expected (2): one value for each row of weights",
        ),
        (
            linear().metadata("cases", "[{}, {}]"),
            "there is no tensor 1/in.parameters",
        ),
        (
            linear().metadata("cases", "[]"),
            "attribute cases is [], expected a list of the attributes of at least one case",
        ),
        (
            linear().metadata("cases", "[{"),
            "the entry `cases` of the metadata is not what is expected: EOF while parsing",
        ),
        (
            linear().metadata("format", "pt"),
            "the metadata have neither an entry `cases` (vectors) nor `case` (a trajectory)",
        ),
        (
            linear().named("linear.f16"),
            "a file of vectors is named MODULE.f32.safetensors or MODULE.f64.safetensors",
        ),
        (
            linear().named("linear"),
            "a file of vectors is named MODULE.f32.safetensors or MODULE.f64.safetensors",
        ),
        (
            mse().metadata("cases", "[{}]"),
            "attribute reduction is null, expected \"mean\" or \"sum\"",
        ),
    ]);
}

#[test]
fn what_is_wrong_with_a_training_is_said() {
    check_said(&[
        (
            line().set("y", f64s(&[2, 1], &[4.0, 0.0])),
            "tensor y is of length 2, expected 3 rows, as x has",
        ),
        (
            line().metadata(
                "case",
                &line()
                    .metadata
                    .1
                    .replace("\"steps\": 3", "\"steps\": 1000000000000000000"),
            ),
            "tensor losses is of length 3, expected 1000000000000000000 numbers, one a step",
        ),
        (line().without("final.0"), "there is no tensor final.0"),
        (line().without("parameters.0"), "there is no tensor parameters.0"),
        (
            line().set("losses", f64s(&[2], &[8.0, 1.0])),
            "tensor losses is of length 2, expected 3 numbers, one a step",
        ),
        (
            line().set("final.0", f64s(&[1, 1], &[8.0])),
            "tensor final is of shapes [(1, 1)], expected [(2, 1)]",
        ),
        (
            line().metadata("case", "[]"),
            "attribute case is [], expected the options of a training by name",
        ),
        (
            line().set("y", (Dtype::I64, vec![3], vec![0; 24])),
            "tensor y is of type I64, expected F64",
        ),
    ]);
    let without = |option: &str| {
        let (_, text) = line().metadata;
        let mut case: serde_json::Value = serde_json::from_str(&text).unwrap();
        case.as_object_mut().unwrap().remove(option);
        error(&line().metadata("case", &case.to_string()))
    };
    assert_eq!(without("lr"), "attribute lr is null, expected a number");
    assert_eq!(
        without("batch"),
        "attribute batch is null, expected a whole number of at least 1"
    );
    assert_eq!(
        without("steps"),
        "attribute steps is null, expected a whole number of at least 1"
    );
}

#[test]
fn a_file_that_is_cut_short_fails_and_the_others_go_on() {
    let folder = linear().alone();
    mse().write(folder.path());
    let path = folder.path().join("linear.f64.safetensors");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let conformance = run(folder.path()).unwrap();
    assert!(!conformance.holds());
    assert!(
        conformance.failed[0]
            .error
            .starts_with("not a safetensors file: "),
        "{:?}",
        conformance.failed
    );
    assert_eq!(conformance.vectors.len(), 2);
}

#[test]
fn an_index_that_is_no_json_fails_and_the_cases_go_on() {
    let folder = linear().alone();
    fs::write(folder.path().join("index.json"), "{").unwrap();
    let conformance = run(folder.path()).unwrap();
    assert_eq!(conformance.failed[0].file, "index.json");
    assert_eq!(conformance.vectors.len(), 3);
    assert!(!conformance.holds());
}

#[test]
fn folders_are_searched_with_an_index_each() {
    let folder = linear().alone();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    mse().write(&inner);
    fs::write(
        inner.join("index.json"),
        r#"{"worst_torch_error_in_eps": {"mse.f32": {"y": 2}, "linear.f64": {"y": 3}}}"#,
    )
    .unwrap();
    let conformance = run(folder.path()).unwrap();
    let torch: Vec<_> = conformance
        .vectors
        .iter()
        .map(|row| (row.module.as_str(), row.torch))
        .collect();
    assert_eq!(
        torch,
        [
            ("linear", None),
            ("linear", None),
            ("linear", None),
            ("mse", None),
            ("mse", Some(2.0))
        ]
    );
}

#[test]
fn nothing_to_run_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let error = run(folder.path()).unwrap_err().to_string();
    assert!(
        error.ends_with(" holds no .safetensors file, nor does a folder in it"),
        "{error}"
    );
    let error = run(&folder.path().join("nowhere")).unwrap_err().to_string();
    assert!(
        error.starts_with("cannot read ") && error.contains("nowhere"),
        "{error}"
    );
}
