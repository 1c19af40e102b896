//! Every generator of the `rand` crate as a source, and the portable default generator.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, StandardUniform};

use crate::RandomSource;
use crate::normal::standard_normal;

/// The default generator: xoshiro256++.
///
/// Its stream is fixed by its authors' reference, while the stream of `rand::rngs::StdRng` may change with any release.
pub type PortableRng = rand::rngs::Xoshiro256PlusPlus;

/// Returns the default generator at the start of the stream of `seed`.
///
/// A seed gives the same stream on every platform, of all kinds of numbers.
///
/// ```
/// use brique_random::{RandomSource, portable};
///
/// assert_eq!(portable(7).permutation(5), portable(7).permutation(5));
/// ```
#[must_use]
pub fn portable(seed: u64) -> PortableRng {
    PortableRng::seed_from_u64(seed)
}

impl<R: Rng + ?Sized> RandomSource for R {
    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        let u: f64 = StandardUniform.sample(self);
        low + (high - low) * u
    }

    fn standard_normal(&mut self) -> f64 {
        standard_normal(self)
    }

    fn shuffle(&mut self, indices: &mut [usize]) {
        SliceRandom::shuffle(indices, self);
    }

    fn uniform_integer(&mut self, max: usize) -> usize {
        self.random_range(0..=max)
    }
}
