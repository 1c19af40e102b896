use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// What cargo prints about the workspace, without the network.
fn cargo(command: &str, arguments: &[&str]) -> String {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args([command, "--locked", "--offline", "--manifest-path"])
        .arg(root().join("Cargo.toml"))
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

fn metadata() -> Value {
    serde_json::from_str(&cargo("metadata", &["--format-version", "1", "--no-deps"])).unwrap()
}

fn crates() -> BTreeSet<String> {
    let entries = fs::read_dir(root().join("crates")).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// For each crate of the workspace, the crates of the workspace that it depends on; tests do not count.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let all = crates();
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .filter(|package| all.contains(package["name"].as_str().unwrap()))
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap().iter();
            let known = dependencies
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .filter(|name| all.contains(name))
                .collect();
            (package["name"].as_str().unwrap().to_owned(), known)
        })
        .collect()
}

/// The tiers of `docs/architecture.md`: what each crate may depend on.
const ALLOWED_DEPENDENCIES: [(&str, &[&str]); 17] = [
    ("brique-tensor", &[]),
    ("brique-random", &[]),
    ("brique-core", &["brique-tensor"]),
    ("brique-datasets", &["brique-random", "brique-tensor"]),
    (
        "brique-layers",
        &["brique-core", "brique-random", "brique-tensor"],
    ),
    ("brique-losses", &["brique-core", "brique-tensor"]),
    ("brique-optim", &["brique-core", "brique-tensor"]),
    (
        "brique-gradcheck",
        &["brique-core", "brique-random", "brique-tensor"],
    ),
    (
        "brique-checkpoint",
        &["brique-core", "brique-datasets", "brique-layers", "brique-tensor"],
    ),
    (
        "brique-onnx",
        &[
            "brique-checkpoint",
            "brique-core",
            "brique-datasets",
            "brique-layers",
            "brique-tensor",
        ],
    ),
    (
        "brique-train",
        &[
            "brique-checkpoint",
            "brique-core",
            "brique-datasets",
            "brique-layers",
            "brique-optim",
            "brique-random",
            "brique-tensor",
        ],
    ),
    (
        "brique-conformance",
        &[
            "brique-core",
            "brique-layers",
            "brique-losses",
            "brique-optim",
            "brique-tensor",
            "brique-train",
        ],
    ),
    (
        "brique-experiments",
        &[
            "brique-core",
            "brique-datasets",
            "brique-distributed",
            "brique-layers",
            "brique-losses",
            "brique-optim",
            "brique-random",
            "brique-tensor",
            "brique-train",
        ],
    ),
    (
        "brique",
        &[
            "brique-checkpoint",
            "brique-core",
            "brique-datasets",
            "brique-gradcheck",
            "brique-layers",
            "brique-losses",
            "brique-onnx",
            "brique-optim",
            "brique-random",
            "brique-tensor",
            "brique-train",
        ],
    ),
    (
        "brique-page",
        &[
            "brique-checkpoint",
            "brique-core",
            "brique-datasets",
            "brique-gradcheck",
            "brique-layers",
            "brique-losses",
            "brique-onnx",
            "brique-optim",
            "brique-random",
            "brique-tensor",
            "brique-train",
        ],
    ),
    (
        "brique-distributed",
        &[
            "brique-checkpoint",
            "brique-core",
            "brique-datasets",
            "brique-layers",
            "brique-losses",
            "brique-optim",
            "brique-random",
            "brique-tensor",
            "brique-train",
        ],
    ),
    ("brique-bench", &["brique", "brique-distributed"]),
];

#[test]
fn arrows_point_down() {
    let arrows = arrows();
    assert_eq!(arrows.keys().cloned().collect::<BTreeSet<_>>(), crates());
    for (name, allowed) in ALLOWED_DEPENDENCIES {
        for known in &arrows[name] {
            assert!(allowed.contains(&known.as_str()), "{name} depends on {known}");
        }
    }
    assert_eq!(
        arrows.len(),
        ALLOWED_DEPENDENCIES.len(),
        "a crate is not in the list"
    );
}

#[test]
fn the_code_map_names_every_crate_and_no_other() {
    for page in ["docs/architecture.md", "README.md"] {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let named: BTreeSet<String> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
            .map(|(name, _)| name.to_owned())
            .filter(|name| name == "brique" || name.starts_with("brique-"))
            .collect();
        assert_eq!(named, crates(), "the table of crates in {page}");
    }
}

/// The lints of a manifest, line by line, without comments.
fn lints<'a>(manifest: &'a str, table: &str) -> BTreeSet<&'a str> {
    let begins = |line: &&str| !line.starts_with(&format!("[{table}lints."));
    let lines = manifest
        .lines()
        .skip_while(begins)
        .take_while(|line| !line.starts_with('[') || line.starts_with(&format!("[{table}lints.")));
    lines.filter(|line| line.contains(" = ")).collect()
}

#[test]
fn every_crate_keeps_the_lints_of_the_workspace() {
    let workspace = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert!(workspace.contains("unsafe_code = \"forbid\""));
    for name in crates() {
        let manifest = fs::read_to_string(root().join("crates").join(&name).join("Cargo.toml")).unwrap();
        if name == "brique-tensor" {
            // Its own copy, in which unsafe code is denied instead of forbidden, so that single places can allow it; and what
            // is compiled for a vector unit has to be inlined.
            let expected = lints(&workspace, "workspace.");
            let found = lints(&manifest, "");
            let differences: Vec<_> = found.symmetric_difference(&expected).collect();
            let expected = [
                "inline_always = \"allow\"",
                "unsafe_code = \"deny\"",
                "unsafe_code = \"forbid\"",
            ];
            assert_eq!(differences, expected.each_ref());
        } else {
            assert!(manifest.contains("[lints]\nworkspace = true"), "{name}");
        }
    }
}

/// Every unsafe block of the one crate that may have some says in the line above why it is sound.
#[test]
fn unsafe_code_has_its_proof() {
    let mut blocks = 0;
    for path in files_below(&root().join("crates/brique-tensor/src")) {
        let text = fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (number, line) in lines
            .iter()
            .enumerate()
            .filter(|(_, line)| line.contains("unsafe {") || line.contains("unsafe impl"))
        {
            let above = &lines[number.saturating_sub(6)..number];
            let is_proved = above
                .iter()
                .any(|line| line.trim_start().starts_with("// SAFETY: "));
            assert!(is_proved, "{}:{}: {line}", path.display(), number + 1);
            blocks += 1;
        }
    }
    assert!(blocks > 0, "there are some");
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files_below(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// The packages that some of the crates bring, they themselves included.
fn packages_of(crates: &[&str]) -> BTreeSet<String> {
    let packages: Vec<&str> = crates.iter().flat_map(|name| ["--package", name]).collect();
    let flat = ["--edges", "normal,build", "--prefix", "none", "--no-dedupe"];
    cargo("tree", &[&packages[..], &flat].concat())
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| line.replace(" (proc-macro)", ""))
        .collect()
}

fn check_light(crates: &[&str], most: usize) {
    let packages = packages_of(crates);
    let is_there = |name: &&str| {
        packages
            .iter()
            .any(|package| package.starts_with(&format!("{name} ")))
    };
    assert!(crates.iter().all(is_there));
    assert!(
        packages.len() <= most,
        "{} packages: {packages:#?}",
        packages.len()
    );
}

#[test]
fn layers_and_losses_are_light() {
    check_light(&["brique-layers", "brique-losses"], 45);
}

#[test]
fn the_facade_is_light() {
    check_light(&["brique"], 70);
}
