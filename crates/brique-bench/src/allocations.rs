//! Counts allocations on all threads.

use std::alloc::System;

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

/// The system's allocator with counters. Every program that links this crate uses it.
#[global_allocator]
static COUNTING: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Counts the allocations on all threads while `work` runs: new blocks and resized blocks. Returns the count and the
/// result of `work`.
///
/// ```
/// let (count, sum) =
///     brique_bench::allocations_of(|| vec![1, 2, 3].iter().sum::<i32>());
/// assert_eq!((count, sum), (1, 6));
/// ```
pub fn allocations_of<R>(work: impl FnOnce() -> R) -> (usize, R) {
    let region = Region::new(COUNTING);
    let result = work();
    let change = region.change();
    (change.allocations + change.reallocations, result)
}
