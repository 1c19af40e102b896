//! A training that was stopped continues on another number of processes with the same bits.

use std::ops::ControlFlow;
use std::path::Path;

use brique_distributed::{Alone, Communicator, Sharded, run_threads};
use brique_losses::BCEWithLogitsLoss;
use brique_tensor::Scalar;
use brique_train::{Checkpoints, Error};

use crate::trainings::{MakeOptimizer, Outcome, data, fit, network, optimizers, run, train};

const EPOCHS: usize = 4;

/// Trains with checkpoints in `folder`, and stops after `steps` steps.
fn train_until<T: Scalar>(
    communicator: impl Communicator<T>,
    make: MakeOptimizer<T>,
    folder: &Path,
    steps: u64,
) -> Result<Outcome, Error> {
    let (data, validation) = (data(1), data(2));
    let mut sharded = Sharded::new(communicator, 8).unwrap();
    let fit = fit(EPOCHS, &validation)
        .checkpoints(Checkpoints::new(folder))
        .on_batch(move |batch, _| {
            if batch.steps == steps {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .strategy(&mut sharded);
    run(fit, network(), &BCEWithLogitsLoss::new(), make, &data)
}

#[test]
fn another_number_of_processes_continues_with_the_same_bits() {
    for (name, make) in optimizers::<f64>() {
        let whole = train(Alone, make, EPOCHS).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut last = Vec::new();
        for (size, until) in [(2, 3), (3, 5), (1, 11), (4, u64::MAX)] {
            let process = |communicator| train_until(communicator, make, folder.path(), until).unwrap();
            last = run_threads(size, process);
        }
        for outcome in last {
            assert_eq!(outcome, whole, "{name}");
        }
    }
}

#[test]
fn a_folder_that_cannot_be_written_stops_all_processes() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let (_, make) = optimizers::<f64>()[0];
    let errors = run_threads(2, |communicator| {
        train_until(communicator, make, &file.join("inside"), u64::MAX)
            .unwrap_err()
            .to_string()
    });
    assert!(
        errors[0].contains("the folder of the checkpoints"),
        "{}",
        errors[0]
    );
    assert!(errors.iter().all(|error| !error.is_empty()));
}
