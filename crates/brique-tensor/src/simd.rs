//! SIMD vectors as values, and the instruction sets that provide them.
//!
//! Kernels use them for loops that are not left to the compiler's automatic vectorization.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) mod baseline;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) mod wasm;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

use num_traits::{Float, Zero};

/// An instruction set. A value of the type proves that this processor supports it.
///
/// An [`Elementwise`](crate::Elementwise) passes it to the functions of [`inlined`](crate::inlined).
pub trait Simd: Copy {
    /// One SIMD vector of `f32`.
    #[doc(hidden)]
    type F32: Vector<Number = f32, Simd = Self>;
    /// One SIMD vector of `f64`.
    #[doc(hidden)]
    type F64: Vector<Number = f64, Simd = Self>;
    /// Whether there are 32 SIMD registers, otherwise there are 16.
    #[doc(hidden)]
    const HAS_MANY_REGISTERS: bool;
    /// Whether a SIMD vector is wider than 16 bytes, the width in the baseline.
    #[doc(hidden)]
    const HAS_WIDE_VECTORS: bool = true;
    /// Whether the instruction set has fused multiply-add. Without it, no kernel calls `mul_add`: it would be a
    /// function call for each number.
    const HAS_FUSED_MULTIPLY_ADD: bool = true;

    /// Does the work in a separate function that is compiled for this instruction set.
    ///
    /// A large kernel calls its parts through this method, so that each part can use all registers.
    ///
    /// Select a part by a constant, such as [`HAS_MANY_REGISTERS`](Self::HAS_MANY_REGISTERS) or a `const` block, if the choice
    /// depends only on types: otherwise every part is compiled, also for instruction sets that never call it.
    #[doc(hidden)]
    fn run<W: Work>(self, work: W) -> W::Output;

    /// Returns `a · b + c`, with one rounding if the instruction set has fused multiply-add, otherwise with two.
    #[inline(always)]
    fn multiply_add<T: Float>(self, a: T, b: T, c: T) -> T {
        if Self::HAS_FUSED_MULTIPLY_ADD {
            a.mul_add(b, c)
        } else {
            a * b + c
        }
    }
}

/// Work that is worth SIMD instructions.
///
/// [`run`](Self::run) and every function that it calls must be `#[inline(always)]`: a function that is not inlined is
/// compiled for the baseline.
pub trait Work {
    /// The result of the work.
    type Output;

    /// Does the work with this instruction set.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// The largest number of elements in a SIMD vector of any instruction set.
pub const MOST_LANES: usize = 16;

/// One SIMD vector: `LANES` elements that are added and multiplied at once, each with its own rounding.
#[allow(
    clippy::return_self_not_must_use,
    reason = "every method except those that store only returns SIMD vectors and has no other effect"
)]
pub trait Vector: Copy {
    /// The type of an element.
    type Number: Float;
    /// The instruction set of the vector.
    type Simd: Simd;
    /// The number of elements.
    const LANES: usize;

    /// Returns a vector with the same number in every lane.
    fn splat(simd: Self::Simd, number: Self::Number) -> Self;

    /// Loads the first `LANES` numbers of a slice.
    ///
    /// # Panics
    ///
    /// If the slice is shorter than `LANES`.
    fn load(simd: Self::Simd, numbers: &[Self::Number]) -> Self;

    /// Writes all elements to the start of a slice.
    ///
    /// # Panics
    ///
    /// If the slice is shorter than `LANES`.
    fn store(self, numbers: &mut [Self::Number]);

    /// Loads the first numbers of a slice; if it is shorter than `LANES`, the remaining lanes are 0.
    fn load_some(simd: Self::Simd, numbers: &[Self::Number]) -> Self;

    /// Writes the elements to the start of a slice; if it is shorter than `LANES`, only the first elements.
    #[inline(always)]
    fn store_some(self, numbers: &mut [Self::Number]) {
        if numbers.len() >= Self::LANES {
            return self.store(numbers);
        }
        let mut lanes = [Self::Number::zero(); MOST_LANES];
        self.store(&mut lanes);
        copy_some(&lanes, numbers);
    }

