use brique_core::Parameter;
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
