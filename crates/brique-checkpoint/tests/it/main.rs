//! Files of networks: what is saved comes back, what is damaged is named, what is written is whole.
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

mod malformed;
mod mutated;
mod mutator;
mod networks;
mod round_trip;
mod safe_writes;
mod user_kinds;
