use std::collections::BTreeSet;
use std::fs;

use brique_experiments::experiments::ALL;
use brique_experiments::{Agreement, Claim, Experiment, Outcome, Relation, Run, Settings, faults};

fn all() -> Vec<&'static Experiment> {
    ALL.iter().collect()
}

fn settings(seeds: usize) -> Settings {
    Settings {
        seeds,
        ..Settings::default()
    }
}

fn run(experiments: &[&Experiment]) -> Run {
    Run::of(experiments, &settings(2), &|_| ()).unwrap()
}

#[test]
fn every_claim_of_the_committed_report_holds() {
    let run = Run::of(&all(), &Settings::default(), &|_| ()).unwrap();
    for claim in run.claims() {
        assert!(
            claim.holds(),
            "{}: {} is not {}",
            claim.id,
            claim.measured,
            claim.bound_as_text()
        );
        assert!(claim.text.len() > 10, "{} says nothing", claim.id);
    }
    let ids: BTreeSet<&str> = run.claims().map(|claim| claim.id.as_str()).collect();
    assert_eq!(ids.len(), run.claims().count(), "two claims have one id");
}

#[test]
fn the_page_links_every_figure_and_states_every_claim() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(&all());
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
    let results = run(&all()).results();
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
    let together = run(&all());
    for (experiment, (name, outcome)) in ALL.iter().zip(together.outcomes()) {
        let alone = run(&[experiment]);
        assert_eq!(alone.outcomes()[0].0, *name);
        assert_eq!(alone.outcomes()[0].1.results, outcome.results, "{name}");
        assert_eq!(alone.outcomes()[0].1.claims, outcome.claims, "{name}");
        assert!(
            alone.outcomes()[0].1.figures == outcome.figures,
            "{name}: a figure differs"
        );
    }
}

#[test]
fn progress_is_told_as_often_as_announced() {
    let settings = settings(3);
    for experiment in &ALL {
        let told = std::cell::Cell::new(0);
        Run::of(&[experiment], &settings, &|name| {
            assert_eq!(name, experiment.name);
            told.set(told.get() + 1);
        })
        .unwrap();
        assert_eq!(told.get(), (experiment.steps)(&settings), "{}", experiment.name);
    }
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
    run: |_, _| {
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
    assert_eq!(
        faults(&run, folder.path()).unwrap(),
        ["claim failing.claim fails: 1 is not ≤ 0"]
    );
}
