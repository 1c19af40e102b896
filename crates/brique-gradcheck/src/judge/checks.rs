//! Runs every check on one module or loss.

use std::panic::{AssertUnwindSafe, catch_unwind};

use brique_core::{Loss, Module, Reduction};
use brique_random::{RandomSource, portable};
use brique_tensor::Matrix;
use brique_tensor::ndarray::Array2;

use super::{GRADIENT, Judge, REDUCTIONS};
use crate::loss_laws::{LOSS_LAWS, is_no_mean, reductions_agree};
use crate::module_laws::{LINEAR_LAWS, MODULE_LAWS};
use crate::verdict::refused;
use crate::{Failure, Judgement};

impl Judge {
    pub(super) fn judge_module(
        &self,
        module: &mut dyn Module<f64>,
        x: &Matrix,
        delta_seed: u64,
        judgement: &mut Judgement,
    ) -> Result<(), Failure> {
        let subject = module.to_string();
        let shape = guarded(GRADIENT, &subject, || {
            Ok(module.forward(x).map_err(refused(GRADIENT))?.dim())
        })?;
        let mut rng = portable(delta_seed);
        let delta = Array2::from_shape_simple_fn(shape, || rng.standard_normal());
        if self.includes(GRADIENT) {
            let report = guarded(GRADIENT, &subject, || {
                let report = self.gradient.module_at(module, x, &delta);
                report.map_err(refused(GRADIENT))
            })?;
            judgement.add_gradient(report)?;
        }
        let linear = LINEAR_LAWS.iter().filter(|_| self.is_linear);
        for (name, law) in MODULE_LAWS.iter().chain(linear) {
            self.judge_law(name, &subject, judgement, || law(module, x, &delta))?;
        }
        Ok(())
    }

    pub(super) fn judge_reductions(
        &self,
        make: &dyn Fn(Reduction) -> Box<dyn Loss<f64>>,
        y: &Matrix,
        yhat: &Matrix,
        judgement: &mut Judgement,
    ) -> Result<(), Failure> {
        for reduction in [Reduction::Mean, Reduction::BatchMean, Reduction::Sum] {
            self.judge_loss(&*make(reduction), y, yhat, judgement)?;
        }
        let subject = make(Reduction::Sum).to_string();
        self.judge_law(REDUCTIONS, &subject, judgement, || {
            reductions_agree(make, y, yhat)
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
                Err(error) if is_no_mean(&error) => {}
                Err(error) => return Err(refused(GRADIENT)(error)),
            }
        }
        for (name, law) in LOSS_LAWS {
            self.judge_law(name, &subject, judgement, || law(loss, y, yhat))?;
        }
        Ok(())
    }

    /// Checks the law of this name and counts it, unless it is skipped.
    fn judge_law(
        &self,
        name: &'static str,
        subject: &str,
        judgement: &mut Judgement,
        law: impl FnOnce() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.includes(name) {
            guarded(name, subject, law)?;
            judgement.add_check();
        }
        Ok(())
    }
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
