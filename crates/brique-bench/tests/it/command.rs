//! The program that `cargo xtask bench` starts, from outside.

use std::fs;
use std::process::{Command, Output};

use brique::tensor::SimdLevel;
use serde_json::Value;

pub(crate) fn bench(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_brique-bench"))
        .args(arguments)
        .output()
        .unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const TINY: [&str; 6] = [
    "--seconds",
    "0.01",
    "--workload",
    "3-5-2:4:tanh",
    "--workload",
    "1-1:7:-",
];

fn tiny(more: &[&str]) -> String {
    let output = bench(&[&TINY[..], more].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "", "no progress bar in a pipe");
    text(&output.stdout)
}

const KEYS: [&str; 12] = [
    "workload",
    "dtype",
    "threads",
    "simd",
    "median_us",
    "min_us",
    "allocations_per_step",
    "gflops",
    "fraction_of_peak",
    "peak_gflops",
    "best_product_gflops",
    "best_product_fraction_of_peak",
];

#[test]
fn json_has_these_keys_in_this_order() {
    let page = tiny(&["--json"]);
    let keys: Vec<&str> = page
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix('"')?.split_once("\": "))
        .map(|(key, _)| key)
        .collect();
    assert_eq!(keys, KEYS.repeat(4));
    assert!(serde_json::from_str::<Value>(&page).unwrap().is_array());
}

#[test]
fn json_rows_say_what_was_asked_for() {
    let rows: Vec<Value> = serde_json::from_str(&tiny(&["--json", "--threads", "1"])).unwrap();
    let named: Vec<_> = rows.iter().map(|row| (&row["workload"], &row["dtype"])).collect();
    let expected = [
        ("3-5-2:4:tanh", "f32"),
        ("3-5-2:4:tanh", "f64"),
        ("1-1:7:-", "f32"),
        ("1-1:7:-", "f64"),
    ];
    assert_eq!(named.len(), expected.len());
    for (row, (workload, dtype)) in named.iter().zip(expected) {
        assert_eq!((row.0, row.1), (&workload.into(), &dtype.into()));
    }
    for row in &rows {
        let number = |key: &str| row[key].as_f64().unwrap();
        assert_eq!(row["threads"], 1);
        assert_eq!(
            number("allocations_per_step"),
            0.0,
            "a warm step allocates nothing"
        );
        assert!(0.0 < number("min_us") && number("min_us") <= number("median_us"));
        assert!(number("fraction_of_peak") > 0.0);
        // 2·4·(3·(3·5 + 5·2) − 3·5) and 2·7·(3 − 1) operations, in 10⁹ a second.
        let operations = if row["workload"] == "1-1:7:-" { 28.0 } else { 480.0 };
        let rate = operations / (number("min_us") * 1e3);
        assert!((number("gflops") / rate - 1.0).abs() < 1e-12);
    }
}

#[test]
fn fractions_are_of_the_peak_of_that_type() {
    let rows: Vec<Value> = serde_json::from_str(&tiny(&["--json"])).unwrap();
    let number = |row: &Value, key: &str| row[key].as_f64().unwrap();
    for row in &rows {
        let peak = number(row, "peak_gflops");
        for (rate, fraction) in [
            ("gflops", "fraction_of_peak"),
            ("best_product_gflops", "best_product_fraction_of_peak"),
        ] {
            assert!((number(row, rate) / number(row, fraction) / peak - 1.0).abs() < 1e-12);
            assert!(0.0 < number(row, fraction));
        }
    }
    for key in ["peak_gflops", "best_product_gflops"] {
        for (first, second) in [(0, 2), (1, 3)] {
            assert_eq!(rows[first][key], rows[second][key]);
        }
        assert_ne!(rows[0][key], rows[1][key]);
    }
}

