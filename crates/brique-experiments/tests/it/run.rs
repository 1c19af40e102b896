use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use brique_experiments::experiments::ALL;
use brique_experiments::{
    Agreement, Claim, Committed, Experiment, Outcome, Relation, Run, Settings, Workers,
};

use crate::shared::{SETTINGS, TOGETHER, all, files, quick, written};

fn run(experiments: &[&Experiment]) -> Run {
    Run::of(experiments, &SETTINGS, &mut Workers::new(1), &|_| ()).unwrap()
}

/// The report as it is committed, where every claim holds: the check makes sure that it is what the code gives.
fn committed() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report"))
}

#[test]
fn every_claim_of_the_committed_report_holds() {
    let results = fs::read_to_string(committed().join("results.json")).unwrap();
    let results: serde_json::Value = serde_json::from_str(&results).unwrap();
    let claims = results["claims"].as_array().unwrap();
    assert!(claims.len() >= TOGETHER.run.claims().count());
    for claim in claims {
        assert_eq!(claim["holds"], true, "{claim}");
        assert!(claim["text"].as_str().unwrap().len() > 10, "{claim} says nothing");
    }
    let ids: BTreeSet<&str> = claims.iter().map(|claim| claim["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), claims.len(), "two claims have one id");
}

#[test]
fn every_claim_of_the_experiments_without_trained_networks_holds() {
    let run = Run::of(&quick(), &Settings::default(), &mut Workers::new(1), &|_| ()).unwrap();
    for claim in run.claims() {
        assert!(
            claim.holds(),
            "{}: {} is not {}",
            claim.id,
            claim.measured,
            claim.bound_as_text()
        );
    }
}

#[test]
fn the_page_links_every_figure_and_states_every_claim() {
    let folder = tempfile::tempdir().unwrap();
    let run = &TOGETHER.run;
    run.write(folder.path()).unwrap();
    let page = fs::read_to_string(folder.path().join("report.md")).unwrap();
    for figure in run.figures() {
        assert!(
            page.contains(&format!("](figures/{})", figure.file)),
            "{} is not linked",
            figure.file
        );
        let svg = fs::read_to_string(folder.path().join("figures").join(&figure.file)).unwrap();
        assert!(
            svg.starts_with("<svg ") && svg.ends_with("</svg>\n"),
            "{} is not whole",
            figure.file
        );
        assert!(
            !svg.contains("NaN") && !svg.contains("inf\""),
            "{} has a point that is nowhere",
            figure.file
        );
        assert!(
            svg.contains("<title>"),
            "{} has nothing to read aloud",
            figure.file
        );
    }
    for claim in run.claims() {
        let row = format!(
            "| `{}` | {} | {} |",
            claim.id,
            claim.text,
            claim.measured_as_text()
        );
        assert!(page.contains(&row), "{} is not stated", claim.id);
    }
}

#[test]
fn results_have_the_shape_that_readers_rely_on() {
    let results = TOGETHER.run.results();
    for name in ["regression_line", "regression_plane"] {
        let experiment = &results["experiments"][name];
        assert!(experiment["losses"].is_array() && experiment["parameters"].is_array());
        assert!(experiment["train_mse"].is_f64() && experiment["test_mse"].is_f64());
        assert!(experiment["least_squares"]["parameters"].is_array());
        assert!(experiment["least_squares"]["train_mse"].is_f64());
    }
    for name in ["two_gaussians", "four_gaussians", "checkerboard"] {
        let experiment = &results["experiments"]["classification"][name];
        assert!(experiment["losses"].is_array() && experiment["parameters"].is_array());
        assert!(experiment["train_accuracy"].is_f64() && experiment["test_accuracy"].is_f64());
    }
    for claim in results["claims"].as_array().unwrap() {
        assert!(claim["id"].is_string() && claim["text"].is_string() && claim["holds"].is_boolean());
        assert!(claim["measured"].is_f64() && claim["bound"].is_f64());
    }
}

/// The classification needs draws that come after the plane's, whether the plane is asked for or not.
#[test]
fn an_experiment_alone_gives_what_it_gives_among_all() {
    for experiment in quick() {
        let alone = run(&[experiment]);
        let (name, alone) = &alone.outcomes()[0];
        let (_, together) = TOGETHER
            .run
            .outcomes()
            .iter()
            .find(|(other, _)| other == name)
            .unwrap();
        assert_eq!(alone.results, together.results, "{name}");
        assert_eq!(alone.claims, together.claims, "{name}");
        assert!(alone.figures == together.figures, "{name}: a figure differs");
    }
}

#[test]
fn progress_is_told_as_often_as_announced() {
    for experiment in all() {
        let announced = (experiment.steps)(&SETTINGS);
        assert_eq!(
            TOGETHER.told.get(experiment.name),
            Some(&announced),
            "{}",
            experiment.name
        );
    }
    // With three seeds instead of two, for those that take no time.
    for experiment in quick() {
        let settings = Settings { seeds: 3 };
        let told = std::cell::Cell::new(0);
        Run::of(&[experiment], &settings, &mut Workers::new(1), &|_| {
            told.set(told.get() + 1);
        })
        .unwrap();
        assert_eq!(told.get(), (experiment.steps)(&settings), "{}", experiment.name);
    }
}

#[test]
fn the_check_of_everything_names_a_figure_that_is_no_longer_made() {
    let folder = tempfile::tempdir().unwrap();
    TOGETHER.run.write(folder.path()).unwrap();
    fs::write(folder.path().join("figures/of_yesterday.svg"), "<svg/>").unwrap();
    let committed = Committed::read(folder.path()).unwrap();
    let faults = committed.faults(&TOGETHER.run);
    assert!(
        faults
            .iter()
            .any(|fault| fault.ends_with("of_yesterday.svg is no longer made")),
        "{faults:?}"
    );
    assert!(
        !committed
            .faults(&run(&[&ALL[1]]))
            .iter()
            .any(|fault| fault.contains("of_yesterday"))
    );
}

#[test]
fn a_report_is_replaced_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let report = folder.path().join("report");
    fs::create_dir_all(report.join("figures")).unwrap();
    fs::write(report.join("results.json"), "{}").unwrap();
    fs::write(report.join("figures/of_yesterday.svg"), "<svg/>").unwrap();
    let run = run(&[&ALL[1]]);
    run.replace(&report).unwrap();
    assert_eq!(files(&report), written(&run));
    let left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["report"]);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let folder = file.path().join("report");
    let error = run(&[&ALL[0]]).write(&folder).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("cannot make {}", folder.join("figures").display())),
        "{error}"
    );
}

