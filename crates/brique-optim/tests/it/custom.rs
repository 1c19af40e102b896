//! An optimiser from a formula: the same bits as the optimiser with that formula, and the checks of its state.

use brique_core::Module;
use brique_layers::{Init, Linear};
use brique_optim::{CustomOptimizer, Error, Optimizer, SGD};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, Zip};

fn momentum(rate: f64) -> impl Optimizer {
    CustomOptimizer::new("Momentum", rate, ["momentum_buffer"], |rows, rate| {
        let [velocity] = rows.buffers;
        Zip::from(rows.value)
            .and(rows.gradient)
            .and(velocity)
            .for_each(|p, &g: &f64, v| {
                *v = 0.5 * *v + g;
                *p -= rate * *v;
            });
    })
    .unwrap()
}

fn linear(inputs: usize) -> Linear {
    Linear::new(inputs, 2, Init::StandardNormal, &mut portable(1)).unwrap()
}

#[test]
fn a_formula_makes_the_steps_of_the_optimiser_with_this_formula() {
    let (mut found, mut expected) = (linear(3), linear(3));
    let (mut custom, mut sgd) = (momentum(0.1), SGD::new(0.1).unwrap().momentum(0.5).unwrap());
    for step in 0..5 {
        let (x, delta) = (
            Array2::from_elem((4, 3), 0.5),
            Array2::from_elem((4, 2), f64::from(step)),
        );
        for (linear, optimizer) in [
            (&mut found, &mut custom as &mut dyn Optimizer),
            (&mut expected, &mut sgd),
        ] {
            linear.zero_grad();
            linear.backward_update_gradient(&x, &delta).unwrap();
            optimizer.step(linear).unwrap();
        }
    }
    assert_eq!(found.parameters().value(), expected.parameters().value());
    assert_eq!(custom.state(), Optimizer::<f64>::state(&sgd));
    assert_eq!(custom.description().kind, "Momentum");
}

#[test]
fn its_state_is_checked_and_continues() {
    let mut custom = momentum(0.1);
    custom.step(&mut linear(3)).unwrap();
    let error = custom.step(&mut linear(4)).unwrap_err();
    assert!(
        matches!(
            error,
            Error::ParameterShape {
                optimizer: "Momentum",
                ..
            }
        ),
        "{error}"
    );
    let mut other = momentum(0.1);
    other.set_state(custom.state().clone()).unwrap();
    assert_eq!(other.state(), custom.state());
    let mut adam: brique_optim::Adam = brique_optim::Adam::new(0.1).unwrap();
    adam.step(&mut linear(3)).unwrap();
    let error = other.set_state(adam.state().clone()).unwrap_err();
    assert!(error.to_string().starts_with("Momentum, set_state: "), "{error}");
    assert!(other.set_learning_rate(f64::NAN).is_err());
    assert_eq!(other.learning_rate(), 0.1);
    let refused = CustomOptimizer::<f64, _, 0>::new("Still", -1.0, [], |_, _| ());
    assert!(refused.is_err());
}
