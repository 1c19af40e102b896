use brique_core::{Fault, Module, Shape};
use brique_layers::{Init, Linear};
use brique_random::{NumpyRandomState, RandomSource, portable};
use brique_tensor::ndarray::{Array2, array};

fn two_to_three() -> Linear {
    Linear::from_parameters(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [0.5, -0.5, 7.0]]).unwrap()
}

#[test]
fn a_layer_by_hand() {
    let mut linear = two_to_three();
    assert_eq!((linear.inputs(), linear.outputs()), (2, 3));
    assert_eq!(linear.weight(), array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(linear.bias(), array![0.5, -0.5, 7.0]);

    let x = array![[1.0, 10.0], [0.0, -1.0]];
    assert_eq!(
        linear.forward(&x).unwrap(),
        array![[41.5, 51.5, 70.0], [-3.5, -5.5, 1.0]]
    );
    let delta = array![[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]];
    assert_eq!(
        linear.backward_delta(&x, &delta).unwrap(),
        array![[7.0, 16.0], [2.0, 5.0]]
    );
    linear.backward_update_gradient(&x, &delta).unwrap();
    assert_eq!(
        linear.parameters().gradient(),
        array![[1.0, 0.0, 2.0], [10.0, -1.0, 20.0], [1.0, 1.0, 2.0]]
    );
}

#[test]
fn shapes_with_nothing_in_them() {
    let no_inputs = Linear::from_parameters(array![[5.0, 6.0]]).unwrap();
    assert_eq!(no_inputs.to_string(), "Linear(0 → 2)");
    assert_eq!(
        no_inputs.forward(&Array2::zeros((2, 0))).unwrap(),
        array![[5.0, 6.0], [5.0, 6.0]]
    );
    assert_eq!(no_inputs.weight().dim(), (0, 2));

    let no_outputs: Linear = Linear::from_parameters(Array2::zeros((3, 0))).unwrap();
    assert_eq!(no_outputs.forward(&Array2::zeros((4, 2))).unwrap().dim(), (4, 0));
    let input_delta = no_outputs
        .backward_delta(&Array2::zeros((4, 2)), &Array2::zeros((4, 0)))
        .unwrap();
    assert_eq!(input_delta, Array2::<f64>::zeros((4, 2)));
}

#[test]
fn output_shape_takes_flat_examples_of_its_width() {
    let linear = two_to_three();
    assert_eq!(linear.output_shape(Shape::from(2)), Ok(Shape::from(3)));
    let fault = linear.output_shape(Shape::from([2, 1])).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "an example of the input has shape (2, 1), expected (2): one value for each row of weights"
    );
}

#[test]
fn refusals_name_the_layer_and_both_shapes() {
    let linear = two_to_three();
    assert_eq!(
        linear.forward(&Array2::zeros((5, 4))).unwrap_err().to_string(),
        "Linear(2 → 3), forward: an example of the input has shape (4), expected (2): one value for each row of weights"
    );
    assert_eq!(
        linear
            .backward_delta(&Array2::zeros((5, 2)), &Array2::zeros((5, 2)))
            .unwrap_err()
            .to_string(),
        "Linear(2 → 3), backward_delta: delta has shape (5, 2), expected (5, 3): as many columns as the module's output"
    );
}

#[test]
fn parameters_without_a_bias_row_are_refused() {
    let error = Linear::<f64>::from_parameters(Array2::zeros((0, 4))).unwrap_err();
    assert_eq!(error.location(), "Linear");
    assert_eq!(error.operation(), "from_parameters");
    assert!(
        matches!(
            error.fault(),
            Fault::Shape {
                found: (0, 4),
                expected: (1, 4),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn bad_bounds_are_refused_before_anything_is_drawn() {
    for bound in [-0.1, f64::NAN, f64::INFINITY, f64::MAX] {
        let mut rng = portable(1);
        let error = Linear::<f64>::new(2, 3, Init::Uniform(bound), &mut rng).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "Linear(2 → 3), new: bound of Init::Uniform is {bound}, expected a number of at least 0 whose double is finite in f64"
            )
        );
        assert_eq!(rng, portable(1));
    }
}

#[test]
fn a_bound_that_is_infinite_in_f32_is_refused_there_alone() {
    let of_bound_1e39 = Init::Uniform(1e39);
    assert!(Linear::<f32>::new(1, 1, of_bound_1e39, &mut portable(1)).is_err());
    assert!(Linear::<f64>::new(1, 1, of_bound_1e39, &mut portable(1)).is_ok());
}

#[test]
fn an_output_that_memory_cannot_address_is_refused() {
    let linear: Linear = Linear::from_parameters(array![[1.0, 2.0]]).unwrap();
    let error = linear.forward(&Array2::zeros((usize::MAX / 16, 0))).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("expected as many as memory can address"),
        "{error}"
    );
}

#[test]
fn more_parameters_than_memory_can_address_are_refused() {
    for (inputs, outputs) in [
        (usize::MAX, 1),
        (usize::MAX, 0),
        (usize::MAX / 2, 3),
        (1 << 40, 1 << 40),
    ] {
        let mut rng = portable(1);
        let error = Linear::<f32>::new(inputs, outputs, Init::HeNormal, &mut rng).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("expected as many as memory can address"),
            "{error}"
        );
        assert_eq!(rng, portable(1));
    }
}

/// Only weights decay, and files store a weight and a bias.
#[test]
fn the_last_row_is_the_bias_however_the_layer_was_made() {
    let drawn: Linear = Linear::new(2, 3, Init::PyTorch, &mut portable(1)).unwrap();
    for linear in [two_to_three(), drawn] {
        assert_eq!(linear.parameters().weight_rows(), 2);
        let tensors = linear
            .parameters()
            .tensors()
            .map(|tensor| (tensor.name, tensor.values.dim()));
        assert_eq!(
            tensors.collect::<Vec<_>>(),
            [("weight", (2, 3)), ("bias", (1, 3))]
        );
    }
}

#[test]
fn the_reports_weights_are_randn_row_by_row() {
    let linear: Linear = Linear::new(3, 2, Init::StandardNormal, &mut NumpyRandomState::new(42)).unwrap();
    let mut state = NumpyRandomState::new(42);
    let expected = Array2::from_shape_simple_fn((4, 2), || state.standard_normal());
    assert_eq!(linear.parameters().value(), expected);
}

#[test]
fn a_layer_is_copied_whole() {
    let mut linear = two_to_three();
    let copy = linear.clone();
    linear
        .backward_update_gradient(&Array2::ones((1, 2)), &Array2::ones((1, 3)))
        .unwrap();
    linear.update_parameters(1.0).unwrap();
    assert_eq!(copy, two_to_three());
    assert_ne!(linear, copy);
}

#[test]
fn both_visitors_show_the_one_parameter() {
    let mut linear = two_to_three();
    let mut shown = Vec::new();
    linear.visit_parameters(&mut |parameter| shown.push(parameter.clone()));
    assert_eq!(shown, [linear.parameters().clone()]);
    linear.visit_parameters_mut(&mut |parameter| parameter.value_mut().fill(2.0));
    assert_eq!(linear.weight(), Array2::from_elem((2, 3), 2.0));
}
