//! What a module keeps on its way forward changes the time of its way back, and nothing else.

use brique_core::Module;
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use crate::Failure;
use crate::verdict::{refused, same};

/// `forward_keeping_kernel` gives the output of `forward`, and `delta_from_kept_kernel` the delta of `backward_delta`, to the
/// bit: whatever the buffers held, and whatever else went forward in between.
///
/// # Errors
///
/// Where one of them gives something else.
pub fn what_is_kept_changes_nothing(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "what_is_kept_changes_nothing";
    let output = module.forward(x).map_err(refused(LAW))?;
    let input_delta = module.backward_delta(x, delta).map_err(refused(LAW))?;
    let keep = |x: &Matrix| {
        let mut buffer = Array2::from_elem(output.dim(), f64::NAN);
        let mut kept = Array2::from_elem(x.dim(), f64::NAN);
        module.forward_keeping_kernel(x, &mut buffer, &mut kept);
        (buffer, kept)
    };
    let (buffer, mut kept) = keep(x);
    same(
        LAW,
        module,
        "an output of the forward pass that keeps",
        &buffer,
        &output,
    )?;
    let other_x = x.mapv(|x| 0.5 - x);
    keep(&other_x);
    module.delta_from_kept_kernel(x, delta, &mut kept);
    same(
        LAW,
        module,
        "an input delta from what was kept",
        &kept,
        &input_delta,
    )
}
