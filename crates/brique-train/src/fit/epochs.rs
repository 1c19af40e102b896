//! The epochs of a fit.

use std::ops::ControlFlow;
use std::time::Instant;

use brique_core::{Loss, Module, Reduction};
use brique_datasets::Dataset;
use brique_optim::Optimizer;
use brique_tensor::{Scalar, compile_once};

use super::agreement::{agree, agree_to_stop};
use super::{Fit, Unit};
use crate::beginning::{Beginning, has_finite_parameters};
use crate::callback::{BatchCallback, any_stops};
use crate::epoch_steps::EpochSteps;
use crate::progress::Progress;
use crate::{
    Batch, Epoch, Error, Evaluation, ExampleSource, Metric, SourceSizes, Stepper, Stopped, Strategy,
    Training, evaluate,
};

compile_once! {
    /// Runs the epochs that are left. The options of `fit` must have been checked before.
    pub(super) fn train<T: Scalar>(
        fit: &mut Fit<'_, T>,
        network: &mut dyn Module<T>,
        loss: &dyn Loss<T>,
        optimizer: &mut dyn Optimizer<T>,
        source: &mut dyn ExampleSource<T>,
        data: Option<&Dataset<T>>,
        progress: &mut Progress<T>
    ) -> Result<(), Error> {
        let mut stepper = fit.clip_norm.map_or_else(Stepper::default, Stepper::with_clip_norm);
        stepper.set_steps(progress.steps);
        let mut beginning = has_finite_parameters(network).then(Beginning::new);
        let mut is_saved = true;
        progress.history.stop(Stopped::Completed);
        loop {
            if has_lost_patience(fit, progress) {
                progress.history.stop(Stopped::Early);
                break;
            }
            if progress.epoch >= fit.epochs {
                break;
            }
            is_saved = false;
            let stopped = train_epoch(
                fit,
                network,
                loss,
                optimizer,
                source,
                data,
                &mut stepper,
                beginning.as_mut(),
                progress,
            )?;
            if stopped.is_break() {
                progress.history.stop(Stopped::ByCallback);
                break;
            }
            if fit.checkpoints.as_ref().is_some_and(|checkpoints| checkpoints.is_due(progress.epoch)) {
                save(fit, network, loss, optimizer, source.sizes(), progress)?;
                is_saved = true;
            }
        }
        if !is_saved {
            save(fit, network, loss, optimizer, source.sizes(), progress)?;
        }
        if fit.gives_best_back() && progress.history.best().is_some() {
            progress.best.restore(network)?;
        }
        Ok(())
    }
}

/// Writes a checkpoint, if the fit has checkpoints. One process writes it; an error stops all of them.
fn save<T: Scalar>(
    fit: &mut Fit<'_, T>,
    network: &dyn Module<T>,
    loss: &dyn Loss<T>,
    optimizer: &dyn Optimizer<T>,
    sizes: SourceSizes,
    progress: &Progress<T>,
) -> Result<(), Error> {
    let Some(checkpoints) = &fit.checkpoints else {
        return Ok(());
    };
    let writes = fit
        .strategy
        .as_ref()
        .is_none_or(|strategy| strategy.writes_checkpoints());
    let saved = if writes {
        checkpoints.save(
            progress,
            &fit.options(loss, optimizer, sizes, progress),
            network,
            optimizer,
        )
    } else {
        Ok(())
    };
    agree(fit.strategy.as_deref_mut(), saved)
}

/// Runs the rest of an epoch. Returns whether a callback stops the training, after a batch or after the epoch.
#[allow(clippy::too_many_arguments, reason = "the caller owns them for all epochs")]
fn train_epoch<T: Scalar>(
    fit: &mut Fit<'_, T>,
    network: &mut dyn Module<T>,
    loss: &dyn Loss<T>,
    optimizer: &mut dyn Optimizer<T>,
    source: &mut dyn ExampleSource<T>,
    data: Option<&Dataset<T>>,
    stepper: &mut Stepper<T>,
    mut beginning: Option<&mut Beginning<T>>,
    progress: &mut Progress<T>,
) -> Result<ControlFlow<()>, Error> {
    let start = Instant::now();
    let examples = source.sizes().examples;
    source.begin_epoch(fit.shuffle.map(|seed| seed.wrapping_add(progress.epoch as u64)));
    let first = progress.batch;
    if let Some(beginning) = &mut beginning {
        beginning.refresh(network, optimizer, stepper);
    }
    let (epoch, epochs, total_steps) = (progress.epoch as u64, fit.epochs as u64, fit.steps(examples));
    let schedule = fit.schedule.as_ref();
    let factor = |step| match schedule {
        None => 1.0,
        Some((schedule, Unit::Epochs)) => schedule.factor(epoch, epochs),
        Some((schedule, Unit::Steps)) => schedule.factor(step, total_steps),
    };
    let mut steps = EpochSteps {
        number: progress.epoch,
        network: &mut *network,
        loss,
        optimizer: &mut *optimizer,
        stepper: &mut *stepper,
        source,
        batch: fit.batch,
        examples,
        strategy: fit
            .strategy
            .as_mut()
            .map(|strategy| &mut **strategy as &mut dyn Strategy<T>),
        rate: progress.plateau_rate,
        factor: &factor,
    };
    let result = make_steps(&mut steps, &mut fit.batch_callbacks, progress);
    if let Some(beginning) = beginning {
        steps.check_parameters(beginning, first)?;
    }
    let flow = result?;
    progress.elapsed = progress.elapsed.saturating_add(start.elapsed());
    if flow.is_break() {
        return Ok(flow);
    }
    finish_epoch(fit, network, loss, optimizer, data, examples, stepper, progress)
}

