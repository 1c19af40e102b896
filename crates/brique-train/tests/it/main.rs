//! Steps, epochs and fits: what they compute, what they keep, what they refuse.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod allocations;
mod class_names;
mod evaluate;
mod fit;
mod fit_options;
mod log_loss;
mod metrics;
mod networks;
mod not_finite;
mod optim;
mod overflow;
mod resume;
mod roc;
mod stepper;
mod threads;
mod weights;
