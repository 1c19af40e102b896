//! Group normalisation: the laws, and layer normalisation as a special case.

use brique_core::{Module, Parameter};
use brique_gradcheck::Judge;
use brique_gradcheck::strategies::{Numbers, matrix};
use brique_layers::{GroupNorm, LayerNorm};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

/// A normalisation whose gain and bias are no longer 1 and 0.
fn trained(input: [usize; 2], groups: usize, parameters: &Array2<f64>) -> GroupNorm {
    let mut norm = GroupNorm::new(input, groups).unwrap();
    norm.visit_parameters_mut(&mut |parameter: &mut Parameter| parameter.value_mut().assign(parameters));
    norm
}

#[test]
fn it_keeps_every_law_and_its_gradients_are_the_differences() {
    // Of one value the deviation is 0, and the derivative of its root is all curvature.
    let sizes = (2..5_usize, 1..4_usize, 1..4_usize);
    let modules = sizes.prop_flat_map(|(positions, channels, groups)| {
        let all = channels * groups;
        matrix(2, all, Numbers::Tame)
            .prop_map(move |parameters| (trained([positions, all], groups, &parameters), positions * all))
    });
    let judgement = Judge::new(1).modules(modules).unwrap();
    assert!(
        judgement.entries() > 1000 && judgement.kinks() == 0,
        "{judgement}"
    );
}

/// One group of a single position normalises over the channels, as `LayerNorm`.
#[test]
fn one_group_of_one_position_is_a_layer_norm() {
    let x = array![[1.0, 5.0, -2.0, 0.5], [1000.0, 1001.0, 1002.0, 1004.0]];
    let delta = array![[0.5, -1.0, 2.0, 1.0], [1.0, 0.25, -3.0, 2.0]];
    let parameters = array![[1.0, 2.0, -1.0, 0.5], [0.0, 1.0, 2.0, 3.0]];
    let (mut group, mut layer) = (
        trained([1, 4], 1, &parameters),
        LayerNorm::from_parameters(parameters).unwrap(),
    );
    assert_eq!(group.forward(&x).unwrap(), layer.forward(&x).unwrap());
    assert_eq!(
        group.backward_delta(&x, &delta).unwrap(),
        layer.backward_delta(&x, &delta).unwrap()
    );
    group.backward_update_gradient(&x, &delta).unwrap();
    layer.backward_update_gradient(&x, &delta).unwrap();
    assert_eq!(group.parameters().gradient(), layer.parameters().gradient());
}

/// As that of a layer normalisation.
#[test]
fn the_rounding_error_of_the_mean_is_corrected() {
    let group: GroupNorm<f32> = GroupNorm::new([1, 3], 1).unwrap();
    let layer: LayerNorm<f32> = LayerNorm::new(3).unwrap();
    let x = array![[1e6_f32, 1e6 + 0.0625, 1e6 + 0.0625]];
    assert_eq!(group.forward(&x).unwrap(), layer.forward(&x).unwrap());
}

#[test]
fn wrong_groups_are_refused() {
    assert_eq!(
        GroupNorm::<f64>::new([3, 4], 3).unwrap_err().to_string(),
        "GroupNorm((3, 4), groups 3), new: the number of groups is 3, expected a divisor of 4 channels"
    );
    assert!(GroupNorm::<f64>::new([3, 4], 0).is_err());
    assert!(GroupNorm::<f64>::new([0, 4], 2).is_err());
}
