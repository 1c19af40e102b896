use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use brique_tensor::ndarray::Array2;
use brique_tensor::{SimdLevel, SimdLevelError, Threads, multiply_adds, update};

/// The levels that the processor lacks.
fn lacking() -> impl Iterator<Item = SimdLevel> {
    SimdLevel::ALL.into_iter().filter(|level| !level.is_available())
}

#[test]
fn levels_are_in_order_and_the_best_is_the_last() {
    let available = SimdLevel::available();
    assert!(available.is_sorted() && SimdLevel::ALL.is_sorted());
    assert_eq!(available[0], SimdLevel::Baseline);
    assert_eq!(available.last(), Some(&SimdLevel::best()));
    assert!(available.iter().all(|level| level.is_available()));
    assert_eq!(available.len() + lacking().count(), SimdLevel::ALL.len());
}

#[test]
fn a_level_is_written_and_read_by_its_name() {
    let names = SimdLevel::ALL.map(|level| level.to_string());
    assert_eq!(names, ["baseline", "simd128", "avx2", "avx512"]);
    assert_eq!(format!("{:>6}|", SimdLevel::Avx2), "  avx2|");
    for level in SimdLevel::ALL {
        assert_eq!(level.to_string().parse(), Ok(level));
    }
    for name in ["", "AVX2", "avx", "sse2", "simd", " avx2"] {
        let error = name.parse::<SimdLevel>().unwrap_err();
        let expected =
            format!("there is no SIMD level '{name}', expected one of baseline, simd128, avx2, avx512");
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_level_that_the_processor_lacks_is_refused_and_nothing_is_run() {
    let available = SimdLevel::available();
    for level in lacking() {
        let error = level.run(|| panic!("{level} was run")).unwrap_err();
        let names: Vec<String> = available.iter().map(SimdLevel::to_string).collect();
        let expected = format!(
            "SIMD level {level} is asked for, but this processor has only {}",
            names.join(", ")
        );
        assert_eq!(error.to_string(), expected);
        let expected = SimdLevelError::NotAvailable {
            level,
            available: available.clone(),
        };
        assert_eq!(error, expected);
        assert_eq!(SimdLevel::current(), SimdLevel::best());
    }
}

#[test]
fn the_innermost_level_counts_and_the_previous_one_is_restored() {
    let (best, low) = (SimdLevel::best(), SimdLevel::Baseline);
    assert_eq!(SimdLevel::current(), best);
    let levels = low.run(|| {
        let before = SimdLevel::current();
        let inside = best.run(SimdLevel::current).unwrap();
        [before, inside, SimdLevel::current()]
    });
    assert_eq!(levels, Ok([low, best, low]));
    assert_eq!(SimdLevel::current(), best);
}

#[test]
fn a_panic_restores_the_previous_level() {
    let (best, low) = (SimdLevel::best(), SimdLevel::Baseline);
    let panic = catch_unwind(|| low.run(|| panic!("at the baseline"))).unwrap_err();
    assert_eq!(panic.downcast_ref(), Some(&"at the baseline"));
    assert_eq!(SimdLevel::current(), best);
    let inside = low.run(|| {
        catch_unwind(AssertUnwindSafe(|| best.run(|| panic!("at the best")))).unwrap_err();
        SimdLevel::current()
    });
    assert_eq!(inside, Ok(low));
}

/// Runs a large kernel, checks that each part is at `level`, and returns the number of threads that computed it.
fn threads_of_kernel_at(level: SimdLevel) -> usize {
    let mut a = Array2::<f64>::zeros((1, 300_000));
    let b = a.clone();
    let (here, elsewhere) = (thread::current().id(), AtomicBool::new(false));
    let wrong = AtomicUsize::new(0);
    update(&mut a, &b, |a, _| {
        if SimdLevel::current() != level {
            wrong.fetch_add(1, Ordering::Relaxed);
        }
        if thread::current().id() != here {
            elsewhere.store(true, Ordering::Relaxed);
        }
        a
    });
    assert_eq!(wrong.into_inner(), 0, "numbers at another level than {level}");
    1 + usize::from(elsewhere.into_inner())
}

#[test]
fn the_threads_of_a_kernel_are_at_the_level_of_its_caller() {
    for count in [1, 2, 3] {
        let threads = Threads::new(count).unwrap();
        for level in SimdLevel::available() {
            let outside = level.run(|| threads.run(|| threads_of_kernel_at(level))).unwrap();
            let inside = threads.run(|| level.run(|| threads_of_kernel_at(level)).unwrap());
            assert_eq!([outside, inside], [count.min(2); 2]);
            // The threads do not remain at the level of a previous kernel.
            threads.run(|| threads_of_kernel_at(SimdLevel::best()));
        }
    }
}

#[test]
fn a_thread_starts_at_the_best_level() {
    let level = SimdLevel::Baseline.run(|| thread::spawn(SimdLevel::current).join().unwrap());
    assert_eq!(level, Ok(SimdLevel::best()));
}

/// Returns the operations of a multiply-add, times the sums, times the elements of a SIMD vector of `f32`.
fn operations_of_round(level: SimdLevel) -> u64 {
    match level {
        SimdLevel::Avx512 => 2 * 24 * 16,
        SimdLevel::Avx2 => 2 * 12 * 8,
        _ if cfg!(target_arch = "aarch64") => 2 * 24 * 4,
        _ => 2 * 12 * 4,
    }
}

#[test]
fn multiply_adds_are_counted_on_any_number_of_threads() {
    for level in SimdLevel::available() {
        for count in [1, 2, 3] {
            let threads = Threads::new(count).unwrap();
            for rounds in [0, 1, 7, 40_001] {
                let operations = rounds as u64 * operations_of_round(level);
                let counts = || [multiply_adds::<f32>(rounds), 2 * multiply_adds::<f64>(rounds)];
                let found = level.run(|| threads.run(counts));
                assert_eq!(found, Ok([operations; 2]), "{level} on {count} threads");
            }
        }
    }
}
