//! Every generator of the `rand` crate as a source, and the portable one that is the default.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal, StandardUniform};

use crate::RandomSource;

/// The default generator: xoshiro256++.
///
/// Its stream is fixed by its authors' reference, where `rand::rngs::StdRng` may change with any release.
pub type PortableRng = rand::rngs::Xoshiro256PlusPlus;

/// The default generator at the start of the stream of `seed`.
///
/// One seed gives one stream of random bits on every platform.
/// The rare normal numbers in the tail take a logarithm, whose last digit is the platform's.
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
}