/// Makes the steps that are left of an epoch. Returns whether a callback stops the training.
fn make_steps<T: Scalar>(
    steps: &mut EpochSteps<'_, T>,
    callbacks: &mut [Box<BatchCallback<'_, T>>],
    progress: &mut Progress<T>,
) -> Result<ControlFlow<()>, Error> {
    let callbacks_are_called = match steps.strategy.as_deref_mut() {
        Some(strategy) => strategy.any(!callbacks.is_empty())?,
        None => false,
    };
    while progress.batch < steps.batches() {
        let (loss, rows) = steps.step(progress.batch)?;
        progress.total += loss * weight(steps.loss.reduction(), rows);
        progress.learning_rate = steps.optimizer.learning_rate();
        progress.steps = steps.stepper.steps();
        let batch = Batch {
            epoch: progress.epoch,
            number: progress.batch,
            steps: progress.steps,
            loss,
        };
        progress.batch += 1;
        let training = Training {
            network: &*steps.network,
            optimizer: &*steps.optimizer,
            workspace: steps.stepper.workspace(),
            history: &progress.history,
        };
        let flow = any_stops(callbacks.iter_mut().map(|callback| callback(&batch, &training)));
        let flow = match steps.strategy.as_deref_mut() {
            Some(strategy) if callbacks_are_called => agree_to_stop(Some(strategy), flow)?,
            _ => flow,
        };
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Evaluates the network after an epoch and adds the epoch to the history.
#[allow(clippy::too_many_arguments, reason = "the caller owns them for all epochs")]
fn finish_epoch<T: Scalar>(
    fit: &mut Fit<'_, T>,
    network: &dyn Module<T>,
    loss: &dyn Loss<T>,
    optimizer: &dyn Optimizer<T>,
    data: Option<&Dataset<T>>,
    examples: usize,
    stepper: &Stepper<T>,
    progress: &mut Progress<T>,
) -> Result<ControlFlow<()>, Error> {
    let start = Instant::now();
    let evaluation = evaluate_epoch(fit, network, loss, data)?;
    let validation_loss = evaluation.as_ref().map(|evaluation| evaluation.loss);
    let measured = evaluation
        .map(|evaluation| evaluation.metrics)
        .unwrap_or_default();
    let epoch = Epoch {
        number: progress.epoch,
        loss: progress.total / weight(loss.reduction(), examples),
        validation_loss: validation_loss.filter(|_| fit.validation.is_some()),
        metrics: fit.metrics.iter().map(Metric::name).zip(measured).collect(),
        learning_rate: progress.learning_rate,
        time: progress.elapsed.saturating_add(start.elapsed()),
    };
    if let Some(plateau) = &mut fit.plateau {
        progress.plateau_rate = progress.base_rate * plateau.observe(epoch.watched_loss());
        progress.plateau = Some(*plateau.state());
    }
    let training = Training {
        network,
        optimizer,
        workspace: stepper.workspace(),
        history: &progress.history,
    };
    let callbacks = fit.epoch_callbacks.iter_mut();
    let flow = any_stops(callbacks.map(|callback| callback(&epoch, &training)));
    let flow = agree_to_stop(fit.strategy.as_deref_mut(), flow)?;
    progress.begin_epoch();
    if progress.history.add(epoch) && fit.gives_best_back() {
        progress.best.refresh(network);
    }
    Ok(flow)
}

/// Evaluates the validation set, or the training set if there is no validation set and a metric asks for it.
fn evaluate_epoch<T: Scalar>(
    fit: &Fit<'_, T>,
    network: &dyn Module<T>,
    loss: &dyn Loss<T>,
    data: Option<&Dataset<T>>,
) -> Result<Option<Evaluation<T>>, Error> {
    match (fit.validation, data) {
        (Some(validation), _) => fit.evaluate_validation(network, loss, validation).map(Some),
        (None, _) if fit.metrics.is_empty() => Ok(None),
        (None, Some(data)) => evaluate(network, loss, data, &fit.metrics).map(Some),
        (None, None) => Err(Error::MetricsWithoutValidation),
    }
}

/// Returns whether the last epochs were not better than the best one, and were as many as patience allows.
fn has_lost_patience<T: Scalar>(fit: &Fit<'_, T>, progress: &Progress<T>) -> bool {
    let history = &progress.history;
    let (Some(last), Some(best)) = (history.epochs().last(), history.best()) else {
        return false;
    };
    let since_best = last.number - best.number;
    since_best > 0 && fit.patience.is_some_and(|patience| since_best >= patience)
}

/// Returns the weight of a batch's loss in an epoch: the number of rows for a mean, 1 for a sum.
fn weight(reduction: Reduction, rows: usize) -> f64 {
    match reduction {
        Reduction::Sum => 1.0,
        Reduction::Mean | Reduction::BatchMean => rows as f64,
    }
}
