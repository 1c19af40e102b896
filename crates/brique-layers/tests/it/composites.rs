//! Residual blocks, branches, networks within networks, and their descriptions.

use brique_core::{Description, Module, Registry, Shape, visit_tensors};
use brique_gradcheck::Judge;
use brique_gradcheck::composite_laws::everything_is_passed_on;
use brique_gradcheck::strategies::sizes;
use brique_layers::{
    AvgPool1D, AvgPool2D, Concat, Conv1D, Conv2D, Dropout, ELU, Flatten, GELU, GlobalAvgPool, GroupNorm,
    Init, LayerNorm, LeakyReLU, Linear, LogSigmoid, LogSoftmax, MaxPool1D, MaxPool2D, ReLU, Reshape,
    Residual, Sequential, SiLU, Sigmoid, Softmax, Softplus, Tanh, Window, registry,
};
use brique_random::portable;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, Axis, array};
use proptest::prelude::*;

fn linear<T: Scalar>(inputs: usize, outputs: usize, seed: u64) -> Linear<T> {
    Linear::new(inputs, outputs, Init::XavierUniform, &mut portable(seed)).unwrap()
}

fn block<T: Scalar>(width: usize, hidden: usize) -> Sequential<T> {
    let block = Sequential::new(width).then(linear(width, hidden, 1)).unwrap();
    block.then(Tanh).unwrap().then(linear(hidden, width, 2)).unwrap()
}

/// A residual block whose module is branches, of which one is a residual block, then a chain.
fn nested<T: Scalar>(width: usize, hidden: usize) -> Sequential<T> {
    let branches = Concat::new(width)
        .branch(Residual::new(width, block(width, hidden)).unwrap())
        .unwrap()
        .branch_named("direct", Tanh)
        .unwrap();
    let inner = Sequential::new(width)
        .then(branches)
        .unwrap()
        .then(linear(2 * width, width, 3))
        .unwrap();
    let boxed: Box<dyn Module<T>> = Box::new(block(width, hidden));
    Sequential::new(width)
        .then(Residual::new(width, inner).unwrap())
        .unwrap()
        .then(boxed)
        .unwrap()
        .then(Tanh)
        .unwrap()
}

#[test]
fn composites_keep_every_law_and_their_gradients_are_the_differences() {
    let residuals =
        sizes().prop_map(|[width, hidden]| (Residual::new(width, block(width, hidden)).unwrap(), width));
    Judge::new(1).cases(32).modules(residuals).unwrap();
    let branches = sizes().prop_map(|[width, hidden]| {
        let concat = Concat::new(width).branch(block(width, hidden)).unwrap();
        (
            concat
                .branch(Tanh)
                .unwrap()
                .branch(linear(width, hidden, 4))
                .unwrap(),
            width,
        )
    });
    Judge::new(2).cases(32).modules(branches).unwrap();
    let nested = sizes().prop_map(|[width, hidden]| (nested(width, hidden), width));
    Judge::new(3).cases(32).modules(nested).unwrap();
}

#[test]
fn composites_pass_everything_on() {
    everything_is_passed_on(&|probe| Box::new(Residual::new(3, probe).unwrap()), 3).unwrap();
    everything_is_passed_on(
        &|probe| {
            let concat = Concat::new(3).branch(Tanh).unwrap();
            Box::new(concat.branch(probe).unwrap())
        },
        3,
    )
    .unwrap();
    everything_is_passed_on(
        &|probe| {
            let inner = Sequential::new(3)
                .then(linear(3, 3, 1))
                .unwrap()
                .then(probe)
                .unwrap();
            let outer = Sequential::new(3).then(Residual::new(3, inner).unwrap()).unwrap();
            Box::new(outer.then(Tanh).unwrap())
        },
        3,
    )
    .unwrap();
}

#[test]
fn a_residual_block_is_its_definition() {
    let (mut residual, mut inner) = (Residual::new(3, block::<f32>(3, 4)).unwrap(), block::<f32>(3, 4));
    let x = array![[1.0_f32, -2.0, 0.5], [0.25, 3.0, -1.0]];
    let delta = array![[0.5_f32, 1.0, -1.0], [2.0, 0.0, 1.0]];
    assert_eq!(residual.forward(&x).unwrap(), inner.forward(&x).unwrap() + &x);
    assert_eq!(
        residual.backward_delta(&x, &delta).unwrap(),
        inner.backward_delta(&x, &delta).unwrap() + &delta
    );
    residual.backward_update_gradient(&x, &delta).unwrap();
    inner.backward_update_gradient(&x, &delta).unwrap();
    let gradients = |module: &dyn Module<f32>| {
        let mut gradients = Vec::new();
        module.visit_parameters(&mut |parameter| gradients.push(parameter.gradient().to_owned()));
        gradients
    };
    assert_eq!(gradients(&residual), gradients(&inner));
}

