//! Registers of a vector unit as values: what kernels are written in where loops are not left to the compiler.

use num_traits::Float;

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

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    //! The registers that some processors of x86-64 have.

    #![allow(
        unsafe_code,
        reason = "instructions of a vector unit can be called no other way"
    )]

    use std::arch::x86_64 as instructions;

    use super::{MOST_LANES, Vector};
    use crate::unit::x86::{Avx2, Avx512};

    /// Where the last of so many rows of as many numbers ends.
    #[inline(always)]
    fn end_of_rows(lanes: usize, stride: usize) -> usize {
        stride.saturating_mul(lanes - 1).saturating_add(lanes)
    }

    macro_rules! register {
        ($(#[$doc:meta])* $name:ident, $number:ty, $lanes:literal, $unit:ty, $raw:ident,
         $splat:ident, $load:ident, $store:ident,
         $plus:ident, $minus:ident, $times:ident, $times_plus:ident, $times_minus:ident,
         |$self:ident, $other:ident| $number_or:expr, $interleave:expr,
         $wide:ident, $widen:expr, |$low:ident, $high:ident| $narrow:expr) => {
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub struct $name(instructions::$raw);

            impl Vector for $name {
                type Number = $number;
                type Unit = $unit;
                const LANES: usize = $lanes;

                #[inline(always)]
                fn splat(_: $unit, number: $number) -> Self {
                    // SAFETY: the unit proves that the processor has the instruction.
                    Self(unsafe { instructions::$splat(number) })
                }

                #[inline(always)]
                fn load(_: $unit, numbers: &[$number]) -> Self {
                    let numbers = &numbers[..$lanes];
                    // SAFETY: the unit proves that the processor has the instruction, which reads `LANES` numbers at any
                    // address; so many are there, the line above counted them.
                    Self(unsafe { instructions::$load(numbers.as_ptr()) })
                }

                #[inline(always)]
                fn store(self, numbers: &mut [$number]) {
                    let numbers = &mut numbers[..$lanes];
                    // SAFETY: only a unit makes such a register; the instruction writes `LANES` numbers at any address,
                    // and so many places are there, the line above counted them.
                    unsafe { instructions::$store(numbers.as_mut_ptr(), self.0) }
                }

                #[inline(always)]
                fn load_rows(unit: $unit, numbers: &[$number], stride: usize) -> [Self; MOST_LANES] {
                    let numbers = &numbers[..end_of_rows($lanes, stride)];
                    let mut rows = [Self::splat(unit, 0.0); MOST_LANES];
                    for (row, register) in rows[..$lanes].iter_mut().enumerate() {
                        // SAFETY: the unit proves that the processor has the instruction, which reads `LANES` numbers at
                        // any address; those of the last row end where the slice does, the others before.
                        *register = Self(unsafe { instructions::$load(numbers.as_ptr().add(row * stride)) });
                    }
                    rows
                }

                #[inline(always)]
                fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [$number], stride: usize) {
                    let numbers = &mut numbers[..end_of_rows($lanes, stride)];
                    for (row, register) in rows[..$lanes].iter().enumerate() {
                        // SAFETY: only a unit makes such a register; the instruction writes `LANES` numbers at any address,
                        // and those of the last row end where the slice does, the others before.
                        unsafe { instructions::$store(numbers.as_mut_ptr().add(row * stride), register.0) }
                    }
                }

                #[inline(always)]
                fn prefetch(_: $unit, numbers: &[$number]) {
                    // SAFETY: every processor of x86-64 has the instruction, which reads nothing that a program can see.
                    unsafe { instructions::_mm_prefetch::<{ instructions::_MM_HINT_T0 }>(numbers.as_ptr().cast()) }
                }

                #[inline(always)]
                fn plus(self, other: Self) -> Self {
                    // SAFETY: only a unit makes such a register, so the processor has the instruction.
                    Self(unsafe { instructions::$plus(self.0, other.0) })
                }

                #[inline(always)]
                fn minus(self, other: Self) -> Self {
                    // SAFETY: only a unit makes such a register, so the processor has the instruction.
                    Self(unsafe { instructions::$minus(self.0, other.0) })
                }

                #[inline(always)]
                fn times(self, other: Self) -> Self {
                    // SAFETY: only a unit makes such a register, so the processor has the instruction.
                    Self(unsafe { instructions::$times(self.0, other.0) })
                }

                #[inline(always)]
                fn times_plus(self, factor: Self, summand: Self) -> Self {
                    // SAFETY: only a unit makes such a register, so the processor has the instruction.
                    Self(unsafe { instructions::$times_plus(self.0, factor.0, summand.0) })
                }

                #[inline(always)]
                fn times_minus(self, factor: Self, subtrahend: Self) -> Self {
                    // SAFETY: only a unit makes such a register, so the processor has the instruction.
                    Self(unsafe { instructions::$times_minus(self.0, factor.0, subtrahend.0) })
                }

                #[inline(always)]
                fn number_or(self, other: Self) -> Self {
                    let ($self, $other) = (self.0, other.0);
                    // SAFETY: only a unit makes such a register, so the processor has the instructions.
                    Self(unsafe { $number_or })
                }

                #[inline(always)]
                fn interleave(self, other: Self) -> (Self, Self) {
                    let ($self, $other) = (self.0, other.0);
                    // SAFETY: only a unit makes such a register, so the processor has the instructions.
                    let (low, high) = unsafe { $interleave };
                    (Self(low), Self(high))
                }

                type Wide = $wide;

                #[inline(always)]
                fn widen(self) -> [$wide; 2] {
                    let $self = self.0;
                    let (low, high) = $widen;
                    [$wide(low), $wide(high)]
                }

                #[inline(always)]
                fn narrow([low, high]: [$wide; 2]) -> Self {
                    let ($low, $high) = (low.0, high.0);
                    Self($narrow)
                }

                #[inline(always)]
                fn number_times_plus(a: $number, b: $number, c: $number) -> $number {
                    a.mul_add(b, c)
                }
            }
        };
    }

    register!(
        /// 16 `f32` of AVX-512.
        F32x16, f32, 16, Avx512, __m512,
        _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps,
        _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_fmadd_ps, _mm512_fmsub_ps,
        |x, other| {
            let is_nan = instructions::_mm512_cmp_ps_mask::<{ instructions::_CMP_UNORD_Q }>(x, x);
            instructions::_mm512_mask_blend_ps(is_nan, x, other)
        },
        {
            let low = instructions::_mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
            let high = instructions::_mm512_set_epi32(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8);
            (instructions::_mm512_permutex2var_ps(x, low, other), instructions::_mm512_permutex2var_ps(x, high, other))
        },
        F64x8,
        {
            // SAFETY: only a unit makes such a register, so the processor has the instructions.
            unsafe {
                let upper = instructions::_mm512_extractf32x8_ps::<1>(x);
                let lower = instructions::_mm512_castps512_ps256(x);
                (instructions::_mm512_cvtps_pd(lower), instructions::_mm512_cvtps_pd(upper))
            }
        },
        |low, high| {
            // SAFETY: only a unit makes such a register, so the processor has the instructions.
            unsafe {
                let lower = instructions::_mm512_castps256_ps512(instructions::_mm512_cvtpd_ps(low));
                instructions::_mm512_insertf32x8::<1>(lower, instructions::_mm512_cvtpd_ps(high))
            }
        }
    );
    register!(
        /// 8 `f64` of AVX-512.
        F64x8, f64, 8, Avx512, __m512d,
        _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd,
        _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd, _mm512_fmadd_pd, _mm512_fmsub_pd,
        |x, other| {
            let is_nan = instructions::_mm512_cmp_pd_mask::<{ instructions::_CMP_UNORD_Q }>(x, x);
            instructions::_mm512_mask_blend_pd(is_nan, x, other)
        },
        {
            let low = instructions::_mm512_set_epi64(11, 3, 10, 2, 9, 1, 8, 0);
            let high = instructions::_mm512_set_epi64(15, 7, 14, 6, 13, 5, 12, 4);
            (instructions::_mm512_permutex2var_pd(x, low, other), instructions::_mm512_permutex2var_pd(x, high, other))
        },
        F64x8,
        (x, x),
        |low, high| {
            let _ = high;
            low
        }
    );
    register!(
        /// 8 `f32` of AVX2.
        F32x8, f32, 8, Avx2, __m256,
        _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps,
        _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps, _mm256_fmadd_ps, _mm256_fmsub_ps,
        |x, other| {
            let is_nan = instructions::_mm256_cmp_ps::<{ instructions::_CMP_UNORD_Q }>(x, x);
            instructions::_mm256_blendv_ps(x, other, is_nan)
        },
        {
            let low = instructions::_mm256_unpacklo_ps(x, other);
            let high = instructions::_mm256_unpackhi_ps(x, other);
            (
                instructions::_mm256_permute2f128_ps::<0x20>(low, high),
                instructions::_mm256_permute2f128_ps::<0x31>(low, high),
            )
        },
        F64x4,
        {
            // SAFETY: only a unit makes such a register, so the processor has the instructions.
            unsafe {
                let upper = instructions::_mm256_extractf128_ps::<1>(x);
                let lower = instructions::_mm256_castps256_ps128(x);
                (instructions::_mm256_cvtps_pd(lower), instructions::_mm256_cvtps_pd(upper))
            }
        },
        |low, high| {
            // SAFETY: only a unit makes such a register, so the processor has the instructions.
            unsafe {
                instructions::_mm256_set_m128(instructions::_mm256_cvtpd_ps(high), instructions::_mm256_cvtpd_ps(low))
            }
        }
    );
    register!(
        /// 4 `f64` of AVX2.
        F64x4, f64, 4, Avx2, __m256d,
        _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd,
        _mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd, _mm256_fmadd_pd, _mm256_fmsub_pd,
        |x, other| {
            let is_nan = instructions::_mm256_cmp_pd::<{ instructions::_CMP_UNORD_Q }>(x, x);
            instructions::_mm256_blendv_pd(x, other, is_nan)
        },
        {
            let low = instructions::_mm256_unpacklo_pd(x, other);
            let high = instructions::_mm256_unpackhi_pd(x, other);
            (
                instructions::_mm256_permute2f128_pd::<0x20>(low, high),
                instructions::_mm256_permute2f128_pd::<0x31>(low, high),
            )
        },
        F64x4,
        (x, x),
        |low, high| {
            let _ = high;
            low
        }
    );
}
