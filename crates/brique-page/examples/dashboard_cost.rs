//! Measures what a dashboard adds to the time of a step: without it, with it, and with a page that asks for news every
//! second, in turn; the smallest time of each counts.
//!
//! `cargo run --release -p brique-page --example dashboard_cost`
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use brique_datasets::{DataType, Dataset, GenArti, gen_arti};
use brique_layers::{Init, Linear, ReLU, Sequential};
use brique_losses::BCEWithLogitsLoss;
use brique_optim::Adam;
use brique_page::Dashboard;
use brique_random::portable;
use brique_tensor::ndarray::Array2;
use brique_train::Fit;
use serde_json::Value;

const ROUNDS: usize = 8;

/// A training whose steps are measured.
struct Workload {
    name: &'static str,
    widths: &'static [usize],
    examples: usize,
    batch: usize,
    epochs: usize,
}

const WORKLOADS: [Workload; 4] = [
    Workload {
        name: "2-64-64-1, batch 32, 40 steps per epoch",
        widths: &[2, 64, 64, 1],
        examples: 1280,
        batch: 32,
        epochs: 3_000,
    },
    Workload {
        name: "2-64-64-1, batch 32, 1 step per epoch",
        widths: &[2, 64, 64, 1],
        examples: 32,
        batch: 32,
        epochs: 80_000,
    },
    Workload {
        name: "2-16-1, batch 8, 125 steps per epoch",
        widths: &[2, 16, 1],
        examples: 1000,
        batch: 8,
        epochs: 10_000,
    },
    Workload {
        name: "784-256-128-1, batch 128, 10 steps per epoch",
        widths: &[784, 256, 128, 1],
        examples: 1280,
        batch: 128,
        epochs: 100,
    },
];

fn main() -> Result<(), Box<dyn Error>> {
    for workload in &WORKLOADS {
        let data = data(workload)?;
        let mut best = [f64::INFINITY; 3];
        for _ in 0..ROUNDS {
            best[0] = best[0].min(seconds(workload, &data, None)?);
            let dashboard = Dashboard::new()?;
            best[1] = best[1].min(seconds(workload, &data, Some(&dashboard))?);
            let is_done = AtomicBool::new(false);
            let asked = thread::scope(|scope| {
                scope.spawn(|| ask(&dashboard.address(), &is_done));
                let measured = seconds(workload, &data, Some(&dashboard));
                is_done.store(true, Ordering::Relaxed);
                measured.map_err(|error| error.to_string())
            })?;
            best[2] = best[2].min(asked);
        }
        let steps = (workload.epochs * workload.examples.div_ceil(workload.batch)) as f64;
        let percent = |index: usize| 100.0 * (best[index] / best[0] - 1.0);
        println!(
            "{}: {:.2} µs a step; with the dashboard {:+.2} %; with an open page {:+.2} %",
            workload.name,
            best[0] / steps * 1e6,
            percent(1),
            percent(2)
        );
    }
    Ok(())
}

fn data(workload: &Workload) -> Result<Dataset, Box<dyn Error>> {
    let options = GenArti {
        nbex: workload.examples,
        ..GenArti::of(DataType::FourGaussians)
    };
    let plane = gen_arti(&options, &mut portable(1))?.with_zero_one_targets()?;
    let columns = workload.widths[0];
    let inputs = Array2::from_shape_fn((workload.examples, columns), |(row, column)| {
        plane.inputs()[[row, column % 2]]
    });
    Ok(Dataset::new(inputs, plane.targets().to_owned())?)
}

/// Trains a new network and returns the time.
fn seconds(
    workload: &Workload,
    data: &Dataset,
    dashboard: Option<&Dashboard>,
) -> Result<f64, Box<dyn Error>> {
    let mut rng = portable(2);
    let mut network: Sequential = Sequential::new(workload.widths[0]);
    let layers = workload.widths.windows(2);
    for (number, widths) in layers.enumerate() {
        network = network.then(Linear::new(widths[0], widths[1], Init::XavierUniform, &mut rng)?)?;
        if number + 2 < workload.widths.len() {
            network = network.then(ReLU)?;
        }
    }
    let fit = Fit::new(workload.epochs, workload.batch).shuffle(1);
    let fit = match dashboard {
        Some(dashboard) => dashboard.run("measured").watch(fit),
        None => fit,
    };
    let (loss, mut adam) = (BCEWithLogitsLoss::new(), Adam::new(0.001)?);
    let (start, begin) = (Instant::now(), processor_seconds());
    fit.run(&mut network, &loss, &mut adam, data)?;
    let on_processor = begin.zip(processor_seconds()).map(|(begin, end)| end - begin);
    Ok(on_processor.unwrap_or_else(|| start.elapsed().as_secs_f64()))
}

/// Returns how long this thread has run on a processor, if the system is Linux. Other programs do not change it much.
fn processor_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds * 1e-9)
}

/// Asks for what is new every second, as the page does.
fn ask(address: &str, is_done: &AtomicBool) {
    let Some((host, query)) = address.trim_start_matches("http://").split_once("/?") else {
        return;
    };
    let (mut asked, mut after) = (None::<Instant>, String::new());
    while !is_done.load(Ordering::Relaxed) {
        if asked.is_none_or(|at| at.elapsed() > Duration::from_secs(1)) {
            asked = Some(Instant::now());
            after = news(host, &format!("{query}&after={after}")).unwrap_or_default();
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Returns what the page has after a request.
fn news(host: &str, query: &str) -> Option<String> {
    let mut client = TcpStream::connect(host).ok()?;
    write!(client, "GET /data?{query} HTTP/1.1\r\nHost: {host}\r\n\r\n").ok()?;
    let mut text = String::new();
    client.read_to_string(&mut text).ok()?;
    let data: Value = serde_json::from_str(text.split_once("\r\n\r\n")?.1).ok()?;
    let known = data["runs"].as_array()?.iter().map(|run| {
        let epoch = run["now"]["epoch"].as_u64().map_or(0, |epoch| epoch + 1);
        format!(
            "{}.{epoch}.{}",
            run["training"],
            run["now"]["step"].as_u64().unwrap_or(0)
        )
    });
    Some(known.collect::<Vec<_>>().join(","))
}
