//! Tests that no thread of a `Threads` is left behind. They count the threads of the process, so they have a binary of
//! their own and run one after another.
#![cfg(target_os = "linux")]
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::float_cmp, reason = "exact results are compared exactly")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Barrier, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use brique_tensor::ndarray::Array2;
use brique_tensor::{
    Elementwise, Scalar, Simd, SimdLevel, Threads, affine_delta, affine_forward, affine_gradient,
    elementwise_forward, update,
};

/// Returns how many threads with the name of a worker the process has.
fn workers() -> usize {
    let threads = fs::read_dir("/proc/self/task").unwrap();
    // A thread that ends in the meantime has no name.
    let names = threads.filter_map(|thread| fs::read_to_string(thread.ok()?.path().join("comm")).ok());
    names.filter(|name| name.starts_with("brique ")).count()
}

/// Waits until the process has this many workers. A new thread sets its name itself, and the system removes a thread
/// that has ended a moment later.
fn check_workers(expected: usize) {
    let start = Instant::now();
    while workers() != expected {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{} workers, expected {expected}",
            workers()
        );
        thread::sleep(Duration::from_millis(1));
    }
}

/// Runs a test while no other test runs, and checks that no worker is there before and after it.
fn leaves_no_worker(test: impl FnOnce()) {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    check_workers(0);
    test();
    check_workers(0);
}

/// Returns the bits of the parameters of a linear layer after three steps with kernels that are large enough to be cut.
fn train(seed: u16) -> Vec<u64> {
    let number =
        |(i, j): (usize, usize)| (((i * 31 + j * 17 + usize::from(seed)) % 101) as f64 - 50.0) / 300.0;
    let x = Array2::from_shape_fn((128, 400), number);
    let mut parameters = Array2::from_shape_fn((401, 300), number);
    let mut y = Array2::zeros((128, 300));
    let mut delta_x = Array2::zeros(x.dim());
    for _ in 0..3 {
        affine_forward(&x, &parameters, &mut y);
        affine_delta(&y, &parameters, &mut delta_x);
        let mut gradient = Array2::zeros(parameters.dim());
        affine_gradient(&delta_x, &y, &mut gradient);
        update(&mut parameters, &gradient, |p, g| p - 0.001 * g);
    }
    parameters.iter().map(|p| p.to_bits()).collect()
}

#[test]
fn one_within_another() {
    leaves_no_worker(|| {
        for level in SimdLevel::available() {
            let expected = level.run(|| train(1)).unwrap();
            for (outer, inner) in [(2, 3), (3, 2)] {
                let found = Threads::new(outer).unwrap().run(|| {
                    let inner = Threads::new(inner).unwrap();
                    check_workers(3);
                    [
                        level.run(|| inner.run(|| train(1))).unwrap(),
                        inner.run(|| level.run(|| train(1))).unwrap(),
                    ]
                });
                assert!(found.iter().all(|found| *found == expected), "{level}");
            }
        }
    });
}

/// Runs two trainings that begin at the same time, and checks their bits.
fn train_twice(threads: [Arc<Threads>; 2]) {
    let expected = [train(1), train(2)];
    let start = Arc::new(Barrier::new(2));
    let [one, other] = [1, 2].map(|seed| {
        let (threads, start) = (Arc::clone(&threads[usize::from(seed) - 1]), Arc::clone(&start));
        thread::spawn(move || {
            start.wait();
            threads.run(|| [(); 5].map(|()| train(seed)))
        })
    });
    drop(threads);
    for (found, expected) in [one, other].into_iter().zip(expected) {
        assert!(found.join().unwrap().iter().all(|found| *found == expected));
    }
}

#[test]
fn two_trainings_with_threads_of_their_own() {
    leaves_no_worker(|| {
        let threads = [3, 2].map(|count| Arc::new(Threads::new(count).unwrap()));
        check_workers(3);
        train_twice(threads);
    });
}

#[test]
fn two_trainings_with_the_same_threads() {
    leaves_no_worker(|| {
        let threads = Arc::new(Threads::new(3).unwrap());
        check_workers(2);
        train_twice([Arc::clone(&threads), threads]);
    });
}

#[test]
fn threads_within_a_part() {
    leaves_no_worker(|| {
        let mut a = Array2::<f64>::zeros((1, 300_000));
        let mut b = a.clone();
        (b[[0, 0]], b[[0, 299_999]]) = (1.0, 2.0);
        let trained = Mutex::new(Vec::new());
        Threads::new(2).unwrap().run(|| {
            update(&mut a, &b, |_, b| {
                if b > 0.0 {
                    let found = Threads::new(2).unwrap().run(|| train(1));
                    trained.lock().unwrap().push(found);
                }
                b
            });
        });
        let expected = train(1);
        assert_eq!(trained.into_inner().unwrap(), [expected.clone(), expected]);
        assert_eq!(a, b);
    });
}

#[test]
fn a_panic_of_the_work() {
    leaves_no_worker(|| {
        let result = catch_unwind(|| {
            Threads::new(3).unwrap().run(|| {
                train(1);
                check_workers(2);
                panic!("after a training");
            })
        });
        assert_eq!(result.unwrap_err().downcast_ref(), Some(&"after a training"));
    });
}

/// Panics at 1.
#[derive(Clone, Copy)]
struct NotAtOne;

impl<T: Scalar> Elementwise<T> for NotAtOne {
    fn value<S: Simd>(self, _: S, x: T) -> T {
        assert!(x != T::one(), "at one");
        x
    }

    fn derivative<S: Simd>(self, _: S, _: T) -> T {
        T::one()
    }
}

#[test]
fn a_panic_of_a_part() {
    leaves_no_worker(|| {
        let expected = train(1);
        let threads = Threads::new(2).unwrap();
        // The caller computes the first row, the worker the second one.
        for ones in [&[0][..], &[1], &[0, 1]] {
            let mut x = Array2::<f32>::zeros((2, 150_000));
            for &row in ones {
                x[[row, 149_999]] = 1.0;
            }
            let mut y = x.clone();
            let work = || threads.run(|| elementwise_forward(NotAtOne, &x, &mut y));
            assert_eq!(
                catch_unwind(AssertUnwindSafe(work)).unwrap_err().downcast_ref(),
                Some(&"at one")
            );
            check_workers(1);
            assert!(
                threads.run(|| train(1)) == expected,
                "after a panic in rows {ones:?}"
            );
        }
        // They end in the middle of a panic.
        let x = Array2::<f32>::ones((2, 150_000));
        let mut y = x.clone();
        let work = move || threads.run(|| elementwise_forward(NotAtOne, &x, &mut y));
        assert!(catch_unwind(AssertUnwindSafe(work)).is_err());
    });
}

#[test]
fn thousands_of_short_runs() {
    leaves_no_worker(|| {
        let x = Array2::from_shape_fn((64, 200), |(i, j)| (i * 3 + j) as f64);
        let parameters = Array2::from_shape_fn((201, 128), |(i, j)| (i + j * 5) as f64 / 7.0);
        let mut expected = Array2::zeros((64, 128));
        affine_forward(&x, &parameters, &mut expected);
        for run in 0..3000 {
            let mut y = Array2::zeros(expected.dim());
            Threads::new(3)
                .unwrap()
                .run(|| affine_forward(&x, &parameters, &mut y));
            assert!(y == expected, "run {run}");
        }
    });
}
