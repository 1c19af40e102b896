use std::fs;
use std::path::Path;

#[test]
fn contributing_shows_the_example_in_under_sixty_lines() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let example = fs::read_to_string(package.join("examples/new_module.rs")).unwrap();
    let page = fs::read_to_string(package.join("../../CONTRIBUTING.md")).unwrap();
    assert!(
        page.contains(&format!("```rust\n{example}```\n")),
        "CONTRIBUTING.md shows another example"
    );
    assert!(example.lines().count() < 60);
}
