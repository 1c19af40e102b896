//! Draws cases from a seed and checks each one at every SIMD level.

use std::cell::RefCell;
use std::fmt::Debug;

use brique_tensor::SimdLevel;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::{Failure, Judgement};

/// Draws `count` cases and checks them; returns the failure of the smallest failing case that was found, with the text
/// that `show` writes of it.
pub(super) fn judge_cases<C: Debug>(
    seed: u64,
    count: u32,
    cases: impl Strategy<Value = C>,
    show: impl Fn(&C) -> String,
    check: impl Fn(&mut C, &mut Judgement) -> Result<(), Failure>,
) -> Result<Judgement, Failure> {
    let mut levels = SimdLevel::available();
    levels.reverse();
    let judgement = RefCell::new(Judgement::new(&levels));
    let smallest = RefCell::new(None);
    let outcome = runner(seed, count).run(&cases, |mut case| {
        // Every smaller case that panics would print its own message and backtrace: the first is enough.
        if matches!(*smallest.borrow(), Some((_, _, Failure::Panicked { .. }))) {
            return Ok(());
        }
        let text = show(&case);
        judgement.borrow_mut().add_case();
        for &level in &levels {
            if let Err(failure) = judge_at(level, &mut judgement.borrow_mut(), &mut |passed| {
                check(&mut case, passed)
            }) {
                // Each new case is smaller than the one before, so the last one that fails is the smallest.
                smallest.replace(Some((text, level, failure)));
                return Err(TestCaseError::fail("a check failed"));
            }
        }
        Ok(())
    });
    match (outcome, smallest.into_inner()) {
        (Ok(()), _) => Ok(judgement.into_inner()),
        (Err(TestError::Fail(..)), Some((case, level, failure))) => Err(Failure::Judged {
            case,
            level,
            failure: Box::new(failure),
        }),
        (Err(error), _) => Err(Failure::Nothing {
            reason: error.to_string(),
        }),
    }
}

fn runner(seed: u64, count: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config {
        cases: count,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Checks one case at a SIMD level and adds the counts to the judgement.
fn judge_at(
    level: SimdLevel,
    judgement: &mut Judgement,
    check: &mut dyn FnMut(&mut Judgement) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut passed = Judgement::default();
    let outcome = level.run(|| check(&mut passed));
    // This cannot fail: the processor has this level.
    outcome.map_err(|error| Failure::Nothing {
        reason: error.to_string(),
    })??;
    judgement.add_level(level, &passed);
    Ok(())
}
