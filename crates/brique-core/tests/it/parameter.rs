use brique_core::{Layout, Parameter};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

fn begins_with_a_line(matrix: &Matrix<f32>) -> bool {
    matrix.as_ptr().addr().is_multiple_of(64) && matrix.is_standard_layout()
}

#[test]
fn value_and_gradient_begin_with_a_line_of_the_cache_and_so_do_those_of_a_clone() {
    let value = Array2::from_shape_fn((33, 7), |(i, j)| (i * 7 + j) as f32);
    let mut parameter = Parameter::with_weight_rows(value.t().to_owned().reversed_axes(), 32);
    assert_eq!(parameter.value(), value);
    assert_eq!(parameter.gradient(), Array2::zeros((33, 7)));
    parameter.gradient_mut().fill(f32::NAN);

    let clone = parameter.clone();
    for parameter in [&parameter, &clone] {
        assert!(begins_with_a_line(parameter.value()) && begins_with_a_line(parameter.gradient()));
        assert_eq!((parameter.value(), parameter.weight_rows()), (&*value, 32));
        assert!(!parameter.has_finite_gradient());
    }
}

#[test]
fn weights_of_a_kernel_have_their_channels_first() {
    let layouts = |weight_rows, kernel: [usize; 2]| {
        let parameter = Parameter::<f64>::with_weight_rows(Array2::zeros((5, 3)), weight_rows);
        let parameter = parameter.with_kernel(kernel);
        parameter
            .tensors()
            .map(|tensor| tensor.layout)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        layouts(4, [2, 2]),
        [Layout::ChannelsFirst([2, 2].into()), Layout::Vector]
    );
    for other in [[3, 1], [0, 2]] {
        assert_eq!(layouts(4, other), [Layout::Transposed, Layout::Vector]);
    }
    assert_eq!(layouts(0, [0, 2]), [Layout::Transposed, Layout::Matrix]);
}

#[test]
fn a_gradient_is_finite_if_its_numbers_are() {
    let mut parameter: Parameter<f64> = Parameter::new(Array2::ones((1, 2)));
    for (number, is_finite) in [(3.0, true), (f64::INFINITY, false), (0.0, true)] {
        parameter.gradient_mut().fill(number);
        assert_eq!(parameter.has_finite_gradient(), is_finite, "{number}");
    }
}
