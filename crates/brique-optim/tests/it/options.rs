//! Options that mean nothing are refused by name; a description has all of them.

use brique_core::Description;
use brique_optim::{Adagrad, Adam, AdamW, Error, Optimizer, RMSprop, SGD};

const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

/// That all of `bad` are refused by this message.
fn refused<O>(
    option: impl Fn(f64) -> Result<O, Error>,
    place: &str,
    argument: &str,
    expected: &str,
    bad: &[f64],
) {
    for &found in bad.iter().chain(&NOT_FINITE) {
        let Err(error) = option(found) else {
            panic!("{place} takes {found} as {argument}");
        };
        let message = format!("{place}: {argument} is {found}, expected {expected}");
        assert_eq!(error.to_string(), message);
    }
}

const NOT_NEGATIVE: &str = "a number of at least 0 that is finite in f64";
const POSITIVE: &str = "a number above 0 that is neither 0 nor infinite in f64";
const BELOW_ONE: &str = "a number of at least 0 and below 1";

#[test]
fn learning_rates() {
    refused(SGD::<f64>::new, "SGD", "learning_rate", NOT_NEGATIVE, &[-0.1]);
    refused(Adam::<f64>::new, "Adam", "learning_rate", NOT_NEGATIVE, &[-0.1]);
    refused(AdamW::<f64>::new, "AdamW", "learning_rate", NOT_NEGATIVE, &[-0.1]);
    refused(
        RMSprop::<f64>::new,
        "RMSprop",
        "learning_rate",
        NOT_NEGATIVE,
        &[-0.1],
    );
    refused(
        Adagrad::<f64>::new,
        "Adagrad",
        "learning_rate",
        NOT_NEGATIVE,
        &[-0.1],
    );
}

#[test]
fn learning_rates_that_are_set_later() {
    for (mut optimizer, name) in crate::laws::optimizers::<f64>(0.0, false)
        .unwrap()
        .into_iter()
        .zip(["SGD", "SGD", "Adam", "AdamW", "RMSprop", "RMSprop", "Adagrad"])
    {
        assert_eq!(optimizer.learning_rate(), 0.1);
        optimizer.set_learning_rate(0.25).unwrap();
        let error = optimizer.set_learning_rate(-1.0).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{name}: learning_rate is -1, expected {NOT_NEGATIVE}")
        );
        assert_eq!(optimizer.learning_rate(), 0.25);
    }
}

#[test]
fn options_of_sgd() {
    let sgd = || SGD::<f64>::new(0.1).unwrap();
    refused(|m| sgd().momentum(m), "SGD", "momentum", NOT_NEGATIVE, &[-0.1]);
    refused(|m| sgd().nesterov(m), "SGD", "momentum", POSITIVE, &[-0.1, 0.0]);
    refused(
        |d| sgd().weight_decay(d),
        "SGD",
        "weight_decay",
        NOT_NEGATIVE,
        &[-0.1],
    );
    // The last word counts.
    assert_eq!(
        sgd().nesterov(0.5).unwrap().momentum(0.9).unwrap(),
        sgd().momentum(0.9).unwrap()
    );
}

#[test]
fn options_of_adam_and_adam_w() {
    let adam = || Adam::<f64>::new(0.1).unwrap();
    refused(|b| adam().betas(b, 0.5), "Adam", "beta1", BELOW_ONE, &[-0.1, 1.0]);
    refused(|b| adam().betas(0.5, b), "Adam", "beta2", BELOW_ONE, &[-0.1, 1.0]);
    refused(|e| adam().eps(e), "Adam", "eps", POSITIVE, &[-1e-8, 0.0]);
    refused(
        |d| adam().weight_decay(d),
        "Adam",
        "weight_decay",
        NOT_NEGATIVE,
        &[-0.1],
    );

    let adam_w = || AdamW::<f64>::new(0.1).unwrap();
    refused(
        |b| adam_w().betas(b, 0.5),
        "AdamW",
        "beta1",
        BELOW_ONE,
        &[-0.1, 1.0],
    );
    refused(
        |b| adam_w().betas(0.5, b),
        "AdamW",
        "beta2",
        BELOW_ONE,
        &[-0.1, 1.0],
    );
    refused(|e| adam_w().eps(e), "AdamW", "eps", POSITIVE, &[-1e-8, 0.0]);
    refused(
        |d| adam_w().weight_decay(d),
        "AdamW",
        "weight_decay",
        NOT_NEGATIVE,
        &[-0.1],
    );
}

