//! A network that is exported and imported again.

use brique_core::{Module, visit_tensors};
use brique_layers::Sequential;
use brique_onnx::{Export, Import};
use brique_tensor::Scalar;
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

use crate::networks::Architect;

/// Returns all parameters with their paths, as bits.
pub fn bits<T: Scalar>(network: &dyn Module<T>) -> Vec<(String, Vec<u64>)> {
    let mut found = Vec::new();
    visit_tensors(network, &mut |path, tensor| {
        let bits = tensor
            .values
            .iter()
            .map(|number| number.as_f64().to_bits())
            .collect();
        found.push((path.to_owned(), bits));
    });
    found
}

fn is_identity<T: Scalar>(seed: u64) {
    let mut architect = Architect::new(seed);
    let input = architect.shape();
    let length = architect.below(7);
    let network: Sequential<T> = architect.network(input, length, 2);
    let bytes = Export::new(&network).to_bytes().unwrap();
    assert_eq!(bytes, Export::new(&network).to_bytes().unwrap(), "other bytes");

    let first = Import::new()
        .bytes::<T>(bytes)
        .unwrap_or_else(|error| panic!("{network:#}: {error}"));
    let rows = architect.below(3);
    let x = Array2::from_shape_fn((rows, input.size()), |_| {
        T::from_f64(architect.below(9) as f64 / 4.0 - 1.0)
    });
    let (found, expected) = (first.network.predict(&x).unwrap(), network.predict(&x).unwrap());
    assert_eq!(
        format!("{found:?}"),
        format!("{expected:?}"),
        "{network:#}\n{:#}",
        first.network
    );

    let bytes = Export::new(&first.network).to_bytes().unwrap();
    let second = Import::new().bytes::<T>(bytes.clone()).unwrap();
    assert_eq!(first.network.describe(), second.network.describe(), "{network:#}");
    assert_eq!(bits(&first.network), bits(&second.network));
    assert_eq!(bytes, Export::new(&second.network).to_bytes().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn import_then_export_then_import_is_the_identity(seed: u64) {
        is_identity::<f64>(seed);
        is_identity::<f32>(seed);
    }
}
