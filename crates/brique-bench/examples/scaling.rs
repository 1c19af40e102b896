//! Measures what messages and steps cost here, and draws what many machines would gain: `scaling FOLDER [MICROSECONDS
//! NANOSECONDS]`. The numbers are the cost of a message and of a byte in another network.
//!
//! Under `mpirun -n 2`, with the feature `mpi`, the messages are those of MPI; otherwise those of two threads.
#![allow(clippy::print_stdout, reason = "a program talks to its user")]

use std::error::Error;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use brique::core::{Gradient, Loss, Module, Workspace};
use brique::train::{Examples, Strategy};
use brique_bench::{GradientTime, MessageCost, StepTimes, Subject, Workload, draw_scaling, measure};
use brique_distributed::{Communicator, run_threads};

/// The exponent of the largest batch, 1024 examples.
const LARGEST_BATCH: u32 = 10;
const TIME_OF_A_STEP: Duration = Duration::from_millis(200);
/// Numbers of 4 bytes in a small and in a large message.
const NUMBERS: [usize; 2] = [1, 1 << 20];

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !matches!(arguments.len(), 1 | 3) {
        return Err("usage: scaling FOLDER [MICROSECONDS NANOSECONDS]".into());
    }
    let mut cost = message_cost()?;
    if let ([_, message, byte], Some(cost)) = (&arguments[..], &mut cost) {
        cost.message = message.parse::<f64>()? * 1e-6;
        cost.byte = byte.parse::<f64>()? * 1e-9;
    }
    let Some(cost) = cost else {
        return Ok(());
    };
    println!(
        "a message {:.2} µs, a byte {:.3} ns ({:.1} GB/s) and {:.3} ns of the processor",
        cost.message * 1e6,
        cost.byte * 1e9,
        1e-9 / cost.byte,
        cost.work * 1e9
    );
    let networks: Result<Vec<StepTimes>, _> = ["w4_digits", "w5_wide", "c4_vgg"]
        .into_iter()
        .map(step_times)
        .collect();
    let networks = networks?;
    println!("network     gradients   strong scaling pays up to   weak scaling pays up to");
    for network in &networks {
        println!(
            "{:9} {:8.2} MB {:16} machines {:16} machines",
            network.name,
            network.bytes() as f64 / 1e6,
            network.pays_up_to(|processes| network.strong(processes, &cost)),
            network.pays_up_to(|processes| network.weak(processes, &cost)),
        );
    }
    if let Some(folder) = std::env::args().nth(1) {
        std::fs::write(
            Path::new(&folder).join("scaling.svg"),
            draw_scaling(&networks, &cost),
        )?;
    }
    Ok(())
}

/// Returns the cost of messages in the first process, and nothing in the second.
#[cfg(feature = "mpi")]
fn message_cost() -> Result<Option<MessageCost>, Box<dyn Error>> {
    let mut mpi = brique_distributed::MpiCommunicator::world()?;
    if Communicator::<f32>::size(&mpi) < 2 {
        return of_threads();
    }
    let cost = cost_of(&mut mpi)?;
    Ok((Communicator::<f32>::rank(&mpi) == 0).then_some(cost))
}

#[cfg(not(feature = "mpi"))]
fn message_cost() -> Result<Option<MessageCost>, Box<dyn Error>> {
    of_threads()
}

fn of_threads() -> Result<Option<MessageCost>, Box<dyn Error>> {
    let costs = run_threads(2, |mut communicator| cost_of(&mut communicator));
    let first = costs.into_iter().next().ok_or("there are two processes")?;
    Ok(Some(first?))
}

