//! The report made again: against the reference to the last digit, twice the same, and judged by its own check.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod claim;
mod command;
mod compare;
mod determinism;
mod golden;
mod reference;
mod run;
mod shared;
