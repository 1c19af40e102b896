//! Convolutions, `Flatten` and `Reshape`: the laws, values by hand, and networks whose shapes do not fit.

use brique_core::{Layout, Module, Shape, visit_tensors};
use brique_gradcheck::Judge;
use brique_layers::{
    Conv, Conv1D, Conv2D, Flatten, Init, Linear, MaxPool1D, MaxPool2D, PerAxis, ReLU, Reshape, Sequential,
    Window,
};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

/// Lengths, windows, channels in and out of a group, and groups.
fn window<const N: usize>() -> impl Strategy<Value = ([usize; N], Window<N>)> {
    let axis = (1..6_usize, 1..4_usize, 1..4_usize, 0..3_usize, 1..3_usize);
    proptest::collection::vec(axis, N).prop_filter_map("no window fits", |axes| {
        let of = |number: fn(&(usize, usize, usize, usize, usize)) -> usize| {
            std::array::from_fn::<usize, N, _>(|axis| number(&axes[axis]))
        };
        let window = Window::new(of(|axis| axis.1))
            .stride(of(|axis| axis.2))
            .padding(of(|axis| axis.3))
            .dilation(of(|axis| axis.4));
        let fits = axes
            .iter()
            .all(|axis| axis.0 + 2 * axis.3 > axis.4 * (axis.1 - 1));
        fits.then_some((of(|axis| axis.0), window))
    })
}

fn shape_of<const N: usize>(lengths: [usize; N], channels: usize) -> Shape {
    match lengths[..] {
        [length] => Shape::from([length, channels]),
        [height, width] => Shape::from([height, width, channels]),
        _ => Shape::from(0),
    }
}

fn convolutions<const N: usize>() -> impl Strategy<Value = (Conv<N>, usize)> {
    let channels = (1..3_usize, 1..3_usize, 1..4_usize, any::<u64>());
    (window::<N>(), channels).prop_map(|((lengths, window), (inputs, outputs, groups, seed))| {
        let input = shape_of(lengths, inputs * groups);
        let mut rng = portable(seed);
        let conv = Conv::grouped(
            input,
            outputs * groups,
            window,
            groups,
            Init::StandardNormal,
            &mut rng,
        );
        (conv.unwrap(), input.size())
    })
}

#[test]
fn convolutions_keep_every_law_and_their_gradients_are_the_differences() {
    let one = Judge::new(1)
        .linear()
        .cases(40)
        .modules(convolutions::<1>())
        .unwrap();
    assert!(one.entries() > 1000 && one.kinks() == 0, "{one}");
    let two = Judge::new(2)
        .linear()
        .cases(16)
        .modules(convolutions::<2>())
        .unwrap();
    assert!(two.entries() > 1000 && two.kinks() == 0, "{two}");
}

/// A kernel as long as the input, a stride longer than the kernel, one channel, and padding longer than the kernel.
#[test]
fn windows_at_the_limits_keep_every_law() {
    let limits = [
        Window::<1>::new(5),
        Window::new(1).stride(3),
        Window::new(2).stride(5).padding(3),
        Window::new(5).dilation(2).padding(2),
    ];
    let modules = proptest::sample::select(limits.to_vec()).prop_map(|window| {
        let conv = Conv1D::new([5, 1], 1, window, Init::StandardNormal, &mut portable(3)).unwrap();
        (conv, 5)
    });
    Judge::new(3).linear().modules(modules).unwrap();
}

#[test]
fn other_shapes_keep_every_law() {
    Judge::new(4)
        .linear()
        .modules((1..9_usize).prop_map(|n| (Flatten, n)))
        .unwrap();
    let reshapes = (1..4_usize).prop_map(|n| (Reshape::new([n, 2]), 2 * n));
    Judge::new(5).linear().modules(reshapes).unwrap();
}

