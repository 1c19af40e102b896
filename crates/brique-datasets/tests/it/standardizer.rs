use brique_datasets::{Error, Standardizer};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

proptest! {
    #[test]
    fn columns_have_mean_0_and_deviation_1(n in 2..50_usize, columns in 0..5_usize, shift in -1e3..1e3_f64, seed: u64) {
        let mut rng = portable(seed);
        let inputs = Array2::from_shape_simple_fn((n, columns), || rng.normal(shift, 3.0));
        let standardizer = Standardizer::fit(&inputs).unwrap();
        let outputs = standardizer.transform(&inputs).unwrap();
        for (column, scale) in outputs.columns().into_iter().zip(standardizer.scale()) {
            // Shifting loses what the shift is larger than the spread.
            let tolerance = 1e-12 * (1.0 + shift.abs() / scale);
            let mean = column.sum() / n as f64;
            let variance = column.iter().map(|value| value * value).sum::<f64>() / n as f64;
            prop_assert!(mean.abs() < tolerance && (variance - 1.0).abs() < tolerance, "{mean}, {variance}");
        }
        let back = standardizer.inverse_transform(&outputs).unwrap();
        for (back, input) in back.iter().zip(&inputs) {
            prop_assert!((back - input).abs() <= 1e-12 * shift.abs().max(10.0));
        }
    }
}

#[test]
fn test_inputs_are_transformed_with_training_statistics() {
    let standardizer = Standardizer::fit(&array![[1.0, 0.0], [3.0, 10.0]]).unwrap();
    assert_eq!(standardizer.mean(), [2.0, 5.0]);
    assert_eq!(standardizer.scale(), [1.0, 5.0]);
    assert_eq!(
        standardizer.transform(&array![[4.0, 0.0]]).unwrap(),
        array![[2.0, -1.0]]
    );
    assert_eq!(
        standardizer.transform(&array![[4.0_f32, 0.0]]).unwrap(),
        array![[2.0_f32, -1.0]]
    );
}

#[test]
fn a_constant_column_is_only_shifted() {
    let tenths = Array2::from_elem((7, 1), 0.1_f64);
    let standardizer = Standardizer::fit(&tenths).unwrap();
    assert_eq!(standardizer.scale(), [1.0]);
    assert!(
        standardizer
            .transform(&tenths)
            .unwrap()
            .iter()
            .all(|value| value.abs() < 1e-15)
    );
    assert_eq!(
        Standardizer::fit(&array![[5.0]])
            .unwrap()
            .transform(&array![[7.0]])
            .unwrap(),
        array![[2.0]]
    );
}

#[test]
fn a_small_but_real_spread_is_scaled() {
    let standardizer = Standardizer::fit(&array![[1.0], [1.0 + 1e-9]]).unwrap();
    assert!((standardizer.scale()[0] / 5e-10 - 1.0).abs() < 1e-6);
}

#[test]
fn no_finite_column_is_too_large_or_too_small() {
    for magnitude in [1e308, 1e200, 1.0, 1e-200, 1e-300] {
        let inputs = array![[magnitude], [-magnitude], [magnitude], [-magnitude]];
        let standardizer = Standardizer::fit(&inputs).unwrap();
        assert_eq!(
            standardizer.transform(&inputs).unwrap(),
            array![[1.0], [-1.0], [1.0], [-1.0]]
        );
    }
    let zeros = Array2::<f64>::zeros((3, 1));
    assert_eq!(
        Standardizer::fit(&zeros).unwrap().transform(&zeros).unwrap(),
        zeros
    );
}

#[test]
fn what_does_not_fit_is_named() {
    let error = Standardizer::fit(&Array2::<f64>::zeros((0, 3))).unwrap_err();
    assert_eq!(
        error.to_string(),
        "Standardizer::fit: there are no examples to take statistics of"
    );

    let error = Standardizer::fit(&array![[1.0, 2.0], [3.0, f64::INFINITY]]).unwrap_err();
    assert_eq!(error.to_string(), "inputs[1, 1] is inf, expected a finite number");
    assert!(matches!(
        Standardizer::fit(&array![[f64::NAN]]),
        Err(Error::Value {
            row: 0,
            column: 0,
            ..
        })
    ));

    let standardizer = Standardizer::fit(&array![[1.0, 2.0]]).unwrap();
    let expected = "the inputs have 3 columns, expected 2: as many as the standardizer was fitted to";
    let wrong = Array2::<f64>::zeros((1, 3));
    assert_eq!(standardizer.transform(&wrong).unwrap_err().to_string(), expected);
    assert_eq!(
        standardizer.inverse_transform(&wrong).unwrap_err().to_string(),
        expected
    );
}
