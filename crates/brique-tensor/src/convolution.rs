//! Convolutions with the channels last, as products whose first factor has overlapping rows.
//!
//! The window of an output position is gathered from the input while it is multiplied: element (p, k) of the first
//! factor is `input[rows[p] + depths[k]]`. No copy of the unfolded batch is made. Stride, dilation and the second axis
//! are in the two tables `rows` and `depths`, which are computed once for each call.
//!
//! | pass | rows | depth | second factor |
//! |---|---|---|---|
//! | forward | output positions | elements of a window | weights |
//! | delta | input positions | elements of a window that meet them | weights, transposed |
//! | delta, window by window | output positions | output channels | weights, transposed, a row of the window at a time |
//! | gradient | elements of a window | output positions | δ |
//!
//! Padding needs a copy of an example, or of a few small ones, in a buffer of the thread: see `source`. Groups of which
//! several fit into a SIMD vector are computed by `narrow`, from the examples themselves.

mod delta;
mod forward;
mod gather;
mod gradient;
mod narrow;
mod offsets;
mod panels;
pub(crate) mod scratch;
mod sizes;
mod source;
mod windows_added;

pub(crate) use self::delta::InputDelta;
pub(crate) use self::forward::Forward;
pub(crate) use self::gradient::GradientSums;
pub use self::sizes::Convolution;
use crate::by_rows::{by_rows, in_rows};
use crate::{Matrix, Scalar, all_finite, compile_once, threads};

/// The number of multiplications that takes one thread about 10 µs. A smaller part is not worth another thread.
const WORTH_A_THREAD: usize = 400_000;

/// The number of positions that the small examples of a block have together.
const BLOCK_POSITIONS: usize = 128;

/// The most numbers of a copied block of several examples.
const BLOCK_NUMBERS: usize = 32 * 1024;

/// Returns how many examples of this many positions are computed together, and at least one: many small examples at
/// once fill the tiles. `numbers` is the size of an example in the buffer.
fn examples_at_once(positions: usize, numbers: usize) -> usize {
    let most = BLOCK_NUMBERS / numbers.max(1);
    (BLOCK_POSITIONS / positions.max(1)).min(most).max(1)
}

/// Computes `y[p, j] = Σ_k Σ_c x[p · stride + k · dilation − padding, c] · W[(k, c), j] + b[j]` over the elements k of a
/// window and the input channels c of the group of j, overwriting `y`. Outside of the input, x is 0.
///
/// # Shapes
///
/// `x` is (batch, [`input_size`](Convolution::input_size)), `y` (batch, [`output_size`](Convolution::output_size)), each
/// row with the channels last. `parameters` is ([`weight_rows`](Convolution::weight_rows) + 1, outputs), with b as its
/// last row.
///
/// # Panics
///
/// If the shapes do not fit together.
///
/// ```
/// use brique_tensor::ndarray::{Array2, array};
/// use brique_tensor::{Convolution, WindowAxis, convolution_forward};
///
/// let axis = WindowAxis::new(4, 2, 1, 0, 1).ok_or("no window fits")?;
/// let convolution = Convolution::new([WindowAxis::NONE, axis], 1, 1, 1).ok_or("groups")?;
/// let mut y = Array2::zeros((1, 3));
/// let (x, parameters) = (array![[1.0, 2.0, 4.0, 8.0]], array![[-1.0], [1.0], [0.5]]);
/// convolution_forward(&convolution, &x, &parameters, &mut y);
/// assert_eq!(y, array![[1.5, 2.5, 4.5]]);
/// # Ok::<(), &str>(())
/// ```
#[track_caller]
pub fn convolution_forward<T: Scalar>(
    convolution: &Convolution,
    x: &Matrix<T>,
    parameters: &Matrix<T>,
    y: &mut Matrix<T>,
) {
    assert_parameters(convolution, parameters);
    assert_shape("x", x, (x.nrows(), convolution.input_size()));
    assert_shape("y", y, (x.nrows(), convolution.output_size()));
    forward(convolution, x, parameters, y);
}

