//! The memory of a network: what a pass computes with it, when it is reused, and when a pass is refused.

use brique_core::{Fault, Gradient, Memory, Module, Node, Parameter, Shape, Workspace};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};

use crate::modules::{Exponential, Saves, Scale, Twice, nested, nested_by_hand};

fn close(a: &Matrix, b: &Matrix) -> bool {
    a.dim() == b.dim()
        && a.iter()
            .zip(b)
            .all(|(a, b)| (a - b).abs() <= 1e-12 * b.abs().max(1.0))
}

fn gradients(network: &dyn Module) -> Vec<Array2<f64>> {
    let mut gradients = Vec::new();
    network.visit_parameters(&mut |parameter: &Parameter| gradients.push(parameter.gradient().to_owned()));
    gradients
}

pub fn batch() -> (Array2<f64>, Array2<f64>) {
    (
        array![[0.1, -0.2], [0.3, 0.4], [-0.5, 0.6]],
        array![[1.0, -1.0], [0.5, 2.0], [-3.0, 0.25]],
    )
}

#[test]
fn every_way_through_a_network_gives_the_definition() {
    let (x, delta) = batch();
    let (output, input_delta, expected) = nested_by_hand(&x, &delta);
    for saves in [Saves::Apart, Saves::InDelta] {
        let mut network = nested(saves);
        assert!(close(&network.forward(&x).unwrap(), &output));
        assert!(close(&network.backward_delta(&x, &delta).unwrap(), &input_delta));
        network.backward_update_gradient(&x, &delta).unwrap();
        for (found, expected) in gradients(&network).iter().zip(&expected) {
            assert!(close(found, expected), "{saves:?}: {found} {expected}");
        }

        let mut workspace = Workspace::default();
        assert!(close(&workspace.forward(&network, &x).unwrap(), &output));
        assert!(close(&workspace.output(), &output));
        workspace
            .backward(&mut network, &x, &delta, Gradient::Add)
            .unwrap();
        for (found, expected) in gradients(&network).iter().zip(&expected) {
            assert!(close(found, &(expected * 2.0)));
        }
        workspace.forward(&network, &x).unwrap();
        let found = workspace
            .backward_with_delta(&mut network, &x, &delta, Gradient::Overwrite)
            .unwrap();
        assert!(close(&found, &input_delta));
        for (found, expected) in gradients(&network).iter().zip(&expected) {
            assert!(close(found, expected));
        }
        network.zero_grad();
        assert!(gradients(&network).iter().flatten().all(|&number| number == 0.0));
    }
}

#[test]
fn a_prediction_has_no_randomness_and_saves_nothing() {
    let (x, _) = batch();
    let network = Exponential(Saves::Apart);
    let rounded = x.mapv(|x| x.exp().round());
    assert_eq!(network.predict(&x).unwrap(), rounded);
    let mut workspace = Workspace::default();
    assert_eq!(workspace.predict(&network, &x).unwrap(), rounded);
    assert_ne!(workspace.forward(&network, &x).unwrap(), rounded);

    let mut workspace = Workspace::default();
    workspace.predict(&nested(Saves::Apart), &x).unwrap();
    let mut saved = Vec::new();
    workspace.inner()[0].visit_saved(&mut |values| saved.push(values.len()));
    assert_eq!(saved, [0]);
}

#[test]
fn the_memory_of_inner_modules_can_be_seen() {
    let (x, delta) = batch();
    let mut network = nested(Saves::Apart);
    let mut workspace = Workspace::default();
    assert!(workspace.inner().is_empty());
    workspace.forward(&network, &x).unwrap();
    assert_eq!(workspace.inner().len(), 2);
    assert_eq!(workspace.inner()[0].inner().len(), 2);
    let scaled = x.mapv(|x| 0.5 * x + 0.5);
    assert!(close(&workspace.inner()[0].inner()[0].output(), &scaled));
    workspace
        .backward(&mut network, &x, &delta, Gradient::Overwrite)
        .unwrap();
    assert!(close(&workspace.inner()[1].input_delta(), &(&delta * 3.0)));

    let mut node = Node::for_training(&network, &x, 2);
    node.forward(&network, &x);
    let mut saved = Vec::new();
    node.visit_saved(&mut |values| saved.push(values.to_owned()));
    assert_eq!(saved.len(), 1);
    assert!(close(&saved[0], &x.mapv(|x| (x + 1.0).exp())));
}

pub fn refusal(workspace: &mut Workspace, network: &mut dyn Module, x: &Matrix, delta: &Matrix) -> String {
    let before = gradients(network);
    let error = workspace.backward(network, x, delta, Gradient::Add).unwrap_err();
    assert_eq!(gradients(network), before);
    assert_eq!(error.operation(), "backward");
    match error.fault() {
        Fault::Value { found, expected, .. } => format!("{found}, expected {expected}"),
        other => other.to_string(),
    }
}

