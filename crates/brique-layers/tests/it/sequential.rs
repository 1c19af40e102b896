use brique_core::{Gradient, Module, Shape, Workspace};
use brique_gradcheck::strategies::sizes;
use brique_gradcheck::{Failure, Judge};
use brique_layers::{Init, LayerNorm, Linear, LogSoftmax, Sequential, Tanh};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::{Array2, array};
use brique_tensor::tanh;
use proptest::prelude::*;

use crate::levels::proptest_on_every_level;

fn linear(inputs: usize, outputs: usize, seed: u64) -> Linear {
    Linear::new(inputs, outputs, Init::StandardNormal, &mut portable(seed)).unwrap()
}

fn normal(shape: (usize, usize), seed: u64) -> Array2<f64> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || rng.standard_normal())
}

fn network(inputs: usize, hidden: usize, outputs: usize) -> Sequential {
    let network = Sequential::new(inputs).then(linear(inputs, hidden, 1)).unwrap();
    network
        .then(Tanh)
        .unwrap()
        .then(linear(hidden, outputs, 2))
        .unwrap()
}

fn gradients(module: &dyn Module) -> Vec<Array2<f64>> {
    let mut gradients = Vec::new();
    module.visit_parameters(&mut |parameter| gradients.push(parameter.gradient().to_owned()));
    gradients
}

#[test]
fn networks_of_every_shape_keep_every_law() {
    let networks = sizes().prop_map(|[inputs, hidden, outputs]| (network(inputs, hidden, outputs), inputs));
    let judgement = Judge::new(1).modules(networks).unwrap();
    assert!(judgement.entries() > 2000, "{judgement}");
    let deep = Just(()).prop_map(|()| {
        let network = network(3, 4, 5).then(LayerNorm::new(5).unwrap()).unwrap();
        (
            network.then(linear(5, 3, 3)).unwrap().then(LogSoftmax).unwrap(),
            3,
        )
    });
    assert!(Judge::new(1).cases(16).modules(deep).is_ok());
}

#[test]
fn a_network_without_modules_hands_on() {
    let empty: Sequential = Sequential::new(3);
    assert!(empty.is_empty());
    let x = normal((2, 3), 1);
    assert_eq!(empty.forward(&x).unwrap(), x);
    assert_eq!(empty.backward_delta(&x, &(&x * 2.0)).unwrap(), &x * 2.0);
    assert!(
        Judge::new(1)
            .cases(8)
            .modules(Just(()).prop_map(|()| (Sequential::<f64>::new(3), 3)))
            .is_ok()
    );
    assert_eq!(
        empty.to_string(),
        "Sequential((3) → (3), 0 modules, 0 parameters)"
    );
}

/// By hand, with the modules themselves.
#[test]
fn a_chain_is_its_modules_one_after_the_other() -> Result<(), brique_core::Error> {
    let (mut first, mut last) = (linear(3, 4, 1), linear(4, 2, 2));
    let mut network = network(3, 4, 2);
    let (x, delta) = (normal((5, 3), 3), normal((5, 2), 4));

    let sums = first.forward(&x)?;
    let hidden = Tanh.forward(&sums)?;
    assert_eq!(network.forward(&x)?, last.forward(&hidden)?);
    last.backward_update_gradient(&hidden, &delta)?;
    let back = Tanh.backward_delta(&sums, &last.backward_delta(&hidden, &delta)?)?;
    first.backward_update_gradient(&x, &back)?;
    network.backward_update_gradient(&x, &delta)?;
    assert_eq!(
        gradients(&network),
        [first.parameters().gradient(), last.parameters().gradient()]
    );
    assert_eq!(
        network.backward_delta(&x, &delta)?,
        first.backward_delta(&x, &back)?
    );
    Ok(())
}

