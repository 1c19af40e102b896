//! Functions that are compiled in the crate that declares them, for both types of number.

use crate::Scalar;

/// Declares a function of a [`Scalar`] type that is compiled once for `f32` and once for `f64`, in the crate that
/// declares it.
///
/// Rust compiles a generic function again in every crate that calls it, with the optimisation level of that crate. A
/// kernel that is declared by this macro is optimised with its own crate. It costs its callers no compile time, and it
/// is as fast if it is called from an unoptimised program. A call goes through a function pointer, which takes about a
/// nanosecond.
///
/// The function has one type parameter, whose only bound is `Scalar`, and the type of at least one parameter contains
/// it.
///
/// ```
/// use brique_tensor::ndarray::{Array2, array};
/// use brique_tensor::{Matrix, Scalar, combine, compile_once};
///
/// compile_once! {
///     /// `c = (a + b) / 2`, element by element.
///     pub fn midpoint<T: Scalar>(a: &Matrix<T>, b: &Matrix<T>, c: &mut Matrix<T>) {
///         let half = T::from_f64(0.5);
///         combine(a, b, c, move |a, b| half * (a + b));
///     }
/// }
///
/// let mut c = Array2::zeros((1, 2));
/// midpoint(&array![[1.0, 2.0]], &array![[3.0, 6.0]], &mut c);
/// assert_eq!(c, array![[2.0, 4.0]]);
/// ```
#[macro_export]
macro_rules! compile_once {
    ($(
        $(#[$attribute:meta])*
        $visibility:vis fn $name:ident<$T:ident: Scalar>($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? $body:block
    )*) => {$(
        $(#[$attribute])*
        $visibility fn $name<$T: $crate::Scalar>($($argument: $type),*) $(-> $result)? {
            fn generic<$T: $crate::Scalar>($($argument: $type),*) $(-> $result)? $body

            struct Signature;

            impl $crate::Signature for Signature {
                type Of<$T: $crate::Scalar> = fn($($type),*) $(-> $result)?;
            }

            // A static is compiled in its own crate, and so are the two functions that it points to.
            static COMPILED: $crate::Compiled<Signature> = $crate::Compiled {
                f32: generic::<f32>,
                f64: generic::<f64>,
            };

            <$T as $crate::Kernels>::select(&COMPILED)($($argument),*)
        }
    )*};
}

/// The type of a function for each type of number.
#[doc(hidden)]
pub trait Signature {
    /// A function pointer.
    type Of<T: Scalar>: Copy;
}

/// One function, compiled for both types of number.
#[doc(hidden)]
#[derive(Debug)]
pub struct Compiled<S: Signature> {
    /// For `f32`.
    pub f32: S::Of<f32>,
    /// For `f64`.
    pub f64: S::Of<f64>,
}
