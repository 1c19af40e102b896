//! Schedules against PyTorch's rates, by hand, and at their edges.

use brique_optim::{Error, Schedule};
use proptest::prelude::*;

use crate::numbers;

/// A total that none of the schedules with a length uses.
const TOTAL: u64 = 3;

fn check(schedule: &Schedule, expected: [f64; 20]) {
    for (step, expected) in (0..).zip(expected) {
        let found = schedule.factor(step, TOTAL);
        // PyTorch's cosines are made step by step, and have lost a digit at the end.
        assert!(
            (found - expected).abs() <= 2e-15,
            "{schedule:?} at {step}: {found}, expected {expected}"
        );
    }
}

#[test]
fn schedules_are_pytorchs() -> Result<(), Error> {
    check(&Schedule::step(6, 0.3)?, numbers::STEP);
    check(&Schedule::exponential(0.9)?, numbers::EXPONENTIAL);
    check(&Schedule::cosine_of_length(8, 0.1)?, numbers::COSINE);
    let warm_up = Schedule::warm_up(5, Schedule::cosine_of_length(15, 0.1)?);
    check(&warm_up, numbers::WARM_UP_COSINE);
    check(
        &Schedule::one_cycle_with(Some(20), 0.3, 25.0, 1e4)?,
        numbers::ONE_CYCLE,
    );
    let options = Schedule::one_cycle_with(Some(21), 0.45, 10.0, 50.0)?;
    check(&options, numbers::ONE_CYCLE_OPTIONS);
    Ok(())
}

fn factors(schedule: &Schedule, steps: &[u64]) -> Vec<f64> {
    steps.iter().map(|&step| schedule.factor(step, TOTAL)).collect()
}

#[test]
fn schedules_by_hand() -> Result<(), Error> {
    assert_eq!(Schedule::default(), Schedule::Constant);
    assert_eq!(factors(&Schedule::Constant, &[0, 1, u64::MAX]), [1.0; 3]);
    assert_eq!(
        factors(&Schedule::step(2, 0.5)?, &[0, 1, 2, 3, 4, 7]),
        [1.0, 1.0, 0.5, 0.5, 0.25, 0.125]
    );
    assert_eq!(
        factors(&Schedule::exponential(0.5)?, &[0, 1, 2, 10]),
        [1.0, 0.5, 0.25, 0.5_f64.powi(10)]
    );
    assert_eq!(
        factors(&Schedule::cosine_of_length(2, 0.5)?, &[0, 1, 2, 3, 4]),
        [1.0, 0.75, 0.5, 0.75, 1.0]
    );
    let warm_up = Schedule::warm_up(4, Schedule::step(1, 0.5)?);
    assert_eq!(
        factors(&warm_up, &[0, 1, 2, 3, 4, 5]),
        [0.25, 0.5, 0.75, 1.0, 1.0, 0.5]
    );
    Ok(())
}

#[test]
fn a_warm_up_ends_where_the_rest_begins() -> Result<(), Error> {
    let rest = Schedule::one_cycle_with(Some(10), 0.5, 4.0, 2.0)?;
    let warm_up = Schedule::warm_up(2, rest.clone());
    assert_eq!(factors(&warm_up, &[0, 1, 2]), [0.125, 0.25, 0.25]);
    assert_eq!(warm_up.factor(7, TOTAL), rest.factor(5, TOTAL));
    assert_eq!(
        Schedule::warm_up(0, rest.clone()).factor(3, TOTAL),
        rest.factor(3, TOTAL)
    );
    Ok(())
}

#[test]
fn a_cosine_keeps_its_digits_at_late_steps() -> Result<(), Error> {
    let cosine = Schedule::cosine_of_length(1000, 0.0)?;
    assert_eq!(
        cosine.factor(300, TOTAL),
        cosine.factor(2_000_000_000_000_300, TOTAL)
    );
    let longest = Schedule::cosine_of_length(u64::MAX, 0.0)?;
    assert_eq!(longest.factor(0, TOTAL), 1.0);
    assert!(longest.factor(u64::MAX - 1, TOTAL).abs() < 1e-15);
    Ok(())
}

#[test]
fn one_cycle_at_its_edges() -> Result<(), Error> {
    let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-15, "{found}, {expected}");
    // The way up has no length: the first step is the peak.
    let no_way_up = Schedule::one_cycle_with(Some(10), 0.1, 25.0, 4.0)?;
    near(no_way_up.factor(0, TOTAL), 1.0);
    near(no_way_up.factor(9, TOTAL), 0.01);
    // The way down has none: the last step is the peak, and it stays.
    let no_way_down = Schedule::one_cycle_with(Some(10), 1.0, 25.0, 4.0)?;
    near(no_way_down.factor(0, TOTAL), 0.04);
    near(no_way_down.factor(9, TOTAL), 1.0);
    near(no_way_down.factor(100, TOTAL), 1.0);
    // PyTorch's peak lies before the first step.
    near(
        Schedule::one_cycle_with(Some(3), 0.0, 25.0, 4.0)?.factor(2, TOTAL),
        0.01,
    );
    near(
        Schedule::one_cycle_with(Some(1), 1.0, 25.0, 4.0)?.factor(0, TOTAL),
        1.0,
    );
    near(
        Schedule::one_cycle_with(Some(1), 0.3, 25.0, 1e4)?.factor(0, TOTAL),
        1.0 / 25e4,
    );
    Ok(())
}

