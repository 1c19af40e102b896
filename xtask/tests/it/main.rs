//! The house is as its plan says: which crates there are, who depends on whom, and what it all weighs.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod command;
mod house;