#[test]
fn a_backward_pass_needs_the_forward_pass_of_its_batch_and_its_network() {
    let (x, delta) = batch();
    let (two, two_delta) = (array![[0.1, -0.2], [0.3, 0.4]], array![[1.0, 1.0], [1.0, 1.0]]);
    let mut network = nested(Saves::Apart);
    let mut workspace = Workspace::default();
    let said = refusal(&mut workspace, &mut network, &x, &delta);
    assert_eq!(
        said,
        "none, expected the 3 rows of the input: forward comes first"
    );

    workspace.forward(&network, &two).unwrap();
    let said = refusal(&mut workspace, &mut network, &x, &delta);
    assert_eq!(
        said,
        "2 rows, expected the 3 rows of the input: forward comes first"
    );
    // The pass of the right batch is still there, and can be used once.
    workspace
        .backward(&mut network, &two, &two_delta, Gradient::Add)
        .unwrap();
    let said = refusal(&mut workspace, &mut network, &two, &two_delta);
    assert!(said.starts_with("none"), "{said}");

    workspace.predict(&network, &two).unwrap();
    assert!(refusal(&mut workspace, &mut network, &two, &two_delta).starts_with("none"));

    let others: [Box<dyn Module>; 4] = [
        Box::new(Scale::new(2, 1.0)),
        Box::new(Exponential(Saves::Apart)),
        Box::new(nested(Saves::InDelta)),
        Box::new(Twice::new(2, Scale::new(2, 1.0), Scale::new(2, 1.0))),
    ];
    for mut other in others {
        workspace.forward(&network, &two).unwrap();
        let said = refusal(&mut workspace, &mut *other, &two, &two_delta);
        assert!(said.starts_with("that of another network"), "{other}: {said}");
        workspace.forward(&*other, &two).unwrap();
        let said = refusal(&mut workspace, &mut network, &two, &two_delta);
        assert!(said.starts_with("that of another network"), "{other}: {said}");
    }
}

/// One workspace serves networks and batches in any order: nothing of an earlier one is left.
#[test]
fn a_workspace_can_be_used_with_any_network_and_batch() {
    let mut workspace = Workspace::default();
    let (x, delta) = batch();
    let mut networks: Vec<Box<dyn Module>> = vec![
        Box::new(nested(Saves::Apart)),
        Box::new(Exponential(Saves::InDelta)),
        Box::new(nested(Saves::InDelta)),
        Box::new(Scale::new(2, 2.0)),
        Box::new(Twice::new(
            2,
            Exponential(Saves::Apart),
            Exponential(Saves::Apart),
        )),
    ];
    for round in 0..3 {
        for network in &mut networks {
            for rows in [3, 1, 0, 2, 3] {
                let (x, delta) = (first_rows(&x, rows), first_rows(&delta, rows));
                workspace.fill(f64::NAN);
                let expected = network.forward(&x).unwrap();
                assert_eq!(
                    workspace.forward(&**network, &x).unwrap(),
                    expected,
                    "{network} {round}"
                );
                network.zero_grad();
                network.backward_update_gradient(&x, &delta).unwrap();
                let expected = (network.backward_delta(&x, &delta).unwrap(), gradients(&**network));
                let found = workspace
                    .backward_with_delta(&mut **network, &x, &delta, Gradient::Overwrite)
                    .unwrap()
                    .to_owned();
                assert_eq!((found, gradients(&**network)), expected, "{network} {rows}");
            }
        }
    }
}

fn first_rows(matrix: &Matrix, rows: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, matrix.ncols()), |index| matrix[index])
}

#[test]
fn the_first_module_with_a_number_that_is_not_finite_is_named() {
    let mut network = nested(Saves::Apart);
    let (x, _) = batch();
    assert_eq!(Workspace::first_not_finite(&network, &x), None);
    // The exponential overflows; the scale behind it only passes the infinity on.
    let large = array![[1e4, 0.0]];
    let found = Workspace::first_not_finite(&network, &large);
    assert_eq!(found, Some(("first.second".to_owned(), "Exponential".to_owned())));
    network
        .second
        .visit_parameters_mut(&mut |parameter: &mut Parameter| {
            parameter.value_mut()[[0, 0]] = f64::NAN;
        });
    let found = Workspace::first_not_finite(&network, &x);
    // The output of the last inner module is the output of the network.
    assert_eq!(found, Some(("second".to_owned(), "Scale(2)".to_owned())));
    assert_eq!(Workspace::first_not_finite(&network, &array![[1.0]]), None);
    let alone = Scale::new(1, f64::INFINITY);
    let found = Workspace::first_not_finite(&alone, &array![[1.0]]);
    assert_eq!(found, Some((String::new(), "Scale(1)".to_owned())));
}

#[test]
#[should_panic(expected = "has inner modules, but no backward_kernel")]
fn a_composite_without_a_backward_kernel_is_a_mistake_of_its_author() {
    #[derive(Debug)]
    struct Forgetful(Twice);
    impl std::fmt::Display for Forgetful {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "Forgetful")
        }
    }
    impl Module for Forgetful {
        fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
            Ok(input)
        }
        fn forward_kernel(&self, x: &Matrix, y: &mut Matrix, _: &mut Memory) {
            y.assign(x);
        }
        fn delta_kernel(&self, _: &Matrix, delta: &Matrix, d: &mut Matrix, _: &mut Memory) {
            d.assign(delta);
        }
        fn inner(&self, number: usize) -> Option<(&str, &dyn Module)> {
            self.0.inner(number)
        }
    }
    let (x, delta) = batch();
    let _ = Forgetful(nested(Saves::Apart)).backward_update_gradient(&x, &delta);
}
