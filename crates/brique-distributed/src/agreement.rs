//! The check that all processes begin the same training.

use brique_core::Module;
use brique_tensor::Scalar;
use brique_train::Examples;

use crate::{Communicator, Error};

/// What has to be equal in all processes, in the order of the numbers that they compare.
const PARTS: [&str; 3] = ["number of shards", "parameters", "examples in the first batch"];

/// Checks that all processes have the same number of shards, the same parameters and the same examples.
pub(crate) fn check_same_training<T: Scalar>(
    communicator: &mut dyn Communicator<T>,
    shards: usize,
    network: &dyn Module<T>,
    examples: &Examples<'_, T>,
) -> Result<(), Error> {
    let mut parameters = Digest::new();
    network.visit_parameters(&mut |parameter| {
        parameter
            .value()
            .iter()
            .for_each(|&number| parameters.add(number));
    });
    let own = [shards as u64, parameters.0, digest_of_batch(examples)];
    let numbers = own.into_iter().flat_map(numbers_of).collect();
    let (rank, size) = (communicator.rank(), communicator.size());
    for (other, found) in communicator.gather(numbers)?.iter().enumerate() {
        let pairs = PARTS.iter().zip(own).zip(found.chunks(PIECES));
        for ((what, own), found) in pairs {
            let is_known = own != UNKNOWN && found != numbers_of::<T>(UNKNOWN);
            if is_known && found != numbers_of::<T>(own) {
                return Err(Error::Differs {
                    what,
                    rank,
                    other,
                    size,
                });
            }
        }
    }
    Ok(())
}

/// Stands for the digest of a batch of which a process has only a part.
const UNKNOWN: u64 = 0;

/// Returns the digest of all examples of a batch.
fn digest_of_batch<T: Scalar>(examples: &Examples<'_, T>) -> u64 {
    if !examples.are_whole() {
        return UNKNOWN;
    }
    let mut batch = Digest::new();
    let weights = examples.weights.iter().flatten();
    for &number in examples.x.iter().chain(&examples.y).chain(weights) {
        batch.add(number);
    }
    batch.0
}

/// FNV-1a over 64-bit numbers.
struct Digest(u64);

impl Digest {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn add<T: Scalar>(&mut self, number: T) {
        self.0 = (self.0 ^ number.as_f64().to_bits()).wrapping_mul(0x100_0000_01b3);
    }
}

/// The number of pieces of 16 bits, which every scalar can represent.
const PIECES: usize = 4;

fn numbers_of<T: Scalar>(bits: u64) -> [T; PIECES] {
    [0, 16, 32, 48].map(|shift| T::from_usize((bits >> shift & 0xffff) as usize))
}
