//! Tests of the kernels against their definitions: stacked ones, naive sums, every shape from 0 up.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]
#![allow(clippy::float_cmp, reason = "exact results are compared exactly")]

mod affine;
mod aligned;
mod convolution;
mod copy_rows;
mod exact;
mod functions;
mod layouts;
mod levels;
mod pairs;
mod products;
mod row_groups;
mod scalar;
mod simd_level;
mod softmax;
mod strategies;
mod sum;
mod threads;
mod update;
