//! The same bits, however often, on however many threads, and however compiled.

use std::process::Command;
use std::{env, thread};

use brique_tensor::{Scalar, SimdLevel};

use crate::levels::on_every_level;

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
        // A thread starts at the best level.
        let level = SimdLevel::current();
        let threads = [(); 2].map(|()| scope.spawn(move || level.run(trained).unwrap()));
        for thread in threads {
            assert_eq!(thread.join().unwrap(), first);
        }
    });
}

#[test]
fn trained_parameters_are_the_same_in_every_run_and_thread() {
    on_every_level(|| {
        check_runs_and_threads::<f64>();
        check_runs_and_threads::<f32>();
    });
}

/// The FNV-1a hash of a text.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The hash of what the example prints for a level with fused multiply-add, computed at AVX2 on x86-64 Linux. A change of a
/// kernel that rounds differently changes it, and with it the results of every training: the changelog has to say so.
const GOLDEN: u64 = 0xd150_3fd2_6a2c_833e;

/// The same for a level without fused multiply-add, computed at the baseline of x86-64.
const GOLDEN_WITHOUT_FMA: u64 = 0xad6f_9793_9394_7ce0;

#[test]
fn trained_parameters_are_what_they_have_been_at_every_level() {
    on_every_level(|| {
        let has_fma = SimdLevel::current().has_fused_multiply_add();
        let golden = if has_fma { GOLDEN } else { GOLDEN_WITHOUT_FMA };
        let found = hash(&trained_parameters::in_both_types().unwrap());
        assert_eq!(found, golden, "{found:#018x}, expected {golden:#018x}");
    });
}

/// What the example prints, compiled without optimisation. What is not optimised anyway is taken from the build of the tests.
fn printed_by_the_unoptimised() -> String {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["run", "--locked", "--quiet"])
        .args(["--example", "trained_parameters"])
        .args([
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml"),
        ]);
    for package in ["brique-tensor", "brique-layers", "brique-losses"] {
        cargo
            .arg("--config")
            .arg(format!("profile.dev.package.{package}.opt-level=0"));
    }
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
    let mut optimised = String::new();
    for level in SimdLevel::available() {
        let bits = level.run(trained_parameters::in_both_types).unwrap().unwrap();
        assert_eq!(bits.lines().count(), 2 * (31 * 24 + 2 * 24 + 25 * 20));
        optimised += &bits;
    }
    assert_eq!(printed_by_the_unoptimised(), optimised);
}
