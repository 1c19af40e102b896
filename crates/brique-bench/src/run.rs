//! Measures all workloads, one after the other.

use std::time::Duration;

use brique::tensor::{Scalar, SimdLevel};

use crate::threads::computing;
use crate::{
    Dtype, Error, Machine, Peak, Report, Row, Subject, Timing, Workload, allocations_of, best_product,
    measure, peak,
};

/// The options of a benchmark.
#[derive(Debug, Clone)]
pub struct Options {
    /// The workloads, in the order in which they are measured.
    pub workloads: Vec<Workload>,
    /// The number types; each workload is measured with each of them.
    pub dtypes: Vec<Dtype>,
    /// The number of threads of the library.
    pub threads: usize,
    /// The SIMD level.
    pub simd: SimdLevel,
    /// The approximate time for each workload and number type.
    pub time: Duration,
}

/// The number of steps whose allocations are counted.
const COUNTED: usize = 10;

/// After each workload the peak is measured for the time of the workload divided by this number.
const PEAK_SHARE: u32 = 10;

/// Measures the best products and every workload, and measures the peak before, between and after the workloads. Calls
/// `progress` before each product and each workload with its description.
///
/// # Errors
///
/// If the processor does not have the SIMD level; if the library cannot compute with this number of threads; if a
/// workload does not fit into memory, or one of its steps fails.
pub fn run(options: &Options, progress: &(dyn Fn(&str) + Sync)) -> Result<Report, Error> {
    computing(options.threads, options.simd, || measure_all(options, progress))?
}

impl Options {
    /// Returns how often [`run`] calls `progress`.
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
            // Other programs on the machine can only lower the measured peak, so the largest value counts.
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

/// Measures the time of a step and the number of allocations of a warm step.
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
