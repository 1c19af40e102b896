//! An order of examples that is computed, not stored.

/// Rounds of the Feistel network. Four give a permutation that cannot be told from a random one if each round has an
/// independent random function; more make up for a function that is only a hash, and for small numbers of examples.
const ROUNDS: usize = 10;

/// The increment of `SplitMix64`: 2⁶⁴ divided by the golden ratio, rounded to an odd number.
const GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// An order of the examples 0 to n − 1, each of which is computed when it is needed. It takes no memory.
///
/// The order is a pure function of n and the seed: a keyed Feistel network permutes the numbers of 2b bits, where b is the
/// smallest number of bits with n ≤ 4ᵇ. A result of n or more is permuted again until it is below n, which takes at most 4
/// permutations on average. The keys are those of `SplitMix64`.
///
/// It is another order than the one that [`Fit::run`](brique_train::Fit::run) draws for a data set in memory with the same
/// seed. There are at most 2⁶⁴ orders, one for each seed; they are no secret.
///
/// ```
/// use brique_distributed::Order;
///
/// let order = Order::new(1_000_000_000, Some(7));
/// assert_eq!(order.get(3), order.get(3));
/// assert_eq!(order.get(1_000_000_000), None);
///
/// let mut all: Vec<usize> = (0..10).filter_map(|position| Order::new(10, Some(1)).get(position)).collect();
/// all.sort();
/// assert_eq!(all, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
/// assert_eq!(Order::new(10, None).get(3), Some(3));
/// ```
///
/// Sources: M. Luby and C. Rackoff, *How to construct pseudorandom permutations from pseudorandom functions*, 1988;
/// J. Black and P. Rogaway, *Ciphers with arbitrary finite domains*, 2002, for permuting again; G. Steele, D. Lea and
/// C. Flood, *Fast splittable pseudorandom number generators*, 2014.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    examples: usize,
    /// The number of bits of each half, b.
    bits: u32,
    /// `None` for the order 0, 1, 2, …
    keys: Option<[u64; ROUNDS]>,
}

impl Order {
    /// Creates the order of this many examples that belongs to the seed. Without a seed, it is 0, 1, 2, …
    #[must_use]
    pub fn new(examples: usize, seed: Option<u64>) -> Self {
        let largest = examples.saturating_sub(1) as u64;
        Self {
            examples,
            bits: (u64::BITS - largest.leading_zeros()).div_ceil(2).max(1),
            keys: seed.map(keys),
        }
    }

    /// Returns the example at this position, or `None` if the position is not below the number of examples.
    #[must_use]
    pub fn get(&self, position: usize) -> Option<usize> {
        if position >= self.examples {
            return None;
        }
        let Some(keys) = &self.keys else {
            return Some(position);
        };
        let mut number = self.permuted(position as u64, keys);
        // The cycle of `position` comes back to it, so it has a number below n.
        while number >= self.examples as u64 {
            number = self.permuted(number, keys);
        }
        usize::try_from(number).ok()
    }

    /// Returns the number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.examples
    }

    /// Returns whether there are no examples.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.examples == 0
    }

    fn permuted(&self, number: u64, keys: &[u64; ROUNDS]) -> u64 {
        let mask = (1 << self.bits) - 1;
        let halves = (number >> self.bits, number & mask);
        let (left, right) = keys.iter().fold(halves, |(left, right), key| {
            (right, left ^ (mix(right ^ key) & mask))
        });
        left << self.bits | right
    }
}

fn keys(seed: u64) -> [u64; ROUNDS] {
    let mut key = mix(seed);
    std::array::from_fn(|_| {
        key = mix(key.wrapping_add(GAMMA));
        key
    })
}

/// The output function of `SplitMix64`, a bijection that lets each bit depend on all bits.
fn mix(number: u64) -> u64 {
    let number = (number ^ number >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ number >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ number >> 31
}
