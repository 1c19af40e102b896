//! An optimiser from a formula: the same bits as the optimiser with that formula, and the checks of its state.

use brique_core::{Description, Module};
use brique_layers::{Init, Linear};
use brique_optim::{Base, CustomOptimizer, Error, Optimizer, SGD, State};
use brique_random::portable;
use brique_tensor::ndarray::{Array2, Zip, array};

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

/// p ← p − η·(g + λ·p), from a base.
#[derive(Debug)]
struct Descent(Base);

impl Optimizer for Descent {
    fn step(&mut self, module: &mut dyn Module) -> Result<(), Error> {
        let rate = self.0.learning_rate();
        self.0.step(module, [], |rows| {
            let decay = rows.decay;
            Zip::from(rows.value)
                .and(rows.gradient)
                .for_each(|p, &g| *p -= rate * (g + decay * *p));
        })
    }
    fn learning_rate(&self) -> f64 {
        self.0.learning_rate()
    }
    fn set_learning_rate(&mut self, rate: f64) -> Result<(), Error> {
        self.0.set_learning_rate(rate)
    }
    fn state(&self) -> &State {
        self.0.state()
    }
    fn set_state(&mut self, state: State) -> Result<(), Error> {
        self.0.set_state(&[], state)
    }
}

#[test]
fn a_base_decays_all_parameters_or_weights_only() {
    for (weights_only, expected) in [(false, array![[3.0], [1.5]]), (true, array![[3.0], [2.0]])] {
        let mut linear = Linear::from_parameters(array![[4.0], [2.0]]).unwrap();
        let mut base = Base::new("Descent", 0.5).unwrap();
        base.set_weight_decay(0.5).unwrap();
        if weights_only {
            base.decay_weights_only();
        }
        Descent(base).step(&mut linear).unwrap();
        assert_eq!(linear.parameters().value(), expected);
    }
}

#[test]
fn the_type_is_the_description_by_default() {
    let descent = Descent(Base::new("Other", 0.5).unwrap());
    assert_eq!(descent.description(), Description::new("Descent"));
}

#[test]
fn it_is_shown_without_its_formula() {
    let text = format!("{:?}", momentum(0.1));
    assert!(
        text.starts_with("CustomOptimizer { base: Base { name: \"Momentum\", learning_rate: 0.1"),
        "{text}"
    );
    assert!(text.ends_with("buffers: [\"momentum_buffer\"], .. }"), "{text}");
}
