//! The SIMD vectors of each type of number.

use crate::simd::{Simd, Vector};

/// A type of number that has SIMD vectors.
pub trait SimdNumber: Sized {
    /// The vector of an instruction set.
    #[doc(hidden)]
    type Vector<S: Simd>: Vector<Number = Self, Simd = S>;
}

impl SimdNumber for f32 {
    type Vector<S: Simd> = S::F32;
}

impl SimdNumber for f64 {
    type Vector<S: Simd> = S::F64;
}
