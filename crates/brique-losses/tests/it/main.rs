//! Losses against their definitions, and against the laws.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod bce;
mod bce_with_logits;
mod cross_entropy;
mod definition;
mod elementwise_loss;
mod hinge;
mod l1_and_huber;
#[path = "../../../brique-tensor/tests/it/levels.rs"]
mod levels;
mod mse;
mod nll;
mod probabilities;
mod targets;
mod weighted;
