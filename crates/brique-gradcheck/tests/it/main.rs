//! What the checks accept and reject: right modules and losses, and mistakes planted in them.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod composite_mistakes;
mod example;
mod gradient;
mod judge;
mod loss_mistakes;
mod module_mistakes;
mod planted;
mod saved_mistakes;
mod strategies;
mod toy;
mod toy_loss;
mod toy_losses;
mod toys;
mod windows;
