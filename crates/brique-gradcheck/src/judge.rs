//! All checks in one call.

mod cases;
mod checks;

use std::fmt::Debug;

use brique_core::{Loss, Module, Reduction};
use brique_random::{RandomSource, portable};
use brique_tensor::ndarray::Array2;
use proptest::prelude::*;

use self::cases::judge_cases;
use crate::excerpt::excerpt;
use crate::loss_laws::LOSS_LAWS;
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
/// Every case is checked at each [`SimdLevel`](brique_tensor::SimdLevel) of the processor, from the best to the
/// baseline, inside [`SimdLevel::run`](brique_tensor::SimdLevel::run). A failure names the level.
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
        self.judge(cases, ModuleCase::text, |case, judgement| {
            self.judge_module(&mut case.module, &case.x, case.delta_seed, judgement)
        })
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
        let boxed = |reduction| -> Box<dyn Loss<f64>> { Box::new(make(reduction)) };
        let text = |(y, yhat): &(Array2<f64>, Array2<f64>)| {
            format!("{}\n{}", excerpt("y", y, None), excerpt("yhat", yhat, None))
        };
        self.judge(pairs, text, |(y, yhat), judgement| {
            self.judge_reductions(&boxed, y, yhat, judgement)
        })
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
        show: impl Fn(&C) -> String,
        check: impl Fn(&mut C, &mut Judgement) -> Result<(), Failure>,
    ) -> Result<Judgement, Failure> {
        let judgement = judge_cases(self.seed, self.cases, cases, show, check)?;
        self.enough(judgement)
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
}

/// A module with an input, and the seed from which δ is drawn.
#[derive(Debug)]
struct ModuleCase<M> {
    module: M,
    x: Array2<f64>,
    delta_seed: u64,
}

impl<M: Module<f64>> ModuleCase<M> {
    /// Writes the module, its parameters and the input.
    fn text(&self) -> String {
        let mut text = self.module.to_string();
        let mut index = 0;
        self.module.visit_parameters(&mut |parameter| {
            text += "\n";
            text += &excerpt(&format!("parameter {index}"), parameter.value(), None);
            index += 1;
        });
        let input = excerpt("input", &self.x, None);
        format!(
            "{text}\n{input}\ndelta: standard normal, drawn from the seed {}",
            self.delta_seed
        )
    }
}
