//! `tests/data/seed_reference.json`: the report's experiments as NumPy 2.4.6 gives them, to the last digit.

use brique_datasets::{
    DataType, Dataset, GenArti, Selection, TestSize, gen_arti, line, plane, train_test_indices,
    train_test_split,
};
use brique_experiments::{Run, Workers};
use brique_layers::{Init, Linear};
use brique_random::{NumpyRandomState, RandomSource};
use brique_tensor::{Matrix, SimdLevel};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::shared::{SETTINGS, quick};

const REFERENCE: &str = include_str!("../data/seed_reference.json");

/// How far a normal draw may be where the platform's `log` is not NumPy's; this platform's is.
const LOG_ULP: u64 = if cfg!(all(
    target_os = "linux",
    target_env = "gnu",
    target_arch = "x86_64"
)) {
    0
} else {
    2
};

fn reference() -> Value {
    serde_json::from_str(REFERENCE).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().flat_map(numbers).collect(),
        number => vec![number.as_f64().expect("a number")],
    }
}

#[track_caller]
fn assert_bits(found: &[f64], expected: &Value, ulp: u64) {
    let expected = numbers(expected);
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        let distance = found.to_bits().abs_diff(expected.to_bits());
        assert!(distance <= ulp, "{found} is {distance} ULP from {expected}");
    }
}

/// The largest relative distance between two lists of numbers.
#[track_caller]
fn assert_within(found: &Value, expected: &Value, tolerance: f64, what: &str) {
    let (found, expected) = (numbers(found), numbers(expected));
    assert_eq!(found.len(), expected.len(), "{what}");
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let distance = (found - expected).abs() / expected.abs();
        assert!(
            distance <= tolerance,
            "{what}[{index}]: {found} is {distance:e} from {expected}"
        );
    }
}

