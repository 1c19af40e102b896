//! Convolutions compared with their definition, at every SIMD level. Whole numbers are added without rounding, so that
//! the results are equal to the bit in any order.

use brique_tensor::ndarray::{Array2, Axis, Slice};
use brique_tensor::{
    Convolution, Scalar, SimdLevel, Threads, WindowAxis, convolution_delta, convolution_forward,
    convolution_gradient, convolution_overwrite_gradient,
};
use proptest::prelude::*;

use crate::levels::{on_every_level, proptest_on_every_level};

/// A whole number that depends on an index.
fn whole<T: Scalar>(rows: usize, columns: usize, seed: usize) -> Array2<T> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        T::from_f64(((row * columns + column) * seed % 23) as f64 - 11.0)
    })
}

fn axis() -> impl Strategy<Value = WindowAxis> {
    (1..12_usize, 1..5_usize, 1..5_usize, 0..4_usize, 1..4_usize).prop_filter_map(
        "no window fits",
        |(length, kernel, stride, padding, dilation)| {
            WindowAxis::new(length, kernel, stride, padding, dilation)
        },
    )
}

fn convolution() -> impl Strategy<Value = Convolution> {
    let rows = prop_oneof![1 => Just(WindowAxis::NONE), 2 => axis()];
    let channels = prop_oneof![3 => 1..4_usize, 1 => 8..20_usize];
    let groups = prop_oneof![2 => Just(1_usize), 1 => 2..9_usize];
    (rows, axis(), channels.clone(), channels, groups).prop_map(|(rows, columns, inputs, outputs, groups)| {
        Convolution::new([rows, columns], inputs * groups, outputs * groups, groups).unwrap()
    })
}

/// Calls `visit` with the indices (input, weight row, output position, output channel) of every product in an example.
fn products(convolution: &Convolution, visit: &mut dyn FnMut(usize, usize, usize, usize)) {
    let [down, right] = convolution.axes();
    let ((inputs, outputs), groups) = (convolution.channels(), convolution.groups());
    let (of_group, outputs_of_group) = (inputs / groups, outputs / groups);
    let at = |axis: &WindowAxis, window: usize, element: usize| {
        let padded = window * axis.stride() + element * axis.dilation();
        padded
            .checked_sub(axis.padding())
            .filter(|&index| index < axis.length())
    };
    for (y, x) in (0..down.outputs()).flat_map(|y| (0..right.outputs()).map(move |x| (y, x))) {
        for (k, l) in (0..down.kernel()).flat_map(|k| (0..right.kernel()).map(move |l| (k, l))) {
            let (Some(row), Some(column)) = (at(&down, y, k), at(&right, x, l)) else {
                continue;
            };
            for channel in 0..of_group {
                for output in 0..outputs {
                    let input = output / outputs_of_group * of_group + channel;
                    visit(
                        (row * right.length() + column) * inputs + input,
                        (k * right.kernel() + l) * of_group + channel,
                        y * right.outputs() + x,
                        output,
                    );
                }
            }
        }
    }
}

/// The output, the delta and the gradient by definition.
fn by_definition<T: Scalar>(
    convolution: &Convolution,
    x: &Array2<T>,
    parameters: &Array2<T>,
    delta: &Array2<T>,
) -> [Array2<T>; 3] {
    let (outputs, weight_rows) = (convolution.channels().1, convolution.weight_rows());
    let mut y = Array2::from_shape_fn(delta.dim(), |(_, j)| parameters[[weight_rows, j % outputs]]);
    let mut delta_x = Array2::zeros(x.dim());
    let mut gradient = Array2::zeros(parameters.dim());
    for row in 0..x.nrows() {
        products(convolution, &mut |input, weight, position, output| {
            let j = position * outputs + output;
            y[[row, j]] += x[[row, input]] * parameters[[weight, output]];
            delta_x[[row, input]] += delta[[row, j]] * parameters[[weight, output]];
            gradient[[weight, output]] += x[[row, input]] * delta[[row, j]];
        });
        for (j, &delta) in delta.row(row).indexed_iter() {
            gradient[[weight_rows, j % outputs]] += delta;
        }
    }
    [y, delta_x, gradient]
}

