//! The largest number of each window.

use super::Pool;
use crate::Scalar;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;

/// From this many channels on, a loop over the channels is worth SIMD vectors.
const WIDE: usize = 8;

/// Windows of at most this many elements add δ to all of their elements, with zeros for those that are not the largest.
const FEW_TAPS: usize = 9;

/// The forward pass of some examples.
pub(super) struct MaxForward<'a, T> {
    pub(super) pool: &'a Pool,
    pub(super) x: &'a [T],
    pub(super) y: &'a mut [T],
    pub(super) indices: Option<&'a mut [T]>,
}

impl<T: Scalar> Divisible for MaxForward<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let examples = self.y.len() / self.pool.output_size() / 2;
        if examples == 0 {
            return Err(self);
        }
        let numbers = examples * self.pool.output_size();
        let (x, other_x) = self.x.split_at(examples * self.pool.input_size());
        let (y, other_y) = self.y.split_at_mut(numbers);
        let (indices, other_indices) = self.indices.map(|indices| indices.split_at_mut(numbers)).unzip();
        let pool = self.pool;
        Ok((
            Self { pool, x, y, indices },
            Self {
                pool,
                x: other_x,
                y: other_y,
                indices: other_indices,
            },
        ))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar> Work for MaxForward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self {
            pool,
            x,
            y,
            mut indices,
        } = self;
        let size = pool.output_size();
        let examples = x.chunks_exact(pool.input_size()).zip(y.chunks_exact_mut(size));
        for (number, (x, y)) in examples.enumerate() {
            let indices = match &mut indices {
                Some(indices) => &mut indices[number * size..][..size],
                None => &mut [],
            };
            example(pool, x, y, indices);
        }
    }
}

/// Computes one example. `indices` is empty if they are not needed.
#[inline(always)]
fn example<T: Scalar>(pool: &Pool, x: &[T], y: &mut [T], indices: &mut [T]) {
    let channels = pool.channels;
    for window in 0..y.len() / channels {
        let (first, target) = (pool.first_of(window), window * channels);
        for channel in (0..channels).step_by(WIDE) {
            let count = WIDE.min(channels - channel);
            let (largest, index) = largest(pool, &x[first + channel..], count);
            put(&largest, &mut y[target + channel..], count);
            if !indices.is_empty() {
                put(&index, &mut indices[target + channel..], count);
            }
        }
    }
}

/// Returns the largest number of one window and its index for [`WIDE`] channels, of which `count` are needed.
#[inline(always)]
fn largest<T: Scalar>(pool: &Pool, x: &[T], count: usize) -> ([T; WIDE], [T; WIDE]) {
    let [down, right] = pool.axes;
    let (mut largest, mut largest_index) = (take(x, count), [T::zero(); WIDE]);
    let mut index = T::zero();
    for y in 0..down.kernel() {
        for element in 0..right.kernel() {
            let numbers = take(&x[pool.distance(y, element)..], count);
            for lane in 0..WIDE {
                let (x, before) = (numbers[lane], largest[lane]);
                // The first NaN replaces every number, and nothing replaces a NaN.
                let is_larger = (x > before) | (x.is_nan() & !before.is_nan());
                largest[lane] = if is_larger { x } else { before };
                largest_index[lane] = if is_larger { index } else { largest_index[lane] };
            }
            index += T::one();
        }
    }
    (largest, largest_index)
}

/// Returns [`WIDE`] numbers, of which `count` are needed. The others may be those of the next position.
#[inline(always)]
fn take<T: Scalar>(numbers: &[T], count: usize) -> [T; WIDE] {
    if let Some(numbers) = numbers.first_chunk() {
        return *numbers;
    }
    let mut some = [T::zero(); WIDE];
    some[..count].copy_from_slice(&numbers[..count]);
    some
}

/// Writes the first `count` of these numbers. It may write the others too, where a later call writes the next window.
#[inline(always)]
fn put<T: Scalar>(numbers: &[T; WIDE], target: &mut [T], count: usize) {
    if let Some(target) = target.first_chunk_mut() {
        *target = *numbers;
        return;
    }
    target[..count].copy_from_slice(&numbers[..count]);
}

