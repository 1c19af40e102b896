//! Checks whether every number of a matrix is finite.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;
use crate::{Matrix, Scalar, compile_once, threads};

/// The number of independent sums.
const LANES: usize = 64;

/// The number of elements that keeps a thread busy for about 10 µs. A smaller share is not worth another thread.
const WORTH_A_THREAD: usize = 40_000;

compile_once! {
    /// Returns whether every number is finite: neither NaN nor infinite.
    ///
    /// ```
    /// use brique_tensor::all_finite;
    /// use brique_tensor::ndarray::array;
    ///
    /// assert!(all_finite(&array![[1.0, -2.0]]));
    /// assert!(!all_finite(&array![[1.0, f64::NAN]]));
    /// ```
    #[must_use]
    pub fn all_finite<T: Scalar>(matrix: &Matrix<T>) -> bool {
        match matrix.as_slice() {
            Some(numbers) => {
                let all_finite = AtomicBool::new(true);
                let check = Check {
                    numbers,
                    all_finite: &all_finite,
                };
                threads::compute(check, numbers.len(), WORTH_A_THREAD);
                all_finite.into_inner()
            }
            None => matrix.iter().all(|number| number.is_finite()),
        }
    }
}

/// Sets `all_finite` to false if one of the numbers is not finite.
struct Check<'a, T> {
    numbers: &'a [T],
    all_finite: &'a AtomicBool,
}

impl<T: Scalar> Divisible for Check<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let (numbers, other_numbers) = self.numbers.split_at(self.numbers.len() / 2);
        Ok((
            Self { numbers, ..self },
            Self {
                numbers: other_numbers,
                ..self
            },
        ))
    }

    fn compute(self) {
        if !dispatch(AllFinite(self.numbers)) {
            self.all_finite.store(false, Ordering::Relaxed);
        }
    }
}

struct AllFinite<'a, T>(&'a [T]);

impl<T: Scalar> Work for AllFinite<'_, T> {
    type Output = bool;

    /// Multiplies every number by 0: the product is 0 if and only if the number is finite. This needs no branch.
    #[inline(always)]
    fn run<S: Simd>(self, _: S) -> bool {
        let mut sums = [T::zero(); LANES];
        let (runs, rest) = self.0.as_chunks::<LANES>();
        for run in runs {
            for (sum, &number) in sums.iter_mut().zip(run) {
                *sum += number * T::zero();
            }
        }
        for (sum, &number) in sums.iter_mut().zip(rest) {
            *sum += number * T::zero();
        }
        sums.iter().all(|&sum| sum == T::zero())
    }
}
