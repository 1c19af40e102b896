//! A measurement of the peak rate of multiply-adds, on registers without memory access.

use std::hint::black_box;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicU64, Ordering};

use num_traits::{One, Zero};

use crate::Scalar;
#[cfg(doc)]
use crate::SimdLevel;
use crate::simd::{MOST_LANES, Simd, Vector, Work};
use crate::simd_level::dispatch;
use crate::simd_number::SimdNumber;
use crate::threads::{self, Divisible};

/// The number of rounds that keeps a thread busy for about 10 µs.
const WORTH_A_THREAD: usize = 4096;

/// Does fused multiply-adds on SIMD vectors and returns the number of floating-point operations.
///
/// In each of `rounds` rounds, it does one multiply-add for each of a few independent sums. A multiply-add counts as 2
/// operations per element. Nothing is loaded or stored meanwhile, and there are enough sums to hide the latency of an
/// instruction. The operations per second are therefore the most that any kernel can reach at the current
/// [`SimdLevel`]. At a level without fused multiply-add, which is the baseline of x86-64, a multiplication and an
/// addition are done instead.
///
/// As in a kernel, the rounds are divided between the threads of [`Threads::run`](crate::Threads::run).
///
/// ```
/// use std::time::Instant;
///
/// let start = Instant::now();
/// let operations = brique_tensor::multiply_adds::<f32>(10_000);
/// println!("{:.1} GFLOP/s", operations as f64 / start.elapsed().as_secs_f64() / 1e9);
/// # assert!(operations >= 10_000 * 2 * 8 * 4);
/// ```
#[doc(hidden)]
#[must_use]
pub fn multiply_adds<T: Scalar>(rounds: usize) -> u64 {
    let operations = AtomicU64::new(0);
    let work = Share {
        rounds,
        operations: &operations,
        compute: T::multiply_adds,
    };
    threads::compute(work, rounds, WORTH_A_THREAD);
    operations.into_inner()
}

struct Share<'a> {
    rounds: usize,
    /// The number of operations that are done.
    operations: &'a AtomicU64,
    compute: fn(usize) -> u64,
}

impl Divisible for Share<'_> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let half = self.rounds / 2;
        let other = Self {
            rounds: self.rounds - half,
            ..self
        };
        Ok((Self { rounds: half, ..self }, other))
    }

    fn compute(self) {
        let operations = (self.compute)(self.rounds);
        self.operations.fetch_add(operations, Ordering::Relaxed);
    }
}

/// Does [`multiply_adds`] on this thread only.
pub(crate) fn compute<T: SimdNumber>(rounds: usize) -> u64 {
    dispatch(Chains::<T> {
        rounds,
        number: PhantomData,
    })
}

struct Chains<T> {
    rounds: usize,
    number: PhantomData<T>,
}

impl<T: SimdNumber> Work for Chains<T> {
    type Output = u64;

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> u64 {
        // Two instructions run at once, and each takes 4 or 5 cycles: with 10 sums or more, the processor is never
        // idle. The factor and the summand need one register each.
        if S::HAS_MANY_REGISTERS {
            chains::<T::Vector<S>, 24>(simd, self.rounds)
        } else {
            chains::<T::Vector<S>, 12>(simd, self.rounds)
        }
    }
}

#[inline(always)]
fn chains<V: Vector, const SUMS: usize>(simd: V::Simd, rounds: usize) -> u64 {
    let one = V::Number::one();
    // `black_box` hides the numbers from the compiler, and that some are equal. The sums converge to 1: none becomes
    // infinite, or subnormal, which would be slower.
    let opaque = |number: V::Number| V::splat(simd, black_box(number));
    let half = one / (one + one);
    let (factor, summand) = (opaque(half), opaque(half));
    let mut sums: [V; SUMS] = std::array::from_fn(|_| opaque(one));
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = sum.times_plus(factor, summand);
        }
    }
    let total = sums.into_iter().fold(opaque(V::Number::zero()), V::plus);
    let mut lanes = [V::Number::zero(); MOST_LANES];
    total.store(&mut lanes);
    black_box(lanes);
    2 * (SUMS * V::LANES * rounds) as u64
}
