//! Many tasks, shared by processes.

use std::sync::atomic::{AtomicUsize, Ordering};

use brique_distributed::{Alone, Error, run_threads, sweep};

/// A result with numbers of every kind.
fn result(task: usize) -> (usize, Vec<f64>, String) {
    let numbers = [f64::NAN, -0.0, f64::INFINITY, task as f64 / 3.0];
    (task, numbers[..task % 5].to_vec(), "δ".repeat(task))
}

fn bits((task, numbers, text): (usize, Vec<f64>, String)) -> (usize, Vec<u64>, String) {
    (task, numbers.into_iter().map(f64::to_bits).collect(), text)
}

#[test]
fn results_come_in_order_in_every_process() {
    for tasks in [0, 1, 2, 7, 20] {
        let expected: Vec<_> = (0..tasks).map(|task| bits(result(task))).collect();
        for size in [1, 2, 3, 8] {
            let calls = AtomicUsize::new(0);
            let all = run_threads(size, |mut communicator| {
                sweep(&mut communicator, tasks, |task| {
                    calls.fetch_add(1, Ordering::Relaxed);
                    Ok::<_, String>(result(task))
                })
            });
            for results in all {
                let found: Vec<_> = results.unwrap().into_iter().map(bits).collect();
                assert_eq!(found, expected, "{tasks} tasks, {size} processes");
            }
            assert_eq!(calls.into_inner(), tasks, "each task is carried out once");
        }
    }
}

#[test]
fn an_error_of_a_task_reaches_all_processes() {
    let task = |task| {
        if task == 4 {
            Err("no memory".to_owned())
        } else {
            Ok(task)
        }
    };
    let results = run_threads(3, |mut communicator| sweep(&mut communicator, 6, task));
    let own = Error::Task {
        task: 4,
        message: "no memory".to_owned(),
    };
    assert_eq!(own.to_string(), "task 4: no memory");
    assert_eq!(results[1], Err(own));
    for other in [0, 2] {
        let error = results[other].clone().unwrap_err();
        assert_eq!(error.to_string(), "process 1 of 3 failed: task 4: no memory");
    }
    assert_eq!(sweep(&mut Alone, 4, task), Ok(vec![0, 1, 2, 3]));
}

#[test]
fn processes_with_other_numbers_of_tasks_are_an_error() {
    let results = run_threads(2, |mut communicator| {
        let tasks = 5 + brique_distributed::Communicator::<f64>::rank(&communicator) * 2;
        sweep(&mut communicator, tasks, Ok::<usize, String>)
    });
    let sent = |rank, found, expected| {
        Err(Error::Tasks {
            rank,
            found,
            expected,
        })
    };
    assert_eq!(results, [sent(1, 3, 2), sent(0, 3, 4)]);
    assert_eq!(
        results[0].as_ref().unwrap_err().to_string(),
        "process 1 sent the results of 3 tasks, expected 2: all processes must carry out the same tasks"
    );
}
