//! `ReduceOnPlateau` against PyTorch's rates, by hand, and interrupted.

use brique_optim::{Error, PlateauState, ReduceOnPlateau};

use crate::numbers;

fn with_options() -> Result<ReduceOnPlateau, Error> {
    let plateau = ReduceOnPlateau::new().patience(1).cooldown(2);
    plateau.factor(0.25)?.threshold(0.25)?.lowest(0.05)
}

#[test]
fn reduce_on_plateau_is_pytorchs() -> Result<(), Error> {
    let mut plateau = ReduceOnPlateau::new().patience(2).factor(0.5)?;
    assert_eq!(
        numbers::LOSSES.map(|loss| plateau.observe(loss)),
        numbers::PLATEAU
    );
    let mut plateau = with_options()?;
    assert_eq!(
        numbers::LOSSES.map(|loss| plateau.observe(loss)),
        numbers::PLATEAU_OPTIONS
    );
    Ok(())
}

#[test]
fn the_defaults_wait_for_ten_losses_and_divide_by_ten() {
    let mut plateau = ReduceOnPlateau::default();
    assert_eq!(plateau, ReduceOnPlateau::new());
    // The first is an improvement, the next ten are waited for.
    for _ in 0..11 {
        assert_eq!(plateau.observe(1.0), 1.0);
    }
    assert_eq!(plateau.observe(1.0), 0.1);
    // Less than 10⁻⁴ below the best is none.
    plateau.observe(0.99991);
    assert_eq!(plateau.state().best, 1.0);
    plateau.observe(0.9998);
    assert_eq!(plateau.state().best, 0.9998);
}

#[test]
fn the_same_loss_again_is_no_improvement_without_a_threshold_either() -> Result<(), Error> {
    let mut plateau = ReduceOnPlateau::new().patience(0).threshold(0.0)?;
    assert_eq!([2.0, 2.0, 1.5].map(|loss| plateau.observe(loss)), [1.0, 0.1, 0.1]);
    Ok(())
}

#[test]
fn a_nan_is_no_improvement() {
    let mut plateau = ReduceOnPlateau::new().patience(0);
    assert_eq!(plateau.observe(f64::NAN), 0.1);
    assert_eq!(plateau.state().best, f64::INFINITY);
    assert_eq!(plateau.observe(3.0), 0.1);
    assert_eq!(plateau.state().best, 3.0);
}

#[test]
fn a_state_that_was_put_back_goes_on_as_if_never_interrupted() -> Result<(), Error> {
    for interruption in 0..numbers::LOSSES.len() {
        let (before, after) = numbers::LOSSES.split_at(interruption);
        let mut first = with_options()?;
        for &loss in before {
            first.observe(loss);
        }
        let mut second = with_options()?.with_state(*first.state())?;
        assert_eq!(second, first);
        let factors: Vec<f64> = after.iter().map(|&loss| second.observe(loss)).collect();
        assert_eq!(factors, numbers::PLATEAU_OPTIONS[interruption..]);
    }
    Ok(())
}

#[test]
fn its_options_are_those_without_a_loss() -> Result<(), Error> {
    let mut plateau = with_options()?;
    for loss in numbers::LOSSES {
        plateau.observe(loss);
    }
    assert_ne!(plateau, with_options()?);
    assert_eq!(plateau.options(), with_options()?);
    Ok(())
}

#[test]
fn a_reduction_never_raises_the_factor() -> Result<(), Error> {
    let state = PlateauState {
        factor: 0.01,
        ..PlateauState::default()
    };
    let mut plateau = ReduceOnPlateau::new()
        .patience(0)
        .lowest(0.5)?
        .with_state(state)?;
    assert_eq!([1.0, 1.0].map(|loss| plateau.observe(loss)), [0.01, 0.01]);
    Ok(())
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let refused = |plateau: Result<ReduceOnPlateau, Error>, message: &str| {
        assert_eq!(plateau.unwrap_err().to_string(), message);
    };
    let new = ReduceOnPlateau::new;
    refused(
        new().factor(1.0),
        "ReduceOnPlateau: factor is 1, expected a number of at least 0 and below 1",
    );
    refused(
        new().threshold(f64::NAN),
        "ReduceOnPlateau: threshold is NaN, expected a number of at least 0 and below 1",
    );
    refused(
        new().lowest(-0.5),
        "ReduceOnPlateau: lowest is -0.5, expected a number from 0 to 1",
    );
    let with = |change: fn(&mut PlateauState)| {
        let mut state = PlateauState::default();
        change(&mut state);
        new().with_state(state)
    };
    refused(
        with(|state| state.factor = 2.0),
        "ReduceOnPlateau: state.factor is 2, expected a number from 0 to 1",
    );
    refused(
        with(|state| state.best = f64::NAN),
        "ReduceOnPlateau: state.best is NaN, expected a number",
    );
}
