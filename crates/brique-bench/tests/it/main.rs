//! What the benchmark measures, prints and refuses; never how long anything takes.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod chart;
mod command;
mod measuring;
mod refusals;
mod scaling;
mod workloads;