/// The output, the delta and the gradient by the kernels, in buffers with other content before.
fn by_kernels<T: Scalar>(
    convolution: &Convolution,
    x: &Array2<T>,
    parameters: &Array2<T>,
    delta: &Array2<T>,
) -> [Array2<T>; 3] {
    let nan = |shape| Array2::from_elem(shape, T::nan());
    let (mut y, mut delta_x) = (nan(delta.dim()), nan(x.dim()));
    let mut gradient = nan(parameters.dim());
    convolution_forward(convolution, x, parameters, &mut y);
    convolution_delta(convolution, delta, parameters, &mut delta_x);
    assert!(convolution_overwrite_gradient(
        convolution,
        x,
        delta,
        &mut gradient
    ));
    [y, delta_x, gradient]
}

fn case<T: Scalar>(convolution: &Convolution, batch: usize) -> [Array2<T>; 3] {
    [
        whole(batch, convolution.input_size(), 7919),
        whole(convolution.weight_rows() + 1, convolution.channels().1, 104_729),
        whole(batch, convolution.output_size(), 31),
    ]
}

fn check<T: Scalar>(convolution: &Convolution, batch: usize) {
    let [x, parameters, delta] = case::<T>(convolution, batch);
    let expected = by_definition(convolution, &x, &parameters, &delta);
    let found = by_kernels(convolution, &x, &parameters, &delta);
    assert_eq!(found, expected, "{convolution:?}");
    let mut twice = expected[2].clone();
    convolution_gradient(convolution, &x, &delta, &mut twice);
    assert_eq!(twice, &expected[2] + &expected[2], "{convolution:?}");
}

proptest_on_every_level! {
    #[test]
    fn convolutions_are_their_definition(convolution in convolution(), batch in 0..4_usize) {
        check::<f64>(&convolution, batch);
        check::<f32>(&convolution, batch);
    }
}

fn of_sizes(
    (height, width): (usize, usize),
    kernel: usize,
    (stride, padding, dilation): (usize, usize, usize),
    (inputs, outputs, groups): (usize, usize, usize),
) -> Convolution {
    let axis = |length| WindowAxis::new(length, kernel, stride, padding, dilation).unwrap();
    let rows = if height == 1 {
        WindowAxis::NONE
    } else {
        axis(height)
    };
    Convolution::new([rows, axis(width)], inputs, outputs, groups).unwrap()
}

/// Sizes with several chunks of the depth, panels, tiles and blocks of examples.
fn large() -> Vec<Convolution> {
    vec![
        of_sizes((1, 300), 3, (1, 0, 1), (1, 32, 1)),
        of_sizes((1, 40), 5, (2, 1, 1), (1, 25, 1)),
        of_sizes((1, 19), 3, (2, 1, 1), (25, 25, 1)),
        of_sizes((1, 9), 3, (3, 1, 2), (150, 70, 1)),
        of_sizes((12, 12), 5, (1, 0, 1), (6, 16, 1)),
        of_sizes((9, 9), 3, (1, 1, 1), (64, 40, 1)),
        of_sizes((9, 9), 3, (2, 1, 1), (32, 32, 32)),
        // Three of the vectors of a panel of four, for vectors of 2, 4, 8 and 16 numbers, without a border.
        of_sizes((5, 5), 3, (1, 0, 1), (6, 6, 6)),
        of_sizes((5, 5), 3, (1, 0, 1), (12, 12, 12)),
        of_sizes((5, 5), 3, (1, 0, 1), (24, 24, 24)),
        of_sizes((5, 5), 3, (1, 0, 1), (48, 48, 48)),
        of_sizes((9, 9), 3, (1, 2, 2), (36, 36, 12)),
        of_sizes((9, 9), 3, (1, 1, 1), (40, 20, 2)),
        of_sizes((5, 5), 1, (3, 0, 1), (3, 65, 1)),
        // δ is added window by window: with inputs in no window, with padding, with a stride, and more than one chunk deep.
        of_sizes((13, 10), 3, (4, 0, 1), (2, 400, 1)),
        of_sizes((9, 8), 3, (1, 1, 1), (3, 20, 1)),
        of_sizes((13, 10), 4, (3, 2, 1), (2, 400, 1)),
        of_sizes((1, 60), 7, (1, 0, 1), (5, 40, 1)),
        // The same with a dilation: several columns of an input are not neighbours.
        of_sizes((13, 11), 3, (1, 2, 2), (3, 40, 1)),
        of_sizes((13, 11), 3, (2, 1, 3), (2, 400, 1)),
        of_sizes((1, 7), 1, (1, 1, 1 << 40), (3, 70, 1)),
    ]
}

