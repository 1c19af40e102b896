//! The facade has what it promises, and the README shows its example.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod bad_input;
mod examples;
mod files;

use std::fs;
use std::path::Path;

use brique::prelude::*;

#[test]
fn the_readme_and_the_documentation_show_the_example_in_at_most_twenty_lines() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| fs::read_to_string(package.join(path)).unwrap();
    let example = read("examples/xor.rs");
    let code = &example[example.find("use brique::prelude").unwrap()..];
    assert!(code.lines().count() <= 20);
    assert!(read("../../README.md").contains(&format!("```rust\n{code}```\n")));
    let commented: String = code
        .lines()
        .map(|line| format!("//! {line}").trim_end().to_owned() + "\n")
        .collect();
    assert!(read("src/lib.rs").contains(&commented));
}

/// Items of the crates and of the facade are one.
#[test]
fn the_facade_is_the_crates() {
    let linear: brique_layers::Linear = Linear::from_parameters(array![[2.0], [1.0]]).unwrap();
    let through_the_facade: &dyn brique::core::Module = &linear;
    assert!((through_the_facade.predict(&array![[3.0]]).unwrap()[[0, 0]] - 7.0).abs() < f64::EPSILON);
}
