use brique_core::{Fault, Loss, Reduction, WeightedLoss};
use brique_tensor::ndarray::{Array1, Array2, array};

use crate::toys::TotalError;

const REDUCTIONS: [Reduction; 3] = [Reduction::Mean, Reduction::BatchMean, Reduction::Sum];

#[test]
fn reductions_show_themselves() {
    assert_eq!(
        REDUCTIONS.map(|reduction| reduction.to_string()),
        ["mean", "batch mean", "sum"]
    );
}

#[test]
fn the_three_names_through_an_object() {
    let loss: Box<dyn Loss<f32>> = Box::new(TotalError(Reduction::BatchMean));
    let (y, yhat) = (array![[0.0, 1.0], [2.0, 3.0]], array![[1.0, 1.0], [1.0, 9.0]]);
    assert_eq!(loss.forward(&y, &yhat).unwrap(), 3.0);
    assert_eq!(loss.backward(&y, &yhat).unwrap(), array![[0.5, 0.5], [0.5, 0.5]]);
    assert_eq!(loss.per_example(&y, &yhat).unwrap(), array![1.0, 5.0]);
}

#[test]
fn the_loss_is_the_sum_of_the_losses_of_the_examples_over_the_divisor() {
    let (y, yhat): (Array2<f64>, _) = (array![[0.0, 1.0], [2.0, 3.0]], array![[1.0, 1.0], [1.0, 9.0]]);
    for reduction in REDUCTIONS {
        let loss = TotalError(reduction);
        let sum = loss.per_example(&y, &yhat).unwrap().sum();
        assert_eq!(loss.forward(&y, &yhat).unwrap(), sum / loss.divisor(&y, &yhat));
    }
}

#[test]
fn another_shape_is_refused_never_broadcast() {
    for (y, yhat) in [
        ((3, 1), (1, 3)),
        ((3, 1), (3, 3)),
        ((1, 1), (3, 1)),
        ((3, 1), (1, 1)),
        ((0, 1), (1, 0)),
    ] {
        for reduction in REDUCTIONS {
            let loss = TotalError(reduction);
            let (y, yhat): (Array2<f64>, Array2<f64>) = (Array2::zeros(y), Array2::zeros(yhat));
            let errors = [
                (loss.forward(&y, &yhat).map(drop), "forward"),
                (loss.backward(&y, &yhat).map(drop), "backward"),
                (loss.per_example(&y, &yhat).map(drop), "per_example"),
            ];
            for (result, operation) in errors {
                let error = result.expect_err("the door stood open");
                assert_eq!(error.operation(), operation);
                assert_eq!(
                    error.to_string(),
                    format!(
                        "TotalError({reduction}), {operation}: yhat has shape {:?}, expected {:?}: \
                         the shape of the target y; nothing is broadcast",
                        yhat.dim(),
                        y.dim()
                    )
                );
            }
        }
    }
}

#[test]
fn a_mean_over_nothing_is_refused() {
    for shape in [(0, 3), (3, 0), (0, 0)] {
        let empty: Array2<f64> = Array2::zeros(shape);
        for reduction in REDUCTIONS {
            let loss = TotalError(reduction);
            let divides_by_nothing = reduction.divisor(shape.0, shape.1) == 0;
            for result in [
                loss.forward(&empty, &empty).map(drop),
                loss.backward(&empty, &empty).map(drop),
            ] {
                assert_eq!(result.is_err(), divides_by_nothing, "{reduction} over {shape:?}");
                if let Err(error) = result {
                    assert_eq!(error.fault(), &Fault::NoMean { found: shape });
                    assert!(
                        error
                            .to_string()
                            .contains("leave such batches out, or use Reduction::Sum")
                    );
                }
            }
            assert_eq!(loss.per_example(&empty, &empty).unwrap().len(), shape.0);
        }
    }
}

#[test]
fn weights_multiply_the_losses_and_the_gradient_of_their_examples() {
    let loss = TotalError(Reduction::BatchMean);
    let (y, yhat): (Array2<f64>, _) = (array![[0.0, 1.0], [2.0, 3.0]], array![[1.0, 1.0], [1.0, 9.0]]);
    let weights = array![3.0, 0.5];
    let weighted = WeightedLoss::new(&loss, &weights);
    assert_eq!(weighted.per_example(&y, &yhat).unwrap(), array![3.0, 2.5]);
    assert_eq!(weighted.forward(&y, &yhat).unwrap(), 2.75);
    let delta = weighted.backward(&y, &yhat).unwrap();
    assert_eq!(delta, array![[1.5, 1.5], [0.25, 0.25]]);
    assert_eq!(weighted.divisor(&y, &yhat), 2.0);
    assert_eq!(weighted.reduction(), Reduction::BatchMean);
    assert_eq!(weighted.to_string(), "weighted TotalError(batch mean)");

    // An example of weight 0 does not count, not even with an infinite loss.
    let (infinite, weights) = (array![[f64::INFINITY, 1.0], [1.0, 9.0]], array![0.0, 1.0]);
    let weighted = WeightedLoss::new(&loss, &weights);
    assert_eq!(weighted.forward(&y, &infinite).unwrap(), 2.5);
    let weights = array![2.0, 1.0];
    let weighted = WeightedLoss::new(&loss, &weights);
    assert_eq!(weighted.forward(&y, &infinite).unwrap(), f64::INFINITY);

    // More examples than are added up at once.
    let (y, yhat) = (Array2::zeros((150, 1)), Array2::ones((150, 1)));
    let weights: Array1<f64> = (0..150_u8).map(f64::from).collect();
    let weighted = WeightedLoss::new(&TotalError(Reduction::Sum), &weights);
    assert_eq!(weighted.forward(&y, &yhat).unwrap(), 149.0 * 150.0 / 2.0);
}

#[test]
fn weights_are_one_number_of_at_least_zero_for_each_example() {
    let batch: Array2<f64> = Array2::ones((2, 1));
    for (weights, told) in [
        (
            array![1.0],
            "the number of weights is 1, expected 2: one for each example",
        ),
        (
            array![1.0, -1.0],
            "weights[1] is -1, expected a finite number of at least 0",
        ),
        (
            array![f64::NAN, 1.0],
            "weights[0] is NaN, expected a finite number of at least 0",
        ),
    ] {
        let loss = TotalError(Reduction::Sum);
        let error = WeightedLoss::new(&loss, &weights)
            .forward(&batch, &batch)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("weighted TotalError(sum), forward: {told}")
        );
    }
}