fn schedule() -> impl Strategy<Value = Schedule> {
    let steps = || prop_oneof![Just(1_u64), 2..50_u64];
    let share = || prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0];
    let leaf = prop_oneof![
        Just(Schedule::Constant),
        (steps(), share()).prop_map(|(every, gamma)| Schedule::step(every, gamma).unwrap()),
        share().prop_map(|gamma| Schedule::exponential(gamma).unwrap()),
        (steps(), share()).prop_map(|(steps, lowest)| Schedule::cosine_of_length(steps, lowest).unwrap()),
        (steps(), share(), 1.0..50.0, 1.0..1e5).prop_map(|(steps, pct, div, end)| {
            Schedule::one_cycle_with(Some(steps), pct, div, end).unwrap()
        }),
    ];
    leaf.prop_recursive(2, 2, 1, |then| {
        (0..20_u64, then).prop_map(|(steps, then)| Schedule::warm_up(steps, then))
    })
}

proptest! {
    #[test]
    fn factors_are_shares(schedule in schedule(), step in prop_oneof![0..100_u64, any::<u64>()]) {
        let factor = schedule.factor(step, TOTAL);
        prop_assert!((-1e-15..=1.0 + 1e-15).contains(&factor), "{schedule:?}: {factor}");
    }
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let refused = |schedule: Result<Schedule, Error>, message: &str| {
        assert_eq!(schedule.unwrap_err().to_string(), message);
    };
    refused(
        Schedule::step(0, 0.5),
        "Schedule::step: every is 0, expected at least 1",
    );
    refused(
        Schedule::step(1, -0.5),
        "Schedule::step: gamma is -0.5, expected a number of at least 0 that is finite in f64",
    );
    refused(
        Schedule::exponential(f64::INFINITY),
        "Schedule::exponential: gamma is inf, expected a number of at least 0 that is finite in f64",
    );
    refused(
        Schedule::cosine_of_length(0, 0.0),
        "Schedule::cosine_of_length: length is 0, expected at least 1",
    );
    refused(
        Schedule::cosine_of_length(5, 1.5),
        "Schedule::cosine_of_length: lowest is 1.5, expected a number from 0 to 1",
    );
    refused(
        Schedule::one_cycle_with(Some(0), 0.3, 25.0, 1e4),
        "Schedule::one_cycle_with: length is 0, expected at least 1",
    );
    refused(
        Schedule::one_cycle_with(Some(5), f64::NAN, 25.0, 1e4),
        "Schedule::one_cycle_with: pct_start is NaN, expected a number from 0 to 1",
    );
    refused(
        Schedule::one_cycle_with(Some(5), 0.3, 0.0, 1e4),
        "Schedule::one_cycle_with: div_factor is 0, expected a number above 0 that is neither 0 nor infinite in f64",
    );
    refused(
        Schedule::one_cycle_with(Some(5), 0.3, 25.0, -1.0),
        "Schedule::one_cycle_with: final_div_factor is -1, expected a number above 0 that is neither 0 nor infinite in f64",
    );
}

#[test]
fn a_schedule_without_a_length_spans_the_training() -> Result<(), Error> {
    for total in [0, 1, 2, 7, 100] {
        let length = total.max(1);
        let pairs = [
            (Schedule::cosine(0.25)?, Schedule::cosine_of_length(length, 0.25)?),
            (
                Schedule::one_cycle(),
                Schedule::one_cycle_with(Some(length), 0.3, 25.0, 1e4)?,
            ),
        ];
        for (spans, has_length) in pairs {
            assert!(spans.spans_training() && !has_length.spans_training());
            let warm_up = Schedule::warm_up(3, spans.clone());
            assert!(warm_up.spans_training());
            for step in 0..=total {
                assert_eq!(spans.factor(step, total), has_length.factor(step, TOTAL));
                assert_eq!(warm_up.factor(3 + step, 3 + total), spans.factor(step, total));
            }
        }
    }
    Ok(())
}

#[test]
fn a_cosine_without_an_amplitude_never_rises() -> Result<(), Error> {
    assert_eq!(Schedule::cosine_of_length(10, 1.0)?.rises_again(100), None);
    let cosine = Schedule::cosine_of_length(10, 0.0)?;
    assert_eq!([11, 12].map(|total| cosine.rises_again(total)), [None, Some(10)]);
    Ok(())
}

proptest! {
    #[test]
    fn a_cosine_rises_again_after_its_length(
        length in 1_u64..30,
        warm_up in 0_u64..5,
        total in 0_u64..80,
        lowest in 0.0..=1.0_f64,
    ) {
        let schedule = Schedule::warm_up(warm_up, Schedule::cosine_of_length(length, lowest)?);
        let factors: Vec<f64> = (warm_up..total).map(|step| schedule.factor(step, total)).collect();
        let rise = factors.windows(2).position(|pair| pair[1] > pair[0] + 1e-15);
        prop_assert_eq!(schedule.rises_again(total), rise.map(|step| step as u64 + warm_up));
    }
}
