//! How many threads kernels work on: as many as are asked for, and one where none are.

use std::cell::Cell;

use rayon_core::{ThreadPool, ThreadPoolBuilder};
use thiserror::Error;

thread_local! {
    /// How many parts the kernels that this thread calls may be cut into.
    static ALLOWED: Cell<usize> = const { Cell::new(1) };
}

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
    pool: Option<ThreadPool>,
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
        source: rayon_core::ThreadPoolBuildError,
    },
}

impl Threads {
    /// So many threads, which are started here and wait for work.
    ///
    /// # Errors
    ///
    /// Where `count` is 0, or the system does not start as many.
    pub fn new(count: usize) -> Result<Self, ThreadsError> {
        let pool = match count {
            0 => return Err(ThreadsError::None),
            1 => None,
            _ => Some(
                ThreadPoolBuilder::new()
                    .num_threads(count)
                    .thread_name(|number| format!("brique {number}"))
                    .build()
                    .map_err(|source| ThreadsError::NotStarted { count, source })?,
            ),
        };
        Ok(Self { count, pool })
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.count
    }

    /// Does `work` with the kernels that it calls on these threads, and gives what it gives.
    ///
    /// # Panics
    ///
    /// Where `work` does.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            None => with_allowed(1, work),
            Some(pool) => pool.install(|| with_allowed(self.count, work)),
        }
    }
}

fn with_allowed<R>(count: usize, work: impl FnOnce() -> R) -> R {
    /// Puts the former number back, also where `work` panics.
    struct Restore(usize);
    impl Drop for Restore {
        fn drop(&mut self) {
            ALLOWED.set(self.0);
        }
    }
    let _restore = Restore(ALLOWED.replace(count));
    work()
}

/// Into how many parts to cut some work, each of which has to be worth a thread's while.
pub(crate) fn parts(work: usize, least: usize) -> usize {
    match ALLOWED.get() {
        1 => 1,
        allowed => (work / least).clamp(1, allowed),
    }
}

/// Does both, at once where another thread is free.
pub(crate) fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, B) {
    rayon_core::join(one, other)
}
