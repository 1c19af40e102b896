//! Optimisers against their formulas and PyTorch's own numbers, and what every state, clipping and schedule promises.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod bag;
mod clip;
mod custom;
mod formulas;
mod laws;
mod numbers;
mod options;
mod plateau;
mod pytorch;
mod schedule;
mod state;