/// Groups of which several fit into a SIMD vector: with windows that share elements and with others, in chunks that are pieces
/// of a row, several rows or several examples, and with vectors that are not full.
fn narrow() -> Vec<Convolution> {
    let axis = |length, stride| WindowAxis::new(length, 3, stride, 1, 1).unwrap();
    let deep = WindowAxis::new(20, 17, 1, 8, 1).unwrap();
    let rows_at_a_stride = Convolution::new([axis(11, 2), axis(13, 1)], 10, 10, 10).unwrap();
    let columns_at_a_stride = Convolution::new([axis(11, 1), axis(13, 2)], 10, 10, 10).unwrap();
    vec![
        of_sizes((9, 9), 3, (1, 1, 1), (32, 32, 32)),
        of_sizes((9, 8), 3, (1, 1, 1), (7, 7, 7)),
        of_sizes((11, 70), 3, (1, 1, 1), (20, 20, 20)),
        of_sizes((1, 300), 3, (1, 1, 1), (20, 20, 20)),
        of_sizes((3, 170), 3, (1, 1, 1), (20, 20, 20)),
        of_sizes((3, 340), 3, (2, 1, 1), (20, 20, 20)),
        of_sizes((1, 300), 5, (1, 2, 1), (20, 20, 20)),
        of_sizes((1, 200), 3, (1, 1, 1), (28, 28, 7)),
        of_sizes((9, 11), 3, (2, 2, 2), (20, 20, 20)),
        of_sizes((9, 21), 3, (4, 2, 2), (20, 20, 20)),
        of_sizes((1, 7), 1, (1, 1, 1 << 40), (6, 6, 6)),
        of_sizes((1, 7), 1, (1, 1, 1 << 40), (12, 12, 6)),
        of_sizes((1, 30), 5, (1, 2, 1), (20, 20, 20)),
        of_sizes((10, 12), 7, (1, 3, 1), (5, 5, 5)),
        of_sizes((12, 35), 3, (1, 2, 2), (20, 20, 20)),
        of_sizes((30, 5), 3, (1, 9, 9), (6, 6, 6)),
        rows_at_a_stride,
        columns_at_a_stride,
        of_sizes((9, 10), 3, (1, 1, 1), (14, 14, 7)),
        of_sizes((9, 10), 3, (1, 1, 1), (28, 28, 7)),
        of_sizes((9, 33), 3, (1, 1, 1), (32, 32, 4)),
        of_sizes((9, 10), 5, (1, 2, 1), (28, 28, 7)),
        of_sizes((7, 7), 3, (2, 1, 1), (28, 28, 7)),
        of_sizes((7, 7), 3, (1, 1, 1), (12, 12, 3)),
        of_sizes((7, 9), 3, (1, 1, 1), (18, 9, 9)),
        of_sizes((7, 9), 3, (1, 1, 1), (9, 18, 9)),
        of_sizes((7, 9), 3, (1, 1, 1), (20, 15, 5)),
        // Pairs are added, in windows that slide and in others.
        of_sizes((7, 9), 3, (1, 1, 1), (20, 40, 20)),
        of_sizes((7, 9), 3, (2, 1, 2), (20, 40, 20)),
        of_sizes((13, 14), 6, (2, 2, 1), (40, 20, 20)),
        // Eight windows at once that slide, for groups that read one channel, two, and pairs.
        of_sizes((7, 30), 3, (1, 1, 1), (20, 40, 20)),
        of_sizes((7, 30), 3, (1, 1, 1), (40, 20, 20)),
        of_sizes((7, 30), 3, (1, 1, 1), (40, 40, 20)),
        // Threads that compute some weight rows of a tap.
        of_sizes((1, 170), 5, (1, 2, 1), (32, 32, 16)),
        of_sizes((1, 170), 5, (1, 2, 1), (15, 15, 5)),
        of_sizes((13, 13), 1, (1, 0, 1), (12, 24, 6)),
        // A stride of 2, with an odd and an even number of inputs before and after the windows.
        of_sizes((8, 11), 3, (2, 0, 1), (20, 20, 20)),
        of_sizes((8, 11), 3, (2, 1, 1), (20, 20, 20)),
        of_sizes((8, 11), 3, (2, 2, 1), (20, 20, 20)),
        of_sizes((7, 2), 3, (2, 3, 1), (20, 20, 20)),
        of_sizes((9, 10), 3, (2, 1, 1), (32, 32, 4)),
        // Rows of few positions, of which several are shorter than a vector.
        of_sizes((9, 3), 3, (1, 1, 1), (12, 12, 6)),
        of_sizes((9, 2), 3, (1, 1, 1), (6, 6, 6)),
        of_sizes((7, 9), 3, (1, 0, 1), (120, 3, 3)),
        of_sizes((7, 9), 3, (1, 0, 1), (3, 120, 3)),
        // Deeper than a chunk: 17 · 3 · 8 terms.
        Convolution::new([deep, axis(12, 1)], 16, 16, 2).unwrap(),
        // Windows that reach further than a patch is long.
        of_sizes((1, 400), 3, (1, 170, 170), (6, 6, 6)),
    ]
}

