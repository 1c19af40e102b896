//! Chance, always passed in: nothing in Brique draws a random number that its caller did not hand it a source for.
//!
//! * [`RandomSource`]: what the project draws — uniform and normal numbers, permutations.
//! * Every generator of the `rand` crate is one, through `rand_distr`.
//! * [`portable`]: the default, one seed to one stream on every platform.
//! * [`NumpyRandomState`]: NumPy's legacy generator, draw for draw, because the report ran on it.
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

mod numpy;
mod rand_source;
mod source;

pub use numpy::NumpyRandomState;
pub use rand_source::{PortableRng, portable};
pub use source::{Error, RandomSource};
