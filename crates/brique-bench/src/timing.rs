//! Measurement of the time of a step.

use std::time::{Duration, Instant};

/// The time of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// The median over the samples, in microseconds per step.
    pub median_us: f64,
    /// The shortest sample, in microseconds per step: the least disturbed one.
    pub min_us: f64,
}

/// The shortest duration of a sample, so that the time of reading the clock, tens of nanoseconds, is negligible.
const SHORTEST_SAMPLE: Duration = Duration::from_micros(20);
/// The smallest number of samples.
const FEWEST_SAMPLES: usize = 5;
/// The approximate largest number of samples: with a longer total time, each sample becomes longer.
const MOST_SAMPLES: u32 = 50_000;
/// The total time divided by this number is the time of the warm-up.
const WARM_UP: u32 = 10;

/// Measures the time of `step` for about `time`: first a warm-up, then samples with as many steps as the clock's
/// resolution needs.
///
/// # Errors
///
/// If a step fails; no further steps are made.
pub fn measure<E>(time: Duration, mut step: impl FnMut() -> Result<(), E>) -> Result<Timing, E> {
    warm_up(time / WARM_UP, &mut step)?;
    let repeats = calibrated(SHORTEST_SAMPLE.max(time / MOST_SAMPLES), &mut step)?;
    let mut samples = Vec::new();
    let start = Instant::now();
    while samples.len() < FEWEST_SAMPLES || start.elapsed() < time {
        let elapsed = sample(repeats, &mut step)?;
        samples.push(elapsed.as_secs_f64() * 1e6 / f64::from(repeats));
    }
    samples.sort_by(f64::total_cmp);
    let upper = samples.len() / 2;
    let lower = (samples.len() - 1) / 2;
    Ok(Timing {
        median_us: f64::midpoint(samples[lower], samples[upper]),
        min_us: samples[0],
    })
}

/// Warms up: the first step allocates buffers, the next ones fill caches.
fn warm_up<E>(time: Duration, step: &mut impl FnMut() -> Result<(), E>) -> Result<(), E> {
    let start = Instant::now();
    step()?;
    step()?;
    while start.elapsed() < time {
        step()?;
    }
    Ok(())
}

/// Returns a number of steps that take at least `shortest` together. Three samples of them must all take this long,
/// because the fastest one was interrupted least.
fn calibrated<E>(shortest: Duration, step: &mut impl FnMut() -> Result<(), E>) -> Result<u32, E> {
    let mut repeats = 1_u32;
    loop {
        let mut is_long = true;
        for _ in 0..3 {
            is_long &= sample(repeats, step)? >= shortest;
            if !is_long {
                break;
            }
        }
        match repeats.checked_mul(2) {
            Some(more) if !is_long => repeats = more,
            _ => return Ok(repeats),
        }
    }
}

fn sample<E>(repeats: u32, step: &mut impl FnMut() -> Result<(), E>) -> Result<Duration, E> {
    let start = Instant::now();
    for _ in 0..repeats {
        step()?;
    }
    Ok(start.elapsed())
}
