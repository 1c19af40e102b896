//! Threads that wait for work. They stay awake for a while, because waking a thread up would take longer than the time
//! between two kernels of a training step.

#![allow(
    unsafe_code,
    reason = "the threads outlive the work that they are given, so they cannot borrow it safely"
)]

#[cfg(all(test, loom))]
mod models;
mod sync;

use std::any::Any;
use std::io;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::Ordering;
use std::sync::{PoisonError, TryLockError};

use self::sync::{Arc, AtomicUsize, JoinHandle, LOOKS, Mutex, UnsafeCell, hint, thread};

/// A function that does the part with the given index.
type Work<'a> = dyn Fn(usize) + Sync + 'a;

/// Threads that compute parts of the work of other threads.
#[derive(Debug)]
pub(super) struct Pool {
    shared: Arc<Shared>,
    /// Locked by the thread that gives the work: there is one work at a time.
    workers: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    /// The number of threads that compute, the caller's included.
    threads: usize,
    /// The work of this turn and its number of parts, or `None` if the workers have to end. It is valid until the last
    /// worker is done with it.
    work: UnsafeCell<Option<(&'static Work<'static>, usize)>>,
    /// The number of the work. Workers begin when it increases.
    turn: AtomicUsize,
    /// The number of workers that are done with the work of this turn.
    done: AtomicUsize,
    /// The payloads of the panics in the parts of this turn.
    panics: Mutex<Vec<Box<dyn Any + Send>>>,
}

// SAFETY: only the thread that holds the lock of `workers`, or owns the pool, writes `work`, while all workers are done.
// A worker reads it after `turn` has increased, which happens after the write, and never after the worker is done. All
// other fields are synchronized.
unsafe impl Sync for Shared {}
// SAFETY: a reference to work that is `Sync` may be sent to another thread.
unsafe impl Send for Shared {}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("turn", &self.turn)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// Starts this many workers, in addition to the threads that give the work.
    pub(super) fn new(workers: usize) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            threads: workers + 1,
            work: UnsafeCell::new(None),
            turn: AtomicUsize::new(0),
            done: AtomicUsize::new(workers),
            panics: Mutex::new(Vec::new()),
        });
        let mut pool = Self {
            shared: Arc::clone(&shared),
            workers: Mutex::new(Vec::with_capacity(workers)),
        };
        for number in 1..=workers {
            let shared = Arc::clone(&shared);
            let worker = thread::Builder::new()
                .name(format!("brique {number}"))
                .spawn(move || shared.serve(number))?;
            pool.workers_mut().push(worker);
        }
        Ok(pool)
    }

    /// Does the parts `0..parts`, and returns when all are done.
    pub(super) fn compute(&self, parts: usize, work: &Work<'_>) {
        let workers = match self.workers.try_lock() {
            Ok(workers) => workers,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Another thread's kernel is running, or this call is itself within a part of a kernel.
            Err(TryLockError::WouldBlock) => return (0..parts).for_each(work),
        };
        let shared = &*self.shared;
        shared.done.store(0, Ordering::Relaxed);
        // SAFETY: no worker uses the work after it is done with it, and this function does not end before all workers
        // are done: a panic in a part is caught. The borrow is therefore never used after its lifetime.
        let lasting = unsafe { mem::transmute::<&Work<'_>, &'static Work<'static>>(work) };
        shared.give(Some((lasting, parts)), &workers);
        shared.compute_parts(0, work, parts);
        shared.wait_for_workers();
        let panics = mem::take(&mut *shared.panics.lock().unwrap_or_else(PoisonError::into_inner));
        // The pool is free before a panic goes on.
        drop(workers);
        if let Some(panic) = panics.into_iter().next() {
            resume_unwind(panic);
        }
    }

    fn workers_mut(&mut self) -> &mut Vec<JoinHandle<()>> {
        self.workers.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let workers = mem::take(self.workers_mut());
        self.shared.give(None, &workers);
        for worker in workers {
            // A worker catches the panics of its work, and does not panic otherwise.
            let _ = worker.join();
        }
    }
}

impl Shared {
    /// Begins a turn with this work, while all workers are done with the previous one.
    fn give(&self, work: Option<(&'static Work<'static>, usize)>, workers: &[JoinHandle<()>]) {
        // SAFETY: all workers are done with the previous work, so no thread reads during this write.
        self.work.with_mut(|shared| unsafe { *shared = work });
        self.turn.fetch_add(1, Ordering::Release);
        // This takes a system call only for a worker that sleeps. A worker that is about to sleep will not.
        for worker in workers {
            worker.thread().unpark();
        }
    }

    /// Does the parts of the thread with this number. The caller's thread has the number 0.
    fn compute_parts(&self, number: usize, work: &Work<'_>, parts: usize) {
        let parts = (number..parts).step_by(self.threads);
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| parts.for_each(work))) {
            self.panics
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(panic);
        }
    }

    fn wait_for_workers(&self) {
        let mut looks = 0;
        while self.done.load(Ordering::Acquire) + 1 < self.threads {
            looks += 1;
            if looks < LOOKS {
                hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }

    /// Runs a worker until the pool is dropped.
    fn serve(&self, number: usize) {
        let mut turn = 0;
        loop {
            turn = self.next_turn(turn);
            // SAFETY: `turn` has increased, so the work was written before, and it is not written again before this
            // worker is done.
            let work = self.work.with(|work| unsafe { *work });
            let Some((work, parts)) = work else { return };
            self.compute_parts(number, work, parts);
            self.done.fetch_add(1, Ordering::Release);
        }
    }

    /// Waits for a turn after this one and returns it. The thread is awake at first, then it sleeps.
    fn next_turn(&self, turn: usize) -> usize {
        let mut looks = 0;
        loop {
            let next = self.turn.load(Ordering::Acquire);
            if next != turn {
                return next;
            }
            looks += 1;
            if looks < LOOKS {
                hint::spin_loop();
            } else {
                thread::park();
            }
        }
    }
}