/// Measures exchanges of small and of large messages, the shortest of many. Their numbers are copied before and added
/// afterwards, as those of gradients are.
fn cost_of(communicator: &mut dyn Communicator<f32>) -> Result<MessageCost, brique_distributed::Error> {
    let mut seconds = [f64::INFINITY; 2];
    let mut work = f64::INFINITY;
    let (gradient, mut sum) = (vec![1.0; NUMBERS[1]], vec![0.0; NUMBERS[1]]);
    let mut messages: Vec<Vec<f32>> = vec![Vec::new(); communicator.size()];
    let other = 1 - communicator.rank().min(1);
    for (numbers, shortest) in NUMBERS.into_iter().zip(&mut seconds) {
        for _ in 0..200 {
            communicator.barrier()?;
            let start = Instant::now();
            messages.iter_mut().for_each(Vec::clear);
            messages[other].extend_from_slice(&gradient[..numbers]);
            let copied = start.elapsed();
            messages = communicator.exchange(messages)?;
            let addition = Instant::now();
            sum.iter_mut()
                .zip(&messages[other])
                .for_each(|(sum, &number)| *sum += number);
            let added = addition.elapsed();
            *shortest = shortest.min(start.elapsed().as_secs_f64());
            if numbers == NUMBERS[1] {
                work = work.min((copied + added).as_secs_f64());
            }
        }
    }
    let [small, large] = NUMBERS.map(|numbers| (numbers * size_of::<f32>()) as f64);
    Ok(MessageCost::of_exchanges(
        (small, seconds[0]),
        (large, seconds[1]),
        work,
    ))
}

/// Measures steps of 1, 2, 4, … examples.
fn step_times(name: &str) -> Result<StepTimes, Box<dyn Error>> {
    let by_default = Workload::defaults()
        .into_iter()
        .find(|workload| workload.name() == name);
    let workload: Workload = by_default.map_or_else(|| name.parse(), Ok)?;
    let mut seconds = Vec::new();
    for exponent in 0..=LARGEST_BATCH {
        let mut subject = Subject::<f32>::new(&workload.with_batch(1 << exponent))?;
        seconds.push(measure(TIME_OF_A_STEP, || subject.step())?.min_us * 1e-6);
    }
    Ok(StepTimes {
        name: name.to_owned(),
        gradients: gradient_times(&workload)?,
        batch: workload.batch(),
        seconds,
    })
}

/// Measures when the gradients of a step are known, in the shortest of many steps.
fn gradient_times(workload: &Workload) -> Result<Vec<GradientTime>, Box<dyn Error>> {
    let recorder = Recorder::default();
    let gradients = Arc::clone(&recorder.gradients);
    let mut subject = Subject::<f32>::new(workload)?.with_strategy(recorder);
    let (mut shortest, mut times) = (f64::INFINITY, Vec::new());
    for _ in 0..50 {
        let start = Instant::now();
        subject.step()?;
        let step = start.elapsed().as_secs_f64();
        if step < shortest {
            shortest = step;
            let recorded = gradients.lock().map_err(|_| "a step panicked")?;
            times.clone_from(&recorded);
        }
    }
    let of_step = |gradient: GradientTime| GradientTime {
        ready: gradient.ready / shortest,
        ..gradient
    };
    Ok(times.into_iter().map(of_step).collect())
}

/// Computes the gradients of a batch, and records after which seconds each is known.
#[derive(Debug, Default)]
struct Recorder {
    gradients: Arc<Mutex<Vec<GradientTime>>>,
}

impl Strategy<f32> for Recorder {
    fn gradients(
        &mut self,
        network: &mut dyn Module<f32>,
        loss: &dyn Loss<f32>,
        examples: &Examples<'_, f32>,
        step: u64,
        workspace: &mut Workspace<f32>,
    ) -> Result<f32, brique::train::Error> {
        let start = Instant::now();
        network.begin_step(step);
        let yhat = workspace.forward(&*network, &examples.x)?;
        let value = loss.forward(&examples.y, &yhat)?;
        let delta = loss.backward(&examples.y, &yhat)?;
        let mut gradients = Vec::new();
        workspace.backward_with_reports(
            network,
            &examples.x,
            &delta,
            Gradient::Overwrite,
            &mut |module| {
                let ready = start.elapsed().as_secs_f64();
                let mut own = Vec::new();
                module.visit_parameters(&mut |parameter| {
                    own.push(GradientTime {
                        bytes: parameter.gradient().len() * size_of::<f32>(),
                        ready,
                    });
                });
                gradients.splice(0..0, own);
            },
        )?;
        if let Ok(mut recorded) = self.gradients.lock() {
            *recorded = gradients;
        }
        Ok(value)
    }

    fn description(&self) -> String {
        "recorder".to_owned()
    }
}
