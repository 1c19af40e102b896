use std::collections::BTreeSet;
use std::path::PathBuf;

use brique_conformance::run;

pub fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

/// What the library has; the rest of the committed files waits for it.
const BUILT: [&str; 7] = [
    "bce",
    "bce_with_logits",
    "cross_entropy",
    "huber",
    "l1",
    "linear",
    "mse",
];

/// Results that one rounding makes, right to the last place: ±1/d.
const EXACT: [(&str, &str); 1] = [("l1", "gx")];

#[test]
fn every_result_is_within_its_bound() {
    let conformance = run(&data()).unwrap();
    assert!(conformance.failed.is_empty(), "{:?}", conformance.failed);
    for row in &conformance.vectors {
        assert!(row.holds(), "{row:?}");
        assert_eq!(row.cases, 24);
        assert!(row.torch.is_some(), "PyTorch's error of {row:?}");
        // Exactly right to the last place everywhere would mean that nothing was compared.
        let is_exact = EXACT.contains(&(row.module.as_str(), row.tensor.as_str()));
        assert!(row.worst > 0.1 || is_exact, "{row:?}");
    }
    for row in &conformance.trajectories {
        assert!(row.holds() && row.steps >= 400 && row.torch.is_some(), "{row:?}");
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
    let expected: BTreeSet<(&str, &str)> = BUILT.iter().flat_map(|m| [(*m, "f32"), (*m, "f64")]).collect();
    assert_eq!(run, expected);
    let trained: Vec<&str> = conformance
        .trajectories
        .iter()
        .map(|row| row.name.as_str())
        .collect();
    assert_eq!(trained, ["line_sgd"]);
    assert_eq!(
        run.len() + trained.len() + conformance.not_built.len(),
        21 * 2 + 8
    );
    let missing = |file: &str| {
        let found = conformance
            .not_built
            .iter()
            .find(|not_built| not_built.file == file);
        found.unwrap().missing.join(", ")
    };
    assert_eq!(missing("tanh.f32"), "module tanh");
    assert_eq!(missing("xor_sgd"), "activation tanh");
    assert_eq!(
        missing("blobs_adamw"),
        "activation tanh, loss cross_entropy, optimizer adamw, option weight_decay"
    );
}

#[test]
fn every_tensor_of_a_module_has_its_row() {
    let conformance = run(&data().join("vectors")).unwrap();
    let rows: Vec<String> = conformance
        .vectors
        .iter()
        .filter(|row| row.dtype == "f32")
        .map(|row| format!("{}.{}", row.module, row.tensor))
        .collect();
    assert_eq!(
        rows,
        [
            "bce.gx",
            "bce.y",
            "bce_with_logits.gx",
            "bce_with_logits.y",
            "cross_entropy.gx",
            "cross_entropy.y",
            "huber.gx",
            "huber.y",
            "l1.gx",
            "l1.y",
            "linear.gparameters",
            "linear.gx",
            "linear.y",
            "mse.gx",
            "mse.y"
        ]
    );
    assert!(conformance.trajectories.is_empty());
}
