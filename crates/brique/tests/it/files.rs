//! One program trains and saves, another loads and predicts.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

const PROGRAMS: [&str; 2] = ["train_and_save", "load_and_predict"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

#[test]
fn the_readme_shows_both_programs_in_fifteen_lines() {
    let readme = read("../../README.md");
    let mut lines = 0;
    for program in PROGRAMS {
        let example = read(&format!("examples/{program}.rs"));
        let code = &example[example.find("use brique::prelude").unwrap()..];
        assert!(
            readme.contains(&format!("```rust,no_run\n{code}```\n")),
            "{program}"
        );
        lines += code.lines().count();
    }
    assert_eq!(lines, 15);
}

/// Returns the command that starts a program. `cargo test` has built it beside the tests; `cargo test --test it` has not.
pub fn command(program: &str) -> Command {
    let tests = env::current_exe().unwrap();
    let built = tests.ancestors().nth(2).unwrap().join("examples");
    let built = built.join(format!("{program}{}", env::consts::EXE_SUFFIX));
    if built.exists() {
        return Command::new(built);
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["run", "--quiet", "--example", program, "--manifest-path"]);
    cargo.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    cargo
}

#[test]
fn another_program_predicts_what_one_has_learnt() {
    let folder = tempfile::tempdir().unwrap();
    let outputs = PROGRAMS.map(|program| {
        let output = command(program).current_dir(folder.path()).output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    });
    assert_eq!(outputs, ["", "Linear(1 → 1): [[10]]\n"]);
}
