//! All checks in one call.

use std::cell::RefCell;
use std::fmt::Debug;
use std::panic::{AssertUnwindSafe, catch_unwind};

use brique_core::{Fault, Loss, Module, Reduction};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;
use brique_tensor::{Matrix, SimdLevel};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::loss_laws::{LOSS_LAWS, reductions_agree};
use crate::module_laws::{LINEAR_LAWS, MODULE_LAWS};
use crate::strategies::size;
use crate::{Failure, GradientCheck, Judgement};

const GRADIENT: &str = "gradient";
const REDUCTIONS: &str = "reductions_agree";

/// Runs the gradient check and every law of the contract on modules or losses of many shapes.
///
/// `proptest` draws the cases from a seed: the same seed produces the same cases. If a check fails, the judge searches
/// for the smallest failing case, as `proptest` does, and reports it. If a check panics, the judge reports the first
/// case.
///
/// Every case is checked at each [`SimdLevel`] of the processor, from the best to the baseline, inside
/// [`SimdLevel::run`]. A failure names the level.
///
/// ```
/// # use brique_core::{Loss, Reduction};
/// # use brique_tensor::{Matrix, ndarray::{ArrayRef1, Axis, Zip}};
/// # #[derive(Debug)]
/// # struct Squares(Reduction);
/// # impl Squares {
/// #     fn divisor(&self, yhat: &Matrix) -> f64 {
/// #         self.0.divisor(yhat.nrows(), yhat.ncols()) as f64
/// #     }
/// # }
/// # impl std::fmt::Display for Squares {
/// #     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
/// #         write!(f, "Squares({})", self.0)
/// #     }
/// # }
/// # impl Loss for Squares {
/// #     fn reduction(&self) -> Reduction { self.0 }
/// #     fn forward_kernel(&self, y: &Matrix, yhat: &Matrix) -> f64 {
/// #         (yhat - y).mapv(|e| e * e).sum() / self.divisor(yhat)
/// #     }
/// #     fn backward_kernel(&self, y: &Matrix, yhat: &Matrix, delta: &mut Matrix) {
/// #         let d = self.divisor(yhat);
/// #         let values = Zip::from(delta).and(y).and(yhat);
/// #         values.for_each(|delta, y, yhat| *delta = 2.0 * (yhat - y) / d);
/// #     }
/// #     fn per_example_kernel(
/// #         &self, y: &Matrix, yhat: &Matrix, losses: &mut ArrayRef1<f64>
/// #     ) {
/// #         losses.assign(&(yhat - y).mapv(|e| e * e).sum_axis(Axis(1)));
/// #     }
/// # }
/// use brique_gradcheck::Judge;
/// use brique_gradcheck::strategies::{Numbers, matrix, sizes};
/// use proptest::prelude::*;
///
/// let numbers = |[rows, columns]: [usize; 2]| matrix(rows, columns, Numbers::Tame);
/// let pairs = sizes().prop_flat_map(move |shape| (numbers(shape), numbers(shape)));
/// // `Squares` creates the loss for each reduction.
/// let judgement = Judge::new(1).cases(32).losses(Squares, pairs)?;
/// println!("{judgement}");
/// # Ok::<(), brique_gradcheck::Failure>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Judge {
    seed: u64,
    cases: u32,
    is_linear: bool,
    gradient: GradientCheck,
    without: Vec<&'static str>,
}