#[test]
fn options_of_rmsprop_and_adagrad() {
    let rmsprop = || RMSprop::<f64>::new(0.1).unwrap();
    refused(
        |a| rmsprop().alpha(a),
        "RMSprop",
        "alpha",
        BELOW_ONE,
        &[-0.1, 1.0],
    );
    refused(|e| rmsprop().eps(e), "RMSprop", "eps", POSITIVE, &[-1e-8, 0.0]);
    refused(
        |m| rmsprop().momentum(m),
        "RMSprop",
        "momentum",
        NOT_NEGATIVE,
        &[-0.1],
    );
    refused(
        |d| rmsprop().weight_decay(d),
        "RMSprop",
        "weight_decay",
        NOT_NEGATIVE,
        &[-0.1],
    );

    let adagrad = || Adagrad::<f64>::new(0.1).unwrap();
    refused(
        |d| adagrad().lr_decay(d),
        "Adagrad",
        "lr_decay",
        NOT_NEGATIVE,
        &[-0.1],
    );
    refused(|e| adagrad().eps(e), "Adagrad", "eps", POSITIVE, &[-1e-8, 0.0]);
    refused(
        |d| adagrad().weight_decay(d),
        "Adagrad",
        "weight_decay",
        NOT_NEGATIVE,
        &[-0.1],
    );
}

#[test]
fn numbers_that_f32_does_not_have_are_refused_there_alone() {
    assert!(SGD::<f64>::new(1e39).is_ok());
    assert_eq!(
        SGD::<f32>::new(1e39).unwrap_err().to_string(),
        format!(
            "SGD: learning_rate is {}, expected a number of at least 0 that is finite in f32",
            1e39
        )
    );
    assert!(Adam::<f64>::new(0.1).unwrap().eps(1e-50).is_ok());
    assert_eq!(
        Adam::<f32>::new(0.1).unwrap().eps(1e-50).unwrap_err().to_string(),
        format!(
            "Adam: eps is {}, expected a number above 0 that is neither 0 nor infinite in f32",
            1e-50
        )
    );
}

#[test]
fn a_description_has_every_option() -> Result<(), Error> {
    let base = |kind: &str, weights_only: u64| {
        Description::new(kind)
            .attribute("learning_rate", 0.5)
            .attribute("weight_decay", 0.25)
            .attribute("decays_weights_only", weights_only)
    };
    let sgd = SGD::<f64>::new(0.5)?.weight_decay(0.25)?.nesterov(0.75)?;
    let expected = base("SGD", 0)
        .attribute("momentum", 0.75)
        .attribute("nesterov", 1_u64);
    assert_eq!(sgd.description(), expected);

    let moments = |description: Description| {
        description
            .attribute("beta1", 0.75)
            .attribute("beta2", 0.875)
            .attribute("eps", 0.125)
    };
    let adam = Adam::<f64>::new(0.5)?.weight_decay(0.25)?;
    let adam = adam.betas(0.75, 0.875)?.eps(0.125)?.decay_weights_only();
    assert_eq!(adam.description(), moments(base("Adam", 1)));
    let adam_w = AdamW::<f64>::new(0.5)?.weight_decay(0.25)?;
    let adam_w = adam_w.betas(0.75, 0.875)?.eps(0.125)?;
    assert_eq!(adam_w.description(), moments(base("AdamW", 0)));

    let rmsprop = RMSprop::<f64>::new(0.5)?.weight_decay(0.25)?;
    let rmsprop = rmsprop.alpha(0.75)?.eps(0.125)?.momentum(0.875)?;
    let expected = base("RMSprop", 0)
        .attribute("alpha", 0.75)
        .attribute("eps", 0.125)
        .attribute("momentum", 0.875);
    assert_eq!(rmsprop.description(), expected);

    let adagrad = Adagrad::<f64>::new(0.5)?.weight_decay(0.25)?;
    let adagrad = adagrad.lr_decay(0.75)?.eps(0.125)?.decay_weights_only();
    let expected = base("Adagrad", 1)
        .attribute("lr_decay", 0.75)
        .attribute("eps", 0.125);
    assert_eq!(adagrad.description(), expected);
    Ok(())
}
