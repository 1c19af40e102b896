use std::collections::BTreeSet;
use std::path::PathBuf;

use brique_conformance::{Conformance, run};
use brique_tensor::SimdLevel;

pub fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// What the library does not have: nothing.
const NOT_BUILT: [&str; 0] = [];

/// Modules and losses of whose results some are right to the last place: they take one rounding, or round once.
const EXACT: [&str; 6] = ["l1", "leaky_relu", "linear", "max_pool1d", "max_pool2d", "relu"];

#[test]
fn every_result_is_within_its_bound_at_every_simd_level() {
    for level in SimdLevel::available() {
        check_bounds(&level.run(|| run(&data())).unwrap().unwrap(), level);
    }
}

fn check_bounds(conformance: &Conformance, level: SimdLevel) {
    assert!(conformance.failed.is_empty(), "{:?}", conformance.failed);
    for row in &conformance.vectors {
        assert!(row.holds(), "at SIMD level {level}: {row:?}");
        let has_16_cases = [
            "avg_pool2d",
            "conv1d_padded",
            "conv2d",
            "layer_norm",
            "max_pool2d",
        ];
        let cases = if has_16_cases.contains(&row.module.as_str()) {
            16
        } else {
            24
        };
        assert_eq!(row.cases, cases, "{row:?}");
        assert!(row.torch.is_some(), "PyTorch's error of {row:?}");
        // Exactly right to the last place everywhere would mean that nothing was compared.
        let is_exact = EXACT.contains(&row.module.as_str());
        assert!(row.worst > 0.1 || is_exact, "at SIMD level {level}: {row:?}");
    }
    for row in &conformance.trajectories {
        assert!(
            row.holds() && row.steps >= 400 && row.torch.is_some(),
            "at SIMD level {level}: {row:?}"
        );
    }
    assert!(conformance.holds());
}

#[test]
fn every_file_is_run_or_named_as_not_built() {
    let conformance = run(&data()).unwrap();
    let run: BTreeSet<(&str, &str)> = conformance
        .vectors
        .iter()
        .map(|row| (row.module.as_str(), row.dtype))
        .collect();
    let missing: BTreeSet<(&str, String)> = conformance
        .not_built
        .iter()
        .map(|file| (file.file.as_str(), file.missing.join(", ")))
        .collect();
    let files: Vec<String> = NOT_BUILT
        .iter()
        .flat_map(|module| [format!("{module}.f32"), format!("{module}.f64")])
        .collect();
    let expected = files
        .iter()
        .zip(NOT_BUILT.iter().flat_map(|module| [module, module]));
    let expected = expected
        .map(|(file, module)| (file.as_str(), format!("module {module}")))
        .collect();
    assert_eq!(missing, expected);
    assert_eq!((run.len(), run.len() + missing.len()), (26 * 2, 26 * 2));
    let trained: Vec<&str> = conformance
        .trajectories
        .iter()
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(
        trained,
        [
            "blobs_adagrad",
            "blobs_adam",
            "blobs_adamw",
            "blobs_rmsprop",
            "line_sgd",
            "xor_momentum",
            "xor_nesterov",
            "xor_sgd"
        ]
    );
}

#[test]
fn every_tensor_of_a_module_has_its_row() {
    let conformance = run(&data().join("vectors")).unwrap();
    let tensors = |module: &str| {
        let rows = conformance
            .vectors
            .iter()
            .filter(|row| row.module == module && row.dtype == "f32");
        rows.map(|row| row.tensor.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(tensors("linear"), ["gparameters", "gx", "y"]);
    assert_eq!(tensors("layer_norm"), ["gparameters", "gx", "y"]);
    for module in ["tanh", "softmax", "mse", "cross_entropy"] {
        assert_eq!(tensors(module), ["gx", "y"], "{module}");
    }
    assert!(conformance.trajectories.is_empty());
}
