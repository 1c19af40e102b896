//! The instruction set that every processor of the architecture has.

use num_traits::Float;

use super::{MOST_LANES, Simd, Vector, Work};

/// The instruction set that every processor of the architecture has: SSE2, or NEON.
#[derive(Debug, Clone, Copy)]
pub struct Baseline;

impl Simd for Baseline {
    type F32 = Array<f32, 4>;
    type F64 = Array<f64, 2>;
    const HAS_MANY_REGISTERS: bool = cfg!(target_arch = "aarch64");
    const HAS_WIDE_VECTORS: bool = false;
    const HAS_FUSED_MULTIPLY_ADD: bool = cfg!(target_arch = "aarch64");

    #[inline(never)]
    fn run<W: Work>(self, work: W) -> W::Output {
        work.run(self)
    }
}

/// A SIMD vector as an array: the compiler chooses the instructions for it.
#[derive(Debug, Clone, Copy)]
pub struct Array<T, const LANES: usize>([T; LANES]);

impl<T: Float, const LANES: usize> Vector for Array<T, LANES>
where
    Self: OnBaseline,
{
    type Number = T;
    type Simd = Baseline;
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
    fn load_some(simd: Baseline, numbers: &[T]) -> Self {
        if numbers.len() >= LANES {
            return Self::load(simd, numbers);
        }
        Self(std::array::from_fn(|lane| {
            numbers.get(lane).copied().unwrap_or_else(T::zero)
        }))
    }

    #[inline(always)]
    fn load_rows(simd: Baseline, numbers: &[T], stride: usize) -> [Self; MOST_LANES] {
        let mut rows = [Self::splat(simd, T::zero()); MOST_LANES];
        for (row, vector) in rows[..LANES].iter_mut().enumerate() {
            *vector = Self::load(simd, &numbers[row * stride..]);
        }
        rows
    }

    #[inline(always)]
    fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [T], stride: usize) {
        for (row, vector) in rows[..LANES].iter().enumerate() {
            vector.store(&mut numbers[row * stride..]);
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
        let lane = |lane: usize| Baseline.multiply_add(self.0[lane], factor.0[lane], summand.0[lane]);
        Self(std::array::from_fn(lane))
    }

    #[inline(always)]
    fn times_minus(self, factor: Self, subtrahend: Self) -> Self {
        let lane = |lane: usize| Baseline.multiply_add(self.0[lane], factor.0[lane], -subtrahend.0[lane]);
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
        for index in 0..LANES {
            (low.0[index], high.0[index]) = (lane(index), lane(index + LANES));
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
}

/// The conversions of the SIMD vectors of the baseline.
pub trait OnBaseline: Sized {
    /// Implements [`Vector::widen`].
    fn widened(self) -> [Array<f64, 2>; 2];

    /// Implements [`Vector::narrow`].
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
        reason = "the conversion rounds to f32 on purpose"
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