#[test]
fn branches_are_placed_side_by_side() {
    let layer = linear::<f64>(2, 3, 1);
    let concat = Concat::new(2)
        .branch(Tanh)
        .unwrap()
        .branch(layer.clone())
        .unwrap();
    assert_eq!(concat.to_string(), "Concat((2) → (5), 2 modules, 9 parameters)");
    let empty = Concat::<f64>::new(2);
    assert_eq!(empty.to_string(), "Concat((2) → (0), 0 modules, 0 parameters)");
    let x = array![[1.0, -2.0], [0.25, 3.0]];
    let y = concat.forward(&x).unwrap();
    let (left, right) = y.view().split_at(Axis(1), 2);
    assert_eq!(left, Tanh.forward(&x).unwrap());
    assert_eq!(right, layer.forward(&x).unwrap());

    let delta = array![[0.5, 1.0, -1.0, 2.0, 0.0], [1.0, 0.5, 3.0, -2.0, 1.0]];
    let (left, right) = delta.view().split_at(Axis(1), 2);
    let (left, right) = (left.to_owned(), right.to_owned());
    assert_eq!(
        concat.backward_delta(&x, &delta).unwrap(),
        Tanh.backward_delta(&x, &left).unwrap() + layer.backward_delta(&x, &right).unwrap()
    );
}

#[test]
fn wrong_shapes_are_refused_when_a_composite_is_built() {
    assert_eq!(
        Residual::<f64>::new(3, linear(3, 2, 1)).unwrap_err().to_string(),
        "Residual(Linear(3 → 2)), new: the output of the module is of shape (2), expected of shape (3), that of its input, \
         to which it is added"
    );
    assert!(Residual::<f64>::new(2, linear(3, 2, 1)).is_err());
    assert!(Concat::<f64>::new(2).branch(linear(3, 2, 1)).is_err());
    let named = Concat::<f64>::new(2).branch_named("a", Tanh).unwrap();
    assert!(named.branch_named("a", Tanh).is_err());
}

#[test]
fn dropouts_of_one_seed_draw_different_masks() {
    let dropout = || Dropout::new(0.5, 7).unwrap();
    let concat = Concat::new(50)
        .branch(dropout())
        .unwrap()
        .branch(dropout())
        .unwrap();
    let mut network: Sequential = Sequential::new(50).then(concat).unwrap();
    let x = Array2::ones((20, 50));
    for step in 0..2 {
        network.begin_step(step);
        let y = network.forward(&x).unwrap();
        let (first, second) = y.view().split_at(Axis(1), 50);
        assert_ne!(first, second);
        assert_eq!(network.predict(&x).unwrap(), Array2::ones((20, 100)));
    }
}

#[test]
fn tensors_have_paths() {
    let mut paths = Vec::new();
    let network = nested::<f64>(2, 3);
    visit_tensors(&network, &mut |path, tensor| {
        paths.push(format!("{path} {:?}", tensor.values.dim()));
    });
    assert_eq!(
        paths,
        [
            "0.module.0.0.module.0.weight (2, 3)",
            "0.module.0.0.module.0.bias (1, 3)",
            "0.module.0.0.module.2.weight (3, 2)",
            "0.module.0.0.module.2.bias (1, 2)",
            "0.module.1.weight (4, 2)",
            "0.module.1.bias (1, 2)",
            "1.0.weight (2, 3)",
            "1.0.bias (1, 3)",
            "1.2.weight (3, 2)",
            "1.2.bias (1, 2)",
        ]
    );
}

#[test]
fn a_table_shows_inner_networks_indented() {
    let network = Sequential::<f64>::new(2)
        .then(Residual::new(2, block(2, 3)).unwrap())
        .unwrap();
    assert_eq!(
        format!("{network:#}"),
        "Sequential((2) → (2), 1 module, 17 parameters)\n  \
         0         Residual((2), 1 module, 17 parameters)           (2)  17\n    \
         module  Sequential((2) → (2), 3 modules, 17 parameters)  (2)  17\n      \
         0     Linear(2 → 3)                                    (3)   9\n      \
         1     Tanh                                             (3)   –\n      \
         2     Linear(3 → 2)                                    (2)   8"
    );
}

fn conv1d<T: Scalar>(input: [usize; 2], window: Window<1>) -> Conv1D<T> {
    Conv1D::new(input, 3, window, Init::PyTorch, &mut portable(1)).unwrap()
}