/// Computes the gradient with respect to `x`, overwriting `delta_x`: the sum of `δ[p, j] · W[(k, c), j]` over all windows
/// p and elements k at which the input occurs, and over the output channels j of its group.
///
/// # Shapes
///
/// `delta` is (batch, [`output_size`](Convolution::output_size)), `delta_x` (batch,
/// [`input_size`](Convolution::input_size)), `parameters` as for [`convolution_forward`].
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn convolution_delta<T: Scalar>(
    convolution: &Convolution,
    delta: &Matrix<T>,
    parameters: &Matrix<T>,
    delta_x: &mut Matrix<T>,
) {
    assert_parameters(convolution, parameters);
    assert_shape("delta", delta, (delta.nrows(), convolution.output_size()));
    assert_shape("delta_x", delta_x, (delta.nrows(), convolution.input_size()));
    propagate(convolution, delta, parameters, delta_x);
}

/// Adds the gradient of the parameters to `gradient`: `Σ x[p · stride + k · dilation − padding, c] · δ[p, j]` over the
/// batch and the positions p for the weights, `Σ δ[p, j]` for the bias.
///
/// # Shapes
///
/// `x` is (batch, [`input_size`](Convolution::input_size)), `delta` (batch,
/// [`output_size`](Convolution::output_size)), `gradient` as the parameters of [`convolution_forward`].
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn convolution_gradient<T: Scalar>(
    convolution: &Convolution,
    x: &Matrix<T>,
    delta: &Matrix<T>,
    gradient: &mut Matrix<T>,
) {
    assert_parameters(convolution, gradient);
    assert_shape("x", x, (x.nrows(), convolution.input_size()));
    assert_shape("delta", delta, (x.nrows(), convolution.output_size()));
    accumulate(convolution, x, delta, gradient);
}

/// As [`convolution_gradient`], but overwrites `gradient`. Returns whether every number of it is finite.
///
/// # Panics
///
/// If the shapes do not fit together.
#[track_caller]
pub fn convolution_overwrite_gradient<T: Scalar>(
    convolution: &Convolution,
    x: &Matrix<T>,
    delta: &Matrix<T>,
    gradient: &mut Matrix<T>,
) -> bool {
    gradient.fill(T::zero());
    convolution_gradient(convolution, x, delta, gradient);
    all_finite(gradient)
}

compile_once! {
    fn forward<T: Scalar>(
        convolution: &Convolution,
        x: &Matrix<T>,
        parameters: &Matrix<T>,
        y: &mut Matrix<T>,
    ) {
        in_rows(y, |y| {
            let (x, parameters) = (by_rows(x), by_rows(parameters));
            if let (Some(x), Some(parameters)) = (x.as_slice(), parameters.as_slice()) {
                let work = Forward { convolution, x, parameters, y };
                let size = work.examples().saturating_mul(convolution.multiplications());
                threads::compute(work, size, WORTH_A_THREAD);
            }
        });
    }

    fn propagate<T: Scalar>(
        convolution: &Convolution,
        delta: &Matrix<T>,
        parameters: &Matrix<T>,
        delta_x: &mut Matrix<T>,
    ) {
        in_rows(delta_x, |delta_x| {
            let (delta, parameters) = (by_rows(delta), by_rows(parameters));
            if let (Some(delta), Some(parameters)) = (delta.as_slice(), parameters.as_slice()) {
                let work = InputDelta { convolution, delta, parameters, delta_x };
                let size = work.examples().saturating_mul(convolution.multiplications());
                threads::compute(work, size, WORTH_A_THREAD);
            }
        });
    }

    fn accumulate<T: Scalar>(
        convolution: &Convolution,
        x: &Matrix<T>,
        delta: &Matrix<T>,
        gradient: &mut Matrix<T>,
    ) {
        in_rows(gradient, |gradient| {
            let (x, delta) = (by_rows(x), by_rows(delta));
            if let (Some(x), Some(delta)) = (x.as_slice(), delta.as_slice()) {
                let work = GradientSums::new(convolution, x, delta, gradient);
                let size = work.examples().saturating_mul(convolution.multiplications());
                threads::compute(work, size, WORTH_A_THREAD);
            }
        });
    }
}

#[track_caller]
fn assert_parameters<T>(convolution: &Convolution, parameters: &Matrix<T>) {
    let rows = convolution.weight_rows() + 1;
    assert_shape("parameters", parameters, (rows, convolution.outputs));
}

#[track_caller]
fn assert_shape<T>(name: &str, matrix: &Matrix<T>, expected: (usize, usize)) {
    let found = matrix.dim();
    assert!(
        found == expected,
        "{name} has shape {found:?}, expected {expected:?}"
    );
}
