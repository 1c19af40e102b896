use brique_datasets::digits;

use crate::digest;

/// The digest is that of scikit-learn's `load_digits()`: `data`, then `target`, as `<f8`.
#[test]
fn digits_are_the_ones_of_uci() {
    let data = digits().unwrap();
    assert_eq!(
        (data.inputs().dim(), data.targets().dim()),
        ((1797, 64), (1797, 1))
    );
    assert_eq!(
        digest::of(&data),
        "f19a7d92591ca0a1ffc65ec172e8149afdff995e0d2c4cb0afd151f38471ff90"
    );

    let zero = data.inputs().row(0);
    assert_eq!(
        zero.to_vec()[..16],
        [
            0., 0., 5., 13., 9., 1., 0., 0., 0., 0., 13., 15., 10., 15., 5., 0.
        ]
    );
    assert_eq!((data.targets()[[0, 0]], data.targets()[[1796, 0]]), (0.0, 8.0));
    assert!(
        data.inputs()
            .iter()
            .all(|ink| (0.0..=16.0).contains(ink) && ink.fract() == 0.0)
    );
    let members: Vec<usize> = (0..10)
        .map(|digit| {
            data.targets()
                .iter()
                .filter(|&&label| label == f64::from(digit))
                .count()
        })
        .collect();
    assert_eq!(members, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
}

#[test]
fn in_single_precision_they_are_the_same() {
    assert_eq!(digits::<f32>().unwrap().cast::<f64>(), digits::<f64>().unwrap());
}
