//! Modules against their definitions and the laws, initial weights against their formulas, networks against their parts.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod activations;
mod composites;
mod convolutions;
mod determinism;
mod dropout;
mod group_norm;
mod init;
mod laws;
mod layer_norm;
#[path = "../../../brique-tensor/tests/it/levels.rs"]
mod levels;
mod linear;
mod overwritten;
mod pools;
mod reports;
mod saved;
mod sequential;
mod softmax;
