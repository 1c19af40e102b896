//! Standard normal numbers with the same bits on every platform.

use std::convert::Infallible;

use rand::{Rng, TryRng};
use rand_distr::{Distribution, Open01, StandardNormal};

/// The numbers beyond this bound are in the tail of the ziggurat of `rand_distr`.
const TAIL: f64 = 3.654_152_885_361_009;

/// Draws a standard normal number.
///
/// A number in the tail is `±(TAIL − ln(u) / TAIL)`. `rand_distr` takes the logarithm from the platform's C library,
/// whose last digit differs between platforms. It is computed again here, from the same bits.
pub(crate) fn standard_normal<R: Rng + ?Sized>(rng: &mut R) -> f64 {
    let mut recorder = Recorder { rng, last: [0; 2] };
    let number: f64 = StandardNormal.sample(&mut recorder);
    if number.abs() <= TAIL {
        return number;
    }
    // The last two words are those of u, and of another number that only decides whether u is used.
    let u: f64 = Open01.sample(&mut Once(recorder.last[0]));
    (TAIL - libm::log(u) / TAIL).copysign(number)
}

/// A generator that remembers the last two words that it has passed on.
struct Recorder<'a, R: ?Sized> {
    rng: &'a mut R,
    last: [u64; 2],
}

impl<R: Rng + ?Sized> TryRng for Recorder<'_, R> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.rng.next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let word = self.rng.next_u64();
        self.last = [self.last[1], word];
        Ok(word)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.rng.fill_bytes(bytes);
        Ok(())
    }
}

/// A generator of a single word.
struct Once(u64);

impl TryRng for Once {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((self.0 >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.0)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.0.to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use rand_distr::{Distribution, StandardNormal};

    use super::{TAIL, standard_normal};
    use crate::portable;

    #[test]
    fn the_numbers_are_those_of_rand_distr_within_a_last_digit() {
        let (mut ours, mut theirs) = (portable(1), portable(1));
        let mut tails = 0;
        for _ in 0..200_000 {
            let (a, b): (f64, f64) = (standard_normal(&mut ours), StandardNormal.sample(&mut theirs));
            if b.abs() > TAIL {
                tails += 1;
                assert!((a - b).abs() <= 4.0 * f64::EPSILON, "{a} instead of {b}");
            } else {
                assert_eq!(a.to_bits(), b.to_bits());
            }
        }
        assert!(tails > 20, "{tails} numbers in the tail");
        assert_eq!(ours, theirs);
    }
}
