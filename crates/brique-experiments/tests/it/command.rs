//! The program that `cargo xtask experiments` starts, from outside.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use brique_experiments::experiments::ALL;
use tempfile::TempDir;

fn experiments(arguments: &[&str], workspace: Option<&Path>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_brique-experiments"));
    if let Some(workspace) = workspace {
        command.env("CARGO_MANIFEST_DIR", workspace.join("crates/brique-experiments"));
    }
    command.args(arguments).output().unwrap()
}

/// The check of the experiments that these tests tamper with; the others would only take longer.
const CHECK: [&str; 7] = [
    "--check",
    "--only",
    "contract",
    "--only",
    "regression_line",
    "--only",
    "step_size",
];

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn committed_report() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/report"))
}

/// A workspace that holds a copy of the committed report and nothing else.
fn workspace_with_report() -> TempDir {
    let workspace = tempfile::tempdir().unwrap();
    let report = workspace.path().join("docs/report");
    fs::create_dir_all(report.join("figures")).unwrap();
    for file in ["results.json", "report.md"] {
        fs::copy(committed_report().join(file), report.join(file)).unwrap();
    }
    for figure in fs::read_dir(committed_report().join("figures")).unwrap() {
        let figure = figure.unwrap();
        fs::copy(figure.path(), report.join("figures").join(figure.file_name())).unwrap();
    }
    workspace
}

#[test]
fn check_accepts_what_is_committed() {
    let output = experiments(&CHECK, None);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("check: every claim holds"));
    assert_eq!(text(&output.stderr), "", "no progress bar in a pipe");
}

#[test]
fn check_names_a_number_that_differs() {
    let workspace = workspace_with_report();
    let path = workspace.path().join("docs/report/results.json");
    let mut results: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let loss = &mut results["experiments"]["regression_line"]["losses"][7];
    *loss = (loss.as_f64().unwrap() * (1.0 + 1e-8)).into();
    fs::write(&path, results.to_string()).unwrap();

    let output = experiments(&CHECK, Some(workspace.path()));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("results.json: experiments.regression_line.losses[7]: "));
    assert_eq!(text(&output.stderr).lines().count(), 1);
}

/// Puts another number into the results, at `pointer`, and gives what the check says.
fn check_with(pointer: &str, number: f64) -> Output {
    let workspace = workspace_with_report();
    let path = workspace.path().join("docs/report/results.json");
    let mut results: serde_json::Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    *results.pointer_mut(pointer).expect("a number to replace") = number.into();
    fs::write(&path, results.to_string()).unwrap();
    experiments(&CHECK, Some(workspace.path()))
}

#[test]
fn check_passes_over_rounding_errors_and_over_nothing_else() {
    for pointer in ["/claims/5/measured", "/experiments/contract/mse_forward"] {
        assert!(check_with(pointer, 3e-16).status.success(), "{pointer}");
        let output = check_with(pointer, 1e-3);
        assert_eq!(output.status.code(), Some(1), "{pointer}");
        assert!(
            text(&output.stderr).contains(" 0.001 became "),
            "{}",
            text(&output.stderr)
        );
    }
}

#[test]
fn check_names_a_figure_that_is_missing() {
    let workspace = workspace_with_report();
    fs::remove_file(workspace.path().join("docs/report/figures/step_size.svg")).unwrap();
    let output = experiments(&CHECK, Some(workspace.path()));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("step_size.svg is missing or broken"));
}

#[test]
fn check_names_a_page_that_is_missing_and_figures_that_are_broken() {
    let workspace = workspace_with_report();
    let report = workspace.path().join("docs/report");
    fs::remove_file(report.join("report.md")).unwrap();
    fs::write(report.join("figures/step_size.svg"), "").unwrap();
    let output = experiments(&CHECK, Some(workspace.path()));
    assert_eq!(output.status.code(), Some(1));
    let faults = text(&output.stderr);
    for fault in ["report.md is missing", "step_size.svg is missing or broken"] {
        assert!(faults.contains(fault), "{faults}");
    }
    assert_eq!(faults.lines().count(), 2);
}

