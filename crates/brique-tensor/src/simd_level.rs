//! The choice of the SIMD instructions that kernels use: by default the best that the processor supports.

use std::cell::Cell;
use std::fmt;
use std::str::FromStr;

use thiserror::Error;

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use crate::simd::baseline::Baseline;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use crate::simd::wasm::Simd128 as Baseline;
#[cfg(target_arch = "x86_64")]
use crate::simd::x86;
use crate::simd::{Simd, Work};

/// A set of SIMD instructions that kernels are compiled for.
///
/// By default, every kernel uses the highest level that the processor supports. Use [`run`](Self::run) to compute at
/// another level, for a test or a measurement. `Baseline` is the lowest level, `Avx512` the highest. A higher level
/// of an architecture includes the instructions of its lower ones.
///
/// The levels [with fused multiply-add](Self::has_fused_multiply_add) give bit-identical results, on all processors. So
/// do the levels without it. The two results differ only in rounding: `a·b + c` is rounded once or twice.
///
/// ```
/// use brique_tensor::ndarray::{Array2, array};
/// use brique_tensor::{SimdLevel, affine_forward};
///
/// let (x, parameters) = (array![[1.0, 2.0]], array![[3.0], [4.0], [5.0]]);
/// for level in SimdLevel::available() {
///     let mut y = Array2::zeros((1, 1));
///     level.run(|| affine_forward(&x, &parameters, &mut y))?;
///     assert_eq!(y, array![[16.0]], "at SIMD level {level}");
/// }
/// # Ok::<(), brique_tensor::SimdLevelError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SimdLevel {
    /// The instructions that every processor of the architecture supports: SSE2 on x86-64, NEON on `AArch64`, no SIMD in
    /// WebAssembly.
    Baseline,
    /// The 128-bit SIMD of WebAssembly. A program has it if it is compiled with the target feature `simd128`; such a
    /// program uses the same instructions at the level `Baseline`, because it does not run on engines without them.
    Simd128,
    /// AVX2 with fused multiply-add, on x86-64.
    Avx2,
    /// AVX-512 (F, VL, DQ and BW), on x86-64.
    Avx512,
}

/// An error in the choice of a SIMD level.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SimdLevelError {
    /// The processor does not support the requested level.
    #[error(
        "SIMD level {level} is asked for, but this processor has only {}",
        names(available)
    )]
    NotAvailable {
        /// The requested level.
        level: SimdLevel,
        /// The levels that the processor supports.
        available: Vec<SimdLevel>,
    },
    /// No level has this name.
    #[error("there is no SIMD level '{found}', expected one of {}", names(&SimdLevel::ALL))]
    Unknown {
        /// The requested name.
        found: String,
    },
}

fn names(levels: &[SimdLevel]) -> String {
    let names: Vec<&str> = levels.iter().map(|level| level.name()).collect();
    names.join(", ")
}

impl SimdLevel {
    /// All levels in increasing order, including those that this processor does not support.
    pub const ALL: [Self; 4] = [Self::Baseline, Self::Simd128, Self::Avx2, Self::Avx512];

    /// Returns the highest level that this processor supports.
    #[must_use]
    pub fn best() -> Self {
        Detected::best().level()
    }

    /// Returns all levels that this processor supports, in increasing order.
    ///
    /// ```
    /// use brique_tensor::SimdLevel;
    ///
    /// let levels = SimdLevel::available();
    /// assert_eq!(levels.first(), Some(&SimdLevel::Baseline));
    /// assert_eq!(levels.last(), Some(&SimdLevel::best()));
    /// ```
    #[must_use]
    pub fn available() -> Vec<Self> {
        let all = Self::ALL.into_iter();
        all.filter(|level| level.is_available()).collect()
    }

    /// Returns whether this processor supports the level.
    #[must_use]
    pub fn is_available(self) -> bool {
        Detected::of(self).is_some()
    }

    /// Returns whether the level has fused multiply-add, which computes `a·b + c` with one rounding.
    ///
    /// `Baseline` has it on `AArch64`, but not on x86-64.
    #[must_use]
    pub const fn has_fused_multiply_add(self) -> bool {
        match self {
            Self::Baseline => Baseline::HAS_FUSED_MULTIPLY_ADD,
            Self::Simd128 => false,
            Self::Avx2 | Self::Avx512 => true,
        }
    }

    /// Returns the level at which kernels on this thread run: that of the innermost enclosing [`run`](Self::run), or
    /// [`best`](Self::best) outside of any `run`.
    ///
    /// ```
    /// use brique_tensor::SimdLevel;
    ///
    /// assert_eq!(SimdLevel::current(), SimdLevel::best());
    /// assert_eq!(SimdLevel::Baseline.run(SimdLevel::current)?, SimdLevel::Baseline);
    /// # Ok::<(), brique_tensor::SimdLevelError>(())
    /// ```
    #[must_use]
    pub fn current() -> Self {
        current().level()
    }

