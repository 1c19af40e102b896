//! The largest number of each window.

use super::Pool;
use crate::Scalar;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;

/// From this many channels on, a loop over the channels is worth SIMD vectors.
const WIDE: usize = 8;

/// From this many channels on, this many are computed together: the loops over the window are then run less often.
const VERY_WIDE: usize = 32;

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
            let indices = indices
                .as_mut()
                .map(|indices| &mut indices[number * size..][..size]);
            example(pool, x, y, indices);
        }
    }
}

/// Computes one example, and its indices if they are needed.
#[inline(always)]
fn example<T: Scalar>(pool: &Pool, x: &[T], y: &mut [T], mut indices: Option<&mut [T]>) {
    let channels = pool.channels;
    for window in 0..y.len() / channels {
        let (first, target) = (pool.first_of(window), window * channels);
        let mut channel = 0;
        while channel < channels {
            let x = &x[first + channel..];
            let y = &mut y[target + channel..];
            let indices = indices.as_mut().map(|indices| &mut indices[target + channel..]);
            if channel + VERY_WIDE <= channels {
                some_channels::<T, VERY_WIDE>(pool, x, y, indices, VERY_WIDE);
                channel += VERY_WIDE;
            } else {
                some_channels::<T, WIDE>(pool, x, y, indices, WIDE.min(channels - channel));
                channel += WIDE;
            }
        }
    }
}

/// Writes the largest number of one window and its index for the first `count` of `LANES` channels.
#[inline(always)]
fn some_channels<T: Scalar, const LANES: usize>(
    pool: &Pool,
    x: &[T],
    y: &mut [T],
    indices: Option<&mut [T]>,
    count: usize,
) {
    let (largest, index) = largest::<T, LANES>(pool, x, count);
    put(&largest, y, count);
    if let Some(indices) = indices {
        put(&index, indices, count);
    }
}

/// Returns the largest number of one window and its index for `LANES` channels, of which `count` are needed.
#[inline(always)]
fn largest<T: Scalar, const LANES: usize>(pool: &Pool, x: &[T], count: usize) -> ([T; LANES], [T; LANES]) {
    let [down, right] = pool.axes;
    let (mut largest, mut largest_index) = (take(x, count), [T::zero(); LANES]);
    let mut index = T::zero();
    for y in 0..down.kernel() {
        // The first element is already the largest.
        for element in usize::from(y == 0)..right.kernel() {
            index += T::one();
            let numbers: [T; LANES] = take(&x[pool.distance(y, element)..], count);
            let before = (largest, largest_index);
            // New arrays: the compiler would write into the old ones under a mask, which is slow on some processors.
            largest = std::array::from_fn(|lane| {
                let keeps = is_kept(before.0[lane], numbers[lane]);
                if keeps { before.0[lane] } else { numbers[lane] }
            });
            largest_index = std::array::from_fn(|lane| {
                let keeps = is_kept(before.0[lane], numbers[lane]);
                if keeps { before.1[lane] } else { index }
            });
        }
    }
    (largest, largest_index)
}

/// Returns whether the largest number so far stays the largest. The first NaN replaces every number, and nothing
/// replaces a NaN.
#[inline(always)]
fn is_kept<T: Scalar>(largest: T, x: T) -> bool {
    (x <= largest) | largest.is_nan()
}

/// Returns `LANES` numbers, of which `count` are needed. The others may be those of the next position.
#[inline(always)]
fn take<T: Scalar, const LANES: usize>(numbers: &[T], count: usize) -> [T; LANES] {
    if let Some(numbers) = numbers.first_chunk() {
        return *numbers;
    }
    let mut some = [T::zero(); LANES];
    some[..count].copy_from_slice(&numbers[..count]);
    some
}

/// Writes the first `count` of these numbers. It may write the others too, where a later call writes the next window.
#[inline(always)]
fn put<T: Scalar, const LANES: usize>(numbers: &[T; LANES], target: &mut [T], count: usize) {
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
        let is_divided = pool.divides_input();
        for (delta_x, (indices, delta)) in delta_x.chunks_exact_mut(pool.input_size()).zip(saved) {
            if is_wide && is_divided {
                write_to_all(pool, indices, delta, delta_x, |delta, _| delta);
                continue;
            }
            delta_x.fill(T::zero());
            if is_wide {
                write_to_all(pool, indices, delta, delta_x, |delta, before| before + delta);
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

/// Replaces each element of each window by `f` of δ or 0 and of the element.
#[inline(always)]
fn write_to_all<T: Scalar>(
    pool: &Pool,
    indices: &[T],
    delta: &[T],
    delta_x: &mut [T],
    f: impl Fn(T, T) -> T + Copy,
) {
    let ([down, right], channels) = (pool.axes, pool.channels);
    let saved = indices.chunks_exact(channels).zip(delta.chunks_exact(channels));
    for (window, (indices, delta)) in saved.enumerate() {
        let first = pool.first_of(window);
        let mut index = T::zero();
        for y in 0..down.kernel() {
            for x in 0..right.kernel() {
                let target = &mut delta_x[first + pool.distance(y, x)..][..channels];
                for ((&largest, &delta), number) in indices.iter().zip(delta).zip(target) {
                    *number = f(if largest == index { delta } else { T::zero() }, *number);
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
