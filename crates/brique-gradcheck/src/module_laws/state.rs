//! Modules have no state except their parameters, and each method changes only the values it is meant to change.

use brique_core::{Module, visit_modules, visit_tensors, visit_tensors_mut};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::passes::Passes;
use crate::Failure;
use crate::matrices::same_bits;
use crate::snapshot::{Snapshot, fill_gradients, restoring, same_lists};
use crate::verdict::{law, nothing, refused, same};

/// `visit_parameters` and `visit_parameters_mut` visit the same parameters in the same order.
///
/// If a composite module omits a child in one of them, the child's gradient is not cleared by `zero_grad`, or the
/// child is not updated by a step.
///
/// # Errors
///
/// If only one of them visits a parameter, or they visit the parameters in different orders.
pub fn visitors_agree(module: &mut dyn Module<f64>, _x: &Matrix, _delta: &Matrix) -> Result<(), Failure> {
    let shown = Snapshot::of(module);
    let (mut values, mut gradients) = (Vec::new(), Vec::new());
    module.visit_parameters_mut(&mut |parameter| {
        values.push(parameter.value().to_owned());
        gradients.push(parameter.gradient().to_owned());
    });
    let agree = same_lists(values.iter().map(|v| &**v), shown.values.iter().map(|v| &**v))
        && same_lists(
            gradients.iter().map(|g| &**g),
            shown.gradients.iter().map(|g| &**g),
        );
    let shapes = |list: &[Array2<f64>]| list.iter().map(Array2::dim).collect::<Vec<_>>();
    law("visitors_agree", module, agree, || {
        format!(
            "visit_parameters shows parameters of shapes {:?}, visit_parameters_mut of {:?}, or others than those",
            shapes(&shown.values),
            shapes(&values)
        )
    })
}

/// Every parameter of the module itself and of each module inside it is visited once, in this order; the paths of tensors
/// are unique; `inner` and `inner_mut` agree.
///
/// # Errors
///
/// If a parameter is not visited or visited twice, two tensors share a path, or the two methods differ.
pub fn inner_modules_are_included(
    module: &mut dyn Module<f64>,
    _x: &Matrix,
    _delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "inner_modules_are_included";
    let visited = Snapshot::of(module);
    let mut own = Vec::new();
    visit_modules(module, &mut |_, module| {
        module.own_parameters(&mut |parameter| own.push(parameter.value().to_owned()));
    });
    let agree = same_lists(own.iter().map(|v| &**v), visited.values.iter().map(|v| &**v));
    law(LAW, module, agree, || {
        format!(
            "the modules have {} parameters of their own, visit_parameters visits {}, or others",
            own.len(),
            visited.values.len()
        )
    })?;
    let (mut paths, mut paths_mut) = (Vec::new(), Vec::new());
    visit_tensors(module, &mut |path, tensor| {
        paths.push((path.to_owned(), copy(&tensor.values)));
    });
    visit_tensors_mut(module, &mut |path, tensor| {
        paths_mut.push((path.to_owned(), copy(&tensor.values)));
    });
    let same_paths = paths.len() == paths_mut.len()
        && paths
            .iter()
            .zip(&paths_mut)
            .all(|(a, b)| a.0 == b.0 && same_bits(&a.1, &b.1));
    law(LAW, module, same_paths, || {
        "inner and inner_mut, or own_parameters and own_parameters_mut, differ".to_owned()
    })?;
    let mut unique: Vec<&String> = paths.iter().map(|(path, _)| path).collect();
    unique.sort();
    let twice = unique.windows(2).find(|pair| pair[0] == pair[1]);
    nothing(
        LAW,
        module,
        twice.map(|pair| format!("two tensors have the path {}", pair[0])),
    )
}

/// Returns a copy; `to_owned` refuses some views without rows.
fn copy(values: &Matrix) -> Array2<f64> {
    Array2::from_shape_fn(values.dim(), |index| values[index])
}

/// `forward` changes no parameter and no gradient, and a second call returns the same bits.
///
/// # Errors
///
/// If something changes.
pub fn forward_changes_nothing(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    _delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "forward_changes_nothing";
    let before = Snapshot::of(module);
    let first = module.forward(x).map_err(refused(LAW))?;
    nothing(LAW, module, before.change(module))?;
    let second = module.forward(x).map_err(refused(LAW))?;
    same(LAW, module, "the second output", &second, &first)
}

/// `backward_delta` changes no parameter and no gradient, and a second call returns the same bits.
///
/// # Errors
///
/// If something changes.
pub fn backward_delta_changes_nothing(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "backward_delta_changes_nothing";
    restoring(module, |module| {
        let before = Snapshot::of(module);
        let first = module.backward_delta(x, delta).map_err(refused(LAW))?;
        nothing(LAW, module, before.change(module))?;
        let second = module.backward_delta(x, delta).map_err(refused(LAW))?;
        same(LAW, module, "the second input delta", &second, &first)
    })
}

/// `backward_update_gradient` changes no value of a parameter.
///
/// # Errors
///
/// If a value changes.
pub fn backward_update_gradient_changes_gradients_only(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "backward_update_gradient_changes_gradients_only";
    restoring(module, |module| {
        let before = Snapshot::of(module);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        nothing(LAW, module, before.value_change(module))
    })
}

/// The passes depend only on their arguments: passes of other batches in between change no bit.
///
/// # Errors
///
/// If a result depends on earlier passes.
pub fn results_depend_on_arguments_only(
    module: &mut dyn Module<f64>,
    x: &Matrix,
    delta: &Matrix,
) -> Result<(), Failure> {
    const LAW: &str = "results_depend_on_arguments_only";
    restoring(module, |module| {
        module.forward(x).map_err(refused(LAW))?;
        let undisturbed = Passes::of(LAW, module, x, delta)?;
        let other = x.mapv(|value| 0.75 - 2.0 * value);
        let disturb = |module: &mut dyn Module<f64>| {
            module.forward(&other).map_err(refused(LAW))?;
            module
                .backward_delta(&other, &(delta * 3.0))
                .map_err(refused(LAW))
        };
        disturb(module)?;
        let output = module.forward(x).map_err(refused(LAW))?;
        disturb(module)?;
        let input_delta = module.backward_delta(x, delta).map_err(refused(LAW))?;
        disturb(module)?;
        fill_gradients(module, 0.0);
        module.backward_update_gradient(x, delta).map_err(refused(LAW))?;
        let gradients = Snapshot::of(module).gradients;
        let disturbed = Passes {
            output,
            input_delta,
            gradients,
        };
        disturbed.same(LAW, module, "after another batch", &undisturbed)
    })
}
