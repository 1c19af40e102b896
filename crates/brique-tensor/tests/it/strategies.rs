use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

/// 0 and 1 are as likely as all other sizes together, so that they and coincidences come up.
pub fn size() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0_usize), Just(1), 2..40_usize]
}

/// Small integers: their products and sums are exact, so kernels can be compared bit by bit.
pub fn integers<T: Scalar>(rows: usize, columns: usize) -> impl Strategy<Value = Array2<T>> {
    proptest::collection::vec(-9..=9_i32, rows * columns).prop_map(move |values| {
        let values = values
            .into_iter()
            .map(|value| T::from_f64(f64::from(value)))
            .collect();
        Array2::from_shape_vec((rows, columns), values).expect("as many values as the shape holds")
    })
}
