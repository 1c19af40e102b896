//! Registers of a vector unit as values: what kernels are written in where loops are not left to the compiler.

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

use num_traits::{Float, Zero};

use crate::unit::{Baseline, Unit};

/// The most numbers that a register of any unit holds.
pub const MOST_LANES: usize = 16;

/// One register: `LANES` numbers that are added and multiplied at once, each rounded by itself.
#[allow(
    clippy::return_self_not_must_use,
    reason = "every method but those that store gives registers, and has no other effect"
)]
pub trait Vector: Copy {
    /// What it holds.
    type Number: Float;
    /// The unit that has such registers.
    type Unit: Unit;
    /// How many it holds.
    const LANES: usize;

    /// The same number in every lane.
    fn splat(unit: Self::Unit, number: Self::Number) -> Self;

    /// The first numbers of a slice.
    ///
    /// # Panics
    ///
    /// If there are fewer than `LANES`.
    fn load(unit: Self::Unit, numbers: &[Self::Number]) -> Self;

    /// Writes the lanes to the first places of a slice.
    ///
    /// # Panics
    ///
    /// If there are fewer than `LANES`.
    fn store(self, numbers: &mut [Self::Number]);

    /// The first numbers of a slice, with zeros in the lanes for which there are none.
    fn load_some(unit: Self::Unit, numbers: &[Self::Number]) -> Self;

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

    /// The first numbers of `LANES` rows that are `stride` apart, a register each; the registers behind them are zeros.
    ///
    /// # Panics
    ///
    /// If a row is not there, or is too short.
    fn load_rows(unit: Self::Unit, numbers: &[Self::Number], stride: usize) -> [Self; MOST_LANES];

    /// Writes the first `LANES` registers to the first places of rows that are `stride` apart.
    ///
    /// # Panics
    ///
    /// If a row is not there, or is too short.
    fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [Self::Number], stride: usize);

    /// Asks for the line of the cache in which a slice begins, before it is wanted: a hint, which changes no number.
    fn prefetch(unit: Self::Unit, numbers: &[Self::Number]);

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

    /// Registers of `f64` of the same unit.
    type Wide: Vector<Number = f64, Unit = Self::Unit>;

    /// The same numbers in `f64`, in two registers; of a register of `f64`, itself twice.
    fn widen(self) -> [Self::Wide; 2];

    /// The nearest numbers to those of two registers that [`widen`](Self::widen) could give.
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

/// Lanes without a register of their own: the compiler finds what the processor has.
#[derive(Debug, Clone, Copy)]
pub struct Array<T, const LANES: usize>([T; LANES]);

impl<T: Float, const LANES: usize> Vector for Array<T, LANES>
where
    Self: OnBaseline,
{
    type Number = T;
    type Unit = Baseline;
    const LANES: usize = LANES;

    #[inline(always)]
    fn splat(_: Baseline, number: T) -> Self {
        Self([number; LANES])
    }

    #[inline(always)]
    fn load(_: Baseline, numbers: &[T]) -> Self {
        let numbers = &numbers[..LANES];
        Self(std::array::from_fn(|lane| numbers[lane]))
    }

    #[inline(always)]
    fn store(self, numbers: &mut [T]) {
        numbers[..LANES].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn load_some(unit: Baseline, numbers: &[T]) -> Self {
        if numbers.len() >= LANES {
            return Self::load(unit, numbers);
        }
        Self(std::array::from_fn(|lane| {
            numbers.get(lane).copied().unwrap_or_else(T::zero)
        }))
    }

    #[inline(always)]
    fn load_rows(unit: Baseline, numbers: &[T], stride: usize) -> [Self; MOST_LANES] {
        let mut rows = [Self::splat(unit, T::zero()); MOST_LANES];
        for (row, register) in rows[..LANES].iter_mut().enumerate() {
            *register = Self::load(unit, &numbers[row * stride..]);
        }
        rows
    }

    #[inline(always)]
    fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [T], stride: usize) {
        for (row, register) in rows[..LANES].iter().enumerate() {
            register.store(&mut numbers[row * stride..]);
        }
    }

    #[inline(always)]
    fn prefetch(_: Baseline, _: &[T]) {}

    #[inline(always)]
    fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] + other.0[lane]))
    }

    #[inline(always)]
    fn minus(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] - other.0[lane]))
    }

    #[inline(always)]
    fn times(self, other: Self) -> Self {
        Self(std::array::from_fn(|lane| self.0[lane] * other.0[lane]))
    }

    #[inline(always)]
    fn times_plus(self, factor: Self, summand: Self) -> Self {
        let lane = |lane: usize| Self::number_times_plus(self.0[lane], factor.0[lane], summand.0[lane]);
        Self(std::array::from_fn(lane))
    }

    #[inline(always)]
    fn times_minus(self, factor: Self, subtrahend: Self) -> Self {
        let lane = |lane: usize| Self::number_times_plus(self.0[lane], factor.0[lane], -subtrahend.0[lane]);
        Self(std::array::from_fn(lane))
    }

    #[inline(always)]
    fn number_or(self, other: Self) -> Self {
        let lane = |lane: usize| {
            if self.0[lane].is_nan() {
                other.0[lane]
            } else {
                self.0[lane]
            }
        };
        Self(std::array::from_fn(lane))
    }

    #[inline(always)]
    fn interleave(self, other: Self) -> (Self, Self) {
        let lane = |lane: usize| {
            if lane.is_multiple_of(2) {
                self.0[lane / 2]
            } else {
                other.0[lane / 2]
            }
        };
        let (mut low, mut high) = (self, other);
        for place in 0..LANES {
            (low.0[place], high.0[place]) = (lane(place), lane(place + LANES));
        }
        (low, high)
    }

    type Wide = Array<f64, 2>;

    #[inline(always)]
    fn widen(self) -> [Self::Wide; 2] {
        self.widened()
    }

    #[inline(always)]
    fn narrow(wide: [Self::Wide; 2]) -> Self {
        Self::narrowed(wide)
    }

    #[inline(always)]
    fn number_times_plus(a: T, b: T, c: T) -> T {
        if cfg!(target_arch = "aarch64") {
            a.mul_add(b, c)
        } else {
            a * b + c
        }
    }
}

/// The registers of the baseline.
pub trait OnBaseline: Sized {
    /// As [`Vector::widen`].
    fn widened(self) -> [Array<f64, 2>; 2];

    /// As [`Vector::narrow`].
    fn narrowed(wide: [Array<f64, 2>; 2]) -> Self;
}

impl OnBaseline for Array<f32, 4> {
    #[inline(always)]
    fn widened(self) -> [Array<f64, 2>; 2] {
        let [a, b, c, d] = self.0.map(f64::from);
        [Array([a, b]), Array([c, d])]
    }

    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to f32 is what is asked for"
    )]
    fn narrowed([Array([a, b]), Array([c, d])]: [Array<f64, 2>; 2]) -> Self {
        Self([a as f32, b as f32, c as f32, d as f32])
    }
}

impl OnBaseline for Array<f64, 2> {
    #[inline(always)]
    fn widened(self) -> [Self; 2] {
        [self, self]
    }

    #[inline(always)]
    fn narrowed([wide, _]: [Self; 2]) -> Self {
        wide
    }
}
