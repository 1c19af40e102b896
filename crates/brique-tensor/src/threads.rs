//! How many threads kernels work on: as many as are asked for, and one where none are.

mod pool;

use std::cell::{Cell, RefCell};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use self::pool::Pool;
use crate::simd_level;

/// Some threads that kernels share their work between.
///
/// [`run`](Self::run) does some work, a whole training as a rule, and every kernel that it calls uses all of the threads
/// where that pays: large products, activations, updates. Small ones stay on one. Results have the same bits whatever the
/// number of threads: each element is computed by one of them, in the same way.
///
/// Without it, everything is computed on the thread that asks.
///
/// ```
/// use brique_tensor::ndarray::Array2;
/// use brique_tensor::{Threads, affine_forward};
///
/// let (x, parameters) = (Array2::from_elem((256, 512), 0.1), Array2::from_elem((513, 512), 0.2));
/// let product = || {
///     let mut y = Array2::zeros((256, 512));
///     affine_forward(&x, &parameters, &mut y);
///     y
/// };
/// assert_eq!(Threads::new(2)?.run(product), product());
/// # Ok::<(), brique_tensor::ThreadsError>(())
/// ```
#[derive(Debug)]
pub struct Threads {
    count: usize,
    /// None for one thread, which is the caller's.
    pool: Option<Arc<Pool>>,
}

/// Why there are no such threads.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ThreadsError {
    /// Nothing is computed on no thread.
    #[error("0 threads are asked for, expected at least 1")]
    None,
    /// The system gives no more threads.
    #[error("{count} threads cannot be started: {source}")]
    NotStarted {
        /// How many were asked for.
        count: usize,
        /// What the system says.
        source: io::Error,
    },
}

impl Threads {
    /// So many threads, the caller's among them; the others are started here, and end with this value.
    ///
    /// # Errors
    ///
    /// Where `count` is 0, or the system does not start as many.
    pub fn new(count: usize) -> Result<Self, ThreadsError> {
        let pool = match count {
            0 => return Err(ThreadsError::None),
            1 => None,
            _ => {
                let pool = Pool::new(count - 1);
                Some(Arc::new(
                    pool.map_err(|source| ThreadsError::NotStarted { count, source })?,
                ))
            }
        };
        Ok(Self { count, pool })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Does `work`, with the kernels that it calls on these threads, and gives what it gives.
    ///
    /// Threads that wait for the next kernel do so awake for a fraction of a millisecond, and then sleep.
    ///
    /// # Panics
    ///
    /// Where `work` does.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _restore = Restore {
            allowed: ALLOWED.replace(self.count),
            pool: POOL.replace(self.pool.clone()),
        };
        work()
    }
}

thread_local! {
    /// How many parts the kernels that this thread calls may be cut into.
    static ALLOWED: Cell<usize> = const { Cell::new(1) };

    /// Who computes them.
    static POOL: RefCell<Option<Arc<Pool>>> = const { RefCell::new(None) };
}

/// Puts back what was allowed before, also where the work panics.
struct Restore {
    allowed: usize,
    pool: Option<Arc<Pool>>,
}

impl Drop for Restore {
    fn drop(&mut self) {
        ALLOWED.set(self.allowed);
        POOL.replace(self.pool.take());
    }
}

/// Work that can be cut in two, which do not get in each other's way.
pub(crate) trait Divisible: Sized + Send {
    /// Two halves, or the whole where it is too small.
    fn halves(self) -> Result<(Self, Self), Self>;

    /// Does it.
    fn compute(self);
}

/// Does some work of this size, in as many parts as are allowed and are each worth a thread's while.
pub(crate) fn compute<D: Divisible>(work: D, size: usize, worth_a_thread: usize) {
    let allowed = ALLOWED.get().min(MOST_PARTS);
    match (size / worth_a_thread).min(allowed) {
        0 | 1 => work.compute(),
        parts => in_parts(work, parts),
    }
}

/// More parts than that are not made, on however many threads.
const MOST_PARTS: usize = 64;

/// Does it in so many parts, if it can be cut into as many.
pub(crate) fn in_parts<D: Divisible>(work: D, parts: usize) {
    let pool = POOL.with_borrow(Option::clone);
    let Some(pool) = pool else {
        return work.compute();
    };
    let places = [const { Mutex::new(None) }; MOST_PARTS];
    let mut count = 0;
    cut(work, parts, &mut |part| {
        if let Some(place) = places.get(count) {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(part);
        }
        count += 1;
    });
    // The threads of the pool compute at the level of the caller.
    let level = simd_level::current();
    pool.compute(count, &|place| {
        let part = places[place]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(part) = part {
            simd_level::run_at(level, || D::compute(part));
        }
    });
}

fn cut<D: Divisible>(work: D, parts: usize, keep: &mut impl FnMut(D)) {
    if parts == 1 {
        return keep(work);
    }
    match work.halves() {
        Ok((one, other)) => {
            cut(one, parts / 2, keep);
            cut(other, parts - parts / 2, keep);
        }
        Err(whole) => keep(whole),
    }
}
