//! The instruction sets beyond the baseline of x86-64, and their SIMD vectors.

#![allow(
    unsafe_code,
    reason = "SIMD instructions, and functions compiled for them, cannot be called without unsafe code"
)]

mod parts;
mod squares;

use std::arch::x86_64 as instructions;

use self::parts::{FIRST_32, FIRST_64, FIRST_OF_8, FIRST_OF_16, store_first_of_4, store_first_of_8};
use super::{MOST_LANES, Simd, Vector, Work};

/// AVX-512: 64 bytes per SIMD vector. Only [`Self::detect`] makes a value.
#[derive(Debug, Clone, Copy)]
pub struct Avx512(());

/// AVX2 with FMA: 32 bytes per SIMD vector. Only [`Self::detect`] makes a value.
#[derive(Debug, Clone, Copy)]
pub struct Avx2(());

impl Simd for Avx512 {
    type F32 = F32x16;
    type F64 = F64x8;
    const HAS_MANY_REGISTERS: bool = true;

    // The attribute is here and not below: the compiler ignores `inline(never)` on a function with target features.
    #[inline(never)]
    fn run<W: Work>(self, work: W) -> W::Output {
        #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
        fn compiled<W: Work>(simd: Avx512, work: W) -> W::Output {
            work.run(simd)
        }
        // SAFETY: a value of this type exists only if `detect` has found exactly the features that are enabled.
        unsafe { compiled(self, work) }
    }
}

impl Simd for Avx2 {
    type F32 = F32x8;
    type F64 = F64x4;
    const HAS_MANY_REGISTERS: bool = false;

    // The attribute is here and not below: the compiler ignores `inline(never)` on a function with target features.
    #[inline(never)]
    fn run<W: Work>(self, work: W) -> W::Output {
        #[target_feature(enable = "avx2,fma")]
        fn compiled<W: Work>(simd: Avx2, work: W) -> W::Output {
            work.run(simd)
        }
        // SAFETY: a value of this type exists only if `detect` has found exactly the features that are enabled.
        unsafe { compiled(self, work) }
    }
}

impl Avx512 {
    /// Returns the instruction set if this processor supports it.
    #[inline]
    pub fn detect() -> Option<Self> {
        let is_there = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("fma");
        is_there.then_some(Self(()))
    }
}

impl Avx2 {
    /// Returns the instruction set if this processor supports it.
    #[inline]
    pub fn detect() -> Option<Self> {
        let is_there = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        is_there.then_some(Self(()))
    }
}

/// Returns the end of the last of `lanes` rows of `lanes` numbers that are `stride` apart.
#[inline(always)]
fn end_of_rows(lanes: usize, stride: usize) -> usize {
    stride.saturating_mul(lanes - 1).saturating_add(lanes)
}

