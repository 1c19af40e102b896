//! Pools: the laws, ties, and windows of every size.

use brique_core::{Module, Workspace};
use brique_gradcheck::Judge;
use brique_layers::{AvgPool1D, AvgPool2D, GlobalAvgPool, MaxPool1D, MaxPool2D};
use brique_tensor::Threads;
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

/// Height, width, channels, kernel and stride.
fn sizes() -> impl Strategy<Value = ([usize; 3], [usize; 2], [usize; 2])> {
    let channels = prop_oneof![3 => 1..4_usize, 1 => 7..11_usize];
    let axis = || (1..4_usize, 0..4_usize, 1..4_usize);
    (axis(), axis(), channels)
        .prop_map(|((k, more, s), (l, wider, t), channels)| ([k + more, l + wider, channels], [k, l], [s, t]))
}

#[test]
fn pools_keep_every_law_and_their_gradients_are_the_differences() {
    let max = sizes().prop_map(|(input, kernel, stride)| {
        let pool = MaxPool2D::new(input, kernel).unwrap().stride(stride).unwrap();
        (pool, input.iter().product())
    });
    assert!(Judge::new(1).cases(24).modules(max).unwrap().entries() > 1000);
    let average = sizes().prop_map(|(input, kernel, stride)| {
        let pool = AvgPool2D::new(input, kernel).unwrap().stride(stride).unwrap();
        (pool, input.iter().product())
    });
    assert!(
        Judge::new(2)
            .linear()
            .cases(24)
            .modules(average)
            .unwrap()
            .entries()
            > 1000
    );
    let global = sizes().prop_map(|(input, ..)| (GlobalAvgPool::new(input).unwrap(), input.iter().product()));
    assert!(
        Judge::new(3)
            .linear()
            .cases(24)
            .modules(global)
            .unwrap()
            .entries()
            > 1000
    );
}

#[test]
fn pools_along_one_axis_keep_every_law() {
    let max = sizes().prop_map(|([length, _, channels], [kernel, _], [stride, _])| {
        let pool = MaxPool1D::new([length, channels], kernel)
            .unwrap()
            .stride(stride)
            .unwrap();
        (pool, length * channels)
    });
    Judge::new(4).cases(24).modules(max).unwrap();
    let average = sizes().prop_map(|([length, _, channels], [kernel, _], [stride, _])| {
        let pool = AvgPool1D::new([length, channels], kernel)
            .unwrap()
            .stride(stride)
            .unwrap();
        (pool, length * channels)
    });
    Judge::new(5).linear().cases(24).modules(average).unwrap();
}

/// Of equal elements the first is the largest, row by row; of overlapping windows each adds its δ.
#[test]
fn ties_go_to_the_first() {
    for channels in [1, 9] {
        let of_each = |numbers: &[f64]| {
            let all = numbers.iter().flat_map(|&number| vec![number; channels]);
            Array2::from_shape_vec((1, numbers.len() * channels), all.collect()).unwrap()
        };
        let pool = MaxPool2D::new([3, 3, channels], 2).unwrap().stride(1).unwrap();
        let x = of_each(&[0.0, -0.0, 1.0, 0.0, 0.0, 1.0, 2.0, 2.0, 2.0]);
        assert_eq!(pool.forward(&x).unwrap(), of_each(&[0.0, 1.0, 2.0, 2.0]));
        let back = pool
            .backward_delta(&x, &of_each(&[1.0, 10.0, 100.0, 1000.0]))
            .unwrap();
        assert_eq!(
            back,
            of_each(&[1.0, 0.0, 10.0, 0.0, 0.0, 0.0, 100.0, 1000.0, 0.0])
        );
    }
}

#[test]
fn a_nan_is_the_largest_and_the_first_of_several_gets_delta() {
    let pool = MaxPool1D::new([4, 1], 4).unwrap();
    let x = array![[f64::INFINITY, f64::NAN, 9.0, f64::NAN]];
    assert!(pool.forward(&x).unwrap()[[0, 0]].is_nan());
    let back = pool.backward_delta(&x, &array![[3.0]]).unwrap();
    assert_eq!(back, array![[0.0, 3.0, 0.0, 0.0]]);
}

