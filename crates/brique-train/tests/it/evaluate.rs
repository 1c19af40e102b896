use brique_core::{Loss, Module};
use brique_datasets::Dataset;
use brique_layers::{Dropout, Sequential};
use brique_losses::MSELoss;
use brique_tensor::ndarray::Array2;
use brique_train::{Metric, evaluate, metrics};

use crate::networks::{data, network, normal};

/// More rows than go through the network at once.
#[test]
fn an_evaluation_is_that_of_all_examples_at_once() {
    let (network, data) = (network::<f64>(1), data(700, 2));
    let mae = Metric::new("MAE", metrics::mean_absolute_error);
    let r2 = Metric::new("R²", metrics::r2);
    let found = evaluate(&network, &MSELoss::new(), &data, &[mae, r2]).unwrap();
    let yhat = network.predict(data.inputs()).unwrap();
    assert_eq!(found.predictions, yhat);
    assert_eq!(found.loss, MSELoss::new().forward(data.targets(), &yhat).unwrap());
    let expected = [
        metrics::mean_absolute_error(data.targets(), &yhat),
        metrics::r2(data.targets(), &yhat),
    ];
    assert_eq!(found.metrics, expected.map(Result::unwrap));
}

#[test]
fn nothing_is_dropped_in_an_evaluation() {
    let x: Array2<f64> = normal((50, 4), 1);
    let network: Sequential = Sequential::new(4).then(Dropout::new(0.5, 1).unwrap()).unwrap();
    let data = Dataset::new(x.clone(), x).unwrap();
    assert_eq!(evaluate(&network, &MSELoss::new(), &data, &[]).unwrap().loss, 0.0);
}

#[test]
fn a_metric_that_refuses_is_named() {
    let data = data::<f64>(5, 2);
    let auc = Metric::new("AUC", metrics::roc_auc);
    let error = evaluate(&network(1), &MSELoss::new(), &data, &[auc]).unwrap_err();
    assert!(error.to_string().starts_with("metric AUC: "), "{error}");
    let empty: Dataset = Dataset::new(Array2::zeros((0, 3)), Array2::zeros((0, 2))).unwrap();
    assert!(evaluate(&network(1), &MSELoss::new(), &empty, &[]).is_err());
}
