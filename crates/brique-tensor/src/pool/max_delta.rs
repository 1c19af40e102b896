//! The gradient with respect to the input of the largest number of each window.

use super::Pool;
use super::max::WIDE;
use crate::Scalar;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;

/// Windows of at most this many elements add δ to all of their elements, with zeros for those that are not the largest.
const FEW_TAPS: usize = 9;

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
    for (first, (indices, delta)) in pool.windows().zip(saved) {
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
    for (first, (indices, delta)) in pool.windows().zip(saved) {
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
