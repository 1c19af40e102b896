use std::process::Command;

use brique_page::progress_line_on;
use indicatif::{InMemoryTerm, ProgressDrawTarget};

use crate::trained;

#[test]
fn the_line_shows_the_last_epoch_and_stays() {
    let terminal = InMemoryTerm::new(10, 120);
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    let history = trained(5, |fit| fit.on_epoch(progress_line_on(5, target)));
    let last = history.epochs().last().unwrap();
    let shown = terminal.contents();
    assert_eq!(shown.lines().count(), 1, "{shown}");
    for part in [
        "5/5".to_owned(),
        format!("loss {:.4e}", last.loss),
        format!("validation {:.4e}", last.validation_loss.unwrap()),
        "rate 0.01".to_owned(),
        "0s left".to_owned(),
    ] {
        assert!(shown.contains(&part), "{part} in {shown}");
    }
}

#[test]
fn the_line_of_a_training_that_is_stopped_says_how_far_it_came() {
    let terminal = InMemoryTerm::new(10, 120);
    let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
    trained(2, |fit| fit.on_epoch(progress_line_on(7, target)));
    assert!(terminal.contents().contains("2/7"), "{}", terminal.contents());
}

#[test]
fn nothing_is_drawn_in_a_pipe() {
    let output = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--example", "watched"])
        .args([
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"),
        ])
        .output()
        .unwrap();
    let drawn = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{drawn}");
    assert_eq!(drawn, "");
}
