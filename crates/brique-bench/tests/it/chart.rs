use std::time::Duration;

use brique::tensor::SimdLevel;
use brique_bench::{Dtype, Machine, Options, Report, Row, Sweep, draw, run};

#[test]
fn the_sweeps_go_over_batch_and_width() {
    let names = Sweep::defaults().map(|sweep| -> Vec<_> {
        sweep
            .workloads()
            .map(|workload| workload.name().to_owned())
            .collect()
    });
    let powers = |exponents: std::ops::RangeInclusive<u32>| exponents.map(|exponent| 2_usize.pow(exponent));
    let batches: Vec<_> = powers(0..=12).map(|n| format!("2-64-64-1:{n}:tanh")).collect();
    let widths: Vec<_> = powers(2..=11).map(|n| format!("{n}-{n}-{n}:64:relu")).collect();
    assert_eq!(names, [batches, widths]);
    for workload in Sweep::defaults().iter().flat_map(Sweep::workloads) {
        assert_eq!(
            &workload.name().parse::<brique_bench::Workload>().unwrap(),
            workload
        );
    }
}

fn sweep(label: &str, workload: impl Fn(usize) -> String) -> Sweep {
    let points = [1, 8, 64].map(|value| (value, workload(value).parse().unwrap()));
    Sweep::new(&format!("by {label}"), label, points.to_vec())
}

fn sweeps() -> [Sweep; 2] {
    [
        sweep("batch", |n| format!("2-3-1:{n}:tanh")),
        sweep("width", |n| format!("{n}-{n}:2:-")),
    ]
}

fn elements(svg: &str, element: &str) -> usize {
    svg.matches(&format!("<{element} ")).count()
}

#[test]
fn a_chart_shows_what_was_measured() {
    let sweeps = sweeps();
    let options = Options {
        workloads: sweeps.iter().flat_map(Sweep::workloads).cloned().collect(),
        dtypes: Dtype::ALL.to_vec(),
        threads: 1,
        simd: SimdLevel::best(),
        time: Duration::ZERO,
    };
    let report = run(&options, &|_| ()).unwrap();
    assert_eq!(report.rows.len(), 2 * 2 * 3);
    let svg = draw(&sweeps, &report);
    for part in [
        "by batch",
        "by width",
        ">batch<",
        ">width<",
        "µs a step",
        ">f32<",
        ">f64<",
    ] {
        assert!(svg.contains(part), "{part}\n{svg}");
    }
    assert!(svg.starts_with("<svg role=\"img\" "));
    assert!(svg.contains("; ") && svg.contains(&format!(", 1 thread, {}</title>", SimdLevel::best())));
    // A mark for each of three workloads and one in the legend, on two panels.
    assert_eq!(elements(&svg, "circle"), 2 * (3 + 1), "{svg}");
}

/// What the points are at: the minimum, not the median, of the workload of that name and that type.
#[test]
fn a_point_stands_at_its_minimum() {
    let row = |workload: &str, dtype, min_us| Row {
        workload: workload.to_owned(),
        dtype,
        threads: 1,
        simd: SimdLevel::Avx2,
        median_us: 1.0,
        min_us,
        allocations_per_step: 0.0,
        gflops: 1.0,
        fraction_of_peak: 1.0,
        peak_gflops: 1.0,
        best_product_gflops: 1.0,
        best_product_fraction_of_peak: 1.0,
    };
    let report = |minima: [f64; 3]| Report {
        machine: Machine {
            processor: "A < B & C".to_owned(),
            cores: 1,
        },
        threads: 2,
        simd: SimdLevel::Avx2,
        peaks: Vec::new(),
        rows: [1, 8, 64]
            .iter()
            .zip(minima)
            .map(|(batch, minimum)| row(&format!("2-3-1:{batch}:tanh"), Dtype::F32, minimum))
            .collect(),
    };
    let sweeps = &sweeps()[..1];
    let heights = |report: &Report| -> Vec<f64> {
        let svg = draw(sweeps, report);
        assert!(
            svg.contains("; A &lt; B &amp; C, 1 core, 2 threads, avx2</title>"),
            "{svg}"
        );
        assert!(svg.contains(">f32<") && !svg.contains(">f64<"));
        let marks = svg
            .split("<circle ")
            .skip(1)
            .filter_map(|mark| mark.split_once("cy=\""));
        marks
            .map(|(_, rest)| rest.split('"').next().unwrap().parse().unwrap())
            .collect()
    };
    // Equal steps on a logarithmic axis, upwards on the page; the legend's mark is the last or the first.
    let heights = heights(&report([10.0, 100.0, 1000.0]));
    assert_eq!(heights.len(), 4);
    let steps: Vec<f64> = heights.windows(2).map(|pair| pair[0] - pair[1]).collect();
    let is_equal = |pair: &[f64]| (pair[0] - pair[1]).abs() < 0.1 && pair[0] > 50.0;
    assert!(steps.windows(2).any(is_equal), "{heights:?}");
}

#[test]
fn a_chart_of_nothing_has_no_mark() {
    let report = Report {
        machine: Machine::here(),
        threads: 1,
        simd: SimdLevel::best(),
        peaks: Vec::new(),
        rows: Vec::new(),
    };
    let svg = draw(&sweeps(), &report);
    assert!(svg.trim_end().ends_with("</svg>"));
    assert_eq!(elements(&svg, "circle"), 0);
}
