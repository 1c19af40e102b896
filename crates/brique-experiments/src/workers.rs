//! The threads and the processes that share the seeds of an experiment.

use std::thread;

use brique_distributed::{Alone, Communicator, sweep};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, parallel};

/// The threads of this process, and the processes that run the same experiments together with it.
///
/// All processes run the whole program. They share the trainings with each other, and each of them gets all results. Results
/// therefore depend neither on the number of threads nor on the number of processes.
pub struct Workers<'a> {
    threads: usize,
    communicator: Box<dyn Communicator<f64> + 'a>,
}

impl<'a> Workers<'a> {
    /// A single process with this number of threads.
    #[must_use]
    pub fn new(threads: usize) -> Self {
        Self::in_processes(threads, Box::new(Alone))
    }

    /// The processes that `communicator` connects, each with this number of threads.
    #[must_use]
    pub fn in_processes(threads: usize, communicator: Box<dyn Communicator<f64> + 'a>) -> Self {
        Self {
            threads,
            communicator,
        }
    }

    /// Whether this is the process that writes files and talks to the user.
    #[must_use]
    pub fn is_first(&self) -> bool {
        self.communicator.rank() == 0
    }

    /// Tells the other processes that this one ends with an error. They end with it too, in place of waiting.
    pub fn fail(&mut self, error: &Error) {
        // An error of the connection is known to all processes, or they cannot be reached.
        if !matches!(error, Error::Processes(_)) {
            self.communicator.fail(&error.to_string());
        }
    }

    /// `work(0)`, …, `work(n − 1)` in this order, in every process.
    ///
    /// Process r of P computes the numbers r, r + P, r + 2·P, …, on its threads. Each piece of work has to depend on its
    /// number alone. `done` is called n times, on the calling thread.
    ///
    /// # Errors
    ///
    /// The first error of `work` in this process; an error that names the process if another one has failed.
    pub(crate) fn map<R: Send + Serialize + DeserializeOwned>(
        &mut self,
        n: usize,
        done: &dyn Fn(),
        work: impl Fn(usize) -> Result<R, Error> + Sync,
    ) -> Result<Vec<R>, Error> {
        let (rank, size) = (self.communicator.rank(), self.communicator.size());
        let own: Vec<usize> = (rank..n).step_by(size).collect();
        let results = parallel::map(own.len(), self.threads, done, |index| work(own[index]));
        let results: Vec<R> = results.into_iter().collect::<Result<_, _>>()?;
        if size == 1 {
            return Ok(results);
        }
        let mut results = results.into_iter();
        let all = sweep(&mut *self.communicator, n, |_| {
            results.next().ok_or("its result is missing")
        })?;
        (own.len()..n).for_each(|_| done());
        Ok(all)
    }
}

impl Drop for Workers<'_> {
    /// After a panic, ends the other processes, which would wait.
    fn drop(&mut self) {
        if thread::panicking() {
            self.communicator.fail("it has panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::io;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::path::Path;
    use std::sync::Mutex;

    use brique_distributed::run_threads;
    use serde::Deserialize;

    use super::*;

    /// Runs `process` in `size` processes of two threads each.
    fn in_processes<R: Send>(size: usize, process: impl Fn(usize, &mut Workers<'_>) -> R + Sync) -> Vec<R> {
        run_threads::<f64, _>(size, |communicator| {
            let rank = communicator.rank();
            process(rank, &mut Workers::in_processes(2, Box::new(communicator)))
        })
    }

    /// A result with numbers that a rounded message would change.
    #[derive(Serialize, Deserialize)]
    struct Trained {
        seed: usize,
        numbers: Vec<f64>,
    }

    fn train(seed: usize) -> Trained {
        let third = (seed as f64 + 1.0) / 3.0;
        Trained {
            seed,
            numbers: vec![third, -0.0, f64::MIN_POSITIVE * third, f64::NAN, f64::MAX][..seed % 6].to_vec(),
        }
    }

    fn bits(trained: &Trained) -> (usize, Vec<u64>) {
        (
            trained.seed,
            trained.numbers.iter().map(|number| number.to_bits()).collect(),
        )
    }

    #[test]
    fn results_come_in_order_with_their_bits_on_any_number_of_processes_and_threads() {
        for processes in [1, 2, 3, 8] {
            for threads in [1, 3] {
                for n in [0, 1, 2, 20] {
                    let all = run_threads::<f64, _>(processes, |communicator| {
                        let mut workers = Workers::in_processes(threads, Box::new(communicator));
                        let done = Cell::new(0);
                        let trained = workers.map(n, &|| done.set(done.get() + 1), |seed| {
                            // The first ones take longest.
                            thread::sleep(std::time::Duration::from_millis((n - seed) as u64 % 4));
                            Ok(train(seed))
                        });
                        let found: Vec<_> = trained.unwrap().iter().map(bits).collect();
                        (found, done.get())
                    });
                    let expected: Vec<_> = (0..n).map(|seed| bits(&train(seed))).collect();
                    assert_eq!(
                        all,
                        vec![(expected, n); processes],
                        "{processes} × {threads}, {n}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_process_computes_only_its_own_share() {
        let computed = in_processes(3, |_, workers| {
            let computed = Mutex::new(Vec::new());
            let work = |number| {
                computed.lock().unwrap().push(number);
                Ok(number)
            };
            workers.map(7, &|| (), work).unwrap();
            let mut computed = computed.into_inner().unwrap();
            computed.sort_unstable();
            computed
        });
        assert_eq!(computed, [vec![0, 3, 6], vec![1, 4], vec![2, 5]]);
    }

    fn error() -> Error {
        Error::file("read", Path::new("data"))(io::Error::other("it is broken"))
    }

    #[test]
    fn an_error_in_one_process_is_an_error_that_names_it_in_the_others() {
        let errors = in_processes(3, |_, workers| {
            let work = |number| if number == 4 { Err(error()) } else { Ok(number) };
            let found = workers.map(7, &|| (), work);
            found
                .inspect_err(|error| workers.fail(error))
                .unwrap_err()
                .to_string()
        });
        let others = "process 1 of 3 failed: cannot read data: it is broken";
        assert_eq!(errors, [others, "cannot read data: it is broken", others]);
    }

    #[test]
    fn a_panic_in_one_process_ends_the_others() {
        let errors = Mutex::new(Vec::new());
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            in_processes(3, |rank, workers| {
                let work = |number| {
                    assert_ne!(number, 4, "planted");
                    Ok(number)
                };
                let error = workers.map(7, &|| (), work).unwrap_err().to_string();
                errors.lock().unwrap().push((rank, error));
            })
        }));
        assert!(panicked.is_err());
        let mut errors = errors.into_inner().unwrap();
        errors.sort();
        let message = "process 1 of 3 failed: it has panicked".to_owned();
        assert_eq!(errors, [(0, message.clone()), (2, message)]);
    }
}
