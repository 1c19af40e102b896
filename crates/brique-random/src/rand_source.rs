//! Every generator of the `rand` crate as a source, and the portable default generator.

use rand::seq::SliceRandom;
use rand::{Rng, RngExt, SeedableRng};
use rand_distr::{Distribution, StandardNormal, StandardUniform};

use crate::RandomSource;

/// The default generator: xoshiro256++.
///
/// Its stream is fixed by its authors' reference, while the stream of `rand::rngs::StdRng` may change with any release.
pub type PortableRng = rand::rngs::Xoshiro256PlusPlus;

/// Returns the default generator at the start of the stream of `seed`.
///
/// A seed gives the same stream of random bits on every platform.
/// The rare normal numbers in the tail use a logarithm, whose last digit depends on the platform.
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
        StandardNormal.sample(self)
    }

    fn shuffle(&mut self, indices: &mut [usize]) {
        SliceRandom::shuffle(indices, self);
    }

    fn uniform_integer(&mut self, max: usize) -> usize {
        self.random_range(0..=max)
    }
}
