use brique_core::{Fault, Loss};
use brique_gradcheck::Judge;
use brique_losses::{NLLLoss, Reduction};
use brique_tensor::ndarray::{Array1, Array2, array};
use brique_tensor::{Matrix, Scalar};
use proptest::prelude::*;

use crate::definition::{Definition, REDUCTIONS, check_refused};
use crate::levels::proptest_on_every_level;
use crate::targets::classes;

const WEIGHTS: [f64; 9] = [1.0, 2.5, 0.25, 3.0, 0.5, 1.5, 0.75, 2.0, 4.0];

fn check_definition<T: Scalar>(y: &Matrix<T>, yhat: &Matrix<T>) {
    let of_class = |f: &dyn Fn(usize, f64) -> f64| {
        Array2::from_shape_fn(yhat.dim(), |(row, class)| {
            let is_target = y[[row, 0]].as_f64() == class as f64;
            if is_target {
                f(class, yhat[[row, class]].as_f64())
            } else {
                0.0
            }
        })
    };
    let of_weights = |weights: [f64; 9]| Definition {
        terms: of_class(&|class, number| -weights[class] * number),
        derivatives: of_class(&|class, _| -weights[class]),
        cancelling: 0.0,
        mean_divisor: of_class(&|class, _| weights[class]).sum(),
    };
    of_weights([1.0; 9]).check(|reduction| NLLLoss::new().with_reduction(reduction), y, yhat);
    let weights = WEIGHTS[..yhat.ncols()].to_vec();
    let with_weights = |reduction| {
        NLLLoss::new()
            .with_reduction(reduction)
            .class_weights(weights.clone())
            .unwrap()
    };
    of_weights(WEIGHTS).check(with_weights, y, yhat);
}

proptest_on_every_level! {
    #[test]
    fn reductions_follow_their_definition(f64s in classes::<f64>(1), f32s in classes::<f32>(1)) {
        // A logarithm of a probability is not positive, and sums of such numbers do not cancel.
        check_definition(&f64s.0, &f64s.1.mapv(|number| -number.abs()));
        check_definition(&f32s.0, &f32s.1.mapv(|number| -number.abs()));
    }
}

#[test]
fn every_law_holds_and_the_gradient_is_the_differences() {
    let judgement = Judge::new(1)
        .cases(256)
        .losses(|reduction| NLLLoss::new().with_reduction(reduction), classes(1))
        .unwrap();
    assert!(
        judgement.entries() > 3000 && judgement.kinks() == 0,
        "{judgement}"
    );
}

#[test]
fn values_and_gradients_by_hand() {
    let (y, yhat) = (array![[1.0], [0.0]], array![[-4.0, -0.5], [-1.5, -0.25]]);
    let of = |reduction| {
        let loss = NLLLoss::new()
            .with_reduction(reduction)
            .class_weights(vec![3.0, 1.0])
            .unwrap();
        (
            loss.forward(&y, &yhat).unwrap(),
            loss.backward(&y, &yhat).unwrap(),
        )
    };
    assert_eq!(of(Reduction::Sum), (5.0, array![[0.0, -1.0], [-3.0, 0.0]]));
    assert_eq!(of(Reduction::BatchMean), (2.5, array![[0.0, -0.5], [-1.5, 0.0]]));
    assert_eq!(of(Reduction::Mean), (1.25, array![[0.0, -0.25], [-0.75, 0.0]]));
    assert_eq!(NLLLoss::new().per_example(&y, &yhat).unwrap(), array![0.5, 1.5]);
    assert_eq!(NLLLoss::new(), NLLLoss::new().with_reduction(Reduction::Mean));
}

#[test]
fn one_column_is_one_class() {
    let (y, yhat) = (array![[0.0], [0.0]], array![[-1.0], [-3.0]]);
    assert_eq!(NLLLoss::new().forward(&y, &yhat).unwrap(), 2.0);
}

