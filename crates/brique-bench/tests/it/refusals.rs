//! Every error message.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use brique::tensor::SimdLevel;
use brique::train::{Error as TrainingError, NotFinite};
use brique_bench::{Dtype, Error, Options, Workload, run};

use crate::command::{bench, text};

fn check_workload(text: &str, expected: &str) {
    let error = text.parse::<Workload>().unwrap_err();
    assert_eq!(error.to_string(), expected, "{text}");
}

#[test]
fn workloads_that_are_none() {
    for (text, found) in [("", 1), ("3-50-2", 1), ("3-50-2:40", 2), ("3-50-2:40:tanh:", 4)] {
        let expected = format!(
            "the number of parts between colons is {found}, expected three parts, SIZES:BATCH:ACTIVATION, \
             such as 3-50-2:40:tanh"
        );
        check_workload(text, &expected);
    }
    check_workload(
        ":40:tanh",
        "SIZES is empty, expected the sizes of input, hidden layers and output with hyphens between them, \
         such as 3-50-2:40:tanh",
    );
    check_workload(
        "3:40:tanh",
        "SIZES is 3 alone, expected at least two sizes, those of input and output, such as 3-50-2:40:tanh",
    );
    for (text, found) in [
        ("3-0-2:40:tanh", "SIZES has '0'"),
        ("3-x-2:40:tanh", "SIZES has 'x'"),
        ("3--2:40:tanh", "SIZES has ''"),
        ("-3:40:tanh", "SIZES has ''"),
        ("3-2.5:40:tanh", "SIZES has '2.5'"),
        ("3-2:0:tanh", "BATCH has '0'"),
        ("3-2:-1:tanh", "BATCH has '-1'"),
        ("3-2::tanh", "BATCH has ''"),
    ] {
        let expected = format!("{found}, expected a whole number of at least 1, such as 3-50-2:40:tanh");
        check_workload(text, &expected);
    }
    check_workload(
        "3-2:40:than",
        "ACTIVATION is 'than', expected one of -, none, tanh, relu, sigmoid, leaky_relu, elu, silu, gelu, softplus, \
         log_sigmoid, where - is none, such as 3-50-2:40:tanh",
    );
}

#[test]
fn workloads_that_no_memory_holds() {
    for text in [
        "99999999999999999999-1:1:-",
        "1-1:99999999999999999999:-",
        "18446744073709551615-1:1:-",
        "4000000000-4000000000:1:-",
        "1-1:18446744073709551615:-",
    ] {
        check_workload(
            text,
            "this network with this batch is larger than memory can address, expected smaller numbers, \
             such as 3-50-2:40:tanh",
        );
    }
}

#[test]
fn memory_that_is_not_to_be_had_is_an_error_before_anything_is_drawn() {
    // Two times 10⁹ · 10⁹ weights in f32 are 2⁶³ bytes almost, which can be addressed and which nobody has.
    let output = bench(&["--seconds=0", "--workload=1000000000-1000000000:1:-"]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.starts_with("error: workload 1000000000-1000000000:1:- in f32: it needs 80000000"),
        "{error}"
    );
    assert!(
        error.ends_with(
            " bytes of memory, which are not to be had; expected smaller sizes or a smaller batch\n"
        ),
        "{error}"
    );
}

#[test]
fn a_step_that_fails_is_named() {
    let error = Error::Step {
        workload: "3-2:40:tanh".to_owned(),
        dtype: "f32",
        source: Box::new(TrainingError::NotFinite(NotFinite::Input)),
    };
    let why = NotFinite::Input.to_string();
    assert_eq!(error.to_string(), format!("workload 3-2:40:tanh in f32: {why}"));
}

#[test]
fn a_file_that_cannot_be_written_is_named() {
    let error = Error::Write {
        path: PathBuf::from("chart/step_time.svg"),
        source: io::Error::other("no room"),
    };
    assert_eq!(error.to_string(), "cannot write chart/step_time.svg: no room");
}

#[test]
fn threads_that_there_are_not() {
    let options = Options {
        workloads: Vec::new(),
        dtypes: Dtype::ALL.to_vec(),
        threads: 0,
        simd: SimdLevel::best(),
        time: Duration::ZERO,
    };
    let error = run(&options, &|what| panic!("{what}")).unwrap_err();
    assert_eq!(error.to_string(), "0 threads are asked for, expected at least 1");
}

#[test]
fn a_simd_level_that_the_processor_lacks() {
    for level in SimdLevel::ALL {
        let Err(refusal) = level.run(|| ()) else { continue };
        let options = Options {
            workloads: Vec::new(),
            dtypes: Dtype::ALL.to_vec(),
            threads: 1,
            simd: level,
            time: Duration::ZERO,
        };
        let error = run(&options, &|what| panic!("{what}")).unwrap_err();
        assert_eq!(error.to_string(), refusal.to_string());
        let argument = format!("--simd={level}");
        let expected = format!("error: invalid value '{level}' for '--simd <LEVEL>': {refusal}\n");
        check_argument(&argument, &expected);
    }
}

/// Refused by the command line itself, with exit code 2.
fn check_argument(argument: &str, expected: &str) {
    let output = bench(&[argument]);
    assert_eq!(output.status.code(), Some(2), "{argument}");
    let error = text(&output.stderr);
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn arguments_that_are_refused() {
    for seconds in ["-1", "nan", "inf", "-inf", "soon", ""] {
        check_argument(
            &format!("--seconds={seconds}"),
            &format!(
                "error: invalid value '{seconds}' for '--seconds <S>': found '{seconds}', \
                 expected a finite number of at least 0, such as 0.5\n"
            ),
        );
    }
    check_argument(
        "--seconds=1e300",
        "error: invalid value '1e300' for '--seconds <S>': found more seconds than a clock can count, \
         expected a finite number of at least 0, such as 0.5\n",
    );
    for threads in ["0", "-2", "two", "1.5"] {
        check_argument(
            &format!("--threads={threads}"),
            &format!(
                "error: invalid value '{threads}' for '--threads <N>': found '{threads}', \
                 expected a whole number of at least 1, such as 2\n"
            ),
        );
    }
    check_argument(
        "--workload=3:40:tanh",
        "error: invalid value '3:40:tanh' for '--workload <SIZES:BATCH:ACTIVATION>': SIZES is 3 alone, ",
    );
    check_argument(
        "--simd=sse9",
        "error: invalid value 'sse9' for '--simd <LEVEL>': there is no SIMD level 'sse9', expected one of baseline, \
         simd128, avx2, avx512\n",
    );
    check_argument(
        "--dtype=f16",
        "error: invalid value 'f16' for '--dtype <DTYPE>'\n",
    );
}

#[test]
fn negative_values_are_values_after_a_space_too() {
    for option in ["--seconds", "--threads"] {
        let output = bench(&[option, "-1"]);
        assert!(text(&output.stderr).contains("found '-1', expected "));
    }
    let output = bench(&["--workload", "-3:40:tanh"]);
    assert!(text(&output.stderr).contains("SIZES has '', expected "));
}
