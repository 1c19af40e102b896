//! The same bits on any number of processes, what happens if a process fails, and examples from files.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod apart;
mod communicator;
mod failures;
mod files;
mod overlap;
mod resume;
mod same_bits;
mod sharded;
mod sweep;
mod trainings;
