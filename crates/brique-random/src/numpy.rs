//! NumPy's legacy generator, `numpy.random.RandomState`: frozen by NumPy itself since version 1.16.

use rand_mt::Mt;

use crate::RandomSource;

/// NumPy's `RandomState(seed)`: the Mersenne Twister MT19937, and the legacy algorithms for drawing from it.
///
/// The same seed and the same order of draws give NumPy's own numbers, bit for bit if the platform's `log` is the same
/// as NumPy's. Normal draws call `log`; another implementation may differ in the last digit. `numpy.random.seed(s)`
/// followed by the functions of `numpy.random` is equivalent to `RandomState(s)`.
///
/// ```
/// use brique_random::{NumpyRandomState, RandomSource};
///
/// let mut state = NumpyRandomState::new(42);
/// // numpy.random.RandomState(42).random_sample()
/// assert_eq!(state.random_sample(), 0.3745401188473625);
/// assert_eq!(state.uniform(-4.0, 4.0), 3.6057144512793293);
///
/// let mut state = NumpyRandomState::new(42);
/// // numpy.random.RandomState(42).randn()
/// assert_eq!(state.standard_normal(), 0.4967141530112327);
/// ```
///
/// Source: `numpy/random/src/legacy/legacy-distributions.c` and `numpy/random/mtrand.pyx`, the definitions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NumpyRandomState {
    twister: Mt,
    /// The second variate of the last polar pair, as bits. The next normal draw returns it.
    cached_normal: Option<u64>,
}

impl NumpyRandomState {
    /// Returns the generator at the start of the stream of `seed`, as `RandomState(seed)`.
    #[must_use]
    pub fn new(seed: u32) -> Self {
        Self {
            twister: Mt::new(seed),
            cached_normal: None,
        }
    }

    /// Draws a number from the uniform distribution on [0, 1), a multiple of 2⁻⁵³.
    ///
    /// It consists of the upper 27 and 26 bits of two 32-bit words: `((a >> 5)·2²⁶ + (b >> 6)) / 2⁵³`.
    pub fn random_sample(&mut self) -> f64 {
        let upper = f64::from(self.twister.next_u32() >> 5);
        let lower = f64::from(self.twister.next_u32() >> 6);
        (upper * 67_108_864.0 + lower) / 9_007_199_254_740_992.0
    }

    /// Draws a number from 0 to `max`, both included: draws masked words until one is small enough.
    fn interval(&mut self, max: u64) -> u64 {
        if max == 0 {
            return 0;
        }
        let mask = u64::MAX >> max.leading_zeros();
        loop {
            let mut word = u64::from(self.twister.next_u32());
            if max > u64::from(u32::MAX) {
                word = (word << 32) | u64::from(self.twister.next_u32());
            }
            if word & mask <= max {
                return word & mask;
            }
        }
    }
}

impl RandomSource for NumpyRandomState {
    fn uniform(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.random_sample()
    }

    /// Uses Marsaglia's polar method. It returns the second number of each pair and saves the first for the next draw.
    fn standard_normal(&mut self) -> f64 {
        if let Some(bits) = self.cached_normal.take() {
            return f64::from_bits(bits);
        }
        loop {
            let first = 2.0 * self.random_sample() - 1.0;
            let second = 2.0 * self.random_sample() - 1.0;
            let radius = first * first + second * second;
            if radius < 1.0 && radius != 0.0 {
                let scale = (-2.0 * radius.ln() / radius).sqrt();
                self.cached_normal = Some((scale * first).to_bits());
                return scale * second;
            }
        }
    }

    /// Uses the Fisher–Yates shuffle, from the last index down to the second.
    fn shuffle(&mut self, indices: &mut [usize]) {
        for last in (1..indices.len()).rev() {
            let other = self.uniform_integer(last);
            indices.swap(last, other);
        }
    }

    /// Draws 32-bit words, or 64-bit ones if `max` does not fit into 32 bits, and sets their upper bits to 0, until one
    /// is at most `max`.
    fn uniform_integer(&mut self, max: usize) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "at most `max`, which is a usize")]
        let integer = self.interval(max as u64) as usize;
        integer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `numpy.random.RandomState(3).randint(0, n, dtype=numpy.int64)`, which draws words as a long permutation does.
    #[test]
    fn wide_intervals_take_two_words() {
        let draw = |max: u64| {
            let mut state = NumpyRandomState::new(3);
            [(); 4].map(|()| state.interval(max))
        };
        assert_eq!(
            draw((1 << 40) - 1),
            [455_570_294_424, 1_073_054_410_371, 790_795_084_744, 2_445_173_525]
        );
        assert_eq!(
            draw((1 << 32) + 4),
            [303_761_048, 521_102_280, 2_445_173_525, 80_522_091]
        );
    }

    #[test]
    fn the_widest_narrow_interval_takes_one_word() {
        let mut state = NumpyRandomState::new(3);
        let mut words = state.clone();
        assert_eq!(
            state.interval(u32::MAX.into()),
            u64::from(words.twister.next_u32())
        );
        assert_eq!(state, words);
    }
}
