use std::convert::Infallible;
use std::hint::black_box;
use std::thread;
use std::time::Duration;

use brique_bench::{Timing, allocations_of, measure};

#[test]
fn allocations_are_counted() {
    // Other tests run meanwhile and can only add to it.
    let (count, ()) = allocations_of(|| {
        for length in 1..=100 {
            black_box(vec![0_u8; black_box(length)]);
        }
    });
    assert!(count >= 100, "{count}");
}

#[test]
fn allocations_of_other_threads_are_counted() {
    let (count, ()) = allocations_of(|| {
        let other = thread::spawn(|| {
            for length in 1..=100 {
                black_box(vec![0_u8; black_box(length)]);
            }
        });
        other.join().unwrap();
    });
    assert!(count >= 100, "{count}");
}

#[test]
fn a_block_that_grows_is_counted() {
    let (count, ()) = allocations_of(|| {
        let mut numbers = Vec::with_capacity(1);
        for capacity in 2..=100_usize {
            numbers.resize(numbers.capacity(), 0_u8);
            numbers.reserve_exact(capacity - numbers.len());
            black_box(&mut numbers);
        }
    });
    assert!(count >= 100, "{count}");
}

/// Two warm steps, three to see that one is long enough for a sample, five samples.
#[test]
fn long_steps_are_samples_by_themselves() {
    let mut steps = 0;
    let Ok(timing) = measure(Duration::ZERO, || -> Result<(), Infallible> {
        steps += 1;
        thread::sleep(Duration::from_millis(1));
        Ok(())
    });
    assert_eq!(steps, 2 + 3 + 5);
    let Timing { median_us, min_us } = timing;
    assert!(1000.0 <= min_us && min_us <= median_us, "{timing:?}");
}

#[test]
fn short_steps_are_timed_together() {
    let mut steps = 0_u64;
    let Ok(timing) = measure(Duration::ZERO, || -> Result<(), Infallible> {
        steps = black_box(steps + 1);
        Ok(())
    });
    assert!(steps > 10 * 50, "{steps}");
    assert!(0.0 < timing.min_us && timing.min_us <= timing.median_us);
}

#[test]
fn the_first_error_ends_it() {
    for last in [1, 2, 3, 9] {
        let mut steps = 0;
        let found = measure(Duration::ZERO, || {
            steps += 1;
            if steps == last { Err(steps) } else { Ok(()) }
        });
        assert_eq!((found, steps), (Err(last), last));
    }
}
