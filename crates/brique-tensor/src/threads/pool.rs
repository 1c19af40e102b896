//! Threads that wait for work. They stay awake for a while, because waking a thread up would take longer than the time
//! between two kernels of a training step.

#![allow(
    unsafe_code,
    reason = "the threads outlive the work that they are given, so they cannot borrow it safely"
)]

use std::any::Any;
use std::cell::UnsafeCell;
use std::hint;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};

/// The number of times that a thread looks for work before it sleeps: this takes a few tenths of a millisecond.
const LOOKS: usize = 20_000;

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
    /// The work of this turn and its number of parts. It is valid until the last worker is done with it.
    work: UnsafeCell<Option<(&'static Work<'static>, usize)>>,
    /// The number of the work. Workers begin when it increases.
    turn: AtomicUsize,
    /// The number of workers that are done with the work of this turn.
    done: AtomicUsize,
    asleep: Vec<AtomicBool>,
    /// The payload of a panic in a part, if there was one.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    is_over: AtomicBool,
}

// SAFETY: only the thread that holds the lock of `workers` writes `work`, while all workers are done. A worker reads it
// after `turn` has increased, which happens after the write, and never after the worker is done. All other fields are
// synchronized.
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
            work: UnsafeCell::new(None),
            turn: AtomicUsize::new(0),
            done: AtomicUsize::new(workers),
            asleep: (0..workers).map(|_| AtomicBool::new(false)).collect(),
            panic: Mutex::new(None),
            is_over: AtomicBool::new(false),
        });
        let pool = Self {
            shared: Arc::clone(&shared),
            workers: Mutex::new(Vec::with_capacity(workers)),
        };
        for number in 0..workers {
            let shared = Arc::clone(&shared);
            let name = format!("brique {}", number + 1);
            let worker = thread::Builder::new()
                .name(name)
                .spawn(move || shared.serve(number))?;
            pool.workers
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(worker);
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
        // are done, even by a panic (`Finish`): the borrow is never used after its lifetime. All workers are done with
        // the previous work, so no thread reads during this write.
        unsafe {
            let work = std::mem::transmute::<&Work<'_>, &'static Work<'static>>(work);
            *shared.work.get() = Some((work, parts));
        }
        shared.turn.fetch_add(1, Ordering::SeqCst);
        for (worker, asleep) in workers.iter().zip(&shared.asleep) {
            if asleep.load(Ordering::SeqCst) {
                worker.thread().unpark();
            }
        }
        let finish = Finish {
            shared,
            workers: workers.len(),
        };
        // The caller does the parts that are not assigned to a worker.
        (0..parts)
            .filter(|part| part % (workers.len() + 1) == 0)
            .for_each(work);
        drop(finish);
        let panic = shared.panic.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }
}

/// Waits until all workers are done.
struct Finish<'a> {
    shared: &'a Shared,
    workers: usize,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        let mut looks = 0;
        while self.shared.done.load(Ordering::Acquire) < self.workers {
            looks += 1;
            if looks < LOOKS {
                hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        self.shared.turn.fetch_add(1, Ordering::SeqCst);
        let workers = self.workers.get_mut().unwrap_or_else(PoisonError::into_inner);
        for worker in workers.drain(..) {
            worker.thread().unpark();
            // A worker catches the panics of its work, and does not panic otherwise.
            let _ = worker.join();
        }
    }
}

impl Shared {
    /// Runs a worker until the pool is dropped.
    fn serve(&self, number: usize) {
        let mut turn = 0;
        loop {
            turn = self.next_turn(number, turn);
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            // SAFETY: `turn` has increased, so the work was written before, and it is not written again before this
            // worker is done.
            let work = unsafe { *self.work.get() };
            if let Some((work, parts)) = work {
                let threads = self.asleep.len() + 1;
                let mine = (0..parts).filter(|part| part % threads == number + 1);
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| mine.for_each(work))) {
                    *self.panic.lock().unwrap_or_else(PoisonError::into_inner) = Some(panic);
                }
            }
            self.done.fetch_add(1, Ordering::Release);
        }
    }

    /// Waits for a turn after this one and returns it. The thread is awake at first, then it sleeps.
    fn next_turn(&self, number: usize, turn: usize) -> usize {
        for _ in 0..LOOKS {
            let next = self.turn.load(Ordering::Acquire);
            if next != turn {
                return next;
            }
            hint::spin_loop();
        }
        self.asleep[number].store(true, Ordering::SeqCst);
        loop {
            let next = self.turn.load(Ordering::SeqCst);
            if next != turn {
                self.asleep[number].store(false, Ordering::SeqCst);
                return next;
            }
            thread::park();
        }
    }
}
