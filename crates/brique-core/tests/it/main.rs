//! The contract's doors: what they check, what they say, and that a refusal changes nothing.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "what is exact is compared exactly")]

mod description;
mod doors;
mod loss;
mod memory;
mod modules;
mod parameter;
mod paths;
mod shape;
mod toys;
mod workspace;
