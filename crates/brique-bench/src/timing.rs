//! The time of a step.

use std::time::{Duration, Instant};

/// How long steps took.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Timing {
    /// The median over the samples, in microseconds a step.
    pub median_us: f64,
    /// The shortest sample, in microseconds a step: the least disturbed one.
    pub min_us: f64,
}

/// A sample takes at least this long, so that reading the clock, tens of nanoseconds, does not count.
const SHORTEST_SAMPLE: Duration = Duration::from_micros(20);
/// There are at least so many samples.
const FEWEST_SAMPLES: usize = 5;
/// Samples are made long enough for about so many to fill the time, however long that is.
const MOST_SAMPLES: u32 = 50_000;
/// Share of the time in which steps are made before any is timed.
const WARM_UP: u32 = 10;

/// Times `step` for about `time`: first warm, then in samples of as many steps as the clock needs.
///
/// # Errors
///
/// The first error of a step; nothing is made after it.
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

/// The first step makes buffers, the next ones fill caches.
fn warm_up<E>(time: Duration, step: &mut impl FnMut() -> Result<(), E>) -> Result<(), E> {
    let start = Instant::now();
    step()?;
    step()?;
    while start.elapsed() < time {
        step()?;
    }
    Ok(())
}

/// So many steps that together they take `shortest`, even the fastest of three times, which nothing interrupted.
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