impl Judge {
    /// Creates a judge that draws 64 cases from `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            cases: 64,
            is_linear: false,
            gradient: GradientCheck::default(),
            without: Vec::new(),
        }
    }

    /// Sets the number of cases.
    #[must_use]
    pub fn cases(self, cases: u32) -> Self {
        Self { cases, ..self }
    }

    /// Also checks the adjoint identities, which hold for modules that are linear in their input and in their
    /// parameters.
    #[must_use]
    pub fn linear(self) -> Self {
        Self {
            is_linear: true,
            ..self
        }
    }

    /// Sets the options of the gradient check.
    #[must_use]
    pub fn gradient(self, gradient: GradientCheck) -> Self {
        Self { gradient, ..self }
    }

    /// Skips the check of this name: a law, or `gradient`. Use it for a law that the modules or losses are not meant
    /// to satisfy, and state the reason next to the call.
    ///
    /// If no check has this name, judging fails with [`Failure::Nothing`].
    #[must_use]
    pub fn without(mut self, check: &'static str) -> Self {
        self.without.push(check);
        self
    }

    /// Judges modules. The strategy draws each module together with the number of columns of its input.
    ///
    /// Inputs and δ are standard normal. Batches have 0 or more rows.
    ///
    /// # Errors
    ///
    /// If a check fails, with the smallest failing case that was found; [`Failure::Nothing`] if no entry of a gradient
    /// was compared or no case could be drawn.
    pub fn modules<M: Module<f64>>(
        &self,
        modules: impl Strategy<Value = (M, usize)>,
    ) -> Result<Judgement, Failure> {
        let cases = (modules, size(), any::<u64>()).prop_map(|((module, inputs), rows, seed)| {
            let mut rng = portable(seed);
            let x = Array2::from_shape_simple_fn((rows, inputs), || rng.standard_normal());
            (module, x)
        });
        self.modules_at(cases)
    }

    /// Judges modules that do not accept every number. The strategy draws each module together with an input.
    ///
    /// Some laws use inputs of their own, such as larger ones or NaN; you may have to skip them with
    /// [`without`](Self::without).
    ///
    /// # Errors
    ///
    /// As [`modules`](Self::modules).
    pub fn modules_at<M: Module<f64>>(
        &self,
        modules: impl Strategy<Value = (M, Array2<f64>)>,
    ) -> Result<Judgement, Failure> {
        let cases = (modules, any::<u64>()).prop_map(|((module, x), delta_seed)| ModuleCase {
            module,
            x,
            delta_seed,
        });
        self.check_names(MODULE_LAWS.iter().chain(LINEAR_LAWS).map(|(name, _)| *name))?;
        self.judge(cases, |case, judgement| {
            self.judge_module(&mut case.module, &case.x, case.delta_seed, judgement)
        })
    }

    fn judge_module(
        &self,
        module: &mut dyn Module<f64>,
        x: &Matrix,
        delta_seed: u64,
        judgement: &mut Judgement,
    ) -> Result<(), Failure> {
        let subject = module.to_string();
        let refused = |source| Failure::Refused {
            check: GRADIENT,
            source,
        };
        let shape = guarded(GRADIENT, &subject, || {
            Ok(module.forward(x).map_err(refused)?.dim())
        })?;
        let mut rng = portable(delta_seed);
        let delta = Array2::from_shape_simple_fn(shape, || rng.standard_normal());
        if self.includes(GRADIENT) {
            let report = guarded(GRADIENT, &subject, || {
                self.gradient.module_at(module, x, &delta).map_err(refused)
            })?;
            judgement.add_gradient(report)?;
        }
        let linear = LINEAR_LAWS.iter().filter(|_| self.is_linear);
        for (name, law) in MODULE_LAWS.iter().chain(linear) {
            if self.includes(name) {
                guarded(name, &subject, || law(module, x, &delta))?;
                judgement.add_check();
            }
        }
        Ok(())
    }

    /// Judges the losses that `make` creates for each reduction, on drawn pairs of target and prediction, (y, ŷ).
    ///
    /// # Errors
    ///
    /// If a check fails, with the smallest failing case that was found; [`Failure::Nothing`] if no entry of a gradient
    /// was compared or no case could be drawn.
    pub fn losses<L: Loss<f64> + 'static>(
        &self,
        make: impl Fn(Reduction) -> L,
        pairs: impl Strategy<Value = (Array2<f64>, Array2<f64>)>,
    ) -> Result<Judgement, Failure> {
        let names = LOSS_LAWS.iter().map(|(name, _)| *name);
        self.check_names(names.chain([REDUCTIONS]))?;
        self.judge(pairs, |(y, yhat), judgement| {
            for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
                self.judge_loss(&make(reduction), y, yhat, judgement)?;
            }
            if self.includes(REDUCTIONS) {
                let boxed = |reduction| -> Box<dyn Loss<f64>> { Box::new(make(reduction)) };
                let subject = make(Reduction::Sum).to_string();
                guarded(REDUCTIONS, &subject, || reductions_agree(&boxed, y, yhat))?;
                judgement.add_check();
            }
            Ok(())
        })
    }

    fn judge_loss(
        &self,
        loss: &dyn Loss<f64>,
        y: &Matrix,
        yhat: &Matrix,
        judgement: &mut Judgement,
    ) -> Result<(), Failure> {
        let subject = loss.to_string();
        if self.includes(GRADIENT) {
            match guarded(GRADIENT, &subject, || Ok(self.gradient.loss(loss, y, yhat)))? {
                Ok(report) => judgement.add_gradient(report)?,
                Err(error) if matches!(error.fault(), Fault::NoMean { .. }) => {}
                Err(source) => {
                    return Err(Failure::Refused {
                        check: GRADIENT,
                        source,
                    });
                }
            }
        }
        for (name, law) in LOSS_LAWS {
            if self.includes(name) {
                guarded(name, &subject, || law(loss, y, yhat))?;
                judgement.add_check();
            }
        }
        Ok(())
    }

    fn includes(&self, check: &str) -> bool {
        !self.without.contains(&check)
    }

    fn check_names(&self, known: impl Iterator<Item = &'static str>) -> Result<(), Failure> {
        let known: Vec<&str> = known.chain([GRADIENT]).collect();
        match self.without.iter().find(|name| !known.contains(name)) {
            None => Ok(()),
            Some(name) => Err(Failure::Nothing {
                reason: format!(
                    "there is no check {name} to leave out; there are {}",
                    known.join(", ")
                ),
            }),
        }
    }

    fn judge<C: Debug>(
        &self,
        cases: impl Strategy<Value = C>,
        check: impl Fn(&mut C, &mut Judgement) -> Result<(), Failure>,
    ) -> Result<Judgement, Failure> {
        let mut levels = SimdLevel::available();
        levels.reverse();
        let judgement = RefCell::new(Judgement::new(&levels));
        let smallest = RefCell::new(None);
        let outcome = self.runner().run(&cases, |mut case| {
            // Every smaller case that panics would print its own message and backtrace: the first is enough.
            if matches!(*smallest.borrow(), Some((_, _, Failure::Panicked { .. }))) {
                return Ok(());
            }
            let text = format!("{case:?}");
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
            (Ok(()), _) => self.enough(judgement.into_inner()),
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

    /// Returns the judgement if it compared at least one gradient entry or the gradient check was skipped.
    fn enough(&self, judgement: Judgement) -> Result<Judgement, Failure> {
        if judgement.entries() > 0 || !self.includes(GRADIENT) {
            return Ok(judgement);
        }
        let reason = format!(
            "of {} cases no entry of a gradient could be compared: they were empty, or nothing but kinks",
            judgement.cases()
        );
        Err(Failure::Nothing { reason })
    }

    fn runner(&self) -> TestRunner {
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.seed.to_le_bytes());
        let config = Config {
            cases: self.cases,
            failure_persistence: None,
            ..Config::default()
        };
        TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
    }
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

/// A module with an input, and the seed from which δ is drawn.
#[derive(Debug)]
struct ModuleCase<M> {
    module: M,
    x: Array2<f64>,
    delta_seed: u64,
}

/// Runs a check and turns a panic into a failure of that check.
fn guarded<R>(
    check: &'static str,
    subject: &str,
    work: impl FnOnce() -> Result<R, Failure>,
) -> Result<R, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let message = text
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(Failure::Panicked {
            check,
            subject: subject.to_owned(),
            message: message.to_owned(),
        })
    })
}
