use brique_layers::{Init, Linear};
use brique_random::{RandomSource, portable};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

/// 0 and 1 come up as often as everything else, and so do coincident sizes.
pub fn size() -> impl Strategy<Value = usize> {
    prop_oneof![Just(0_usize), Just(1), 2..12_usize]
}

pub fn normal<T: Scalar>(shape: (usize, usize), seed: u64) -> Array2<T> {
    let mut rng = portable(seed);
    Array2::from_shape_simple_fn(shape, || T::from_f64(rng.standard_normal()))
}

/// A layer, an input for it, and a delta for its output.
pub type Case<T> = (Linear<T>, Array2<T>, Array2<T>);

pub fn case<T: Scalar>() -> impl Strategy<Value = Case<T>> {
    case_of(size(), size())
}

/// A case whose output has at least one value, so that it has a mean loss.
pub fn case_with_output<T: Scalar>() -> impl Strategy<Value = Case<T>> {
    case_of(1..12_usize, 1..12_usize)
}

fn case_of<T: Scalar>(
    examples: impl Strategy<Value = usize>,
    outputs: impl Strategy<Value = usize>,
) -> impl Strategy<Value = Case<T>> {
    (examples, size(), outputs, any::<u64>()).prop_map(|(n, inputs, outputs, seed)| {
        let linear =
            Linear::new(inputs, outputs, Init::StandardNormal, &mut portable(seed)).expect("finite sizes");
        (
            linear,
            normal((n, inputs), seed ^ 1),
            normal((n, outputs), seed ^ 2),
        )
    })
}
