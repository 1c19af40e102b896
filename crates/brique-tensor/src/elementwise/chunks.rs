//! Functions of one number applied to several elements at once.

use std::sync::atomic::{Ordering, compiler_fence};

use super::function::Elementwise;
use crate::{Scalar, Simd};

#[inline(always)]
pub(super) fn values<S: Simd, T: Scalar, F: Elementwise<T>, const LANES: usize>(
    simd: S,
    f: F,
    x: &[T],
    y: &mut [T],
) {
    let (x, x_rest) = x.as_chunks::<LANES>();
    let (y, y_rest) = y.as_chunks_mut::<LANES>();
    for (x, y) in x.iter().zip(y) {
        *y = values_of_chunk(simd, f, x);
        keep_chunks_apart();
    }
    if !x_rest.is_empty() {
        let results = values_of_chunk::<S, T, F, LANES>(simd, f, &padded(x_rest));
        y_rest.copy_from_slice(&results[..x_rest.len()]);
    }
}

#[inline(always)]
pub(super) fn values_and_derivatives<S: Simd, T: Scalar, F: Elementwise<T>, const LANES: usize>(
    simd: S,
    f: F,
    x: &[T],
    y: &mut [T],
    derivative: &mut [T],
) {
    let (x, x_rest) = x.as_chunks::<LANES>();
    let (y, y_rest) = y.as_chunks_mut::<LANES>();
    let (derivative, derivative_rest) = derivative.as_chunks_mut::<LANES>();
    for ((x, y), derivative) in x.iter().zip(y).zip(derivative) {
        (*y, *derivative) = values_and_derivatives_of_chunk(simd, f, x);
        keep_chunks_apart();
    }
    if !x_rest.is_empty() {
        let (values, derivatives) =
            values_and_derivatives_of_chunk::<S, T, F, LANES>(simd, f, &padded(x_rest));
        y_rest.copy_from_slice(&values[..x_rest.len()]);
        derivative_rest.copy_from_slice(&derivatives[..x_rest.len()]);
    }
}

#[inline(always)]
pub(super) fn deltas<S: Simd, T: Scalar, F: Elementwise<T>, const LANES: usize>(
    simd: S,
    f: F,
    x: &[T],
    delta: &[T],
    delta_x: &mut [T],
) {
    let (x, x_rest) = x.as_chunks::<LANES>();
    let (delta, delta_rest) = delta.as_chunks::<LANES>();
    let (delta_x, delta_x_rest) = delta_x.as_chunks_mut::<LANES>();
    for ((x, delta), delta_x) in x.iter().zip(delta).zip(delta_x) {
        *delta_x = deltas_of_chunk(simd, f, x, delta);
        keep_chunks_apart();
    }
    if !x_rest.is_empty() {
        let results = deltas_of_chunk::<S, T, F, LANES>(simd, f, &padded(x_rest), &padded(delta_rest));
        delta_x_rest.copy_from_slice(&results[..x_rest.len()]);
    }
}

#[inline(always)]
pub(super) fn values_of_chunk<S: Simd, T: Scalar, F: Elementwise<T>, const LANES: usize>(
    simd: S,
    f: F,
    x: &[T; LANES],
) -> [T; LANES] {
    let mut y = *x;
    for y in &mut y {
        *y = f.value(simd, *y);
    }
    y
}

#[inline(always)]
pub(super) fn values_and_derivatives_of_chunk<S: Simd, T: Scalar, F: Elementwise<T>, const LANES: usize>(
    simd: S,
    f: F,
    x: &[T; LANES],
) -> ([T; LANES], [T; LANES]) {
    let (mut y, mut derivative) = (*x, *x);
    for (y, derivative) in y.iter_mut().zip(&mut derivative) {
        (*y, *derivative) = (f.value(simd, *y), f.derivative(simd, *derivative));
    }
    (y, derivative)
}

#[inline(always)]
pub(super) fn deltas_of_chunk<S: Simd, T: Scalar, F: Elementwise<T>, const LANES: usize>(
    simd: S,
    f: F,
    x: &[T; LANES],
    delta: &[T; LANES],
) -> [T; LANES] {
    let mut delta_x = *x;
    for (delta_x, &delta) in delta_x.iter_mut().zip(delta) {
        *delta_x = f.derivative(simd, *delta_x) * delta;
    }
    delta_x
}

/// Stops LLVM from vectorizing across chunks.
///
/// Without the fence it would gather the first elements of several chunks into one SIMD vector, then the second
/// elements.
#[inline(always)]
pub(crate) fn keep_chunks_apart() {
    compiler_fence(Ordering::SeqCst);
}

/// Returns the numbers followed by zeros.
#[inline(always)]
fn padded<T: Scalar, const LANES: usize>(numbers: &[T]) -> [T; LANES] {
    let mut chunk = [T::zero(); LANES];
    chunk[..numbers.len()].copy_from_slice(numbers);
    chunk
}

#[inline(always)]
pub(super) fn gather<'a, T: Scalar, const LANES: usize>(
    numbers: &mut impl Iterator<Item = &'a T>,
    chunk: &mut [T; LANES],
) {
    // The chunk is the first iterator of `zip`: when it ends, no further number is consumed.
    for (lane, &number) in chunk.iter_mut().zip(numbers) {
        *lane = number;
    }
}

#[inline(always)]
pub(super) fn scatter<'a, T: Scalar, const LANES: usize>(
    chunk: &[T; LANES],
    numbers: &mut impl Iterator<Item = &'a mut T>,
) {
    for (&lane, number) in chunk.iter().zip(numbers) {
        *number = lane;
    }
}