#[test]
fn figures_of_an_earlier_run_do_not_stay_in_the_default_folder() {
    let workspace = workspace_with_report();
    assert!(
        experiments(&["--only", "step_size"], Some(workspace.path()))
            .status
            .success()
    );
    assert!(
        experiments(&["--only", "regression_line"], Some(workspace.path()))
            .status
            .success()
    );
    let figures = fs::read_dir(workspace.path().join("target/report/figures")).unwrap();
    let names: Vec<_> = figures.map(|figure| figure.unwrap().file_name()).collect();
    assert_eq!(names, ["regression_line.svg"]);
}

#[test]
fn check_names_results_that_are_missing_or_no_json() {
    let workspace = workspace_with_report();
    let path = workspace.path().join("docs/report/results.json");
    fs::write(&path, "{").unwrap();
    let output = experiments(&CHECK, Some(workspace.path()));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("results.json is not JSON"),
        "{}",
        text(&output.stderr)
    );

    fs::remove_file(&path).unwrap();
    let output = experiments(&CHECK, Some(workspace.path()));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).starts_with("error: cannot read "),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn only_what_is_asked_for_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = experiments(
        &["--only", "regression_plane", "--only", "contract", "--out", out],
        None,
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let results: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("results.json")).unwrap()).unwrap();
    let made: Vec<&String> = results["experiments"].as_object().unwrap().keys().collect();
    assert_eq!(made, ["contract", "regression_plane"]);
    assert!(text(&output.stdout).contains(&folder.path().join("report.md").display().to_string()));
    assert_eq!(fs::read_dir(folder.path().join("figures")).unwrap().count(), 1);
}

#[test]
fn seeds_are_as_many_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    let output = experiments(
        &["--only", "classification_seeds", "--seeds", "3", "--out", out],
        None,
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    let results: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("results.json")).unwrap()).unwrap();
    let by_seed = &results["experiments"]["classification_seeds"]["checkerboard"]["test_accuracy"]["by_seed"];
    assert_eq!(by_seed.as_array().unwrap().len(), 3);
}

#[test]
fn list_names_every_experiment() {
    let output = experiments(&["--list"], None);
    let lines: Vec<String> = text(&output.stdout).lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), ALL.len());
    for (line, experiment) in lines.iter().zip(&ALL) {
        assert!(
            line.starts_with(experiment.name) && line.ends_with(experiment.summary),
            "{line}"
        );
    }
}

#[test]
fn mistakes_are_explained() {
    for (arguments, message) in [
        (
            &["--only", "nothing"][..],
            "possible values: contract, regression_line",
        ),
        (&["--seeds", "0"], "expected at least one"),
        (&["--threads", "0"], "expected at least one"),
        (&["--seeds", "many"], "expected a whole number"),
        (&["--check", "--out", "elsewhere"], "cannot be used with"),
        (&["--bless", "--seeds", "3"], "cannot be used with"),
        (&["--everything"], "unexpected argument"),
    ] {
        let output = experiments(arguments, None);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(
            text(&output.stderr).contains(message),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
    }
}

/// Without a connection, every process would write the same files.
#[cfg(not(feature = "mpi"))]
#[test]
fn processes_of_mpirun_that_are_not_connected_make_nothing() {
    for variable in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
        let folder = tempfile::tempdir().unwrap();
        let out = folder.path().join("report");
        let run = |processes: &str| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_brique-experiments"));
            command.args(["--only", "contract", "--out"]).arg(&out);
            command.env(variable, processes).output().unwrap()
        };
        let output = run("3");
        assert_eq!(output.status.code(), Some(1));
        let error = text(&output.stderr);
        assert!(
            error.starts_with("error: mpirun has started 3 processes, and this one is connected to 1"),
            "{error}"
        );
        assert!(!out.exists());
        assert!(run("1").status.success());
    }
}
