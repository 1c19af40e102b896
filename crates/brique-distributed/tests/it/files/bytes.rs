//! Each process reads only the examples that it needs.

use brique_datasets::{CsvOptions, InputColumns};
use brique_distributed::{
    Alone, Communicator, CsvSource, IdxSource, SafetensorsSource, Sharded, run_threads,
};
use brique_layers::{Init, Linear};
use brique_losses::MSELoss;
use brique_optim::SGD;
use brique_random::portable;
use brique_train::{ExampleSource, Fit};

use crate::files::{EXAMPLES, Files};

/// Trains one epoch and returns the bytes that this process has read in it.
fn bytes_of_training<S: ExampleSource>(
    communicator: impl Communicator,
    mut source: S,
    bytes_read: impl Fn(&S) -> u64,
    shuffle: bool,
) -> u64 {
    let inputs = source.sizes().inputs;
    let mut network = Linear::new(inputs, 1, Init::PyTorch, &mut portable(1)).unwrap();
    let mut sharded = Sharded::new(communicator, 5).unwrap();
    let mut fit = Fit::new(1, 15).strategy(&mut sharded);
    if shuffle {
        fit = fit.shuffle(1);
    }
    let opened = bytes_read(&source);
    let mut sgd = SGD::new(1e-6).unwrap();
    fit.run_on(&mut network, &MSELoss::new(), &mut sgd, &mut source)
        .unwrap();
    bytes_read(&source) - opened
}

/// Every batch has 15 examples, every shard 3.
fn shares(all: &[u64], row: u64) {
    let examples: Vec<u64> = all.iter().map(|bytes| bytes / row).collect();
    let expected = match all.len() {
        1 => vec![45],
        2 => vec![18, 27],
        3 => vec![9, 18, 18],
        _ => vec![9; 5],
    };
    assert_eq!(examples, expected);
    assert_eq!(all.iter().sum::<u64>(), EXAMPLES as u64 * row);
}

#[test]
fn each_process_reads_its_own_examples_once() {
    let files = Files::new();
    for shuffle in [false, true] {
        for size in [1, 2, 3, 5] {
            let idx = run_threads(size, |communicator| {
                bytes_of_training(communicator, files.idx(), IdxSource::bytes_read, shuffle)
            });
            shares(&idx, 7);
            let tensors = run_threads(size, |communicator| {
                let source = files.safetensors();
                bytes_of_training(communicator, source, SafetensorsSource::bytes_read, shuffle)
            });
            shares(&tensors, 56);
        }
    }
}

#[test]
fn each_process_reads_its_own_lines_once() {
    let files = Files::new();
    let path = files.path("table.csv");
    let options = CsvOptions {
        inputs: InputColumns::only(["a", "b"]),
        ..CsvOptions::with_header()
    };
    let open = || CsvSource::open(&path, &options).unwrap();
    let header = 1 + std::fs::read(&path)
        .unwrap()
        .iter()
        .position(|&byte| byte == b'\n')
        .unwrap();
    let whole = std::fs::metadata(&path).unwrap().len() - header as u64;
    for shuffle in [false, true] {
        for size in [1, 2, 3, 5] {
            let bytes = run_threads(size, |communicator| {
                bytes_of_training(communicator, open(), CsvSource::bytes_read, shuffle)
            });
            assert_eq!(bytes.iter().sum::<u64>(), whole, "{size} processes");
            assert!(
                bytes.iter().all(|&bytes| bytes < 2 * whole / size as u64),
                "{bytes:?}"
            );
        }
    }
}

#[test]
fn a_process_without_shards_reads_nothing() {
    let files = Files::new();
    let bytes = run_threads(7, |communicator| {
        bytes_of_training(communicator, files.idx(), IdxSource::bytes_read, true)
    });
    assert_eq!(bytes.iter().filter(|&&bytes| bytes == 0).count(), 2);
    assert_eq!(bytes.iter().sum::<u64>(), 7 * EXAMPLES as u64);
}

#[test]
fn an_empty_part_reads_nothing() {
    let files = Files::new();
    let mut source = files.csv::<f64>();
    let opened = source.bytes_read();
    let examples = source.batch(3..9, 9..9).unwrap();
    assert_eq!((examples.x.nrows(), examples.first, examples.batch), (0, 6, 6));
    assert_eq!(source.bytes_read(), opened);
    let alone = bytes_of_training(Alone, files.idx(), IdxSource::bytes_read, false);
    assert_eq!(alone, 7 * EXAMPLES as u64);
}
