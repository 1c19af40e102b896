//! Which SIMD vectors hold a type of number.

use crate::simd::{Unit, Vector};

/// A type of number that SIMD vectors hold.
pub trait Lanes: Sized {
    /// A vector of an instruction set.
    #[doc(hidden)]
    type On<U: Unit>: Vector<Number = Self, Unit = U>;
}

impl Lanes for f32 {
    type On<U: Unit> = U::F32;
}

impl Lanes for f64 {
    type On<U: Unit> = U::F64;
}
