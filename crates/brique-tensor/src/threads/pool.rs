//! Threads that wait for work, awake for a while: between two kernels of a step there is no time to wake one up.

#![allow(
    unsafe_code,
    reason = "threads that live longer than the work that they are given cannot borrow it"
)]

use std::any::Any;
use std::cell::UnsafeCell;
use std::hint;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};

/// So often a thread looks for work before it sleeps: for a few tenths of a millisecond.
const LOOKS: usize = 20_000;

/// Does the part of this number.
type Work<'a> = dyn Fn(usize) + Sync + 'a;

/// Threads that compute parts of what others ask for.
#[derive(Debug)]
pub(super) struct Pool {
    shared: Arc<Shared>,
    /// Held by who asks: one work at a time.
    workers: Mutex<Vec<JoinHandle<()>>>,
}

struct Shared {
    /// The work of this turn, valid while some worker is not done with it.
    work: UnsafeCell<Option<(&'static Work<'static>, usize)>>,
    /// Grows with each work, which workers take as the sign to begin.
    turn: AtomicUsize,
    /// How many workers are done with the work of this turn.
    done: AtomicUsize,
    asleep: Vec<AtomicBool>,
    /// What a part panicked with, if one did.
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    is_over: AtomicBool,
}

// SAFETY: `work` is written by who holds the lock of `workers`, while all workers are done; they read it after `turn` has
// grown, which happens after the writing, and not after they are done. All else is atomic.
unsafe impl Sync for Shared {}
// SAFETY: a reference to work that is `Sync` may be sent.
unsafe impl Send for Shared {}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("turn", &self.turn)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// So many threads beside those that ask.
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

    /// Does the parts from 0 to `parts`, and comes back when all are done.
    pub(super) fn compute(&self, parts: usize, work: &Work<'_>) {
        let workers = match self.workers.try_lock() {
            Ok(workers) => workers,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Somebody else's kernel is running, or this is a part of one.
            Err(TryLockError::WouldBlock) => return (0..parts).for_each(work),
        };
        let shared = &*self.shared;
        shared.done.store(0, Ordering::Relaxed);
        // SAFETY: no worker looks at the work after it is done with it, and this function does not end, by a panic either,
        // before all are (`Finish`): the borrow is never used after its time. All workers are done with the work before, so
        // nobody reads while this is written.
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
        // The parts that are not the workers' are the caller's.
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
            // A worker catches the panics of its work, and has no others.
            let _ = worker.join();
        }
    }
}

impl Shared {
    /// The life of a worker.
    fn serve(&self, number: usize) {
        let mut turn = 0;
        loop {
            turn = self.next_turn(number, turn);
            if self.is_over.load(Ordering::SeqCst) {
                return;
            }
            // SAFETY: the turn has grown, so the work was written before, and is not written again before this worker is
            // done.
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

    /// Waits for a turn after this one, awake at first.
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
