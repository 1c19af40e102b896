//! The mean of each window.

use super::Pool;
use crate::Scalar;
use crate::simd::{Simd, Work};
use crate::simd_level::dispatch;
use crate::threads::Divisible;

/// The forward pass of some examples.
pub(super) struct AverageForward<'a, T> {
    pub(super) pool: &'a Pool,
    pub(super) x: &'a [T],
    pub(super) y: &'a mut [T],
}

impl<T: Scalar> Divisible for AverageForward<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let examples = self.y.len() / self.pool.output_size() / 2;
        if examples == 0 {
            return Err(self);
        }
        let (x, other_x) = self.x.split_at(examples * self.pool.input_size());
        let (y, other_y) = self.y.split_at_mut(examples * self.pool.output_size());
        let pool = self.pool;
        let other = Self {
            pool,
            x: other_x,
            y: other_y,
        };
        Ok((Self { pool, x, y }, other))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar> Work for AverageForward<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self { pool, x, y } = self;
        let (channels, count) = (pool.channels, T::from_usize(pool.taps()));
        let examples = x
            .chunks_exact(pool.input_size())
            .zip(y.chunks_exact_mut(pool.output_size()));
        for (x, y) in examples {
            for (first, y) in pool.windows().zip(y.chunks_exact_mut(channels)) {
                y.fill(T::zero());
                for row in 0..pool.axes[0].kernel() {
                    for column in 0..pool.axes[1].kernel() {
                        let x = &x[first + pool.distance(row, column)..][..channels];
                        for (y, &x) in y.iter_mut().zip(x) {
                            *y += x;
                        }
                    }
                }
                for y in y {
                    *y /= count;
                }
            }
        }
    }
}

/// The delta of some examples.
pub(super) struct AverageDelta<'a, T> {
    pub(super) pool: &'a Pool,
    pub(super) delta: &'a [T],
    pub(super) delta_x: &'a mut [T],
}

impl<T: Scalar> Divisible for AverageDelta<'_, T> {
    fn halves(self) -> Result<(Self, Self), Self> {
        let examples = self.delta.len() / self.pool.output_size() / 2;
        if examples == 0 {
            return Err(self);
        }
        let (delta, other_delta) = self.delta.split_at(examples * self.pool.output_size());
        let (delta_x, other_x) = self.delta_x.split_at_mut(examples * self.pool.input_size());
        let pool = self.pool;
        let other = Self {
            pool,
            delta: other_delta,
            delta_x: other_x,
        };
        Ok((Self { pool, delta, delta_x }, other))
    }

    fn compute(self) {
        dispatch(self);
    }
}

impl<T: Scalar> Work for AverageDelta<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, _: S) {
        let Self { pool, delta, delta_x } = self;
        let (channels, count) = (pool.channels, T::from_usize(pool.taps()));
        let examples = delta
            .chunks_exact(pool.output_size())
            .zip(delta_x.chunks_exact_mut(pool.input_size()));
        for (delta, delta_x) in examples {
            delta_x.fill(T::zero());
            for (first, delta) in pool.windows().zip(delta.chunks_exact(channels)) {
                for row in 0..pool.axes[0].kernel() {
                    for column in 0..pool.axes[1].kernel() {
                        let target = &mut delta_x[first + pool.distance(row, column)..][..channels];
                        for (delta_x, &delta) in target.iter_mut().zip(delta) {
                            *delta_x += delta / count;
                        }
                    }
                }
            }
        }
    }
}