proptest_on_every_level! {
    #[test]
    fn a_workspace_gives_what_the_checked_methods_give(
        [inputs, hidden, outputs, rows, more] in sizes(), seed in any::<u64>(),
    ) {
        let mut network = network(inputs, hidden, outputs);
        let mut workspace = Workspace::default();
        // Batches that grow and shrink: the room of a larger one must not show in a smaller one.
        for (number, rows) in [rows, more, rows].into_iter().enumerate() {
            let x = normal((rows, inputs), seed.wrapping_add(number as u64));
            let delta = normal((rows, outputs), seed ^ 1);
            prop_assert_eq!(&workspace.forward(&network, &x).unwrap(), &network.forward(&x).unwrap());
            network.zero_grad();
            network.backward_update_gradient(&x, &delta).unwrap();
            let expected = gradients(&network);
            network.zero_grad();
            workspace.backward(&mut network, &x, &delta, Gradient::Add).unwrap();
            prop_assert_eq!(gradients(&network), expected);
            prop_assert_eq!(&workspace.predict(&network, &x).unwrap(), &network.predict(&x).unwrap());
        }
    }
}

#[test]
fn the_workspace_shows_what_lies_between() {
    let mut network = network(3, 4, 2);
    let mut workspace = Workspace::default();
    let (x, delta) = (normal((5, 3), 3), normal((5, 2), 4));
    workspace.forward(&network, &x).unwrap();
    workspace
        .backward(&mut network, &x, &delta, Gradient::Add)
        .unwrap();
    let sums = linear(3, 4, 1).forward(&x).unwrap();
    let inner = workspace.inner();
    assert_eq!(inner[0].output(), sums);
    assert_eq!(inner[1].output(), sums.mapv(tanh));
    let hidden_delta = linear(4, 2, 2)
        .backward_delta(&inner[1].output(), &delta)
        .unwrap();
    assert_eq!(inner[2].input_delta(), hidden_delta);
    assert_eq!(Workspace::first_not_finite(&network, &x), None);
    let found = Workspace::first_not_finite(&network, &(&x * 1e308));
    assert_eq!(found, Some(("0".to_owned(), "Linear(3 → 4)".to_owned())));
}

#[test]
fn a_network_within_a_network_is_taken_apart() {
    let nested = network(3, 4, 2);
    let whole = Sequential::new(3)
        .then(linear(3, 3, 9))
        .unwrap()
        .then(nested)
        .unwrap()
        .then(Tanh)
        .unwrap();
    assert_eq!(whole.len(), 5);
    assert_eq!(whole.parameter_count(), 3 * 3 + 3 + 3 * 4 + 4 + 4 * 2 + 2);
    let x = normal((2, 3), 5);
    let expected = network(3, 4, 2)
        .forward(&linear(3, 3, 9).forward(&x).unwrap())
        .unwrap()
        .mapv(tanh);
    assert_eq!(whole.forward(&x).unwrap(), expected);

    let error = Sequential::new(2).then(network(3, 4, 2)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "module 0, then: an example of the input has shape (2), expected (3): what the network within takes"
    );
}

#[test]
fn modules_have_names_given_or_their_numbers() {
    let mut network = network(3, 4, 2).then_named("head", linear(2, 1, 3)).unwrap();
    assert!(!network.is_empty());
    assert_eq!(network.names().collect::<Vec<_>>(), ["0", "1", "2", "head"]);
    assert_eq!(network.module("head").unwrap().to_string(), "Linear(2 → 1)");
    assert_eq!(network.module("1").unwrap().to_string(), "Tanh");
    assert!(network.module("tail").is_none());
    assert_eq!(network.module_mut("head").unwrap().to_string(), "Linear(2 → 1)");
    assert!(network.module_mut("tail").is_none());
    assert_eq!(network.label(3), "module 3 \"head\" (Linear(2 → 1))");
    assert_eq!(network.label(1), "module 1 (Tanh)");

    let error = network.then_named("head", Tanh).unwrap_err();
    assert_eq!(
        error.to_string(),
        "module 4 \"head\" (Tanh), then_named: name is \"head\", expected a name that no module of the network has"
    );
    // Of two networks with the same name for a module, the one within loses it.
    let named = || Sequential::<f64>::new(2).then_named("same", Tanh).unwrap();
    assert_eq!(
        named().then(named()).unwrap().names().collect::<Vec<_>>(),
        ["same", "1"]
    );
}

