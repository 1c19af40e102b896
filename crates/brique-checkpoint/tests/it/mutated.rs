//! Mutated files: each is read, or is an error.
//!
//! `BRIQUE_MUTATIONS` sets how many; see `docs/testing.md`.

use std::path::{Path, PathBuf};
use std::{env, fs};

use brique_checkpoint::{Reader, Writer, save};
use brique_core::{Module, Registry, visit_tensors};
use brique_datasets::Standardizer;
use brique_layers::{Dropout, Linear, Sequential, registry};
use brique_tensor::ndarray::{Array2, array};
use safetensors::Dtype;
use safetensors::tensor::TensorView;

use crate::mutator::Mutator;
use crate::networks::architectures;

fn network() -> Sequential {
    let linear = Linear::from_parameters(array![[2.0], [3.0]]).unwrap();
    let network = Sequential::new(1).then(linear).unwrap();
    network.then(Dropout::new(0.5, 1).unwrap()).unwrap()
}

/// A file of the `safetensors` package, without a description.
fn plain() -> Vec<u8> {
    let bytes = [0; 16];
    let view = |shape, bytes| TensorView::new(Dtype::F64, shape, bytes).unwrap();
    let tensors = [
        ("0.weight", view(vec![1, 1], &bytes[..8])),
        ("0.bias", view(vec![1], &bytes[8..])),
    ];
    safetensors::serialize(tensors, None).unwrap()
}

/// A file with all that can belong to a network.
fn save_all(path: &Path) {
    let standardizer = Standardizer::new(vec![1.0], vec![0.5]).unwrap();
    let network = network();
    let matrix = Array2::zeros((1, 2));
    let writer = Writer::new(&network).standardizer(&standardizer);
    let writer = writer.class_names(["a", "b"]).metadata("author", "x");
    let writer = writer.section("counts", &[1, 2]).unwrap();
    writer.matrix("m", &matrix).save(path).unwrap();
}

/// The smallest files: what is long takes most of the time, and is hit where nothing depends on it.
fn seeds(path: &Path) -> Vec<Vec<u8>> {
    let mut seeds = vec![plain()];
    let mut add = |save: &dyn Fn(&Path)| {
        save(path);
        seeds.push(fs::read(path).unwrap());
    };
    add(&save_all);
    add(&|path| save(&network(), path).unwrap());
    for (name, network) in architectures::<f64>() {
        if ["linear", "no_parameters", "empty", "norm", "residual"].contains(&name) {
            add(&|path| save(&*network, path).unwrap());
        }
    }
    seeds
}

/// How far a file was read.
#[derive(Default, Debug)]
struct Counts {
    opened: usize,
    verified: usize,
    built: usize,
    read_into: usize,
}

struct Test {
    path: PathBuf,
    registry: Registry,
    network: Sequential,
    counts: Counts,
}

impl Test {
    fn read(&mut self, bytes: &[u8]) {
        fs::write(&self.path, bytes).unwrap();
        let mut file = match Reader::open(&self.path) {
            Ok(file) => file,
            Err(error) => return self.check(&error),
        };
        self.counts.opened += 1;
        self.use_header(&file, bytes);
        match file.verify() {
            Ok(()) => self.counts.verified += 1,
            Err(error) => self.check(&error),
        }
        match file.network(&self.registry) {
            Ok(network) => {
                self.counts.built += 1;
                assert_eq!(network.describe().kind, file.description().unwrap().kind);
            }
            Err(error) => self.check(&error),
        }
        self.read_into(&mut file);
        let _ = file.matrix::<f64>("m").map_err(|error| self.check(&error));
    }

    /// Uses what the header says: no text may overflow, no tensor may lie outside the file.
    fn use_header(&self, file: &Reader, bytes: &[u8]) {
        let _ = file.description().map(|description| format!("{description:#}"));
        let _ = file
            .section::<Vec<u64>>("counts")
            .map_err(|error| self.check(&error));
        let size: usize = file
            .tensors()
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        // The smallest types have four bits.
        assert!(size <= 2 * bytes.len());
    }

    fn read_into(&mut self, file: &mut Reader) {
        match file.load_into(&mut self.network) {
            Ok(()) => {
                self.counts.read_into += 1;
                self.network = network();
            }
            Err(error) => {
                self.check(&error);
                let mut numbers = Vec::new();
                visit_tensors(&self.network, &mut |_, tensor| {
                    numbers.extend(tensor.values.iter().copied());
                });
                assert_eq!(numbers, [2.0, 3.0]);
            }
        }
    }

    fn check(&self, error: &brique_checkpoint::Error) {
        let message = error.to_string();
        let length = message.chars().count();
        assert!((20..3000).contains(&length), "{length}: {message}");
        assert!(message.starts_with(&*self.path.to_string_lossy()), "{message}");
        assert!(!message.contains(char::is_control), "{message:?}");
    }
}

#[test]
fn mutated_files_are_read_or_refused() {
    let most = env::var("BRIQUE_MUTATIONS").map_or(10_000, |most| most.parse().expect("a number"));
    let shared = Path::new("/dev/shm");
    let folder = if shared.is_dir() {
        tempfile::tempdir_in(shared)
    } else {
        tempfile::tempdir()
    };
    let folder = folder.unwrap();
    let path = folder.path().join("n.safetensors");
    let seeds = seeds(&path);
    let mut mutator = Mutator::new(&seeds, 1);
    let mut test = Test {
        path,
        registry: registry(),
        network: network(),
        counts: Counts::default(),
    };
    for bytes in &seeds {
        test.read(bytes);
    }
    let Counts {
        opened,
        verified,
        built,
        read_into,
    } = test.counts;
    assert_eq!([opened, verified, built, read_into], [8, 8, 7, 3]);
    for _ in 0..most {
        test.read(&mutator.draw());
    }
    let counts = &test.counts;
    assert!(
        counts.built > most / 100 && counts.opened < most / 2,
        "{counts:?}"
    );
}