    /// Calls `work` and returns its result. All kernels that `work` calls run at this level, on this thread and on the
    /// threads of [`Threads`](crate::Threads). Calls of this method and of [`Threads::run`](crate::Threads::run) can be
    /// nested in both orders.
    ///
    /// The previous level is restored afterwards, even if `work` panics. Threads that `work` itself starts do not
    /// inherit the level: they use the best level unless they call `run` too.
    ///
    /// # Errors
    ///
    /// If this processor does not support the level. In this case `work` is not called.
    pub fn run<R>(self, work: impl FnOnce() -> R) -> Result<R, SimdLevelError> {
        match Detected::of(self) {
            Some(detected) => Ok(run_at(detected, work)),
            None => Err(SimdLevelError::NotAvailable {
                level: self,
                available: Self::available(),
            }),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Baseline => "baseline",
            Self::Simd128 => "simd128",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }
}

/// Writes `baseline`, `simd128`, `avx2` or `avx512`.
impl fmt::Display for SimdLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Parses a name that [`Display`](fmt::Display) writes. Levels that the processor does not support are parsed too.
impl FromStr for SimdLevel {
    type Err = SimdLevelError;

    fn from_str(text: &str) -> Result<Self, SimdLevelError> {
        let named = Self::ALL.into_iter().find(|level| level.name() == text);
        named.ok_or_else(|| SimdLevelError::Unknown {
            found: text.to_owned(),
        })
    }
}

thread_local! {
    /// The level at which kernels on this thread run; `None` until the first kernel detects the best level.
    static CURRENT: Cell<Option<Detected>> = const { Cell::new(None) };
}

/// Returns the level at which kernels on this thread run.
#[inline]
pub(crate) fn current() -> Detected {
    match CURRENT.get() {
        Some(detected) => detected,
        None => detect(),
    }
}

#[cold]
fn detect() -> Detected {
    let best = Detected::best();
    CURRENT.set(Some(best));
    best
}

/// Calls `work` and returns its result. Kernels that this thread calls meanwhile run at the given level.
pub(crate) fn run_at<R>(level: Detected, work: impl FnOnce() -> R) -> R {
    /// Restores the previous level, also if `work` panics.
    struct Restore(Option<Detected>);

    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0);
        }
    }

    let _restore = Restore(CURRENT.replace(Some(level)));
    work()
}

/// A SIMD level that this processor supports. A value can only be created after a check of the processor, so code that
/// has a value may use the instructions.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Detected {
    Baseline(Baseline),
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    Simd128(Baseline),
    #[cfg(target_arch = "x86_64")]
    Avx2(x86::Avx2),
    #[cfg(target_arch = "x86_64")]
    Avx512(x86::Avx512),
}

impl Detected {
    /// Returns the level, or `None` if this processor does not support it.
    pub(crate) fn of(level: SimdLevel) -> Option<Self> {
        match level {
            SimdLevel::Baseline => Some(Self::Baseline(Baseline)),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx2 => x86::Avx2::detect().map(Self::Avx2),
            #[cfg(target_arch = "x86_64")]
            SimdLevel::Avx512 => x86::Avx512::detect().map(Self::Avx512),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            SimdLevel::Simd128 => Some(Self::Simd128(Baseline)),
            #[allow(unreachable_patterns, reason = "the levels of other architectures remain")]
            _ => None,
        }
    }

    /// Returns the highest level that this processor supports.
    pub(crate) fn best() -> Self {
        let from_the_best = SimdLevel::ALL.into_iter().rev();
        let mut detected = from_the_best.filter_map(Self::of);
        detected.next().unwrap_or(Self::Baseline(Baseline))
    }

    /// Returns the level as a [`SimdLevel`].
    pub(crate) fn level(self) -> SimdLevel {
        match self {
            Self::Baseline(_) => SimdLevel::Baseline,
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
            Self::Simd128(_) => SimdLevel::Simd128,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2(_) => SimdLevel::Avx2,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512(_) => SimdLevel::Avx512,
        }
    }
}

/// Runs `work` at the current SIMD level of this thread and returns its result.
#[inline]
pub fn dispatch<W: Work>(work: W) -> W::Output {
    match current() {
        Detected::Baseline(simd) => simd.run(work),
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Detected::Simd128(simd) => simd.run(work),
        #[cfg(target_arch = "x86_64")]
        Detected::Avx2(simd) => simd.run(work),
        #[cfg(target_arch = "x86_64")]
        Detected::Avx512(simd) => simd.run(work),
    }
}
