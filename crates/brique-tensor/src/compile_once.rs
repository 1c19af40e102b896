//! Generic functions that are compiled in the crate that declares them, for `f32` and for `f64`.

use crate::Scalar;

/// Declares functions that are generic over a [`Scalar`] type and are compiled only twice, for `f32` and for `f64`, in
/// the crate that declares them.
///
/// Without the macro, Rust compiles a generic function again in every crate that calls it, with the optimisation level
/// of that crate. With the macro, the function has the optimisation level of its own crate. It adds no compile time to
/// the crates that call it, and it is fast even if the calling crate is not optimised. The cost is a call through a
/// function pointer, about a nanosecond.
///
/// A function must have exactly one type parameter, with the only bound `Scalar`. This type must occur in the type of
/// at least one argument.
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

            // Rust compiles a static, and the functions that it points to, in the crate that declares the static.
            static COMPILED: $crate::Compiled<Signature> = $crate::Compiled {
                f32: generic::<f32>,
                f64: generic::<f64>,
            };

            <$T as $crate::Kernels>::select(&COMPILED)($($argument),*)
        }
    )*};
}

/// The signature of a generic function.
#[doc(hidden)]
pub trait Signature {
    /// The type of a pointer to the function for numbers of type `T`.
    type Of<T: Scalar>: Copy;
}

/// Pointers to the two compiled versions of a function.
#[doc(hidden)]
#[derive(Debug)]
pub struct Compiled<S: Signature> {
    /// The version for `f32`.
    pub f32: S::Of<f32>,
    /// The version for `f64`.
    pub f64: S::Of<f64>,
}
