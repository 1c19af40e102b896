//! The example programs as a user runs them: short, and as good as their data allow.

use std::fs;
use std::path::{Path, PathBuf};

use crate::files::command;

/// Runs an example and returns what it prints.
fn run(name: &str) -> String {
    let output = command(name).output().unwrap();
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name)
        .with_extension("rs")
}

/// The numbers that follow `before` in a text.
fn numbers_after(text: &str, before: &str) -> Vec<f64> {
    text.split(before)
        .skip(1)
        .map(|rest| rest.split([' ', ',', '\n']).next().unwrap().parse().unwrap())
        .collect()
}

#[test]
fn programs_for_tables_and_own_parts_have_at_most_forty_lines() {
    for name in ["predict_rents", "classify_seeds", "own_parts"] {
        let lines = fs::read_to_string(source(name)).unwrap().lines().count();
        assert!(lines <= 40, "{name} has {lines}");
    }
}

#[test]
fn rents_are_predicted_from_texts_and_missing_values() {
    let printed = run("predict_rents");
    let scores = numbers_after(&printed, "R² ");
    assert_eq!(scores.len(), 3, "{printed}");
    assert!(
        scores[1] > scores[0] && scores[1] > 0.9 && scores[2] > 0.9,
        "{printed}"
    );
}

#[test]
fn seeds_are_classified_and_their_names_are_in_the_confusion_matrix() {
    let printed = run("classify_seeds");
    let accuracies = numbers_after(&printed, "accuracy ");
    assert_eq!(accuracies.len(), 5, "{printed}");
    assert!(accuracies.iter().sum::<f64>() / 5.0 > 0.8, "{printed}");
    assert!(
        ["barley", "rye", "wheat"]
            .iter()
            .all(|kind| printed.contains(kind)),
        "{printed}"
    );
}

#[test]
fn own_parts_learn_while_they_are_watched() {
    let printed = run("own_parts");
    assert_eq!(numbers_after(&printed, "gradient ").len(), 60, "{printed}");
    let losses = numbers_after(&printed, ", loss ").len();
    assert_eq!(losses, 60);
    let last = printed
        .lines()
        .find(|line| line.starts_with("epoch 59, loss "))
        .unwrap();
    let loss: f64 = last["epoch 59, loss ".len()..]
        .split(',')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!(loss < 0.01, "{printed}");
}