/// 3 × 3 values of one channel, a kernel of 2 × 2, and two outputs.
#[test]
fn an_example_by_hand() {
    let parameters = array![[1.0, 0.0], [10.0, 0.0], [100.0, 0.0], [1000.0, -1.0], [0.5, 7.0]];
    let mut conv = Conv2D::from_parameters([3, 3, 1], 2, parameters).unwrap();
    let x = array![[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]];
    let y = conv.forward(&x).unwrap();
    assert_eq!(y, array![[5421.5, 2.0, 6532.5, 1.0, 8754.5, -1.0, 9865.5, -2.0]]);
    let delta = array![[1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0]];
    let back = conv.backward_delta(&x, &delta).unwrap();
    assert_eq!(back, array![[1.0, 10.0, 0.0, 100.0, 1000.0, -2.0, 0.0, 0.0, 0.0]]);
    conv.backward_update_gradient(&x, &delta).unwrap();
    let gradient = array![[1.0, 4.0], [2.0, 6.0], [4.0, 10.0], [5.0, 12.0], [1.0, 2.0]];
    assert_eq!(conv.parameters().gradient(), gradient);
}

/// y = 10·a + b for the two values a and b of each window.
#[test]
fn windows_of_two_values_by_hand() {
    let y = |window: Window<1>| {
        let conv = Conv1D::from_parameters([5, 1], window, array![[10.0], [1.0], [0.0]]).unwrap();
        conv.forward(&array![[1.0, 2.0, 3.0, 4.0, 5.0]]).unwrap()
    };
    assert_eq!(y(Window::new(2)), array![[12.0, 23.0, 34.0, 45.0]]);
    assert_eq!(y(Window::new(2).stride(3)), array![[12.0, 45.0]]);
    assert_eq!(
        y(Window::new(2).padding(1)),
        array![[1.0, 12.0, 23.0, 34.0, 45.0, 50.0]]
    );
    assert_eq!(y(Window::new(2).dilation(2)), array![[13.0, 24.0, 35.0]]);
}

#[test]
fn tensors_have_the_layout_of_pytorch() {
    let mut rng = portable(1);
    let conv: Conv2D = Conv2D::grouped([8, 8, 4], 6, [2, 3], 2, Init::PyTorch, &mut rng).unwrap();
    let mut shapes = Vec::new();
    visit_tensors(&conv, &mut |path, tensor| {
        assert_eq!(
            tensor.layout == Layout::ChannelsFirst([2, 3].into()),
            path == "weight"
        );
        shapes.push((path.to_owned(), tensor.layout.stored_shape(tensor.values.dim())));
    });
    assert_eq!(
        shapes,
        [
            ("weight".to_owned(), vec![6, 2, 2, 3]),
            ("bias".to_owned(), vec![6])
        ]
    );
    let conv: Conv1D = Conv1D::new([8, 4], 6, 3, Init::PyTorch, &mut rng).unwrap();
    visit_tensors(&conv, &mut |path, tensor| {
        let expected = if path == "weight" { vec![6, 4, 3] } else { vec![6] };
        assert_eq!(tensor.layout.stored_shape(tensor.values.dim()), expected);
    });
}

#[test]
fn initial_parameters_have_the_bounds_of_pytorch() {
    let mut rng = portable(7);
    let conv: Conv2D = Conv2D::grouped([9, 9, 8], 64, 3, 2, Init::PyTorch, &mut rng).unwrap();
    // 1/√(4 · 3 · 3)
    let largest = conv
        .parameters()
        .value()
        .iter()
        .fold(0.0_f64, |a, b| a.max(b.abs()));
    assert!(largest < 1.0 / 6.0 && largest > 0.16, "{largest}");
    for groups in [1, 2] {
        let conv = Conv2D::grouped([9, 9, 8], 64, 3, groups, Init::XavierUniform, &mut rng);
        let conv: Conv2D = conv.unwrap();
        let largest = conv.weight().iter().fold(0.0_f64, |a, b| a.max(b.abs()));
        let bound = (6.0 / (9 * (8 / groups + 64)) as f64).sqrt();
        assert!(
            largest < bound && largest > 0.98 * bound,
            "{largest}, bound {bound}"
        );
        assert!(conv.bias().iter().all(|&bias| bias == 0.0));
    }
}