/// All sizes, each with a batch of several blocks of examples.
fn all_sizes() -> Vec<(Convolution, usize)> {
    let large = large().into_iter().map(|convolution| (convolution, 37));
    large
        .chain(narrow().into_iter().map(|convolution| (convolution, 7)))
        .collect()
}

#[test]
fn large_convolutions_are_their_definition() {
    on_every_level(|| {
        for (convolution, batch) in all_sizes() {
            check::<f32>(&convolution, batch.min(11));
            check::<f64>(&convolution, batch.min(11));
        }
    });
}

/// Numbers whose products and sums are rounded.
fn rounded<T: Scalar>(matrix: &Array2<T>) -> Array2<T> {
    matrix.mapv(|number| number / T::from_f64(7.0))
}

#[test]
fn a_row_has_the_same_bits_in_every_batch_and_threads_change_nothing() {
    on_every_level(|| {
        for (convolution, batch) in all_sizes() {
            let [x, parameters, delta] = case::<f32>(&convolution, batch).map(|matrix| rounded(&matrix));
            let together = by_kernels(&convolution, &x, &parameters, &delta);
            let threads = Threads::new(3).unwrap();
            let divided = threads.run(|| by_kernels(&convolution, &x, &parameters, &delta));
            assert_eq!(divided, together, "{convolution:?}");
            for rows in [0..1, 3..5, batch - 1..batch] {
                let part =
                    |matrix: &Array2<f32>| matrix.slice_axis(Axis(0), Slice::from(rows.clone())).to_owned();
                let [y, delta_x, _] = by_kernels(&convolution, &part(&x), &parameters, &part(&delta));
                assert_eq!(y, part(&together[0]), "{convolution:?}");
                assert_eq!(delta_x, part(&together[1]), "{convolution:?}");
            }
        }
    });
}

