//! Models of the pool. loom runs each of them once for every order in which its threads can read and write.
//!
//! Bounds make this feasible: they limit how often a thread is interrupted although it could go on. Waits do not count.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use loom::cell::UnsafeCell;
use loom::thread::{self, ThreadId};

use super::Pool;
use super::sync::Arc;

/// Runs a model with this many workers in every order with at most this many preemptions, and prints the number of orders.
///
/// `LOOM_MAX_PREEMPTIONS` sets another bound.
fn explore(name: &str, workers: usize, preemptions: usize, model: fn(Pool)) {
    let orders = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&orders);
    let mut builder = loom::model::Builder::new();
    let bound = *builder.preemption_bound.get_or_insert(preemptions);
    builder.check(move || {
        counted.fetch_add(1, Ordering::Relaxed);
        model(Pool::new(workers).unwrap());
    });
    let orders = orders.load(Ordering::Relaxed);
    #[allow(
        clippy::print_stderr,
        reason = "the size of a model is part of what it proves"
    )]
    {
        eprintln!("{name}, workers: {workers}, preemptions: {bound}, orders: {orders}");
    }
    assert!(orders > 1, "{name} has a single order");
}

/// Runs a model with one worker and with two.
fn explore_one_and_two(name: &str, model: fn(Pool)) {
    explore(name, 1, 4, model);
    explore(name, 2, 1, model);
}

/// The number of times that each part was done. loom checks that no two threads use a part at the same time.
struct Parts(Vec<UnsafeCell<usize>>);

// SAFETY: loom checks every use of the cells.
unsafe impl Sync for Parts {}

impl Parts {
    fn new(count: usize) -> Self {
        Self((0..count).map(|_| UnsafeCell::new(0)).collect())
    }

    fn compute(&self, part: usize) {
        // SAFETY: loom checks that no other thread uses the cell.
        self.0[part].with_mut(|times| unsafe { *times += 1 });
    }

    fn times(&self) -> Vec<usize> {
        // SAFETY: loom checks that no other thread writes to the cell.
        let read = |part: &UnsafeCell<usize>| part.with(|times| unsafe { *times });
        self.0.iter().map(read).collect()
    }
}

/// Does this many parts, and checks that each was done once.
fn turn(pool: &Pool, count: usize) {
    let parts = Parts::new(count);
    pool.compute(count, &|part| parts.compute(part));
    assert_eq!(parts.times(), vec![1; count]);
}

/// Does three parts of which some panic, and checks that a panic arrives when all other parts are done.
///
/// Without a second worker, the caller does part 2 after part 0.
fn turn_with_panics(pool: &Pool, panics: &[usize]) {
    let parts = Parts::new(3);
    let work = |part| {
        parts.compute(part);
        if panics.contains(&part) {
            resume_unwind(Box::new(part));
        }
    };
    let panic = catch_unwind(AssertUnwindSafe(|| pool.compute(3, &work))).unwrap_err();
    assert!(panics.contains(panic.downcast_ref().unwrap()));
    assert_eq!(parts.times()[..2], [1, 1]);
}

#[test]
fn a_pool_is_dropped_at_once() {
    explore("no turn", 1, 6, drop);
    explore("no turn", 2, 4, drop);
}

#[test]
fn one_turn() {
    explore("one turn", 1, 6, |pool| turn(&pool, 3));
    explore("one turn", 2, 2, |pool| turn(&pool, 3));
}

/// In the second turn, a second worker has nothing to do.
#[test]
fn two_turns() {
    explore_one_and_two("two turns", |pool| {
        turn(&pool, 3);
        turn(&pool, 2);
    });
}

#[test]
fn a_panic_of_a_worker() {
    explore_one_and_two("a panic of a worker", |pool| {
        turn_with_panics(&pool, &[1]);
        turn(&pool, 3);
    });
}

#[test]
fn a_panic_of_the_caller() {
    explore_one_and_two("a panic of the caller", |pool| {
        turn_with_panics(&pool, &[0]);
        turn(&pool, 3);
    });
}

#[test]
fn panics_of_all_threads() {
    explore_one_and_two("panics of all threads", |pool| {
        turn_with_panics(&pool, &[0, 1, 2]);
        turn(&pool, 3);
    });
}

/// A part computes on its own thread if it calls the pool.
#[test]
fn a_turn_within_a_part() {
    explore_one_and_two("a turn within a part", |pool| {
        let parts = Parts::new(2);
        pool.compute(2, &|part| {
            turn(&pool, 2);
            parts.compute(part);
        });
        assert_eq!(parts.times(), [1, 1]);
    });
}

/// Does two parts, and returns whether two threads did them.
fn is_shared(pool: &Pool) -> bool {
    let parts = [const { std::sync::Mutex::new(None::<ThreadId>) }; 2];
    pool.compute(2, &|part| {
        *parts[part].lock().unwrap() = Some(thread::current().id());
    });
    let [one, other] = parts.map(|part| part.into_inner().unwrap().unwrap());
    one != other
}

/// If the work of another thread has the workers, a thread computes on its own.
#[test]
fn two_callers() {
    static SHARED_BY_BOTH: AtomicBool = AtomicBool::new(false);
    static SHARED_BY_ONE: AtomicBool = AtomicBool::new(false);
    explore("two callers", 1, 2, |pool| {
        let pool = Arc::new(pool);
        let other = Arc::clone(&pool);
        let other = thread::spawn(move || is_shared(&other));
        let observed = match [is_shared(&pool), other.join().unwrap()] {
            [true, true] => &SHARED_BY_BOTH,
            [false, false] => panic!("the worker did nothing"),
            _ => &SHARED_BY_ONE,
        };
        observed.store(true, Ordering::Relaxed);
    });
    assert!(SHARED_BY_BOTH.load(Ordering::Relaxed) && SHARED_BY_ONE.load(Ordering::Relaxed));
}
