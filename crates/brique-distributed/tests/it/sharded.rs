//! The gradients of shards, against the definition.

use brique_core::{Module, Workspace};
use brique_distributed::{Alone, Sharded, run_threads};
use brique_layers::Linear;
use brique_losses::MSELoss;
use brique_tensor::ndarray::{Array2, array};
use brique_train::{Examples, Strategy};
use proptest::prelude::*;

fn gradients(strategy: &mut dyn Strategy, x: &Array2<f64>, y: &Array2<f64>) -> (f64, Array2<f64>) {
    let mut linear = Linear::from_parameters(array![[0.5], [-0.25]]).unwrap();
    let examples = Examples::whole(x.view(), y.view(), None);
    let mut workspace = Workspace::default();
    let loss = strategy
        .gradients(&mut linear, &MSELoss::new(), &examples, 0, &mut workspace)
        .unwrap();
    let mut gradient = Array2::default((0, 0));
    linear.visit_parameters(&mut |parameter| gradient = parameter.gradient().to_owned());
    (loss, gradient)
}

/// x = 1, 2, 3 and y = 0: the errors are 0.25, 0.75, 1.25. One shard has x = 1, the other x = 2 and 3.
#[test]
fn two_shards_by_hand() {
    let (x, y) = (array![[1.0], [2.0], [3.0]], array![[0.0], [0.0], [0.0]]);
    let (loss, gradient) = gradients(&mut Sharded::new(Alone, 2).unwrap(), &x, &y);
    assert_eq!(loss, (0.0625 + 0.5625 + 1.5625) / 3.0);
    assert_eq!(
        gradient,
        array![[(0.5 + 3.0 + 7.5) / 3.0], [(0.5 + 1.5 + 2.5) / 3.0]]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_rows_shards_and_processes_give_the_same_bits(rows in 1_usize..20, shards in 1_usize..12, size in 1_usize..6) {
        let x = Array2::from_shape_fn((rows, 1), |(row, _)| (row as f64 * 0.7).sin());
        let y = Array2::from_shape_fn((rows, 1), |(row, _)| (row as f64 * 1.3).cos());
        let alone = gradients(&mut Sharded::new(Alone, shards).unwrap(), &x, &y);
        let all = run_threads(size, |communicator| gradients(&mut Sharded::new(communicator, shards).unwrap(), &x, &y));
        for others in all {
            prop_assert_eq!(&others, &alone);
        }
    }
}
