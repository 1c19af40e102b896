//! The same work on one thread or on several threads.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

/// `work(0)`, …, `work(n − 1)` in this order, computed by as many threads as given.
///
/// Each piece of work depends only on its number, so the results are the same on any number of threads.
/// `done` is called on the calling thread after each piece.
pub(crate) fn map<R: Send>(
    n: usize,
    threads: usize,
    done: &dyn Fn(),
    work: impl Fn(usize) -> R + Sync,
) -> Vec<R> {
    if threads <= 1 {
        return (0..n)
            .map(|number| {
                let result = work(number);
                done();
                result
            })
            .collect();
    }
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        for _ in 0..threads.min(n) {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                while let Some(number) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&number| number < n)
                {
                    // The receiver is gone if another thread has panicked.
                    let _unheard = sender.send((number, work(number)));
                }
            });
        }
        drop(sender);
        receiver.into_iter().inspect(|_| done()).collect()
    });
    results.sort_by_key(|&(number, _)| number);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::map;

    #[test]
    fn results_come_in_order_on_any_number_of_threads() {
        for threads in [0, 1, 2, 3, 8] {
            for n in [0, 1, 2, 20] {
                let done = Cell::new(0);
                let squares = map(n, threads, &|| done.set(done.get() + 1), |number| {
                    // The first ones take longest.
                    std::thread::sleep(std::time::Duration::from_millis((n - number) as u64 % 4));
                    number * number
                });
                assert_eq!(squares, (0..n).map(|number| number * number).collect::<Vec<_>>());
                assert_eq!(done.get(), n);
            }
        }
    }
}
