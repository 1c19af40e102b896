use brique_datasets::{Error, class_indices, one_hot};
use brique_tensor::ndarray::{Array2, array};
use proptest::prelude::*;

proptest! {
    #[test]
    fn one_hot_and_back(classes in 1..9_usize, labels in proptest::collection::vec(0..1000_usize, 0..30)) {
        let labels: Vec<usize> = labels.into_iter().map(|label| label % classes).collect();
        let rows: Array2<f32> = one_hot(&labels, classes).unwrap();
        prop_assert_eq!(rows.dim(), (labels.len(), classes));
        prop_assert!(rows.rows().into_iter().all(|row| row.sum() == 1.0));
        prop_assert_eq!(class_indices(&rows).unwrap(), labels);
    }
}

#[test]
fn a_label_without_a_column_is_named() {
    let error = one_hot::<f64>(&[0, 2, 3], 3).unwrap_err();
    assert_eq!(
        error,
        Error::Class {
            index: 2,
            found: 3,
            classes: 3
        }
    );
    assert_eq!(error.to_string(), "labels[2] is 3, expected a class below 3");
    assert!(one_hot::<f64>(&[0], 0).is_err());
    let error = one_hot::<f64>(&[0], usize::MAX).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("expected as many as memory can address"),
        "{error}"
    );
    assert_eq!(one_hot::<f64>(&[], 0).unwrap().dim(), (0, 0));
}

#[test]
fn a_row_that_is_not_one_hot_is_named() {
    let good = [0.0, 1.0];
    for bad in [
        [0.0, 0.0],
        [1.0, 1.0],
        [0.5, 0.5],
        [1.0, 0.1],
        [f64::NAN, 1.0],
        [0.0, 2.0],
    ] {
        let error = class_indices(&array![good, bad]).unwrap_err();
        assert_eq!(error, Error::NotOneHot { row: 1 });
        assert_eq!(
            error.to_string(),
            "row 1 is not one-hot: expected exactly one 1 among zeros"
        );
    }
    assert_eq!(
        class_indices(&Array2::<f64>::zeros((1, 0))),
        Err(Error::NotOneHot { row: 0 })
    );
}
