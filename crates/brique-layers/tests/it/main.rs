//! Linear against its definition, its gradients against differences, its initial weights against their formulas.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod differences;
mod init;
mod laws;
mod linear;
mod strategies;
