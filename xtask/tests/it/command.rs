use std::process::{Command, Output};

fn xtask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn help_lists_the_tasks() {
    let output = xtask(&["--help"]);
    assert!(output.status.success());
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("\n  experiments  ")
    );
}

#[test]
fn an_unknown_task_is_named() {
    let output = xtask(&["experimets"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .starts_with("error: there is no task 'experimets'")
    );
    assert_eq!(xtask(&[]).status.code(), Some(2));
}
