//! The workspace is as its plan says: the crates, their dependencies, and the number of packages.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

mod command;
mod workspace;
