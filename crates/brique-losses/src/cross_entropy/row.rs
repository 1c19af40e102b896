//! The cross-entropy of one row of logits, and its gradient.

use brique_tensor::ndarray::{ArrayRef1, ArrayViewMut1, Axis};
use brique_tensor::{
    Elementwise, Scalar, Simd, elementwise_forward, exp_of_difference, inlined, largest, ln_1p_of_positive,
    pairwise_sum,
};

use crate::classes::weighted;

/// The wanted values `q_j` of the classes of one row.
pub(super) trait Wanted<T: Scalar> {
    /// Returns the wanted value of a class.
    fn of(&self, class: usize) -> T;

    /// Returns the sum over all classes.
    fn sum(&self, classes: usize) -> T {
        pairwise_sum(classes, |class| self.of(class))
    }

    /// Returns the class with the largest value; if there are several, the first.
    fn largest(&self, classes: usize) -> usize {
        let larger = |most, class| {
            if self.of(class) > self.of(most) {
                class
            } else {
                most
            }
        };
        (1..classes).fold(0, larger)
    }

    /// Returns the sum over all classes but one.
    fn sum_without(&self, classes: usize, omitted: usize) -> T {
        sum_without(classes, omitted, |class| self.of(class))
    }

    /// Returns `Σ_j q_j · (m − z_j)`.
    fn below(&self, z: &ArrayRef1<T>, largest: T) -> T {
        pairwise_sum(z.len(), |class| weighted(self.of(class), largest - z[class]))
    }
}

/// A value for each class.
pub(super) struct EachClass<F>(pub(super) F);

impl<T: Scalar, F: Fn(usize) -> T> Wanted<T> for EachClass<F> {
    fn of(&self, class: usize) -> T {
        (self.0)(class)
    }
}

/// 1 for one class, and 0 for the others: the sums have the same bits, and take no time.
pub(super) struct OneClass(pub(super) usize);

impl<T: Scalar> Wanted<T> for OneClass {
    fn of(&self, class: usize) -> T {
        if class == self.0 { T::one() } else { T::zero() }
    }

    fn sum(&self, _: usize) -> T {
        T::one()
    }

    fn largest(&self, _: usize) -> usize {
        self.0
    }

    fn sum_without(&self, _: usize, omitted: usize) -> T {
        if omitted == self.0 { T::zero() } else { T::one() }
    }

    fn below(&self, z: &ArrayRef1<T>, largest: T) -> T {
        largest - z[self.0]
    }
}

/// The exponentials of at most this many logits are computed at once, in SIMD vectors.
const FEW_CLASSES: usize = 64;

/// Computes `Σ_j q_j · (log Σ e^z − z_j)` as `Q · ln(1 + Σ' e^(z − m)) + Σ_j q_j · (m − z_j)`. m is the largest logit,
/// and Σ' is the sum over the others.
///
/// No term is negative, so nothing cancels.
pub(super) fn row_value<T: Scalar>(z: &ArrayRef1<T>, wanted: &impl Wanted<T>) -> T {
    let (largest, index) = largest_and_index(z);
    let mut memory = [T::zero(); FEW_CLASSES];
    let others = match memory.get_mut(..z.len()) {
        Some(exponentials) => {
            let mut exponentials = ArrayViewMut1::from(exponentials);
            write_exponentials(z, largest, &mut exponentials);
            sum_without(z.len(), index, |class| exponentials[class])
        }
        None => sum_without(z.len(), index, |class| exp_of_difference(z[class], largest)),
    };
    wanted.sum(z.len()) * ln_1p_of_positive(others) + wanted.below(z, largest)
}

/// Computes `(Q · p_j − q_j) / d` as `(p_j · Σ q − q_j · Σ p) / d`, with both sums over all classes but j.
///
/// These sums are differences of the total and one element. For the largest p and the largest q the difference would
/// cancel: for these, the sum over the other classes is computed directly. With a one-hot target one term remains, with
/// full accuracy.
pub(super) fn write_row_gradient<T: Scalar>(
    z: &ArrayRef1<T>,
    wanted: &impl Wanted<T>,
    divisor: T,
    delta: &mut ArrayRef1<T>,
) {
    let classes = z.len();
    let (largest, likeliest) = largest_and_index(z);
    write_exponentials(z, largest, delta);
    let others = sum_without(classes, likeliest, |class| delta[class]);
    let sum = T::one() + others;
    let total = wanted.sum(classes);
    let most_wanted = wanted.largest(classes);
    let others_wanted = wanted.sum_without(classes, most_wanted);
    for (class, delta) in delta.iter_mut().enumerate() {
        let (exponential, wanted) = (*delta, wanted.of(class));
        let other_exponentials = if class == likeliest {
            others
        } else {
            sum - exponential
        };
        let other_wanted = if class == most_wanted {
            others_wanted
        } else {
            total - wanted
        };
        *delta = (exponential * other_wanted - wanted * other_exponentials) / (sum * divisor);
    }
}

/// Writes `e^(z − largest)` for each logit.
fn write_exponentials<T: Scalar>(z: &ArrayRef1<T>, largest: T, exponentials: &mut ArrayRef1<T>) {
    elementwise_forward(
        Exponential { largest },
        &z.view().insert_axis(Axis(0)),
        &mut exponentials.view_mut().insert_axis(Axis(0)),
    );
}

/// The function `e^(z − largest)`, which is its own derivative.
#[derive(Clone, Copy)]
struct Exponential<T> {
    largest: T,
}

#[allow(
    clippy::inline_always,
    reason = "a function is compiled for the instruction set of a loop only if it is inlined into the loop"
)]
impl<T: Scalar> Elementwise<T> for Exponential<T> {
    #[inline(always)]
    fn value<S: Simd>(self, simd: S, z: T) -> T {
        inlined::exp_of_difference(simd, z, self.largest)
    }

    #[inline(always)]
    fn derivative<S: Simd>(self, simd: S, z: T) -> T {
        self.value(simd, z)
    }
}

/// Returns the largest number and its first index. If a number is NaN, returns NaN and the index 0.
fn largest_and_index<T: Scalar>(z: &ArrayRef1<T>) -> (T, usize) {
    // The iterator of a slice takes less time than that of an array.
    let largest = match z.as_slice() {
        Some(z) => largest(z.iter().copied()),
        None => largest(z.iter().copied()),
    };
    let index = z.iter().position(|&z| z == largest);
    (largest, index.unwrap_or_default())
}

/// Returns `Σ term(i)` for i in `0..n` except `omitted`.
fn sum_without<T: Scalar>(n: usize, omitted: usize, term: impl Fn(usize) -> T) -> T {
    pairwise_sum(n, |i| if i == omitted { T::zero() } else { term(i) })
}
