//! All workloads, one after the other.

use std::time::Duration;

use brique::tensor::{Scalar, SimdLevel};

use crate::threads::computing;
use crate::{
    Dtype, Error, Machine, Peak, Report, Row, Subject, Timing, Workload, allocations_of, best_product,
    measure, peak,
};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// In this order.
    pub workloads: Vec<Workload>,
    /// Each workload with each of these.
    pub dtypes: Vec<Dtype>,
    /// On how many threads the library computes.
    pub threads: usize,
    /// At which SIMD level.
    pub simd: SimdLevel,
    /// About how long each workload runs for each type of number.
    pub time: Duration,
}

/// Steps whose allocations are counted.
const COUNTED: usize = 10;

/// The share of the time of a workload in which the peak is measured after it.
const PEAK_SHARE: u32 = 10;

/// Measures the best products and every workload, and the peak before, between and after them. Calls `progress` before each
/// product and each workload with what comes.
///
/// # Errors
///
/// If the processor does not have the SIMD level; if the library cannot compute on that many threads; if a workload does not
/// fit into memory, or a step of it fails.
pub fn run(options: &Options, progress: &(dyn Fn(&str) + Sync)) -> Result<Report, Error> {
    computing(options.threads, options.simd, || measure_all(options, progress))?
}

impl Options {
    /// How often [`run`] tells of its progress.
    #[must_use]
    pub fn measurements(&self) -> usize {
        self.dtypes.len() * (1 + self.workloads.len())
    }
}

fn measure_all(options: &Options, progress: &(dyn Fn(&str) + Sync)) -> Result<Report, Error> {
    let mut peaks: Vec<Peak> = Vec::new();
    for &dtype in &options.dtypes {
        progress(&format!("best product in {}", dtype.name()));
        let best_product_gflops = match dtype {
            Dtype::F32 => best_product::<f32>(options.time),
            Dtype::F64 => best_product::<f64>(options.time),
        };
        peaks.push(Peak {
            dtype,
            gflops: peak_of(dtype, options),
            best_product_gflops,
        });
    }
    let mut measured = Vec::new();
    for workload in &options.workloads {
        for (number, peak) in peaks.iter_mut().enumerate() {
            progress(&format!("{} in {}", workload.name(), peak.dtype.name()));
            let steps = match peak.dtype {
                Dtype::F32 => steps::<f32>(workload, options)?,
                Dtype::F64 => steps::<f64>(workload, options)?,
            };
            measured.push((workload, number, steps));
            // Other programs on the machine only make it smaller.
            peak.gflops = peak.gflops.max(peak_of(peak.dtype, options));
        }
    }
    let rows = measured
        .into_iter()
        .map(|(workload, number, steps)| row(workload, &peaks[number], steps, options));
    Ok(Report {
        machine: Machine::here(),
        threads: options.threads,
        simd: options.simd,
        rows: rows.collect(),
        peaks,
    })
}

fn peak_of(dtype: Dtype, options: &Options) -> f64 {
    let time = options.time / PEAK_SHARE;
    match dtype {
        Dtype::F32 => peak::<f32>(time),
        Dtype::F64 => peak::<f64>(time),
    }
}

/// The time of a step, and how often a warm one allocates.
fn steps<T: Scalar>(workload: &Workload, options: &Options) -> Result<(Timing, f64), Error> {
    let mut subject = Subject::<T>::new(workload)?;
    let timing = measure(options.time, || subject.step())?;
    let (allocations, done) = allocations_of(|| (0..COUNTED).try_for_each(|_| subject.step()));
    done?;
    Ok((timing, allocations as f64 / COUNTED as f64))
}

fn row(
    workload: &Workload,
    peak: &Peak,
    (timing, allocations_per_step): (Timing, f64),
    options: &Options,
) -> Row {
    let gflops = workload.operations() / (timing.min_us * 1e3);
    Row {
        workload: workload.name().to_owned(),
        dtype: peak.dtype,
        threads: options.threads,
        simd: options.simd,
        median_us: timing.median_us,
        min_us: timing.min_us,
        allocations_per_step,
        gflops,
        fraction_of_peak: gflops / peak.gflops,
        peak_gflops: peak.gflops,
        best_product_gflops: peak.best_product_gflops,
        best_product_fraction_of_peak: peak.best_product_fraction(),
    }
}