/// The delta of some examples.
pub(super) struct MaxDelta<'a, T> {
    pub(super) pool: &'a Pool,
    pub(super) indices: &'a [T],
    pub(super) delta: &'a [T],
    pub(super) delta_x: &'a mut [T],
}

impl<T: Scalar> Divisible for MaxDelta<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let examples = self.delta.len() / self.pool.output_size() / 2;
        if examples == 0 {
            return Err(self);
        }
        let numbers = examples * self.pool.output_size();
        let (indices, other_indices) = self.indices.split_at(numbers);
        let (delta, other_delta) = self.delta.split_at(numbers);
        let (delta_x, other_x) = self.delta_x.split_at_mut(examples * self.pool.input_size());
        let pool = self.pool;
        Ok((
            Self {
                pool,
                indices,
                delta,
                delta_x,
            },
            Self {
                pool,
                indices: other_indices,
                delta: other_delta,
                delta_x: other_x,
            },
        ))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar> Work for MaxDelta<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self {
            pool,
            indices,
            delta,
            delta_x,
        } = self;
        let size = pool.output_size();
        let is_wide = pool.channels >= WIDE && pool.taps() <= FEW_TAPS;
        let table = element_table(pool);
        let saved = indices.chunks_exact(size).zip(delta.chunks_exact(size));
        for (delta_x, (indices, delta)) in delta_x.chunks_exact_mut(pool.input_size()).zip(saved) {
            delta_x.fill(T::zero());
            if is_wide {
                add_to_all(pool, indices, delta, delta_x);
            } else {
                add_to_largest(pool, &table, indices, delta, delta_x);
            }
        }
    }
}

/// The most elements of a window whose distances are in a table.
const TABLE: usize = 64;

/// Returns the distances of the first elements of a window from its first one.
#[inline(always)]
fn element_table(pool: &Pool) -> [usize; TABLE] {
    let mut table = [0; TABLE];
    for (index, distance) in table.iter_mut().enumerate() {
        *distance = distance_of(pool, index);
    }
    table
}

#[inline(always)]
fn distance_of(pool: &Pool, index: usize) -> usize {
    let [_, right] = pool.axes;
    let (y, x) = (index / right.kernel(), index % right.kernel());
    pool.distance(y, x)
}

/// Adds δ or 0 to each element of each window.
#[inline(always)]
fn add_to_all<T: Scalar>(pool: &Pool, indices: &[T], delta: &[T], delta_x: &mut [T]) {
    let ([down, right], channels) = (pool.axes, pool.channels);
    let saved = indices.chunks_exact(channels).zip(delta.chunks_exact(channels));
    for (window, (indices, delta)) in saved.enumerate() {
        let first = pool.first_of(window);
        let mut index = T::zero();
        for y in 0..down.kernel() {
            for x in 0..right.kernel() {
                let target = &mut delta_x[first + pool.distance(y, x)..][..channels];
                for ((&largest, &delta), number) in indices.iter().zip(delta).zip(target) {
                    *number += if largest == index { delta } else { T::zero() };
                }
                index += T::one();
            }
        }
    }
}

/// Adds δ to the largest element of each window, channel by channel.
#[inline(always)]
fn add_to_largest<T: Scalar>(
    pool: &Pool,
    table: &[usize; TABLE],
    indices: &[T],
    delta: &[T],
    delta_x: &mut [T],
) {
    let channels = pool.channels;
    let saved = indices.chunks_exact(channels).zip(delta.chunks_exact(channels));
    for (window, (indices, delta)) in saved.enumerate() {
        let first = pool.first_of(window);
        for (channel, (&index, &delta)) in indices.iter().zip(delta).enumerate() {
            let index = index.to_usize().unwrap_or(0);
            let distance = match table.get(index) {
                Some(distance) => *distance,
                None => distance_of(pool, index),
            };
            delta_x[first + distance + channel] += delta;
        }
    }
}