/// An experiment with one claim, which does not hold.
const FAILING: Experiment = Experiment {
    name: "failing",
    summary: "claims that 1 is at most 0",
    steps: |_| 0,
    agreement: Agreement::Digits,
    run: |_, _, _| {
        let claim = Claim {
            id: "failing.claim".to_owned(),
            text: "1 is at most 0".to_owned(),
            measured: 1.0,
            relation: Relation::AtMost,
            bound: 0.0,
            reported: None,
        };
        Ok(Outcome {
            results: serde_json::json!({ "number": 1.0 }),
            claims: vec![claim],
            figures: Vec::new(),
            chapter: String::new(),
            headline: String::new(),
        })
    },
};

#[test]
fn the_check_names_a_claim_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(&[&FAILING]);
    run.write(folder.path()).unwrap();
    let committed = Committed::read(folder.path()).unwrap();
    assert_eq!(
        committed.faults(&run),
        ["claim failing.claim fails: 1 is not ≤ 0"]
    );
}

#[test]
fn of_trained_networks_the_check_compares_medians_to_a_tenth() {
    let trained = ALL
        .iter()
        .find(|experiment| experiment.agreement == Agreement::Medians)
        .unwrap();
    let (name, outcome) = TOGETHER
        .run
        .outcomes()
        .iter()
        .find(|(name, _)| *name == trained.name)
        .unwrap();
    let one = |outcome: Outcome| Run::with_outcomes(vec![(name, outcome)]);
    let folder = tempfile::tempdir().unwrap();
    let claimless = Outcome {
        claims: Vec::new(),
        ..outcome.clone()
    };
    one(claimless.clone()).write(folder.path()).unwrap();
    let committed = Committed::read(folder.path()).unwrap();
    let faults = |factor: f64, key: &str| {
        let mut results = claimless.results.clone();
        assert!(scale(&mut results, key, factor) > 0, "no {key} in {name}");
        committed
            .faults(&one(Outcome {
                results,
                ..claimless.clone()
            }))
            .len()
    };
    assert_eq!(faults(1.05, "median"), 0);
    assert!(faults(1.2, "median") > 0);
    assert_eq!(faults(5.0, "by_seed"), 0);
}

/// Multiplies every number under a key; says how many there were.
fn scale(value: &mut serde_json::Value, key: &str, factor: f64) -> usize {
    use serde_json::Value;
    match value {
        Value::Object(entries) => entries
            .iter_mut()
            .map(|(name, value)| {
                if name == key {
                    scale_all(value, factor)
                } else {
                    scale(value, key, factor)
                }
            })
            .sum(),
        Value::Array(entries) => entries.iter_mut().map(|value| scale(value, key, factor)).sum(),
        _ => 0,
    }
}

fn scale_all(value: &mut serde_json::Value, factor: f64) -> usize {
    use serde_json::Value;
    match value {
        Value::Number(number) => {
            *value = Value::from(number.as_f64().unwrap() * factor);
            1
        }
        Value::Array(entries) => entries.iter_mut().map(|value| scale_all(value, factor)).sum(),
        _ => 0,
    }
}
