//! All workloads, one after the other.

use std::time::Duration;

use brique::tensor::Scalar;

use crate::threads::on_threads;
use crate::{Dtype, Error, Machine, Peak, Report, Row, Subject, Workload, allocations_of, measure, peak};

/// What is to be measured.
#[derive(Debug, Clone)]
pub struct Options {
    /// In this order.
    pub workloads: Vec<Workload>,
    /// Each workload with each of these.
    pub dtypes: Vec<Dtype>,
    /// On how many threads the library computes.
    pub threads: usize,
    /// About how long each workload runs for each type of number.
    pub time: Duration,
}

/// Steps whose allocations are counted.
const COUNTED: usize = 10;

/// Measures the fastest products, then every workload. Tells `progress` before each measurement what comes.
///
/// # Errors
///
/// Where the library cannot compute on that many threads; where a workload does not fit into memory, or a step of it
/// fails.
pub fn run(options: &Options, progress: &(dyn Fn(&str) + Sync)) -> Result<Report, Error> {
    on_threads(options.threads, || measure_all(options, progress))?
}

impl Options {
    /// How often [`run`] tells of its progress.
    #[must_use]
    pub fn measurements(&self) -> usize {
        self.dtypes.len() * (1 + self.workloads.len())
    }
}

fn measure_all(options: &Options, progress: &(dyn Fn(&str) + Sync)) -> Result<Report, Error> {
    let mut peaks = Vec::new();
    for &dtype in &options.dtypes {
        progress(&format!("fastest product in {}", dtype.name()));
        let gflops = match dtype {
            Dtype::F32 => peak::<f32>(options.time),
            Dtype::F64 => peak::<f64>(options.time),
        };
        peaks.push(Peak { dtype, gflops });
    }
    let mut rows = Vec::new();
    for workload in &options.workloads {
        for &peak in &peaks {
            progress(&format!("{} in {}", workload.name(), peak.dtype.name()));
            rows.push(match peak.dtype {
                Dtype::F32 => row::<f32>(workload, peak, options)?,
                Dtype::F64 => row::<f64>(workload, peak, options)?,
            });
        }
    }
    Ok(Report {
        machine: Machine::here(),
        threads: options.threads,
        peaks,
        rows,
    })
}

fn row<T: Scalar>(workload: &Workload, peak: Peak, options: &Options) -> Result<Row, Error> {
    let mut subject = Subject::<T>::new(workload)?;
    let timing = measure(options.time, || subject.step())?;
    let (allocations, done) = allocations_of(|| (0..COUNTED).try_for_each(|_| subject.step()));
    done?;
    let gflops = workload.operations() / (timing.min_us * 1e3);
    Ok(Row {
        workload: workload.name().to_owned(),
        dtype: peak.dtype,
        threads: options.threads,
        median_us: timing.median_us,
        min_us: timing.min_us,
        allocations_per_step: allocations as f64 / COUNTED as f64,
        gflops,
        fraction_of_peak: gflops / peak.gflops,
    })
}
