//! The threads that kernels use: as many as the caller asks for, by default one.

mod pool;

use std::cell::{Cell, RefCell};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use thiserror::Error;

use self::pool::Pool;
use crate::simd_level;

/// A number of threads between which kernels divide their work.
///
/// [`run`](Self::run) calls a closure, usually a whole training. Every kernel that the closure calls uses all threads
/// if that is faster: large products, activations and updates do, small ones use one thread. Results have the same bits
/// for any number of threads, because each element is computed by a single thread, always in the same way.
///
/// By default, everything is computed on the calling thread.
///
/// ```
/// use brique_tensor::ndarray::Array2;
/// use brique_tensor::{Threads, affine_forward};
///
/// let x = Array2::from_elem((256, 512), 0.1);
/// let parameters = Array2::from_elem((513, 512), 0.2);
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
    /// `None` for a single thread, the caller's.
    pool: Option<Arc<Pool>>,
}

/// An error in starting threads.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ThreadsError {
    /// The number of threads is 0.
    #[error("0 threads are asked for, expected at least 1")]
    None,
    /// The operating system does not start the threads.
    #[error("{count} threads cannot be started: {source}")]
    NotStarted {
        /// The number of threads asked for.
        count: usize,
        /// The error of the operating system.
        source: io::Error,
    },
}

impl Threads {
    /// Starts `count − 1` threads, but at most 63; the caller's is the remaining one. They end when this value is
    /// dropped.
    ///
    /// More than 64 threads would have nothing to do: a kernel is cut into at most 64 parts.
    ///
    /// # Errors
    ///
    /// If `count` is 0, or the operating system does not start this many threads.
    pub fn new(count: usize) -> Result<Self, ThreadsError> {
        let pool = match count {
            0 => return Err(ThreadsError::None),
            1 => None,
            _ => {
                let pool = Pool::new(count.min(MOST_PARTS) - 1);
                Some(Arc::new(
                    pool.map_err(|source| ThreadsError::NotStarted { count, source })?,
                ))
            }
        };
        Ok(Self { count, pool })
    }

    /// Returns the number of threads asked for.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Calls `work` and returns its result. The kernels that `work` calls use these threads.
    ///
    /// A thread that waits for the next kernel stays awake for a fraction of a millisecond, then it sleeps.
    ///
    /// # Panics
    ///
    /// If `work` panics.
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let _restore = Restore {
            allowed: ALLOWED.replace(self.count),
            pool: POOL.replace(self.pool.clone()),
        };
        work()
    }
}

thread_local! {
    /// The largest number of parts into which the kernels that this thread calls may be cut.
    static ALLOWED: Cell<usize> = const { Cell::new(1) };

    /// The threads that compute the parts.
    static POOL: RefCell<Option<Arc<Pool>>> = const { RefCell::new(None) };
}

/// Restores the previous number of parts and the previous pool, also if the work panics.
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

/// Work that can be cut into two independent halves.
pub(crate) trait Divisible: Sized + Send {
    /// Returns two halves, or the whole work as an error if it is too small to cut.
    fn halves(self) -> Result<(Self, Self), Self>;

    /// Does the work.
    fn compute(self);
}

/// Does work of this size, in as many parts as are allowed. Each part has at least the size `worth_a_thread`.
pub(crate) fn compute<D: Divisible>(work: D, size: usize, worth_a_thread: usize) {
    let allowed = ALLOWED.get().min(MOST_PARTS);
    match (size / worth_a_thread).min(allowed) {
        0 | 1 => work.compute(),
        parts => in_parts(work, parts),
    }
}

/// The largest number of parts, for any number of threads.
const MOST_PARTS: usize = 64;

/// Does the work in `parts` parts, or in fewer if it cannot be cut further.
pub(crate) fn in_parts<D: Divisible>(work: D, parts: usize) {
    let pool = POOL.with_borrow(Option::clone);
    let Some(pool) = pool else {
        return work.compute();
    };
    let slots = [const { Mutex::new(None) }; MOST_PARTS];
    let mut count = 0;
    cut(work, parts, &mut |part| {
        if let Some(slot) = slots.get(count) {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(part);
        }
        count += 1;
    });
    // The threads of the pool compute at the SIMD level of the caller.
    let level = simd_level::current();
    pool.compute(count, &|index| {
        let part = slots[index].lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(part) = part {
            simd_level::run_at(level, || D::compute(part));
        }
    });
}

fn cut<D: Divisible>(work: D, parts: usize, store: &mut impl FnMut(D)) {
    if parts == 1 {
        return store(work);
    }
    match work.halves() {
        Ok((one, other)) => {
            cut(one, parts / 2, store);
            cut(other, parts - parts / 2, store);
        }
        Err(whole) => store(whole),
    }
}
