//! The largest number of each window.

use super::Pool;
use crate::Scalar;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;

/// From this many channels on, a loop over the channels is worth SIMD vectors.
pub(super) const WIDE: usize = 8;

/// From this many channels on, this many are computed together: the loops over the window are then run less often.
const VERY_WIDE: usize = 32;

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
    for (first, target) in pool.windows().zip((0..y.len()).step_by(channels)) {
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
            for lane in 0..LANES {
                let keeps = is_kept(before.0[lane], numbers[lane]);
                largest[lane] = if keeps { before.0[lane] } else { numbers[lane] };
                largest_index[lane] = if keeps { before.1[lane] } else { index };
            }
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
