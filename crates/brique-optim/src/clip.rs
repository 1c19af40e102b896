//! Gradient clipping.

use std::borrow::Cow;

use brique_core::Module;
use brique_tensor::{Matrix, Scalar, pairwise_sum};

use crate::Error;
use crate::error::check;

/// The number of squares that are summed side by side; the sums are then added in pairs.
const LANES: usize = 8;

/// Scales all gradients of `module` by one factor so that their common norm is at most `largest`. Returns the norm
/// before the scaling.
///
/// ‖g‖ is the square root of the sum of the squares of all elements of all gradients:
///
/// ```text
/// g ← g · min(1, largest / (‖g‖ + 10⁻⁶))
/// ```
///
/// The norm is computed in `f64`. It does not overflow or underflow if the gradients are very large or very small. If
/// `largest` is infinite, the norm is computed and nothing is scaled.
///
/// # Errors
///
/// If `largest` is negative or NaN, a gradient is not finite, or the norm is too large for an `f64`. In that case no
/// gradient has changed.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::clip_norm;
/// use brique_tensor::ndarray::array;
///
/// let mut linear: Linear = Linear::from_parameters(array![[1.0], [0.0]])?;
/// linear.backward_update_gradient(&array![[0.75]], &array![[4.0]])?; // ∇ = [3, 4]
/// assert_eq!(clip_norm(&mut linear, 2.5)?, 5.0);
/// assert!((linear.parameters().gradient()[[0, 0]] - 1.5).abs() < 1e-6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, 2013; PyTorch's
/// `clip_grad_norm_` with `error_if_nonfinite=True`.
pub fn clip_norm<T: Scalar>(module: &mut dyn Module<T>, largest: f64) -> Result<f64, Error> {
    check_largest("clip_norm", largest)?;
    let norm = gradient_norm(module)?;
    let factor = largest / (norm + 1e-6);
    if factor < 1.0 {
        let factor = T::from_f64(factor);
        module.visit_parameters_mut(&mut |parameter| {
            parameter.gradient_mut().mapv_inplace(|g| g * factor);
        });
    }
    Ok(norm)
}

/// Limits every element of every gradient of `module` to the range from `−largest` to `largest`. A NaN stays NaN; an
/// infinity becomes the nearest bound.
///
/// # Errors
///
/// If `largest` is negative or NaN. In that case no gradient has changed.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::clip_value;
/// use brique_tensor::ndarray::array;
///
/// let mut linear: Linear = Linear::from_parameters(array![[1.0], [0.0]])?;
/// // The gradient becomes [[−0.5], [−4]].
/// linear.backward_update_gradient(&array![[0.125]], &array![[-4.0]])?;
/// clip_value(&mut linear, 1.0)?;
/// assert_eq!(linear.parameters().gradient(), array![[-0.5], [-1.0]]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: PyTorch's `clip_grad_value_`.
pub fn clip_value<T: Scalar>(module: &mut dyn Module<T>, largest: f64) -> Result<(), Error> {
    check_largest("clip_value", largest)?;
    let largest = T::from_f64(largest);
    module.visit_parameters_mut(&mut |parameter| {
        parameter.gradient_mut().mapv_inplace(|g| clamp(g, largest));
    });
    Ok(())
}

/// Limits a value to the range from `−largest` to `largest`. Comparisons with a NaN are false, so a NaN stays NaN.
fn clamp<T: Scalar>(value: T, largest: T) -> T {
    if value > largest {
        largest
    } else if value < -largest {
        -largest
    } else {
        value
    }
}

fn check_largest(function: &'static str, largest: f64) -> Result<(), Error> {
    check(largest >= 0.0, function, "largest", largest, || {
        "a number of at least 0".to_owned()
    })
}

/// Returns the 2-norm of all gradients of `module` together, `√(Σ g²)`.
///
/// It is computed in `f64`, and does not overflow or underflow if the gradients are very large or very small.
///
/// # Errors
///
/// If a gradient is not finite, or the norm is too large for an `f64`.
///
/// ```
/// use brique_core::Module;
/// use brique_layers::Linear;
/// use brique_optim::gradient_norm;
/// use brique_tensor::ndarray::array;
///
/// let mut linear: Linear = Linear::from_parameters(array![[1.0], [0.0]])?;
/// linear.backward_update_gradient(&array![[0.75]], &array![[4.0]])?; // ∇ = [3, 4]
/// assert_eq!(gradient_norm(&linear)?, 5.0);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn gradient_norm<T: Scalar>(module: &dyn Module<T>) -> Result<f64, Error> {
    let squares = sum_of_squares(module, 1.0);
    if squares.is_normal() {
        return Ok(squares.sqrt());
    }
    // The squares may have left the range of an f64 while the gradients and their norm are in it.
    let unit = largest_of_finite(module)?;
    if unit == 0.0 {
        return Ok(0.0);
    }
    let norm = unit * sum_of_squares(module, unit).sqrt();
    check(
        norm.is_finite(),
        "gradient_norm",
        "the norm of the gradients",
        norm,
        || "a number that is finite in f64".to_owned(),
    )?;
    Ok(norm)
}

/// `Σ (g / unit)²` over every number in every gradient.
fn sum_of_squares<T: Scalar>(module: &dyn Module<T>, unit: f64) -> f64 {
    let square = |g: T| {
        let g = g.as_f64() / unit;
        g * g
    };
    let mut sum = 0.0;
    module.visit_parameters(&mut |parameter| {
        let gradient = row_by_row(parameter.gradient());
        let (blocks, rest) = gradient.as_chunks::<{ LANES * LANES }>();
        sum += pairwise_sum(blocks.len(), |block| sum_of_block(&blocks[block], square));
        sum += pairwise_sum(rest.len(), |index| square(rest[index]));
    });
    sum
}

/// Side by side, so that the additions need not wait for one another.
fn sum_of_block<T: Scalar>(block: &[T; LANES * LANES], square: impl Fn(T) -> f64) -> f64 {
    let mut sums = [0.0; LANES];
    for lanes in block.as_chunks::<LANES>().0 {
        for (sum, &g) in sums.iter_mut().zip(lanes) {
            *sum += square(g);
        }
    }
    pairwise_sum(LANES, |lane| sums[lane])
}

/// The numbers of a matrix, row by row: of a parameter's gradient they are never copied.
fn row_by_row<T: Scalar>(matrix: &Matrix<T>) -> Cow<'_, [T]> {
    match matrix.as_slice() {
        Some(values) => Cow::Borrowed(values),
        None => Cow::Owned(matrix.iter().copied().collect()),
    }
}

/// The largest |g|, or the error that names the first that is not finite.
fn largest_of_finite<T: Scalar>(module: &dyn Module<T>) -> Result<f64, Error> {
    let (mut index, mut largest, mut fault) = (0, 0.0_f64, None);
    module.visit_parameters(&mut |parameter| {
        for ((row, column), g) in parameter.gradient().indexed_iter() {
            let g = g.as_f64();
            if !g.is_finite() && fault.is_none() {
                fault = Some((index, row, column, g));
            }
            largest = largest.max(g.abs());
        }
        index += 1;
    });
    match fault {
        None => Ok(largest),
        Some((parameter, row, column, found)) => Err(Error::NotFinite {
            module: module.to_string(),
            parameter,
            row,
            column,
            found,
        }),
    }
}
