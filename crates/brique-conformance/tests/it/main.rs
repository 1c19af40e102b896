//! The committed vectors and trainings, and what becomes of files that are wrong.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod command;
mod committed;
mod files;
mod losses;
mod tampered;
