//! Convolutions and pools allocate nothing once their buffers have grown. The binary is apart, because it counts all
//! allocations of the thread.
#![allow(missing_docs, reason = "tests are read, not published")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use allocation_counter::measure;
use brique_core::{Gradient, Workspace};
use brique_layers::{
    AvgPool2D, Conv2D, Flatten, GlobalAvgPool, GroupNorm, Init, MaxPool2D, Sequential, Window,
};
use brique_random::portable;
use brique_tensor::ndarray::Array2;
use brique_tensor::{
    Convolution, Scalar, WindowAxis, convolution_delta, convolution_forward, convolution_gradient,
};

/// A network with strides, padding, dilation, groups and every pool.
fn network<T: Scalar>() -> Sequential<T> {
    let mut rng = portable(1);
    let mut conv = |input: [usize; 3], channels, window: Window<2>, groups| -> Conv2D<T> {
        Conv2D::grouped(input, channels, window, groups, Init::PyTorch, &mut rng).unwrap()
    };
    let first = conv([12, 12, 3], 6, Window::new(3).padding(1), 1);
    let depthwise = conv([12, 12, 6], 6, Window::new(3).stride(2).padding(2), 6);
    let grouped = conv([7, 7, 6], 20, Window::new(2).dilation(2), 2);
    Sequential::new([12, 12, 3])
        .then(first)
        .and_then(|network| network.then(GroupNorm::new([12, 12, 6], 2)?)?.then(depthwise))
        .and_then(|network| {
            network
                .then(grouped)?
                .then(MaxPool2D::new([5, 5, 20], 2)?.stride(1)?)
        })
        .and_then(|network| network.then(AvgPool2D::new([4, 4, 20], 2)?))
        .and_then(|network| network.then(GlobalAvgPool::new([2, 2, 20])?)?.then(Flatten))
        .unwrap()
}

fn check<T: Scalar>() {
    let mut network = network::<T>();
    let mut workspace = Workspace::default();
    let x = Array2::from_elem((5, network.input().size()), T::from_f64(0.5));
    let delta = Array2::from_elem((5, network.output().size()), T::from_f64(0.25));
    let mut step = || {
        workspace.forward(&network, &x).unwrap();
        workspace
            .backward_with_delta(&mut network, &x, &delta, Gradient::Overwrite)
            .unwrap();
    };
    step();
    let counted = measure(&mut step);
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

#[test]
fn a_warm_pass_allocates_nothing() {
    check::<f32>();
    check::<f64>();
}

/// One of the three passes alone: each has to make room for itself.
fn pass<T: Scalar>(convolution: &Convolution, pass: usize, batch: usize) -> impl FnMut() + use<T> {
    let convolution = *convolution;
    let of = |shape: (usize, usize)| Array2::from_elem(shape, T::from_f64(0.5));
    let x = of((batch, convolution.input_size()));
    let parameters = of((convolution.weight_rows() + 1, convolution.channels().1));
    let delta = of((batch, convolution.output_size()));
    let (mut y, mut delta_x, mut gradient) = (delta.clone(), x.clone(), parameters.clone());
    move || match pass {
        0 => convolution_forward(&convolution, &x, &parameters, &mut y),
        1 => convolution_delta(&convolution, &delta, &parameters, &mut delta_x),
        _ => convolution_gradient(&convolution, &x, &delta, &mut gradient),
    }
}

fn more_examples<T: Scalar>() {
    for (stride, padding, channels) in [
        (1, 1, (3, 40, 1)),
        (2, 1, (40, 40, 1)),
        (2, 1, (40, 40, 40)),
        (1, 2, (40, 40, 40)),
        (1, 1, (16, 16, 4)),
        (1, 1, (40, 60, 20)),
    ] {
        let axis = WindowAxis::new(5, 3, stride, padding, 1).unwrap();
        let (inputs, outputs, groups) = channels;
        let convolution = Convolution::new([axis; 2], inputs, outputs, groups).unwrap();
        for number in 0..3 {
            // A thread of its own has no buffers yet.
            let counted = std::thread::spawn(move || {
                pass::<T>(&convolution, number, 1)();
                [5, 37].map(|batch| measure(pass::<T>(&convolution, number, batch)).count_total)
            });
            assert_eq!(
                counted.join().unwrap(),
                [0, 0],
                "pass {number} of {convolution:?}"
            );
        }
    }
}

#[test]
fn more_examples_than_before_need_no_larger_buffers() {
    more_examples::<f32>();
    more_examples::<f64>();
}
