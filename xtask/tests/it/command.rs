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
    let help = String::from_utf8(output.stdout).unwrap();
    for task in ["experiments", "conformance", "bench", "playground", "crash-test"] {
        assert!(help.contains(&format!("\n  {task} ")), "{help}");
    }
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

/// A cargo that writes down what it was asked and exits with 3.
#[cfg(unix)]
#[test]
fn a_task_hands_its_arguments_on_and_the_exit_code_back() {
    check_handed_on("experiments", "release", "--bin brique-experiments");
    check_handed_on("conformance", "release", "--bin brique-conformance");
    check_handed_on("bench", "release", "--bin brique-bench");
    check_handed_on("crash-test", "release", "--example crash_test");
    let playground = "--features brique-page/tool --bin brique-playground";
    check_handed_on("playground", "dev", playground);
}

/// Without the feature, each of the processes would make the whole report and write it over those of the others.
#[cfg(unix)]
#[test]
fn experiments_that_mpirun_starts_have_the_feature_mpi() {
    for variable in ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"] {
        let asked = handed_on("experiments", &[(variable, "3")]);
        let expected = "run --profile release --features brique-experiments/mpi --bin brique-experiments --manifest-path ";
        assert!(asked.starts_with(expected), "{asked}");
    }
}

#[cfg(unix)]
fn check_handed_on(task: &str, profile: &str, program: &str) {
    let asked = handed_on(task, &[]);
    assert!(
        asked.starts_with(&format!("run --profile {profile} {program} --manifest-path ")),
        "{asked}"
    );
    assert!(asked.ends_with("-- --option value\n"), "{asked}");
}

/// What a task asks of cargo, with these variables in its environment.
#[cfg(unix)]
fn handed_on(task: &str, variables: &[(&str, &str)]) -> String {
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    let name = variables.first().map_or("", |(name, _)| name);
    let folder = std::env::temp_dir().join(format!("brique-xtask-{task}{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let (cargo, asked) = (folder.join("cargo"), folder.join("asked"));
    fs::write(
        &cargo,
        format!("#!/bin/sh\necho \"$@\" > '{}'\nexit 3\n", asked.display()),
    )
    .unwrap();
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).unwrap();

    let status = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args([task, "--option", "value"])
        .env("CARGO", &cargo)
        .envs(variables.iter().copied())
        .status()
        .unwrap();
    let asked = fs::read_to_string(asked).unwrap();
    fs::remove_dir_all(folder).unwrap();
    assert_eq!(status.code(), Some(3));
    asked
}