/// A window of more elements than are compared one by one in the backward pass, with overlap.
#[test]
fn long_windows_and_threads_change_nothing() {
    let pool = MaxPool2D::new([20, 21, 11], [4, 5])
        .unwrap()
        .stride([3, 2])
        .unwrap();
    let x = Array2::from_shape_fn((9, 20 * 21 * 11), |(i, j)| ((i * 31 + j * 7919) % 1013) as f32);
    let y = pool.forward(&x).unwrap();
    let delta = y.mapv(|y| y - 500.0);
    let one = pool.backward_delta(&x, &delta).unwrap();
    let total = |matrix: &Array2<f32>| matrix.iter().map(|&n| f64::from(n)).sum::<f64>();
    assert_eq!(total(&one), total(&delta));
    let threads = Threads::new(3).unwrap();
    assert_eq!(threads.run(|| pool.forward(&x)).unwrap(), y);
    assert_eq!(threads.run(|| pool.backward_delta(&x, &delta)).unwrap(), one);
    let average = AvgPool2D::new([20, 21, 11], [4, 5]).unwrap();
    let means = average.forward(&x).unwrap();
    assert_eq!(threads.run(|| average.forward(&x)).unwrap(), means);
    let mut workspace = Workspace::default();
    assert_eq!(workspace.predict(&pool, &x).unwrap(), y);
}

/// Two examples of two positions and two channels, in both layouts of memory.
#[test]
fn a_global_average_by_hand() {
    let pool = GlobalAvgPool::new([2, 2]).unwrap();
    let columns_first = array![[1.0, 5.0], [10.0, 50.0], [3.0, 7.0], [30.0, 70.0]].reversed_axes();
    let rows_first = array![[1.0, 10.0, 3.0, 30.0], [5.0, 50.0, 7.0, 70.0]];
    for x in [columns_first, rows_first] {
        assert_eq!(pool.forward(&x).unwrap(), array![[2.0, 20.0], [6.0, 60.0]]);
        let back = pool.backward_delta(&x, &array![[4.0, 6.0], [2.0, 8.0]]).unwrap();
        assert_eq!(back, array![[2.0, 3.0, 2.0, 3.0], [1.0, 4.0, 1.0, 4.0]]);
    }
}

#[test]
fn a_stride_is_shown_unless_it_is_the_kernel() {
    let pool = MaxPool2D::new([6, 6, 2], [2, 3]).unwrap();
    assert_eq!(
        pool.to_string(),
        "MaxPool2D((6, 6, 2) → (3, 2, 2), kernel (2, 3))"
    );
    assert_eq!(
        pool.stride(1).unwrap().to_string(),
        "MaxPool2D((6, 6, 2) → (5, 4, 2), kernel (2, 3), stride (1, 1))"
    );
}

#[test]
fn wrong_sizes_are_refused() {
    assert_eq!(
        MaxPool1D::new([4, 2], 5).unwrap_err().to_string(),
        "MaxPool1D((4, 2)), new: kernel is (5), expected no longer than the input (4, 2) with padding (0), counted with \
         dilation (1)"
    );
    assert_eq!(
        AvgPool2D::new([4, 4, 2], 2)
            .unwrap()
            .stride([1, 0])
            .unwrap_err()
            .to_string(),
        "AvgPool2D((4, 4, 2)), stride: stride is (1, 0), expected at least 1 along each axis"
    );
    assert!(MaxPool2D::new([4, 2], 1).is_err());
    assert!(GlobalAvgPool::new(4).is_err());
    assert!(GlobalAvgPool::new([0, 4]).is_err());
    assert!(MaxPool1D::new([usize::MAX / 4, 2], 1).is_err());
}