#[test]
fn levels_with_fused_multiply_add_have_the_same_bits_and_those_without_have() {
    for (convolution, _) in all_sizes() {
        assert_levels_agree::<f32>(&convolution);
        assert_levels_agree::<f64>(&convolution);
    }
}

fn assert_levels_agree<T: Scalar>(convolution: &Convolution) {
    let [x, parameters, delta] = case::<T>(convolution, 7).map(|matrix| rounded(&matrix));
    let by_level = SimdLevel::available().into_iter().map(|level| {
        let bits = level
            .run(|| by_kernels(convolution, &x, &parameters, &delta))
            .unwrap();
        (level.has_fused_multiply_add(), bits)
    });
    let (fused, others): (Vec<_>, Vec<_>) = by_level.partition(|(is_fused, _)| *is_fused);
    for same in [fused, others] {
        for (_, bits) in &same {
            assert_eq!(bits, &same[0].1, "{convolution:?}");
        }
    }
}

#[test]
fn a_delta_that_is_not_a_number_reaches_the_inputs_of_its_window_alone() {
    on_every_level(|| {
        for (convolution, _) in all_sizes() {
            let [x, parameters, mut delta] = case::<f32>(&convolution, 3);
            let middle = delta.ncols() / 2;
            delta[[1, middle]] = f32::NAN;
            let [_, expected, _] = by_definition(&convolution, &x, &parameters, &delta);
            let mut delta_x = Array2::zeros(x.dim());
            convolution_delta(&convolution, &delta, &parameters, &mut delta_x);
            let is_nan = |matrix: &Array2<f32>| matrix.mapv(f32::is_nan);
            assert_eq!(is_nan(&delta_x), is_nan(&expected), "{convolution:?}");
        }
    });
}

#[test]
fn no_size_overflows() {
    let most = usize::MAX;
    assert_eq!(WindowAxis::new(most, 1, 1, 1, 1), None);
    assert_eq!(WindowAxis::new(1, most, 1, 1, most), None);
    assert_eq!(WindowAxis::new(8, 3, 1, most, 1), None);
    assert_eq!(WindowAxis::new(8, 3, 0, 0, 1), None);
    assert_eq!(WindowAxis::new(8, 3, 1, 0, 0), None);
    assert_eq!(WindowAxis::new(8, 0, 1, 0, 1), None);
    assert_eq!(WindowAxis::new(0, 1, 1, 1, 1), None);
    assert_eq!(WindowAxis::new(8, 3, most, 0, 1).unwrap().outputs(), 1);
    let axis = WindowAxis::new(8, 3, 1, 0, 1).unwrap();
    assert_eq!(Convolution::new([axis; 2], most, 1, 1), None);
    assert_eq!(Convolution::new([axis; 2], 1 << 32, 1 << 32, 1), None);
    assert_eq!(Convolution::new([axis; 2], 4, 2, 3), None);
    assert_eq!(Convolution::new([axis; 2], 4, 2, 0), None);
    assert_eq!(Convolution::new([axis; 2], 0, 2, 1), None);
    let furthest = WindowAxis::new(8, 3, most, 0, 1).unwrap();
    for groups in [1, 2] {
        check::<f32>(
            &Convolution::new([WindowAxis::NONE, furthest], 2, 2, groups).unwrap(),
            2,
        );
    }
    let far = WindowAxis::new(8, 3, 1 << 32, 0, 1).unwrap();
    check::<f32>(&Convolution::new([far; 2], 1, 1, 1).unwrap(), 2);
    let long = WindowAxis::new(1 << 40, 3, 1, 0, 1).unwrap();
    assert_eq!(Convolution::new([long; 2], 1, 1, 1), None);
}