fn sha256(matrix: &Matrix) -> String {
    let mut digest = Sha256::new();
    for value in matrix {
        digest.update(value.to_le_bytes());
    }
    digest
        .finalize()
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn draws(n: usize, mut draw: impl FnMut(&mut NumpyRandomState) -> f64) -> Vec<f64> {
    let mut state = NumpyRandomState::new(42);
    (0..n).map(|_| draw(&mut state)).collect()
}

#[test]
fn the_generator_draws_numpys_numbers() {
    let expected = &reference()["generator"];
    assert_bits(
        &draws(5, NumpyRandomState::random_sample),
        &expected["random_sample_5"],
        0,
    );
    assert_bits(
        &draws(5, |state| state.uniform(-4.0, 4.0)),
        &expected["uniform_-4_4_5"],
        0,
    );
    assert_bits(
        &draws(7, RandomSource::standard_normal),
        &expected["standard_normal_7"],
        LOG_ULP,
    );
    assert_bits(
        &draws(5, |state| state.normal(0.0, 0.1)),
        &expected["normal_0_0.1_5"],
        LOG_ULP,
    );

    let mut state = NumpyRandomState::new(42);
    let mut examples = [0.0; 6];
    for example in examples.chunks_mut(2) {
        state.diagonal_normal(&[1.0, 1.0], &[0.1, 0.1], example).unwrap();
    }
    assert_bits(&examples, &expected["multivariate_normal_1_1_var0.1_3"], LOG_ULP);

    let as_numbers = |order: &[usize]| order.iter().map(|&index| index as f64).collect::<Vec<_>>();
    let permutation = |n| NumpyRandomState::new(42).permutation(n);
    assert_eq!(as_numbers(&permutation(10)), numbers(&expected["permutation_10"]));
    assert_eq!(
        as_numbers(&permutation(100)[..10]),
        numbers(&expected["permutation_100_first_10"])
    );

    for seed in [0, 1, u32::MAX] {
        let mut state = NumpyRandomState::new(seed);
        let first: Vec<f64> = (0..3).map(|_| state.random_sample()).collect();
        assert_bits(&first, &expected[format!("seed_{seed}_random_sample_3")], 0);
    }
}

/// The report's three data sets, drawn after its plane and with the weights between them, as its notebook does.
fn notebook() -> [Dataset; 3] {
    let mut rng = NumpyRandomState::new(42);
    let _ = plane(&mut rng);
    let weights = |n, rng: &mut NumpyRandomState| {
        let _: Linear = Linear::new(n, 1, Init::StandardNormal, rng).unwrap();
    };
    weights(3, &mut rng);
    [
        DataType::TwoGaussians,
        DataType::FourGaussians,
        DataType::Checkerboard,
    ]
    .map(|data_type| {
        let parameters = GenArti {
            data_type,
            epsilon: 0.1,
            ..GenArti::default()
        };
        let data = gen_arti(&parameters, &mut rng).unwrap();
        weights(2, &mut rng);
        data
    })
}

#[test]
fn data_sets_are_numpys_bit_for_bit() {
    let reference = reference();
    let expected = &reference["regression_line"];
    let data = line(&mut NumpyRandomState::new(42));
    assert_bits(
        &data.targets().iter().take(5).copied().collect::<Vec<_>>(),
        &expected["y_first_5"],
        LOG_ULP,
    );
    assert_eq!(sha256(data.inputs()), expected["x_sha256"]);
    if LOG_ULP == 0 {
        assert_eq!(sha256(data.targets()), expected["y_sha256"]);
    }

    for (data, expected) in notebook()
        .iter()
        .zip(reference["classification"].as_array().unwrap())
    {
        let first_three: Vec<f64> = data.inputs().iter().take(6).copied().collect();
        assert_bits(&first_three, &expected["x_first_3"], LOG_ULP);
        let first_targets: Vec<f64> = data.targets().iter().take(3).copied().collect();
        assert_bits(&first_targets, &expected["y_first_3"], 0);
        assert_eq!(sha256(data.targets()), expected["y_sha256"]);
        if LOG_ULP == 0 {
            assert_eq!(sha256(data.inputs()), expected["x_sha256"]);
        }
    }
}

#[test]
fn the_split_takes_the_first_of_numpys_permutation_for_testing() {
    let order = NumpyRandomState::new(42).permutation(100);
    let mut rng = NumpyRandomState::new(42);
    let split = train_test_indices(100, TestSize::Fraction(0.2), Selection::Shuffled(&mut rng)).unwrap();
    assert_eq!(split.test, order[..20]);
    assert_eq!(split.train, order[20..]);
}

#[test]
fn initial_weights_come_after_the_data() {
    let mut rng = NumpyRandomState::new(42);
    let _ = line(&mut rng);
    let linear: Linear = Linear::new(1, 1, Init::StandardNormal, &mut rng).unwrap();
    let weights: Vec<f64> = linear.parameters().value().iter().copied().collect();
    assert_bits(
        &weights,
        &reference()["regression_line"]["initial_parameters"],
        LOG_ULP,
    );
}

fn check_experiment(found: &Value, expected: &Value, name: &str) {
    assert_within(
        &found["losses"],
        &expected["losses"],
        1e-12,
        &format!("{name} losses"),
    );
    assert_within(
        &found["parameters"],
        &expected["parameters"],
        1e-12,
        &format!("{name} parameters"),
    );
    for key in ["train_mse", "test_mse"] {
        assert_within(&found[key], &expected[key], 1e-12, &format!("{name} {key}"));
    }
    for key in ["parameters", "train_mse", "test_mse"] {
        let (found, expected) = (&found["least_squares"][key], &expected["least_squares"][key]);
        assert_within(found, expected, 1e-11, &format!("{name} least squares {key}"));
    }
}

#[test]
fn whole_loss_curves_and_parameters_are_numpys_at_every_simd_level() {
    for level in SimdLevel::available() {
        let run = || {
            Run::of(&quick(), &SETTINGS, &mut Workers::new(1), &|_| ())
                .unwrap()
                .results()
        };
        #[allow(clippy::print_stderr, reason = "shown if the test fails")]
        {
            eprintln!("at SIMD level {level}:");
        }
        check_loss_curves_and_parameters(&level.run(run).unwrap());
    }
}

fn check_loss_curves_and_parameters(results: &Value) {
    let (found, expected) = (&results["experiments"], reference());

    check_experiment(&found["regression_line"], &expected["regression_line"], "line");
    assert_eq!(found["regression_line"]["losses"].as_array().unwrap().len(), 1000);
    check_experiment(&found["regression_plane"], &expected["regression_plane"], "plane");

    for expected in expected["classification"].as_array().unwrap() {
        let name = expected["name"].as_str().unwrap();
        let found = &found["classification"][name];
        check_experiment(found, expected, name);
        assert_eq!(found["losses"].as_array().unwrap().len(), 500);
        for key in ["train_accuracy", "test_accuracy"] {
            assert_eq!(found[key], expected[key], "{name} {key}");
        }
    }

    let (step_size, line) = (&found["step_size"], &expected["regression_line"]);
    assert_within(
        &step_size["hessian_eigenvalues"],
        &line["hessian_eigenvalues"],
        1e-12,
        "eigenvalues",
    );
    assert_within(
        &step_size["largest_stable_step"],
        &line["largest_stable_learning_rate"],
        1e-12,
        "stable step",
    );
    let good = step_size["steps"]
        .as_array()
        .unwrap()
        .iter()
        .find(|step| step["step"] == 0.02)
        .unwrap();
    let expected = &line["learning_rate_0.02"];
    assert_within(
        &good["parameters"],
        &expected["parameters"],
        1e-12,
        "parameters at step 0.02",
    );
    let every_100 = Value::Array(expected["losses"].as_array().unwrap()[..10].to_vec());
    assert_within(
        &good["losses_every_100"],
        &every_100,
        1e-12,
        "losses at step 0.02",
    );
}

#[test]
fn both_sides_of_the_reports_split_come_whole() {
    let data = line(&mut NumpyRandomState::new(42));
    let mut rng = NumpyRandomState::new(42);
    let (train, test) =
        train_test_split(&data, TestSize::Fraction(0.2), Selection::Shuffled(&mut rng)).unwrap();
    let mut inputs: Vec<f64> = train.inputs().iter().chain(test.inputs()).copied().collect();
    inputs.sort_by(f64::total_cmp);
    assert_eq!(inputs, data.inputs().iter().copied().collect::<Vec<_>>());
}
