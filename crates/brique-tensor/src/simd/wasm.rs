//! The 128-bit SIMD of WebAssembly, and its vectors.
//!
//! There is no detection at run time: a module with these instructions does not load in an engine without them. They
//! are used if the program is compiled with the target feature `simd128`. Relaxed SIMD is not used, because its results
//! depend on the engine.

#![allow(
    unsafe_code,
    reason = "the instructions that load and store take pointers, which cannot be used without unsafe code"
)]

use std::arch::wasm32 as instructions;

use super::{MOST_LANES, Simd, Vector, Work};

/// WebAssembly's SIMD: 16 bytes per SIMD vector.
#[derive(Debug, Clone, Copy)]
pub struct Simd128;

impl Simd for Simd128 {
    type F32 = F32x4;
    type F64 = F64x2;
    // WebAssembly has no registers; engines have 16 on x86-64 and 32 on AArch64.
    const HAS_MANY_REGISTERS: bool = false;
    const HAS_WIDE_VECTORS: bool = false;
    const HAS_FUSED_MULTIPLY_ADD: bool = false;

    #[inline(never)]
    fn run<W: Work>(self, work: W) -> W::Output {
        work.run(self)
    }
}

macro_rules! simd_vector {
    ($(#[$doc:meta])* $name:ident, $number:ty, $lanes:literal, $splat:ident,
     $plus:ident, $minus:ident, $times:ident, $equal:ident, $interleave:expr,
     $widen:expr, |$low:ident, $high:ident| $narrow:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name(instructions::v128);

        impl Vector for $name {
            type Number = $number;
            type Simd = Simd128;
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(_: Simd128, number: $number) -> Self {
                Self(instructions::$splat(number))
            }

            #[inline(always)]
            fn load(_: Simd128, numbers: &[$number]) -> Self {
                let numbers = &numbers[..$lanes];
                // SAFETY: the slice has as many numbers as are loaded; the instruction needs no alignment.
                Self(unsafe { instructions::v128_load(numbers.as_ptr().cast()) })
            }

            #[inline(always)]
            fn store(self, numbers: &mut [$number]) {
                let numbers = &mut numbers[..$lanes];
                // SAFETY: the slice has as many numbers as are stored; the instruction needs no alignment.
                unsafe { instructions::v128_store(numbers.as_mut_ptr().cast(), self.0) }
            }

            #[inline(always)]
            fn load_some(simd: Simd128, numbers: &[$number]) -> Self {
                if numbers.len() >= $lanes {
                    return Self::load(simd, numbers);
                }
                let mut lanes = [0.0; $lanes];
                lanes[..numbers.len()].copy_from_slice(numbers);
                Self::load(simd, &lanes)
            }

            #[inline(always)]
            fn load_rows(simd: Simd128, numbers: &[$number], stride: usize) -> [Self; MOST_LANES] {
                let mut rows = [Self::splat(simd, 0.0); MOST_LANES];
                for (row, vector) in rows[..$lanes].iter_mut().enumerate() {
                    *vector = Self::load(simd, &numbers[row * stride..]);
                }
                rows
            }

            #[inline(always)]
            fn store_rows(rows: [Self; MOST_LANES], numbers: &mut [$number], stride: usize) {
                for (row, vector) in rows[..$lanes].iter().enumerate() {
                    vector.store(&mut numbers[row * stride..]);
                }
            }

            #[inline(always)]
            fn prefetch(_: Simd128, _: &[$number]) {}

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                Self(instructions::$plus(self.0, other.0))
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                Self(instructions::$minus(self.0, other.0))
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                Self(instructions::$times(self.0, other.0))
            }

            #[inline(always)]
            fn times_plus(self, factor: Self, summand: Self) -> Self {
                self.times(factor).plus(summand)
            }

            #[inline(always)]
            fn times_minus(self, factor: Self, subtrahend: Self) -> Self {
                self.times(factor).minus(subtrahend)
            }

            #[inline(always)]
            fn number_or(self, other: Self) -> Self {
                let is_number = instructions::$equal(self.0, self.0);
                Self(instructions::v128_bitselect(self.0, other.0, is_number))
            }

            #[inline(always)]
            fn interleave(self, other: Self) -> (Self, Self) {
                let (low, high) = $interleave(self.0, other.0);
                (Self(low), Self(high))
            }

            type Wide = F64x2;

            #[inline(always)]
            fn widen(self) -> [F64x2; 2] {
                let (low, high) = $widen(self.0);
                [F64x2(low), F64x2(high)]
            }

            #[inline(always)]
            fn narrow([low, high]: [F64x2; 2]) -> Self {
                let ($low, $high) = (low.0, high.0);
                Self($narrow)
            }
        }
    };
}

simd_vector!(
    /// 4 `f32`.
    F32x4, f32, 4, f32x4_splat, f32x4_add, f32x4_sub, f32x4_mul, f32x4_eq,
    |a, b| (
        instructions::i32x4_shuffle::<0, 4, 1, 5>(a, b),
        instructions::i32x4_shuffle::<2, 6, 3, 7>(a, b),
    ),
    |x| (
        instructions::f64x2_promote_low_f32x4(x),
        instructions::f64x2_promote_low_f32x4(instructions::i64x2_shuffle::<1, 1>(x, x)),
    ),
    |low, high| instructions::i64x2_shuffle::<0, 2>(
        instructions::f32x4_demote_f64x2_zero(low),
        instructions::f32x4_demote_f64x2_zero(high),
    )
);

simd_vector!(
    /// 2 `f64`.
    F64x2, f64, 2, f64x2_splat, f64x2_add, f64x2_sub, f64x2_mul, f64x2_eq,
    |a, b| (
        instructions::i64x2_shuffle::<0, 2>(a, b),
        instructions::i64x2_shuffle::<1, 3>(a, b),
    ),
    |x| (x, x),
    |low, high| {
        let _ = high;
        low
    }
);
