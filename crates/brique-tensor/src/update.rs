//! Updates of matrices in place, element by element, at the current SIMD level.

use std::ops::Range;

use crate::elementwise::keep_chunks_apart;
use crate::pairs::assert_one_shape;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;
use crate::{Matrix, Scalar, threads};

/// A smaller number of elements is not worth another thread: 40,000 take 1.3 to 15 µs at AVX-512, depending on the formula.
const WORTH_A_THREAD: usize = 40_000;

/// The number of elements that are computed together.
const LANES: usize = 16;

/// Computes `a[i, j] = value(a[i, j], b[i, j])` in place, as an optimiser updates a parameter `a` with its gradient
/// `b`.
///
/// Use a `move` closure: a value that is captured by reference would be read from memory again for each element.
///
/// # Panics
///
/// If the shapes of `a` and `b` differ.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::update;
///
/// let mut parameter = array![[1.0, 2.0]];
/// let gradient = array![[10.0, 20.0]];
/// update(&mut parameter, &gradient, |parameter, gradient| parameter - 0.1 * gradient);
/// assert_eq!(parameter, array![[0.0, 0.0]]);
/// ```
#[track_caller]
pub fn update<T: Scalar>(a: &mut Matrix<T>, b: &Matrix<T>, value: impl Fn(T, T) -> T + Copy + Send) {
    update_with_buffers(a, b, [], move |a, b, buffers| (value(a, b), buffers));
}

/// Computes `(a[i, j], buffers[i, j]) = value(a[i, j], b[i, j], buffers[i, j])` in place, as an optimiser with momentum
/// updates a parameter `a` with its gradient `b`. `buffers[i, j]` are the elements of all `N` buffers at this position.
///
/// Use a `move` closure: a value that is captured by reference would be read from memory again for each element.
///
/// # Panics
///
/// If the shapes of `a`, `b` and the buffers differ.
///
/// ```
/// use brique_tensor::ndarray::array;
/// use brique_tensor::update_with_buffers;
///
/// let (mut parameter, mut mean) = (array![[1.0, 2.0]], array![[0.0, 10.0]]);
/// let gradient = array![[10.0, 20.0]];
/// update_with_buffers(&mut parameter, &gradient, [&mut mean], |p, g, [mean]| {
///     let mean = 0.5 * mean + 0.5 * g;
///     (p - 0.1 * mean, [mean])
/// });
/// assert_eq!((parameter, mean), (array![[0.5, 0.5]], array![[5.0, 15.0]]));
/// ```
#[track_caller]
pub fn update_with_buffers<T: Scalar, const N: usize>(
    a: &mut Matrix<T>,
    b: &Matrix<T>,
    mut buffers: [&mut Matrix<T>; N],
    value: impl Fn(T, T, [T; N]) -> (T, [T; N]) + Copy + Send,
) {
    assert_one_shape("b", a, b);
    for buffer in &buffers {
        assert_one_shape("a buffer", a, buffer);
    }
    let (size, (rows, columns)) = (a.len(), a.dim());
    let slices = buffers.each_mut().map(|buffer| buffer.as_slice_mut());
    let are_slices = slices.iter().all(Option::is_some);
    if let (Some(a), Some(b), true) = (a.as_slice_mut(), b.as_slice(), are_slices) {
        let buffers = slices.map(Option::unwrap_or_default);
        let update = Update { a, b, buffers, value };
        return threads::compute(update, size, WORTH_A_THREAD);
    }
    for at in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column))) {
        let before = buffers.each_ref().map(|buffer| buffer[at]);
        let (of_a, after) = value(a[at], b[at], before);
        a[at] = of_a;
        for (buffer, after) in buffers.iter_mut().zip(after) {
            buffer[at] = after;
        }
    }
}

struct Update<'a, T, F, const N: usize> {
    a: &'a mut [T],
    b: &'a [T],
    buffers: [&'a mut [T]; N],
    value: F,
}

impl<T: Scalar, F, const N: usize> Divisible for Update<'_, T, F, N>
where
    F: Fn(T, T, [T; N]) -> (T, [T; N]) + Copy + Send,
{
    fn halves(self) -> Result<(Self, Self), Self> {
        let middle = self.a.len() / 2;
        let ((a, other_a), (b, other_b)) = (self.a.split_at_mut(middle), self.b.split_at(middle));
        let mut others = [const { None }; N];
        let mut other = others.iter_mut();
        let buffers = self.buffers.map(|buffer| {
            let (buffer, rest) = buffer.split_at_mut(middle);
            if let Some(other) = other.next() {
                *other = Some(rest);
            }
            buffer
        });
        let value = self.value;
        let other = Self {
            a: other_a,
            b: other_b,
            buffers: others.map(Option::unwrap_or_default),
            value,
        };
        Ok((Self { a, b, buffers, value }, other))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar, F: Fn(T, T, [T; N]) -> (T, [T; N]), const N: usize> Work for Update<'_, T, F, N> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, _: S) {
        if N == 0 {
            // With two matrices, the compiler checks whether they overlap and uses whole vectors.
            for (a, &b) in self.a.iter_mut().zip(self.b) {
                *a = (self.value)(*a, b, [T::zero(); N]).0;
            }
            return;
        }
        let whole = self.a.len() / LANES * LANES;
        for first in (0..whole).step_by(LANES) {
            self.chunk(first);
            keep_chunks_apart();
        }
        self.numbers(whole..self.a.len());
    }
}

impl<T: Scalar, F: Fn(T, T, [T; N]) -> (T, [T; N]), const N: usize> Update<'_, T, F, N> {
    /// Updates `LANES` elements. They are copied before, so that the compiler knows that no result is read.
    #[inline(always)]
    fn chunk(&mut self, first: usize) {
        let mut a = take(self.a, first);
        let b = take(self.b, first);
        let mut buffers = [[T::zero(); LANES]; N];
        for (chunk, buffer) in buffers.iter_mut().zip(&self.buffers) {
            *chunk = take(buffer, first);
        }
        for lane in 0..LANES {
            let mut state = [T::zero(); N];
            for (state, buffer) in state.iter_mut().zip(&buffers) {
                *state = buffer[lane];
            }
            let (of_a, state) = (self.value)(a[lane], b[lane], state);
            a[lane] = of_a;
            for (buffer, state) in buffers.iter_mut().zip(state) {
                buffer[lane] = state;
            }
        }
        self.a[first..first + LANES].copy_from_slice(&a);
        for (buffer, chunk) in self.buffers.iter_mut().zip(&buffers) {
            buffer[first..first + LANES].copy_from_slice(chunk);
        }
    }

    #[inline(always)]
    fn numbers(&mut self, numbers: Range<usize>) {
        for i in numbers {
            let state = self.buffers.each_ref().map(|buffer| buffer[i]);
            let (of_a, state) = (self.value)(self.a[i], self.b[i], state);
            self.a[i] = of_a;
            for (buffer, state) in self.buffers.iter_mut().zip(state) {
                buffer[i] = state;
            }
        }
    }
}

#[inline(always)]
fn take<T: Scalar>(numbers: &[T], first: usize) -> [T; LANES] {
    let mut chunk = [T::zero(); LANES];
    chunk.copy_from_slice(&numbers[first..first + LANES]);
    chunk
}
