//! SIMD vectors as values, and the instruction sets that have them: what kernels are written in where loops are not left to
//! the compiler.

pub(crate) mod baseline;
#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

use num_traits::{Float, Zero};

/// An instruction set. A value of the type proves that this processor has it.
pub trait Simd: Copy {
    /// One SIMD vector of `f32`.
    type F32: Vector<Number = f32, Simd = Self>;
    /// One SIMD vector of `f64`.
    type F64: Vector<Number = f64, Simd = Self>;
    /// How many registers there are.
    const REGISTERS: usize;
    /// Whether a SIMD vector is wider than 16 bytes, which is the least that any instruction set has.
    const HAS_WIDE_VECTORS: bool = true;

    /// Does the work in a function of its own, compiled for this instruction set: a large kernel calls its parts so, that each has all
    /// registers.
    fn run<W: Work>(self, work: W) -> W::Output;
}

/// Work that is worth SIMD instructions.
///
/// [`run`](Self::run) and all it calls have to be `#[inline(always)]`: what is not inlined is compiled for the baseline.
pub trait Work {
    /// What the work gives.
    type Output;

    /// Does it, on this instruction set.
    fn run<S: Simd>(self, simd: S) -> Self::Output;
}

/// The most numbers that a SIMD vector of any instruction set holds.
pub const MOST_LANES: usize = 16;

/// One SIMD vector: `LANES` numbers that are added and multiplied at once, each rounded by itself.
#[allow(
    clippy::return_self_not_must_use,
    reason = "every method but those that store gives registers, and has no other effect"
)]
pub trait Vector: Copy {
    /// What it holds.
    type Number: Float;
    /// The instruction set that has such SIMD vectors.
    type Simd: Simd;
    /// How many it holds.
    const LANES: usize;

    /// The same number in every lane.
    fn splat(simd: Self::Simd, number: Self::Number) -> Self;

    /// The first numbers of a slice.
    ///
    /// # Panics
    ///
    /// If there are fewer than `LANES`.
    fn load(simd: Self::Simd, numbers: &[Self::Number]) -> Self;

    /// Writes the lanes to the first places of a slice.
    ///
    /// # Panics
    ///
    /// If there are fewer than `LANES`.
    fn store(self, numbers: &mut [Self::Number]);

    /// The first numbers of a slice, with zeros in the lanes for which there are none.
    fn load_some(simd: Self::Simd, numbers: &[Self::Number]) -> Self;

    /// Writes as many lanes as a slice has places, the first ones.
    #[inline(always)]
    fn store_some(self, numbers: &mut [Self::Number]) {
        if numbers.len() >= Self::LANES {
            return self.store(numbers);
        }
        let mut lanes = [Self::Number::zero(); MOST_LANES];
        self.store(&mut lanes);
        copy_some(&lanes, numbers);
    }

    /// The first numbers of `LANES` rows that are `stride` apart, a SIMD vector each; the vectors after them are zeros.
    ///
    /// # Panics
    ///
    /// If a row is not there, or is too short.
    fn load_rows(simd: Self::Simd, numbers: &[Self::Number], stride: usize) -> [Self; MOST_LANES];

    /// Writes the first `LANES` vectors to the first places of rows that are `stride` apart.
    ///
    /// # Panics
    ///
    /// If a row is not there, or is too short.
    fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [Self::Number], stride: usize);

    /// Asks for the line of the cache in which a slice begins, before it is wanted: a hint, which changes no number.
    fn prefetch(simd: Self::Simd, numbers: &[Self::Number]);

    /// `self + other`.
    fn plus(self, other: Self) -> Self;

    /// `self − other`.
    fn minus(self, other: Self) -> Self;

    /// `self · other`.
    fn times(self, other: Self) -> Self;

    /// `self · factor + summand`, in one rounding where the processor can.
    fn times_plus(self, factor: Self, summand: Self) -> Self;

    /// `self · factor − subtrahend`, in one rounding where the processor can.
    fn times_minus(self, factor: Self, subtrahend: Self) -> Self;

    /// Where `self` is NaN, `other`.
    fn number_or(self, other: Self) -> Self;

    /// The lanes of both in turn: the first of `self`, the first of `other`, the second of `self`, and so on.
    fn interleave(self, other: Self) -> (Self, Self);

    /// SIMD vectors of `f64` of the same instruction set.
    type Wide: Vector<Number = f64, Simd = Self::Simd>;

    /// The same numbers in `f64`, in two SIMD vectors; of a SIMD vector of `f64`, itself twice.
    fn widen(self) -> [Self::Wide; 2];

    /// The nearest numbers to those of two SIMD vectors that [`widen`](Self::widen) could give.
    fn narrow(wide: [Self::Wide; 2]) -> Self;

    /// [`times_plus`](Self::times_plus) of single numbers.
    fn number_times_plus(a: Self::Number, b: Self::Number, c: Self::Number) -> Self::Number;
}

/// Fills a slice of fewer than `MOST_LANES` places, in pieces of a fixed length, each one instruction.
#[inline(always)]
fn copy_some<T: Copy>(lanes: &[T; MOST_LANES], places: &mut [T]) {
    let (mut rest, mut first) = (places, 0);
    let mut length = MOST_LANES / 2;
    while length > 0 {
        if rest.len() >= length {
            let (piece, others) = rest.split_at_mut(length);
            piece.copy_from_slice(&lanes[first..first + length]);
            (rest, first) = (others, first + length);
        }
        length /= 2;
    }
}
