//! The vector units of processors, and the one door through which work is compiled for each and run on the best.

#![allow(
    clippy::inline_always,
    reason = "what is inlined into a function for a vector unit is compiled for it, and nothing else is"
)]

/// A vector unit that work is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// AVX-512 of x86-64: 64 bytes a vector.
    Avx512,
    /// AVX2 with FMA of x86-64: 32 bytes a vector.
    Avx2,
    /// What every processor of the architecture has: SSE2, or NEON.
    Baseline,
}

/// A [`Unit`] as a type, so that code compiled for one has no trace of the others.
pub trait OnUnit {
    /// The unit.
    const UNIT: Unit;
    /// Whether a multiplication and an addition are one instruction, which rounds once.
    const FUSED: bool;
}

enum OnAvx512 {}
enum OnAvx2 {}
enum OnBaseline {}

impl OnUnit for OnAvx512 {
    const UNIT: Unit = Unit::Avx512;
    const FUSED: bool = true;
}

impl OnUnit for OnAvx2 {
    const UNIT: Unit = Unit::Avx2;
    const FUSED: bool = true;
}

impl OnUnit for OnBaseline {
    const UNIT: Unit = Unit::Baseline;
    const FUSED: bool = cfg!(target_arch = "aarch64");
}

/// Work that is worth a vector unit.
///
/// [`run`](Self::run) and all it calls have to be `#[inline(always)]`: what is not inlined is compiled for the baseline.
pub trait Work {
    /// What the work gives.
    type Output;

    /// Does it, on the unit `U`.
    fn run<U: OnUnit>(self) -> Self::Output;
}

/// Does the work on the best unit that this processor has.
#[inline]
pub fn on_best_unit<W: Work>(work: W) -> W::Output {
    #[cfg(target_arch = "x86_64")]
    if has_avx512() {
        // SAFETY: the processor has all that the function is compiled for, the line above asked it.
        #[allow(
            unsafe_code,
            reason = "a function for a vector unit can be called no other way"
        )]
        return unsafe { on_avx512(work) };
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        // SAFETY: the processor has AVX2 and FMA, the line above asked it.
        #[allow(
            unsafe_code,
            reason = "a function for a vector unit can be called no other way"
        )]
        return unsafe { on_avx2(work) };
    }
    work.run::<OnBaseline>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn on_avx512<W: Work>(work: W) -> W::Output {
    work.run::<OnAvx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn on_avx2<W: Work>(work: W) -> W::Output {
    work.run::<OnAvx2>()
}

/// Whether the processor has what [`on_avx512`] is compiled for.
#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    is_x86_feature_detected!("avx512f")
        && is_x86_feature_detected!("avx512vl")
        && is_x86_feature_detected!("avx512dq")
        && is_x86_feature_detected!("avx512bw")
        && is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("fma")
}
