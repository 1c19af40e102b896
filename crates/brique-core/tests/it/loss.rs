use brique_core::{Fault, Loss, Reduction};
use brique_tensor::ndarray::{Array2, array};

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
