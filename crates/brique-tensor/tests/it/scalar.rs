use brique_tensor::Scalar;

/// Checks the conversions of a number that `f32` rounds, of special numbers and of counts, in both directions.
fn check<T: Scalar>(name: &str, third: f64) {
    assert_eq!(T::NAME, name);
    assert_eq!(T::from_f64(1.0 / 3.0).as_f64(), third);
    assert_eq!(T::from_f64(-0.0).as_f64().to_bits(), (-0.0_f64).to_bits());
    assert!(T::from_f64(f64::NAN).as_f64().is_nan());
    for count in [0, 1, 3, 1 << 20] {
        assert_eq!(T::from_usize(count).as_f64(), count as f64);
    }
}

#[test]
fn numbers_are_rounded_to_their_type_and_come_back_exactly() {
    check::<f64>("f64", 1.0 / 3.0);
    check::<f32>("f32", f64::from(1.0_f32 / 3.0));
    assert_eq!(
        f32::from_usize((1 << 24) + 1),
        16_777_216.0,
        "the nearest, ties to even"
    );
    assert_eq!(f64::from_usize((1 << 24) + 1), 16_777_217.0);
}
