//! ONNX files: what is exported comes back, what PyTorch wrote is read, what is damaged is named.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "small whole numbers are carried as f64"
)]

mod exported;
mod fixtures;
mod layouts;
mod malformed;
mod message;
mod mutated;
mod networks;
mod round_trip;
mod user_modules;
