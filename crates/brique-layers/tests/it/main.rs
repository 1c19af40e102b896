//! Linear against its definition and the laws, its initial weights against their formulas.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod determinism;
mod init;
mod laws;
mod linear;
