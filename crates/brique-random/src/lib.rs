//! Random generators, always passed as an argument: Brique draws random numbers only from a generator that the caller
//! passes.
//!
//! Start with [`portable`].
//!
//! * [`RandomSource`]: the trait for uniform and normal numbers, integers and permutations.
//! * Every generator of the `rand` crate implements it, through `rand_distr`.
//! * [`portable`]: the default generator; a seed gives the same stream on every platform.
//! * [`NumpyRandomState`]: NumPy's legacy generator, which the report used. It returns the same numbers, bit for bit.
//!
//! ```
//! use brique_random::{NumpyRandomState, RandomSource, portable};
//!
//! fn throw(dice: &mut dyn RandomSource) -> f64 {
//!     dice.uniform(1.0, 7.0).floor()
//! }
//!
//! assert_eq!(throw(&mut NumpyRandomState::new(42)), 3.0);
//! assert_eq!(throw(&mut portable(42)), throw(&mut portable(42)));
//! ```

mod normal;
mod numpy;
mod rand_source;
mod source;

pub use numpy::NumpyRandomState;
pub use rand_source::{PortableRng, portable};
pub use source::{Error, RandomSource};