#[test]
fn a_network_agrees_on_shapes_when_it_is_built() {
    let mut rng = portable(1);
    let conv = |input: [usize; 3], channels| -> Conv2D<f64> {
        Conv2D::new(input, channels, 5, Init::HeUniform, &mut portable(2)).unwrap()
    };
    let network: Sequential = Sequential::new([28, 28, 1])
        .then(conv([28, 28, 1], 6))
        .unwrap()
        .then(ReLU)
        .unwrap()
        .then(MaxPool2D::new([24, 24, 6], 2).unwrap())
        .unwrap()
        .then(Flatten)
        .unwrap()
        .then(Linear::new(864, 10, Init::HeUniform, &mut rng).unwrap())
        .unwrap();
    assert_eq!(network.output(), Shape::from(10));
    assert_eq!(network.forward(&Array2::zeros((2, 784))).unwrap().dim(), (2, 10));
    let told = |network: Result<Sequential, brique_core::Error>| network.unwrap_err().to_string();
    let begin = || Sequential::new([28, 28, 1]);
    assert_eq!(
        told(begin().then(conv([12, 12, 6], 16))),
        "module 0 (Conv2D((12, 12, 6) → (8, 8, 16), kernel (5, 5))), then: an example of the input has shape \
         (28, 28, 1), expected (12, 12, 6): the shape for which the module was created"
    );
    assert_eq!(
        told(begin().then(Linear::new(784, 10, Init::HeUniform, &mut rng).unwrap())),
        "module 0 (Linear(784 → 10)), then: an example of the input has shape (28, 28, 1), expected (784): one value \
         for each row of weights"
    );
    assert_eq!(
        told(begin().then(Reshape::new([28, 29]))),
        "module 0 (Reshape((28, 29))), then: an example of the input has shape (28, 28, 1), expected 812 values: as \
         many as in the shape (28, 29) of the output"
    );
}

#[test]
fn wrong_sizes_are_refused() {
    let told = |input: Shape, channels, window: Window<2>, groups| {
        let conv = Conv2D::<f64>::grouped(input, channels, window, groups, Init::PyTorch, &mut portable(1));
        conv.unwrap_err().to_string()
    };
    let image = Shape::from([4, 5, 6]);
    let here = "Conv2D((4, 5, 6) → 2 channels), new: ";
    assert_eq!(
        told(Shape::from([20, 6]), 2, 3.into(), 1),
        "Conv2D((20, 6) → 2 channels), new: an example of the input has shape (20, 6), expected (height, width, \
         channels): windows along the axes, at least one value along each, the channels last"
    );
    assert_eq!(
        told(image, 2, Window::new([3, 0]), 1),
        format!("{here}kernel is (3, 0), expected at least 1 along each axis")
    );
    assert_eq!(
        told(image, 2, Window::new(3).stride([0, 1]), 1),
        format!("{here}stride is (0, 1), expected at least 1 along each axis")
    );
    assert_eq!(
        told(image, 2, Window::new([5, 3]), 1),
        format!(
            "{here}kernel is (5, 3), expected no longer than the input (4, 5, 6) with padding (0, 0), counted with \
             dilation (1, 1)"
        )
    );
    assert_eq!(
        told(image, 2, 3.into(), 4),
        format!(
            "{here}the number of groups is 4, expected a divisor of 6 input channels and 2 output channels"
        )
    );
    for (input, channels) in [([4, 5, 6], 3), ([4, 5, 5], 2)] {
        assert!(
            told(input.into(), channels, 3.into(), 2)
                .contains("the number of groups is 2, expected a divisor")
        );
    }
    assert!(told(image, 0, 3.into(), 1).contains("the number of output channels is 0, expected at least 1"));
    assert!(told(Shape::from([4, 0, 6]), 2, 3.into(), 1).contains("at least one value along each"));
    assert!(told(Shape::from([usize::MAX / 2, 5, 1]), 2, 3.into(), 1).contains("memory"));
    assert!(told(image, usize::MAX / 2, 3.into(), 1).contains("memory"));
    let largest = usize::MAX / 32;
    assert!(MaxPool1D::new([largest, 1], 1).is_ok() && MaxPool1D::new([largest + 1, 1], 1).is_err());
    assert!(told(image, 2, Window::new(3).padding(usize::MAX), 1).contains("kernel is (3, 3)"));
    let parameters = Conv1D::from_parameters([5, 4], 3, Array2::<f64>::zeros((6, 2))).unwrap_err();
    assert_eq!(
        parameters.to_string(),
        "Conv1D, from_parameters: parameters has shape (6, 2), expected (13, 2): one row for each element of the kernel \
         and input channel of a group, and the bias"
    );
    assert_eq!(PerAxis::<1>::from(3).to_string(), "(3)");
}