fn every_module<T: Scalar>() -> Vec<Box<dyn Module<T>>> {
    vec![
        Box::new(linear(3, 2, 1)),
        Box::new(linear(0, 2, 1)),
        Box::new(ReLU),
        Box::new(LeakyReLU::new(0.2).unwrap()),
        Box::new(ELU::new(0.5).unwrap()),
        Box::new(Tanh),
        Box::new(Sigmoid),
        Box::new(SiLU),
        Box::new(GELU),
        Box::new(Softplus),
        Box::new(LogSigmoid),
        Box::new(Softmax),
        Box::new(LogSoftmax),
        Box::new(LayerNorm::new(4).unwrap()),
        Box::new(GroupNorm::new([3, 4], 2).unwrap()),
        Box::new(conv1d([9, 2], Window::from(3))),
        Box::new(conv1d([9, 2], Window::new(3).stride(2).padding(1).dilation(2))),
        Box::new(Conv2D::grouped([5, 6, 4], 8, [2, 3], 4, Init::PyTorch, &mut portable(1)).unwrap()),
        Box::new(MaxPool1D::new([9, 2], 2).unwrap()),
        Box::new(MaxPool2D::new([5, 6, 4], [2, 3]).unwrap().stride(1).unwrap()),
        Box::new(AvgPool1D::new([9, 2], 2).unwrap().stride(3).unwrap()),
        Box::new(AvgPool2D::new([5, 6, 4], 2).unwrap()),
        Box::new(GlobalAvgPool::new([5, 6, 4]).unwrap()),
        Box::new(Flatten),
        Box::new(Reshape::new([2, 3, 4])),
        Box::new(Dropout::new(0.25, u64::MAX).unwrap()),
        Box::new(Sequential::new([2, 3])),
        Box::new(nested(3, 4).then_named("head", linear(3, 1, 5)).unwrap()),
        Box::new(Residual::new([2, 3], Tanh).unwrap()),
        Box::new(
            Concat::new(2)
                .branch(Tanh)
                .unwrap()
                .branch_named("b", ReLU)
                .unwrap(),
        ),
    ]
}

fn check_round_trips<T: Scalar>() {
    for module in every_module::<T>() {
        let description = module.describe();
        let built = registry::<T>().build(&description).unwrap();
        assert_eq!(built.describe(), description);
        assert_eq!(built.to_string(), module.to_string());
        assert_eq!(description.to_string(), module.to_string());
    }
}

#[test]
fn every_module_is_built_again_from_its_description() {
    check_round_trips::<f64>();
    check_round_trips::<f32>();
}

#[test]
fn wrong_descriptions_are_refused() {
    let told = |description: &Description| registry::<f64>().build(description).unwrap_err().to_string();
    assert_eq!(
        told(&Description::new("Linear").attribute("in", 3_usize)),
        "Linear(3), build: attribute \"out\" is missing, expected a size that memory can have"
            .replace("a size that memory can have", "an integer of at least 0")
    );
    let mut linear = linear::<f64>(3, 2, 1).describe();
    linear.tensors[0].shape = (3, 3);
    assert!(
        told(&linear).contains("the list of tensors is weight (3, 3)"),
        "{}",
        told(&linear)
    );
    let mut huge = Description::new("Linear")
        .attribute("in", u64::MAX / 2)
        .attribute("out", 9_u64);
    assert!(told(&huge).contains("the list of tensors is , expected weight (9223372036854775807, 9)"));
    huge.tensors = linear.tensors.clone();
    huge.tensors[0].shape = (usize::MAX / 2, 9);
    huge.tensors[1].shape = (1, 9);
    assert!(
        told(&huge).contains("as many as memory can address"),
        "{}",
        told(&huge)
    );
    assert!(
        told(&Description::new("Residual").attribute("in", brique_core::Shape::from(2)))
            .contains("expected 1")
    );
    let chain = Sequential::<f64>::new(2).then(Tanh).unwrap().then(Tanh).unwrap();
    let concat = Concat::<f64>::new(2).branch(Tanh).unwrap().branch(Tanh).unwrap();
    for mut description in [chain.describe(), concat.describe()] {
        description.inner[1].name = description.inner[0].name.clone();
        assert!(told(&description).ends_with("expected a name that no other module has"));
    }
}

#[test]
fn a_user_registers_a_kind_of_their_own() {
    let mut registry: Registry = registry();
    registry.register("Twice", |_, _| Ok(Box::new(Residual::new(2, Tanh)?)));
    assert!(registry.build(&Description::new("Twice")).is_ok());
}

#[test]
fn a_residual_takes_examples_of_its_shape_and_of_its_size() {
    let residual = Residual::<f64>::new([2, 3], Tanh).unwrap();
    for shape in [Shape::from([2, 3]), Shape::from(6)] {
        assert_eq!(residual.output_shape(shape).unwrap(), Shape::from([2, 3]));
    }
    for shape in [Shape::from([3, 2]), Shape::from(5)] {
        assert!(residual.output_shape(shape).is_err());
    }
}

#[test]
fn branches_take_examples_of_their_shape_and_of_its_size() {
    let concat = Concat::<f64>::new([2, 3]).branch(Tanh).unwrap();
    let concat = concat.branch(Flatten).unwrap();
    for shape in [Shape::from([2, 3]), Shape::from(6)] {
        assert_eq!(concat.output_shape(shape).unwrap(), Shape::from(12));
    }
    for shape in [Shape::from([3, 2]), Shape::from(5)] {
        assert!(concat.output_shape(shape).is_err());
    }
}