#[test]
fn nan_and_infinity() {
    let loss = NLLLoss::new().class_weights(vec![0.0, 1.0]).unwrap();
    let losses = |number: f64| {
        loss.per_example(&array![[0.0], [1.0]], &array![[number, 0.0], [0.0, number]])
            .unwrap()
    };
    assert!(losses(f64::NAN).iter().all(|loss| loss.is_nan()));
    assert_eq!(losses(f64::NEG_INFINITY), array![0.0, f64::INFINITY]);
}

#[test]
fn a_mean_over_weights_of_zero_is_none() {
    let loss = |reduction| {
        NLLLoss::new()
            .with_reduction(reduction)
            .class_weights(vec![0.0, 1.0])
            .unwrap()
    };
    let (y, yhat) = (array![[0.0]], array![[-1.0, -2.0]]);
    for result in [
        loss(Reduction::Mean).forward(&y, &yhat).map(drop),
        loss(Reduction::Mean).backward(&y, &yhat).map(drop),
    ] {
        assert_eq!(result.unwrap_err().fault(), &Fault::NoMean { found: (1, 2) });
    }
    for reduction in REDUCTIONS {
        assert_eq!(loss(reduction).per_example(&y, &yhat).unwrap(), array![0.0]);
    }
}

#[test]
fn bad_targets_and_options_are_refused() {
    let loss = NLLLoss::new();
    let yhat = array![[-1.0, -2.0], [-3.0, -4.0]];
    for (found, number) in [("2", 2.0), ("0.5", 0.5), ("NaN", f64::NAN)] {
        let said = format!("y[1, 0] is {found}, expected a class index: a whole number below 2");
        check_refused(&loss, &array![[1.0], [number]], &yhat, &said);
    }
    for shape in [(2, 2), (1, 1), (2, 0)] {
        let said = format!("y has shape {shape:?}, expected (2, 1): a class index for each row of yhat");
        check_refused(&loss, &Array2::zeros(shape), &yhat, &said);
    }
    check_refused(
        &NLLLoss::new().class_weights(vec![1.0]).unwrap(),
        &array![[1.0], [0.0]],
        &yhat,
        "yhat has shape (2, 2), expected (2, 1): one column a class weight",
    );
    assert_eq!(
        NLLLoss::new().class_weights(vec![-1.0]).unwrap_err().to_string(),
        "NLLLoss(mean), class_weights: weights[0] is -1, expected a finite number of at least 0"
    );
}

#[test]
#[should_panic(expected = "y has shape (2, 2), expected (2, 1)")]
fn the_forward_kernel_asserts_a_column() {
    NLLLoss::new().forward_kernel(&Array2::<f64>::zeros((2, 2)), &Array2::zeros((2, 2)));
}

#[test]
#[should_panic(expected = "delta has shape (3, 1), expected (3, 2)")]
fn the_backward_kernel_asserts_the_shape_of_its_result() {
    let (y, yhat) = (Array2::<f64>::zeros((3, 1)), Array2::zeros((3, 2)));
    NLLLoss::new().backward_kernel(&y, &yhat, &mut Array2::zeros((3, 1)));
}

#[test]
#[should_panic(expected = "losses has 2 elements, expected 3")]
fn the_per_example_kernel_asserts_the_length_of_its_result() {
    let (y, yhat) = (Array2::<f64>::zeros((3, 1)), Array2::zeros((3, 2)));
    NLLLoss::new().per_example_kernel(&y, &yhat, &mut Array1::zeros(2));
}

#[test]
fn losses_show_themselves_and_their_options() {
    let loss = NLLLoss::new().with_reduction(Reduction::Sum);
    assert_eq!(
        (loss.to_string().as_str(), loss.reduction()),
        ("NLLLoss(sum)", Reduction::Sum)
    );
    assert_eq!(
        loss.class_weights(vec![1.0]).unwrap().to_string(),
        "NLLLoss(sum, 1 class weights)"
    );
}
