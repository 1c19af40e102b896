//! Windows that slide by one position, in the forward pass and in the delta.

use super::super::super::offsets::Offsets;
use super::{AT_ONCE, has_lanes, lanes_of_channels, of_group};
use crate::Scalar;
use crate::convolution::Convolution;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// Some columns of the output, or of the delta, for one patch.
pub(in super::super) struct Sliding<'a, T> {
    /// The copy of the patch: a SIMD vector or two for each position.
    pub(in super::super) a: &'a [T],
    pub(in super::super) rows: Offsets<'a>,
    /// The number of rows that are next to each other.
    pub(in super::super) run: usize,
    pub(in super::super) depths: Offsets<'a>,
    pub(in super::super) weights: &'a [T],
    /// The start value of each column, or none.
    pub(in super::super) start: Option<&'a [T]>,
    pub(in super::super) c: &'a mut [T],
    pub(in super::super) targets: &'a [usize],
    pub(in super::super) columns: usize,
}

impl<T: Scalar> Sliding<'_, T> {
    /// Computes all rows. `REVERSED` if later elements of a window come before earlier ones, as in the delta.
    #[inline(always)]
    pub(in super::super) fn compute<S: Simd, const WIDE: usize, const REVERSED: bool>(
        self,
        simd: S,
        convolution: &Convolution,
    ) {
        match (convolution.group_inputs(), convolution.axes[1].kernel()) {
            (1, 3) => simd.run(Windows::<_, 1, 3, WIDE, REVERSED>(self)),
            (1, 5) => simd.run(Windows::<_, 1, 5, WIDE, REVERSED>(self)),
            (1, _) => simd.run(Windows::<_, 1, 7, WIDE, REVERSED>(self)),
            (2, _) if has_lanes::<T, S>(2) => simd.run(Windows::<_, 2, 3, WIDE, REVERSED>(self)),
            (4, _) if has_lanes::<T, S>(4) => simd.run(Windows::<_, 4, 3, WIDE, REVERSED>(self)),
            _ if has_lanes::<T, S>(8) => simd.run(Windows::<_, 8, 3, WIDE, REVERSED>(self)),
            _ => unreachable!("no other windows slide"),
        }
    }
}

/// Windows with rows of `KERNEL` elements of groups with `CHANNELS` channels, in `WIDE` SIMD vectors.
struct Windows<'a, T, const CHANNELS: usize, const KERNEL: usize, const WIDE: usize, const REVERSED: bool>(
    Sliding<'a, T>,
);

impl<T: Scalar, const CHANNELS: usize, const KERNEL: usize, const WIDE: usize, const REVERSED: bool> Work
    for Windows<'_, T, CHANNELS, KERNEL, WIDE, REVERSED>
{
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self, simd: S) {
        let run = self.0.run;
        let mut sliding = self.0;
        for first_of_run in (0..sliding.targets.len()).step_by(run) {
            for first in (0..run).step_by(AT_ONCE) {
                // The last windows of a run are computed once more rather than one by one.
                let first = first_of_run + first.min(run - AT_ONCE);
                for vector in 0..WIDE {
                    windows::<<T as SimdNumber>::Vector<S>, CHANNELS, KERNEL, WIDE, REVERSED>(
                        simd,
                        &mut sliding,
                        first,
                        vector,
                    );
                }
            }
        }
    }
}

/// Computes one SIMD vector of some windows.
#[inline(always)]
#[allow(
    clippy::needless_range_loop,
    reason = "tap, channel and window are indices of the weights and of the sums"
)]
fn windows<V, const CHANNELS: usize, const KERNEL: usize, const WIDE: usize, const REVERSED: bool>(
    simd: V::Simd,
    sliding: &mut Sliding<'_, V::Number>,
    first: usize,
    vector: usize,
) where
    V: Vector<Number: Scalar>,
{
    let (width, column) = (WIDE * V::LANES, vector * V::LANES);
    if column >= sliding.columns {
        return;
    }
    let mut sums = [V::splat(simd, V::Number::default()); AT_ONCE];
    let lanes = lanes_of_channels::<CHANNELS>();
    let elements = AT_ONCE + KERNEL - 1;
    let weights = sliding.weights.chunks_exact(KERNEL * CHANNELS * width);
    for (depths, weights) in sliding.depths.numbers().chunks_exact(KERNEL).zip(weights) {
        let lowest = if REVERSED { depths[KERNEL - 1] } else { depths[0] };
        let line = &sliding.a[sliding.rows.numbers()[first] + lowest..][..elements * width];
        let mut of_taps = [[V::splat(simd, V::Number::default()); CHANNELS]; KERNEL];
        for tap in 0..KERNEL {
            for channel in 0..CHANNELS {
                of_taps[tap][channel] =
                    V::load(simd, &weights[(tap * CHANNELS + channel) * width + column..]);
            }
        }
        for element in 0..elements {
            let index = if REVERSED { elements - 1 - element } else { element };
            let numbers = V::load(simd, &line[index * width + column..]);
            for channel in 0..CHANNELS {
                let number = of_group(simd, numbers, &lanes, channel);
                for tap in 0..KERNEL {
                    if tap <= element && element - tap < AT_ONCE {
                        let window = element - tap;
                        sums[window] = number.times_plus(of_taps[tap][channel], sums[window]);
                    }
                }
            }
        }
    }
    let columns = V::LANES.min(sliding.columns - column);
    let start = match sliding.start {
        Some(row) => V::load_some(simd, &row[column..][..columns]),
        // −0 leaves every sum as it is; 0 would turn −0 into 0.
        None => V::splat(simd, -V::Number::default()),
    };
    for window in 0..AT_ONCE {
        let index = if REVERSED { AT_ONCE - 1 - window } else { window };
        let target = sliding.targets[first + index] + column;
        start
            .plus(sums[window])
            .store_some(&mut sliding.c[target..][..columns]);
    }
}