macro_rules! simd_vector {
    ($(#[$doc:meta])* $name:ident, $number:ty, $lanes:literal, $simd:ty, $raw:ident,
     $splat:ident, $load:ident, |$numbers:ident, $count:ident| $load_some:expr,
     $store:ident, |$target:ident, $most:ident, $vector:ident| $store_some:expr,
     $plus:ident, $minus:ident, $times:ident, $times_plus:ident, $times_minus:ident,
     |$self:ident, $other:ident| $number_or:expr, $interleave:expr, $separate:expr, |$lanes_of:ident| $permute:expr,
     $transpose:ident,
     $wide:ident, $widen:expr, |$low:ident, $high:ident| $narrow:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(instructions::$raw);

        impl Vector for $name {
            type Number = $number;
            type Simd = $simd;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(_: $simd, number: $number) -> Self {
                // SAFETY: the value `simd` proves that the processor has the instruction.
                Self(unsafe { instructions::$splat(number) })
            }

            #[inline(always)]
            fn load(_: $simd, numbers: &[$number]) -> Self {
                let numbers = &numbers[..$lanes];
                // SAFETY: the value `simd` proves that the processor has the instruction. It reads `LANES` numbers at
                // any address; the line above checks that the slice has this many.
                Self(unsafe { instructions::$load(numbers.as_ptr()) })
            }

            #[inline(always)]
            fn store(self, numbers: &mut [$number]) {
                let numbers = &mut numbers[..$lanes];
                // SAFETY: a SIMD vector exists only if the processor has its instruction set. The instruction writes
                // `LANES` numbers at any address; the line above checks that the slice has this many.
                unsafe { instructions::$store(numbers.as_mut_ptr(), self.0) }
            }

            #[inline(always)]
            fn load_some(simd: $simd, numbers: &[$number]) -> Self {
                // An empty slice has no valid address: to load no numbers from it can take hundreds of cycles.
                if numbers.is_empty() {
                    return Self::splat(simd, 0.0);
                }
                let ($numbers, $count) = (numbers.as_ptr(), numbers.len().min($lanes));
                // SAFETY: the value `simd` proves that the processor has the instruction. It reads the first `count`
                // numbers and no others; the slice has this many.
                Self(unsafe { $load_some })
            }

            #[inline(always)]
            fn store_some(self, numbers: &mut [$number]) {
                let $most = numbers.len();
                if $most >= $lanes {
                    return self.store(numbers);
                }
                if $most == 0 {
                    return;
                }
                let ($target, $vector) = (numbers.as_mut_ptr(), self.0);
                // SAFETY: a SIMD vector exists only if the processor has its instruction set. The instructions write as many
                // numbers as the slice has, which are fewer than `LANES`.
                unsafe { $store_some }
            }

            #[inline(always)]
            fn load_rows(simd: $simd, numbers: &[$number], stride: usize) -> [Self; MOST_LANES] {
                let numbers = &numbers[..end_of_rows($lanes, stride)];
                let mut rows = [Self::splat(simd, 0.0); MOST_LANES];
                for (row, vector) in rows[..$lanes].iter_mut().enumerate() {
                    // SAFETY: the value `simd` proves that the processor has the instruction. It reads `LANES` numbers
                    // at any address; those of the last row end at the end of the slice, those of the other rows before
                    // it.
                    *vector = Self(unsafe { instructions::$load(numbers.as_ptr().add(row * stride)) });
                }
                rows
            }

            #[inline(always)]
            fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [$number], stride: usize) {
                let numbers = &mut numbers[..end_of_rows($lanes, stride)];
                for (row, vector) in rows[..$lanes].iter().enumerate() {
                    // SAFETY: a SIMD vector exists only if the processor has its instruction set. The instruction
                    // writes `LANES` numbers at any address; those of the last row end at the end of the slice, those
                    // of the other rows before it.
                    unsafe { instructions::$store(numbers.as_mut_ptr().add(row * stride), vector.0) }
                }
            }

            #[inline(always)]
            fn prefetch(_: $simd, numbers: &[$number]) {
                // SAFETY: every x86-64 processor has the instruction, and it has no effect that a program can observe.
                unsafe { instructions::_mm_prefetch::<{ instructions::_MM_HINT_T0 }>(numbers.as_ptr().cast()) }
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                Self(unsafe { instructions::$plus(self.0, other.0) })
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                Self(unsafe { instructions::$minus(self.0, other.0) })
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                Self(unsafe { instructions::$times(self.0, other.0) })
            }

            #[inline(always)]
            fn times_plus(self, factor: Self, summand: Self) -> Self {
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                Self(unsafe { instructions::$times_plus(self.0, factor.0, summand.0) })
            }

            #[inline(always)]
            fn times_minus(self, factor: Self, subtrahend: Self) -> Self {
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                Self(unsafe { instructions::$times_minus(self.0, factor.0, subtrahend.0) })
            }

            #[inline(always)]
            fn number_or(self, other: Self) -> Self {
                let ($self, $other) = (self.0, other.0);
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                Self(unsafe { $number_or })
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                let ($self, $other) = (self.0, other.0);
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                let (low, high) = unsafe { $interleave };
                (Self(low), Self(high))
            }

            #[inline(always)]
            fn separate(self, other: Self) -> (Self, Self) {
                let ($self, $other) = (self.0, other.0);
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                let (even, odd) = unsafe { $separate };
                (Self(even), Self(odd))
            }

            #[inline(always)]
            fn transpose(square: [Self; MOST_LANES]) -> [Self; MOST_LANES] {
                let mut rows = [square[0].0; $lanes];
                for (row, vector) in rows.iter_mut().zip(&square) {
                    *row = vector.0;
                }
                // SAFETY: a SIMD vector exists only if the processor has its instruction set.
                let columns = unsafe { squares::$transpose(rows) };
                let mut transposed = square;
                for (vector, column) in transposed.iter_mut().zip(columns) {
                    *vector = Self(column);
                }
                transposed
            }

            #[inline(always)]
            fn permute(self, _: $simd, lanes: &[u32; MOST_LANES]) -> Self {
                let ($self, $lanes_of) = (self.0, lanes.as_ptr());
                // SAFETY: a SIMD vector exists only if the processor has its instruction set. The instruction reads
                // `LANES` numbers at any address; the array has as many.
                Self(unsafe { $permute })
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

        }
    };
}

simd_vector!(
    /// 16 `f32` of AVX-512.
    F32x16, f32, 16, Avx512, __m512,
    _mm512_set1_ps, _mm512_loadu_ps,
    |numbers, count| instructions::_mm512_maskz_loadu_ps(FIRST_OF_16[count], numbers),
    _mm512_storeu_ps, |target, count, x| instructions::_mm512_mask_storeu_ps(target, FIRST_OF_16[count], x),
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
    {
        let even = instructions::_mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
        let odd = instructions::_mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
        (instructions::_mm512_permutex2var_ps(x, even, other), instructions::_mm512_permutex2var_ps(x, odd, other))
    },
    |lanes| instructions::_mm512_permutexvar_ps(instructions::_mm512_loadu_si512(lanes.cast()), x),
    of_16_f32,
    F64x8,
    {
        // SAFETY: a SIMD vector exists only if the processor has its instruction set.
        unsafe {
            let upper = instructions::_mm512_extractf32x8_ps::<1>(x);
            let lower = instructions::_mm512_castps512_ps256(x);
            (instructions::_mm512_cvtps_pd(lower), instructions::_mm512_cvtps_pd(upper))
        }
    },
    |low, high| {
        // SAFETY: a SIMD vector exists only if the processor has its instruction set.
        unsafe {
            let lower = instructions::_mm512_castps256_ps512(instructions::_mm512_cvtpd_ps(low));
            instructions::_mm512_insertf32x8::<1>(lower, instructions::_mm512_cvtpd_ps(high))
        }
    }
);
simd_vector!(
    /// 8 `f64` of AVX-512.
    F64x8, f64, 8, Avx512, __m512d,
    _mm512_set1_pd, _mm512_loadu_pd,
    |numbers, count| instructions::_mm512_maskz_loadu_pd(FIRST_OF_8[count], numbers),
    _mm512_storeu_pd, |target, count, x| instructions::_mm512_mask_storeu_pd(target, FIRST_OF_8[count], x),
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
    {
        let even = instructions::_mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
        let odd = instructions::_mm512_set_epi64(15, 13, 11, 9, 7, 5, 3, 1);
        (instructions::_mm512_permutex2var_pd(x, even, other), instructions::_mm512_permutex2var_pd(x, odd, other))
    },
    |lanes| {
        let lanes = instructions::_mm256_loadu_si256(lanes.cast());
        instructions::_mm512_permutexvar_pd(instructions::_mm512_cvtepu32_epi64(lanes), x)
    },
    of_8_f64,
    F64x8,
    (x, x),
    |low, high| {
        let _ = high;
        low
    }
);
simd_vector!(
    /// 8 `f32` of AVX2.
    F32x8, f32, 8, Avx2, __m256,
    _mm256_set1_ps, _mm256_loadu_ps,
    |numbers, count| {
        let mask = instructions::_mm256_loadu_si256(FIRST_32[8 - count..].as_ptr().cast());
        instructions::_mm256_maskload_ps(numbers, mask)
    },
    _mm256_storeu_ps, |target, count, x| store_first_of_8(target, count, x),
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
    {
        // The halves of both are shuffled apart from each other: the second and the third quarter are exchanged afterwards.
        let even = instructions::_mm256_castps_pd(instructions::_mm256_shuffle_ps::<0b10_00_10_00>(x, other));
        let odd = instructions::_mm256_castps_pd(instructions::_mm256_shuffle_ps::<0b11_01_11_01>(x, other));
        (
            instructions::_mm256_castpd_ps(instructions::_mm256_permute4x64_pd::<0b11_01_10_00>(even)),
            instructions::_mm256_castpd_ps(instructions::_mm256_permute4x64_pd::<0b11_01_10_00>(odd)),
        )
    },
    |lanes| instructions::_mm256_permutevar8x32_ps(x, instructions::_mm256_loadu_si256(lanes.cast())),
    of_8_f32,
    F64x4,
    {
        // SAFETY: a SIMD vector exists only if the processor has its instruction set.
        unsafe {
            let upper = instructions::_mm256_extractf128_ps::<1>(x);
            let lower = instructions::_mm256_castps256_ps128(x);
            (instructions::_mm256_cvtps_pd(lower), instructions::_mm256_cvtps_pd(upper))
        }
    },
    |low, high| {
        // SAFETY: a SIMD vector exists only if the processor has its instruction set.
        unsafe {
            instructions::_mm256_set_m128(instructions::_mm256_cvtpd_ps(high), instructions::_mm256_cvtpd_ps(low))
        }
    }
);
simd_vector!(
    /// 4 `f64` of AVX2.
    F64x4, f64, 4, Avx2, __m256d,
    _mm256_set1_pd, _mm256_loadu_pd,
    |numbers, count| {
        let mask = instructions::_mm256_loadu_si256(FIRST_64[4 - count..].as_ptr().cast());
        instructions::_mm256_maskload_pd(numbers, mask)
    },
    _mm256_storeu_pd, |target, count, x| store_first_of_4(target, count, x),
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
    {
        let (even, odd) = (instructions::_mm256_unpacklo_pd(x, other), instructions::_mm256_unpackhi_pd(x, other));
        (
            instructions::_mm256_permute4x64_pd::<0b11_01_10_00>(even),
            instructions::_mm256_permute4x64_pd::<0b11_01_10_00>(odd),
        )
    },
    |lanes| {
        // The instruction permutes halves of numbers: 2 · lane and 2 · lane + 1.
        let lanes = instructions::_mm256_cvtepu32_epi64(instructions::_mm_loadu_si128(lanes.cast()));
        let even = instructions::_mm256_slli_epi64::<1>(lanes);
        let odd = instructions::_mm256_add_epi64(even, instructions::_mm256_set1_epi64x(1));
        let halves = instructions::_mm256_or_si256(even, instructions::_mm256_slli_epi64::<32>(odd));
        let x = instructions::_mm256_castpd_ps(x);
        instructions::_mm256_castps_pd(instructions::_mm256_permutevar8x32_ps(x, halves))
    },
    of_4_f64,
    F64x4,
    (x, x),
    |low, high| {
        let _ = high;
        low
    }
);
