//! The claims about the results of the chains and about their training.

use super::beginnings::BEGINNINGS;
use super::results::{Trainings, reaching, saturated};
use crate::Claim;
use crate::accuracy::best_possible;
use crate::experiments::classification;
use crate::statistics::{median, quantile};

pub(super) fn claims(all: &[Trainings]) -> Vec<Claim> {
    let mut claims = accuracy_claims(all);
    claims.extend([
        Claim::at_least(
            "encapsulation.xavier.delta_arrives",
            "Xavier, before training: δ at the first layer over δ at the last, the smallest of the five sets",
            reaching(all, "xavier_uniform").0,
            0.1,
        ),
        Claim::at_least(
            "encapsulation.normal.delta_arrives",
            "N(0, 1), before training: δ at the first layer over δ at the last, the smallest of the five sets",
            reaching(all, "standard_normal").0,
            0.5,
        ),
        Claim::at_most(
            "encapsulation.small.delta_vanishes",
            "U(±0.1), before training: δ at the first layer over δ at the last, the largest of the five sets",
            reaching(all, "small_uniform").1,
            0.01,
        ),
        Claim::at_least(
            "encapsulation.normal.saturates",
            "N(0, 1), before training: share of saturated units in the last hidden layer, the smallest of the five sets",
            saturated(all, "standard_normal").0,
            0.2,
        ),
        Claim::at_most(
            "encapsulation.xavier.does_not_saturate",
            "Xavier, before training: share of saturated units in the last hidden layer, the largest of the five sets",
            saturated(all, "xavier_uniform").1,
            0.02,
        ),
    ]);
    claims
}

/// The problems that the chain learns from Xavier's weights, with the accuracy that is claimed.
const LEARNT: [(&str, f64); 4] = [
    ("moons", 0.97),
    ("circles", 0.97),
    ("two_gaussians", 0.99),
    ("four_gaussians", 0.98),
];

fn accuracy_claims(all: &[Trainings]) -> Vec<Claim> {
    let xavier = all
        .iter()
        .filter(|trainings| trainings.beginning.key == "xavier_uniform");
    let mut claims: Vec<Claim> = xavier
        .zip(LEARNT)
        .map(|(trainings, (key, bound))| {
            let text = format!("Xavier, {}: median test accuracy", trainings.problem.title());
            let measured = median(&trainings.test());
            Claim::at_least(format!("encapsulation.xavier.{key}"), text, measured, bound)
        })
        .collect();
    let normal = test_accuracies(all, "standard_normal", &LEARNT.map(|(key, _)| key));
    let small = test_accuracies(all, "small_uniform", &["circles", "four_gaussians"]);
    let board: Vec<f64> = BEGINNINGS
        .iter()
        .flat_map(|beginning| test_accuracies(all, beginning.key, &["checkerboard"]))
        .collect();
    claims.extend([
        Claim::at_least(
            "encapsulation.normal.learns",
            "N(0, 1) learns the same four sets: the lowest of its median test accuracies",
            quantile(&normal, 0.0),
            0.95,
        ),
        Claim::at_most(
            "encapsulation.small.learns_nothing",
            "U(±0.1) learns nothing of circles and XOR: the higher of its median test accuracies",
            quantile(&small, 1.0),
            0.6,
        ),
        Claim::at_most(
            "encapsulation.checkerboard",
            format!(
                "none of the three solves the checkerboard: the highest median test accuracy (best possible {:.4})",
                best_possible(&classification::PROBLEMS[2].parameters())
            ),
            quantile(&board, 1.0),
            0.7,
        ),
    ]);
    claims
}

/// The median test accuracies from these weights, on the problems of these keys.
fn test_accuracies(all: &[Trainings], beginning: &str, problems: &[&str]) -> Vec<f64> {
    all.iter()
        .filter(|trainings| {
            trainings.beginning.key == beginning && problems.contains(&trainings.problem.key())
        })
        .map(|trainings| median(&trainings.test()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::experiments::encapsulation::problems::{PROBLEMS, Problem};

    #[test]
    fn what_is_claimed_to_be_learnt_comes_first() {
        let keys = PROBLEMS.iter().map(Problem::key);
        assert!(keys.zip(LEARNT).all(|(key, (learnt, _))| key == learnt));
    }
}