#[test]
fn a_module_that_does_not_fit_is_named_with_its_place() {
    let error = network(3, 4, 2).then_named("head", linear(3, 1, 3)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "module 3 \"head\" (Linear(3 → 1)), then: an example of the input has shape (2), expected (3): \
         one value for each row of weights"
    );
}

#[test]
fn a_picture_shows_shapes_and_parameter_counts() {
    let network = network(2, 64, 1).then_named("squash", Tanh).unwrap();
    assert_eq!(
        format!("{network:#}"),
        "Sequential((2) → (1), 4 modules, 257 parameters)\n  \
         0       Linear(2 → 64)  (64)  192\n  \
         1       Tanh            (64)    –\n  \
         2       Linear(64 → 1)  (1)    65\n  \
         squash  Tanh            (1)     –"
    );
    assert_eq!(
        network.to_string(),
        "Sequential((2) → (1), 4 modules, 257 parameters)"
    );
    assert_eq!(
        (network.input(), network.output()),
        (Shape::from(2), Shape::from(1))
    );
}

#[test]
fn wrong_shapes_are_refused_and_nothing_changes() {
    let mut network = network(3, 4, 2);
    let mut workspace = Workspace::default();
    let x = normal((5, 3), 1);
    let told = |result: Result<(), brique_core::Error>| result.unwrap_err().to_string();
    let network_line = "Sequential((3) → (2), 3 modules, 26 parameters)";
    assert_eq!(
        told(workspace.forward(&network, &normal((5, 4), 1)).map(|_| ())),
        format!(
            "{network_line}, forward: an example of the input has shape (4), expected (3): what the first module takes"
        )
    );
    assert_eq!(
        told(workspace.backward(&mut network, &x, &normal((5, 2), 1), Gradient::Add)),
        format!(
            "{network_line}, backward: the batch in the workspace is none, expected the 5 rows of the input: forward comes first"
        )
    );
    workspace.forward(&network, &x).unwrap();
    assert_eq!(
        told(workspace.backward(&mut network, &x, &normal((5, 3), 1), Gradient::Add)),
        format!(
            "{network_line}, backward: delta has shape (5, 3), expected (5, 2): as many columns as the module's output"
        )
    );
    // What was refused has used up nothing.
    workspace
        .backward(&mut network, &x, &Array2::zeros((5, 2)), Gradient::Add)
        .unwrap();
    assert!(
        gradients(&network)
            .iter()
            .all(|gradient| gradient.iter().all(|g| *g == 0.0))
    );
}

#[test]
fn an_example_of_another_inner_shape_is_the_same_columns() {
    let flat = Sequential::<f64>::new([2, 3]).then(Tanh).unwrap();
    assert_eq!(flat.output(), Shape::from([2, 3]));
    assert_eq!(flat.forward(&Array2::zeros((4, 6))).unwrap().dim(), (4, 6));
    assert!(flat.forward(&Array2::zeros((4, 5))).is_err());
    let nested = Sequential::new(6).then(Tanh).unwrap();
    assert_eq!(flat.then(nested).unwrap().output(), Shape::from([2, 3]));
}

/// Whatever goes wrong in one of the modules is found in the network too.
#[test]
fn a_mistake_in_a_module_is_one_of_the_network() {
    let wrong = Just(()).prop_map(|()| {
        let parameters = array![[f64::NAN], [0.0]];
        let broken = Linear::from_parameters(parameters).unwrap();
        (Sequential::new(1).then(broken).unwrap(), 1)
    });
    assert!(matches!(
        Judge::new(1).modules(wrong),
        Err(Failure::Judged { .. })
    ));
}