    /// Loads one vector from the start of each of `LANES` rows that are `stride` apart. The remaining vectors are 0.
    ///
    /// # Panics
    ///
    /// If the slice ends before the last element of a row.
    fn load_rows(simd: Self::Simd, numbers: &[Self::Number], stride: usize) -> [Self; MOST_LANES];

    /// Writes each of the first `LANES` vectors to the start of a row; the rows are `stride` apart.
    ///
    /// # Panics
    ///
    /// If the slice ends before the last element of a row.
    fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [Self::Number], stride: usize);

    /// Prefetches the cache line in which a slice begins: a hint that does not change any result.
    fn prefetch(simd: Self::Simd, numbers: &[Self::Number]);

    /// Returns `self + other`.
    fn plus(self, other: Self) -> Self;

    /// Returns `self − other`.
    fn minus(self, other: Self) -> Self;

    /// Returns `self · other`.
    fn times(self, other: Self) -> Self;

    /// Returns `self · factor + summand`, with one rounding if the instruction set has fused multiply-add.
    fn times_plus(self, factor: Self, summand: Self) -> Self;

    /// Returns `self · factor − subtrahend`, with one rounding if the instruction set has fused multiply-add.
    fn times_minus(self, factor: Self, subtrahend: Self) -> Self;

    /// Returns `self` with each element that is NaN replaced by the element of `other`.
    fn number_or(self, other: Self) -> Self;

    /// Returns the elements of both in alternation: the first of `self`, the first of `other`, the second of `self`,
    /// and so on.
    fn interleave(self, other: Self) -> (Self, Self);

    /// Returns the elements of both with even indices, and those with odd ones: the reverse of [`interleave`](Self::interleave).
    #[inline(always)]
    fn separate(self, other: Self) -> (Self, Self) {
        // Interleaving one time more would return `self` and `other`.
        (0..Self::LANES.ilog2()).fold((self, other), |(first, second), _| first.interleave(second))
    }

    /// Returns the square block of the first `LANES` vectors transposed: element j of vector i becomes element i of vector j.
    /// The vectors behind the block are unspecified.
    ///
    /// Each round interleaves vector i of the first half with vector i of the second half; log₂ `LANES` rounds transpose
    /// the block.
    #[inline(always)]
    fn transpose(mut square: [Self; MOST_LANES]) -> [Self; MOST_LANES] {
        for _ in 0..Self::LANES.ilog2() {
            let mut next = square;
            for pair in 0..Self::LANES / 2 {
                (next[2 * pair], next[2 * pair + 1]) =
                    square[pair].interleave(square[pair + Self::LANES / 2]);
            }
            square = next;
        }
        square
    }

    /// Returns the vector whose element i is element `lanes[i]` of `self`. Each of the first `LANES` numbers of `lanes` is
    /// less than `LANES`; otherwise the elements are unspecified.
    #[inline(always)]
    fn permute(self, simd: Self::Simd, lanes: &[u32; MOST_LANES]) -> Self {
        let mut numbers = [Self::Number::zero(); MOST_LANES];
        self.store(&mut numbers);
        let mut permuted = numbers;
        for (number, &lane) in permuted.iter_mut().zip(lanes) {
            *number = numbers[lane as usize % MOST_LANES];
        }
        Self::load(simd, &permuted)
    }

    /// The SIMD vector of `f64` of the same instruction set.
    type Wide: Vector<Number = f64, Simd = Self::Simd>;

    /// Returns the same numbers as `f64`, in two SIMD vectors. A SIMD vector of `f64` is returned twice, unchanged.
    fn widen(self) -> [Self::Wide; 2];

    /// Rounds the `f64` of two SIMD vectors to the nearest numbers of this type: the reverse of [`widen`](Self::widen).
    fn narrow(wide: [Self::Wide; 2]) -> Self;
}

/// Fills a slice shorter than `MOST_LANES` from `lanes`, in pieces of a fixed length: one instruction for each piece.
#[inline(always)]
fn copy_some<T: Copy>(lanes: &[T; MOST_LANES], target: &mut [T]) {
    let (mut rest, mut first) = (target, 0);
    let mut length = MOST_LANES / 2;
    while length > 0 {
        if rest.len() >= length {
            let (piece, remaining) = rest.split_at_mut(length);
            piece.copy_from_slice(&lanes[first..first + length]);
            (rest, first) = (remaining, first + length);
        }
        length /= 2;
    }
}
