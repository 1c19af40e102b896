//! The vector units of processors, and `dispatch`, which runs work that is compiled for each of them on the current one.

use crate::simd_level::{self, SimdLevel};
use crate::vector::{Array, Vector};

/// A vector unit. A value of the type proves that this processor has it.
pub trait Unit: Copy {
    /// One register of `f32`.
    type F32: Vector<Number = f32, Unit = Self>;
    /// One register of `f64`.
    type F64: Vector<Number = f64, Unit = Self>;
    /// How many registers there are.
    const REGISTERS: usize;
    /// Whether a register is wider than 16 bytes, which is the least that any unit has.
    const HAS_WIDE_REGISTERS: bool = true;

    /// Does the work in a function of its own, compiled for this unit: a large kernel calls its parts so, that each has all
    /// registers.
    fn run<W: Work>(self, work: W) -> W::Output;
}

/// What every processor of the architecture has: SSE2, or NEON.
#[derive(Debug, Clone, Copy)]
pub struct Baseline;

impl Unit for Baseline {
    type F32 = Array<f32, 4>;
    type F64 = Array<f64, 2>;
    const REGISTERS: usize = if cfg!(target_arch = "aarch64") { 32 } else { 16 };
    const HAS_WIDE_REGISTERS: bool = false;

    fn run<W: Work>(self, work: W) -> W::Output {
        work.run(self)
    }
}

/// Work that is worth a vector unit.
///
/// [`run`](Self::run) and all it calls have to be `#[inline(always)]`: what is not inlined is compiled for the baseline.
pub trait Work {
    /// What the work gives.
    type Output;

    /// Does it, on this unit.
    fn run<U: Unit>(self, unit: U) -> Self::Output;
}

/// A SIMD level that this processor has, with the proof of it: no value can be made of a level that it lacks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detected {
    Baseline(Baseline),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
}

impl Detected {
    /// The level, if this processor has it.
    pub(crate) fn of(level: SimdLevel) -> Option<Self> {
        match level {
            SimdLevel::Baseline => Some(Self::Baseline(Baseline)),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => x86::Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 => x86::Avx512::detect().map(Self::Avx512),
            #[cfg(not(target_arch = "x86_64"))]
            SimdLevel::Avx2 | SimdLevel::Avx512 => None,
        }
    }

    /// The best level that this processor has.
    pub(crate) fn best() -> Self {
        let from_the_best = SimdLevel::ALL.into_iter().rev();
        let mut detected = from_the_best.filter_map(Self::of);
        detected.next().unwrap_or(Self::Baseline(Baseline))
    }

    /// Which level it is.
    pub(crate) fn level(self) -> SimdLevel {
        match self {
            Self::Baseline(_) => SimdLevel::Baseline,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => SimdLevel::Avx2,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => SimdLevel::Avx512,
        }
    }
}

/// Does the work at the current SIMD level of this thread.
#[inline]
pub fn dispatch<W: Work>(work: W) -> W::Output {
    match simd_level::current() {
        Detected::Baseline(unit) => unit.run(work),
        #[cfg(target_arch = "x86_64")]
        Detected::Avx2(unit) => unit.run(work),
        #[cfg(target_arch = "x86_64")]
        Detected::Avx512(unit) => unit.run(work),
    }
}

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86 {
    //! The units that some processors of x86-64 have.

    #![allow(
        unsafe_code,
        reason = "functions for a vector unit can be called no other way"
    )]

    use super::{Unit, Work};
    use crate::vector::x86::{F32x8, F32x16, F64x4, F64x8};

    /// AVX-512: 64 bytes a register. Made by [`Self::detect`] alone.
    #[derive(Debug, Clone, Copy)]
    pub struct Avx512(());

    /// AVX2 with FMA: 32 bytes a register. Made by [`Self::detect`] alone.
    #[derive(Debug, Clone, Copy)]
    pub struct Avx2(());

    impl Unit for Avx512 {
        type F32 = F32x16;
        type F64 = F64x8;
        const REGISTERS: usize = 32;

        // Here and not below: of a function with target features, the compiler forgets that it is not to be inlined.
        #[inline(never)]
        fn run<W: Work>(self, work: W) -> W::Output {
            #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
            fn compiled<W: Work>(unit: Avx512, work: W) -> W::Output {
                work.run(unit)
            }
            // SAFETY: a value of this type exists where `detect` has found the very features that are enabled.
            unsafe { compiled(self, work) }
        }
    }

    impl Unit for Avx2 {
        type F32 = F32x8;
        type F64 = F64x4;
        const REGISTERS: usize = 16;

        // Here and not below: of a function with target features, the compiler forgets that it is not to be inlined.
        #[inline(never)]
        fn run<W: Work>(self, work: W) -> W::Output {
            #[target_feature(enable = "avx2,fma")]
            fn compiled<W: Work>(unit: Avx2, work: W) -> W::Output {
                work.run(unit)
            }
            // SAFETY: a value of this type exists where `detect` has found the very features that are enabled.
            unsafe { compiled(self, work) }
        }
    }

    impl Avx512 {
        /// The unit, if this processor has it.
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
        /// The unit, if this processor has it.
        #[inline]
        pub fn detect() -> Option<Self> {
            let is_there = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            is_there.then_some(Self(()))
        }
    }
}
