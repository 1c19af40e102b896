//! Windows of any kind: for each position, the elements of several taps are loaded one by one.

use std::ops::Range;

use super::super::columns::Columns;
use super::super::lanes::Lanes;
use super::Sums;
use super::runs::Products;
use crate::Scalar;
use crate::simd::{Simd, Vector, Work};
use crate::simd_number::SimdNumber;

/// The taps that are added up together: as many as in a window of 3 × 3 elements, or fewer.
const MANY: usize = 9;
const FEW: usize = 3;

/// The gradient of some weight rows: channel by channel, several taps together.
pub(super) struct ByTaps<'a, T, const DEPTHWISE: bool>(pub(super) Sums<'a, T>);

impl<T: Scalar, const DEPTHWISE: bool> Work for ByTaps<'_, T, DEPTHWISE> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self, simd: S) {
        let inputs = self.0.convolution.group_inputs();
        let rows = self.0.gradient.len() / self.0.convolution.outputs;
        for channel in 0..inputs {
            // The weight rows of a tap that a thread computes may be some of them.
            let mut taps = self.0.first / inputs..(self.0.first + rows).div_ceil(inputs);
            while !taps.is_empty() {
                if taps.len() > 2 * FEW {
                    self.taps::<<T as SimdNumber>::Vector<S>, MANY>(simd, channel, taps.clone());
                    taps.start += MANY;
                } else {
                    self.taps::<<T as SimdNumber>::Vector<S>, FEW>(simd, channel, taps.clone());
                    taps.start += FEW;
                }
            }
        }
    }
}

impl<T: Scalar, const DEPTHWISE: bool> ByTaps<'_, T, DEPTHWISE> {
    /// Adds the gradient of the first `COUNT` of some taps.
    #[inline(always)]
    fn taps<V: Vector<Number = T>, const COUNT: usize>(
        &mut self,
        simd: V::Simd,
        channel: usize,
        taps: Range<usize>,
    ) {
        let mut of_taps = OfTaps::<_, COUNT, DEPTHWISE> {
            lanes: self.0.lanes,
            channel,
            sums: [V::splat(simd, T::default()); COUNT],
        };
        self.0.add_taps(simd, &taps, &mut of_taps);
        for (tap, sum) in taps.zip(of_taps.sums) {
            self.add_row(simd, tap, channel, sum);
        }
    }

    /// Adds the sums of one input channel of each group to its weight row.
    #[inline(always)]
    fn add_row<V: Vector<Number = T>>(&mut self, simd: V::Simd, tap: usize, channel: usize, sum: V) {
        let (inputs, outputs) = (self.0.convolution.group_inputs(), self.0.convolution.outputs);
        let (column, columns) = self.0.columns();
        let row = (tap * inputs + channel).wrapping_sub(self.0.first);
        if let Some(row) = self.0.gradient.chunks_exact_mut(outputs).nth(row) {
            let target = &mut row[column..][..columns];
            V::load_some(simd, target).plus(sum).store_some(target);
        }
    }
}

/// The sums of some taps.
struct OfTaps<'a, V, const COUNT: usize, const DEPTHWISE: bool> {
    lanes: &'a Lanes,
    /// The channel in its group.
    channel: usize,
    sums: [V; COUNT],
}

impl<V, const COUNT: usize, const DEPTHWISE: bool> Products<V, COUNT> for OfTaps<'_, V, COUNT, DEPTHWISE>
where
    V: Vector<Number: Scalar>,
{
    #[inline(always)]
    fn add<E: Columns<V, COUNT>, D: Columns<V, 1>>(
        &mut self,
        simd: V::Simd,
        elements: &mut E,
        delta: &mut D,
        positions: usize,
    ) {
        for _ in 0..positions {
            let [of_delta] = delta.next(simd);
            for (number, sum) in elements.next(simd).into_iter().zip(&mut self.sums) {
                let number = self
                    .lanes
                    .of_channel::<V, DEPTHWISE, 1>(simd, [number], self.channel);
                *sum = number.times_plus(of_delta, *sum);
            }
        }
    }
}
