//! The cost of eight shards in one process, and what a second process gains: `sharding [SECONDS [WORKLOAD…]]`.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::time::Duration;

use brique_bench::{Subject, Timing, Workload, measure};
use brique_distributed::{Alone, Communicator, Sharded, run_threads};

const SHARDS: usize = 8;

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).map_or(Ok(1.0), |text| text.parse())?;
    let time = Duration::try_from_secs_f64(seconds)?;
    println!("workload   without shards   8 shards   ratio   2 processes   gain");
    let mut names: Vec<String> = std::env::args().skip(2).collect();
    if names.is_empty() {
        names = ["w4_digits", "w5_wide", "c4_vgg"].map(str::to_owned).into();
    }
    for name in names {
        let workload = workload(&name)?;
        let mut plain = Subject::<f32>::new(&workload)?;
        let plain = measure(time, || plain.step())?.min_us;
        let mut sharded = Subject::<f32>::new(&workload)?.with_strategy(Sharded::new(Alone, SHARDS)?);
        let sharded = measure(time, || sharded.step())?.min_us;
        let two = two_processes(&workload, time)?.min_us;
        println!(
            "{name:9} {plain:12.0} µs {sharded:7.0} µs {:7.3} {two:10.0} µs {:6.2}",
            sharded / plain,
            sharded / two
        );
    }
    Ok(())
}

fn workload(name: &str) -> Result<Workload, Box<dyn Error>> {
    let by_default = Workload::defaults()
        .into_iter()
        .find(|workload| workload.name() == name);
    Ok(by_default.map_or_else(|| name.parse(), Ok)?)
}

/// Measures a step of two processes in the first of them. The second one ends when the first one has.
fn two_processes(workload: &Workload, time: Duration) -> Result<Timing, Box<dyn Error>> {
    let process = |communicator| {
        let is_first = Communicator::<f32>::rank(&communicator) == 0;
        let mut subject = subject(workload, communicator)?;
        if is_first {
            return measure(time, || subject.step())
                .map(Some)
                .map_err(|error| error.to_string());
        }
        while subject.step().is_ok() {}
        Ok(None)
    };
    let timing = run_threads(2, process).swap_remove(0)?;
    Ok(timing.ok_or("the first process measures")?)
}

fn subject(
    workload: &Workload,
    communicator: impl Communicator<f32> + 'static,
) -> Result<Subject<f32>, String> {
    let sharded = Sharded::new(communicator, SHARDS).map_err(|error| error.to_string())?;
    let subject = Subject::new(workload).map_err(|error| error.to_string())?;
    Ok(subject.with_strategy(sharded))
}
