use brique_layers::{Linear, Sequential};
use brique_tensor::ndarray::array;
use brique_train::Weights;

use crate::networks::{line, network, parameters};

#[test]
fn weights_are_a_copy_that_comes_back() {
    let (first, mut second) = (network::<f64>(1), network(2));
    let weights = Weights::of(&first);
    assert_eq!(weights.values(), parameters(&first));
    weights.restore(&mut second).unwrap();
    assert_eq!(parameters(&second), parameters(&first));
}

#[test]
fn refreshing_follows_the_module() {
    let mut weights = Weights::of(&network::<f64>(1));
    weights.refresh(&network(2));
    assert_eq!(weights, Weights::of(&network(2)));
    weights.refresh(&line(1.0, 2.0));
    assert_eq!(weights, Weights::of(&line(1.0, 2.0)));
}

#[test]
fn weights_of_other_shapes_are_refused_and_nothing_changes() {
    let weights = Weights::of(&network::<f64>(1));
    let mut other = line(1.0, 2.0);
    assert_eq!(
        weights.restore(&mut other).unwrap_err().to_string(),
        "Sequential((1) → (1), 1 module, 2 parameters), restore: the shapes of the parameters is [(2, 1)], \
         expected [(4, 8), (9, 6), (7, 2)], those of the weights to restore"
    );
    assert_eq!(parameters(&other)[0], array![[1.0], [2.0]]);
    let mut longer: Sequential = line(1.0, 2.0)
        .then(Linear::from_parameters(array![[1.0], [0.0]]).unwrap())
        .unwrap();
    assert!(Weights::of(&other).restore(&mut longer).is_err());
}
