use std::path::Path;
use std::process::{Command, Output};

use brique_tensor::SimdLevel;
use serde_json::Value;

use crate::committed::data;
use crate::files::{f64s, line, linear};

fn conformance(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_brique-conformance"))
        .args(arguments)
        .output()
        .unwrap()
}

fn of(folder: &Path, options: &[&str]) -> Output {
    conformance(&[&[folder.to_str().unwrap()], options].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_committed_files_hold() {
    let output = of(&data(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let page = text(&output.stdout);
    for part in [
        "| cross_entropy   | f64  | gx          |    24 |",
        "| layer_norm      | f64  | gparameters |    16 |",
        "| linear          | f32  | gparameters |    24 |",
        "| line_sgd      |  1000 |",
        "| conv2d          | f64  | gbias       |    16 |",
    ] {
        assert!(page.contains(part), "{part}\n{page}");
    }
    assert!(
        page.ends_with(
            "\n128 of 128 results are within their bounds, 0 files are not built, 0 could not be run\n"
        ),
        "{page}"
    );
}

#[test]
fn a_simd_level_is_chosen_by_its_name() {
    for level in SimdLevel::ALL {
        let output = of(&data().join("trajectories"), &["--simd", &level.to_string()]);
        let expected = match level.run(|| ()) {
            Ok(()) => (Some(0), String::new()),
            Err(refusal) => (Some(2), format!("error: {refusal}\n")),
        };
        assert_eq!((output.status.code(), text(&output.stderr)), expected, "{level}");
    }
    let output = of(&data(), &["--simd", "sse9"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr)
            .contains("there is no SIMD level 'sse9', expected one of baseline, simd128, avx2, avx512")
    );
}

#[test]
fn json_says_the_same() {
    let output = of(&data(), &["--json"]);
    assert_eq!(output.status.code(), Some(0));
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["holds"], true);
    assert_eq!(json["vectors"].as_array().unwrap().len(), 120);
    let rows = json["vectors"].as_array().unwrap();
    let row = rows.iter().find(|row| row["module"] == "linear").unwrap();
    assert_eq!(
        (&row["module"], &row["dtype"], &row["tensor"]),
        (&"linear".into(), &"f32".into(), &"gparameters".into())
    );
    assert_eq!((&row["cases"], &row["holds"]), (&24.into(), &true.into()));
    assert!(
        row["worst_error_in_eps"].is_f64()
            && row["torch_error_in_eps"].is_f64()
            && row["bound_in_eps"].is_f64()
    );
    let rows = json["trajectories"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == "line_sgd").unwrap();
    assert_eq!(
        (&row["name"], &row["steps"], &row["holds"]),
        (&"line_sgd".into(), &1000.into(), &true.into())
    );
    assert!(row["loss_distance"].is_f64() && row["parameter_distance"].is_f64() && row["bound"].is_f64());
    assert_eq!(json["not_built"].as_array().unwrap().len(), 0);
    assert!(json["failed"].as_array().unwrap().is_empty());
}

#[test]
fn a_case_that_fails_is_marked_and_exits_with_1() {
    let folder = linear().set("0/truth.y", f64s(&[1, 1], &[16.5])).alone();
    line()
        .set("losses", f64s(&[3], &[8.0, 1.0, 7.0]))
        .write(folder.path());
    let output = of(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    let page = text(&output.stdout);
    assert_eq!(page.matches("FAILS").count(), 2, "{page}");
    assert!(page.contains("2 of 4 results are within their bounds"), "{page}");
    let output = of(folder.path(), &["--json"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["holds"],
        false
    );
}

#[test]
fn a_file_that_cannot_be_run_is_named_and_exits_with_1() {
    let folder = linear().without("0/in.x").alone();
    let output = of(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).starts_with("could not be run: linear.f64: there is no tensor 0/in.x\n"));
}

#[test]
fn nothing_to_run_exits_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let output = of(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).starts_with("error: "),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(conformance(&[]).status.code(), Some(2));
}
