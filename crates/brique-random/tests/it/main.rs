//! The generators against NumPy's own draws, and what every source of randomness promises.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod numpy;
mod sources;
