//! The same bits, however often, on however many threads, and however compiled.

use std::path::Path;
use std::process::Command;
use std::{env, thread};

use brique_tensor::Scalar;

#[path = "../../examples/trained_parameters.rs"]
#[allow(dead_code, reason = "the example's own main")]
mod trained_parameters;

fn check_runs_and_threads<T: Scalar>() {
    let trained = || trained_parameters::trained::<T>().unwrap();
    let first = trained();
    for _ in 0..2 {
        assert_eq!(trained(), first);
    }
    thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(trained));
        for thread in threads {
            assert_eq!(thread.join().unwrap(), first);
        }
    });
}

#[test]
fn trained_parameters_are_the_same_in_every_run_and_thread() {
    check_runs_and_threads::<f64>();
    check_runs_and_threads::<f32>();
}

/// What the example prints, compiled without optimisation: the debug profile of this workspace has it.
fn printed_by_the_unoptimised() -> String {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("unoptimised");
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["run", "--locked", "--offline", "--quiet"])
        .args(["--package", "brique-layers", "--example", "trained_parameters"])
        .args(["--config", "profile.dev.opt-level=0", "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"))
        .env("CARGO_TARGET_DIR", target);
    let output = cargo.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn trained_parameters_are_the_same_with_and_without_optimisation() {
    let optimised = trained_parameters::in_both_types().unwrap();
    assert_eq!(optimised.lines().count(), 2 * (31 * 24 + 2 * 24 + 25 * 20));
    assert_eq!(printed_by_the_unoptimised(), optimised);
}