#[test]
fn every_simd_level_of_the_processor_can_be_measured() {
    let best = SimdLevel::best().to_string();
    let level_of = |page: &str| {
        let rows: Vec<Value> = serde_json::from_str(page).unwrap();
        assert!(rows.iter().all(|row| row["simd"] == rows[0]["simd"]));
        rows[0]["simd"].as_str().unwrap().to_owned()
    };
    assert_eq!(level_of(&tiny(&["--json"])), best);
    for level in SimdLevel::available() {
        let name = level.to_string();
        assert_eq!(level_of(&tiny(&["--json", "--simd", &name])), name);
        let page = tiny(&["--simd", &name, "--threads", "2"]);
        let (heading, _) = page.split_once('\n').unwrap();
        assert!(heading.ends_with(&format!(", 2 threads, {name}")), "{heading}");
    }
}

#[test]
fn one_type_of_number_alone() {
    let rows: Vec<Value> = serde_json::from_str(&tiny(&["--json", "--dtype", "f64"])).unwrap();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row["dtype"] == "f64"));
    let page = tiny(&["--dtype", "f32"]);
    assert!(
        page.contains(" GFLOP/s in f32\n") && !page.contains("f64"),
        "{page}"
    );
}

#[test]
fn the_table_is_headed_by_the_machine_and_aligned() {
    let page = tiny(&[]);
    let lines: Vec<&str> = page.lines().collect();
    assert_eq!(lines.len(), 4 + 2 + 4, "{page}");
    let machine = lines[0];
    let endings = ["cores", "1 core"].map(|cores| format!(" {cores}, 1 thread, {}", SimdLevel::best()));
    assert!(
        endings.iter().any(|ending| machine.ends_with(ending)),
        "{machine}"
    );
    for (line, start, unit) in [(lines[1], "peak ", "GFLOP/s"), (lines[2], "best product ", " %)")] {
        assert!(line.starts_with(start), "{line}");
        assert!(
            line.contains(&format!("{unit} in f32, ")) && line.ends_with(&format!("{unit} in f64")),
            "{line}"
        );
    }
    let lines = &lines[2..];
    assert_eq!(lines[1], "");
    let heads: Vec<&str> = lines[2].split('|').map(str::trim).collect();
    assert_eq!(
        heads[1..9],
        [
            "workload",
            "dtype",
            "threads",
            "median [µs]",
            "min [µs]",
            "allocations/step",
            "GFLOP/s",
            "of peak"
        ]
    );
    let bars = |line: &str| {
        line.chars()
            .enumerate()
            .filter(|(_, c)| *c == '|')
            .map(|(i, _)| i)
            .collect::<Vec<_>>()
    };
    for line in &lines[3..] {
        assert_eq!(bars(line), bars(lines[2]), "{page}");
    }
    assert!(
        lines[4].starts_with("| 3-5-2:4:tanh | f32   |       1 |"),
        "{page}"
    );
    assert!(lines[4].ends_with(" % |"), "{page}");
    assert!(lines[7].starts_with("| 1-1:7:-      | f64   |"), "{page}");
}

#[test]
fn a_chart_that_cannot_be_written_is_refused_before_anything_is_measured() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let output = bench(&["--chart", file.to_str().unwrap(), "--seconds", "1e9"]);
    assert_eq!(output.status.code(), Some(1));
    let error = text(&output.stderr);
    assert!(
        error.starts_with(&format!("error: cannot write {}", file.display())),
        "{error}"
    );

    let output = bench(&["--chart", "charts", "--workload", "1-1:1:-"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn help_names_every_option() {
    let output = bench(&["--help"]);
    assert!(output.status.success());
    let help = text(&output.stdout);
    for option in [
        "--json",
        "--threads <N>",
        "--simd <LEVEL>",
        "--seconds <S>",
        "--dtype <DTYPE>",
        "--chart <DIR>",
    ] {
        assert!(help.contains(&format!("\n      {option}\n")), "{help}");
    }
    assert!(help.contains("--workload <SIZES:BATCH:ACTIVATION>"));
    for level in SimdLevel::ALL {
        assert!(help.contains(&level.to_string()), "{level}");
    }
    assert!(help.contains(&format!("[default: {}]", SimdLevel::best())));
    for (name, _) in brique_bench::Activation::NAMES {
        let is_named = |mark| help.contains(&format!(" {name}{mark}"));
        assert!([",", " ", ";"].into_iter().any(is_named), "{name}");
    }
}
