//! The loss, the optimiser and the schedule of a configuration.

use brique_core::Loss as LossTrait;
use brique_losses as losses;
use brique_optim as optim;
use brique_optim::Optimizer as OptimizerTrait;
use brique_tensor::Scalar;

use super::{Error, Loss, Optimizer, Schedule};

/// Builds the loss of a configuration.
///
/// # Errors
///
/// If an option is invalid.
pub fn build_loss<T: Scalar>(loss: &Loss) -> Result<Box<dyn LossTrait<T>>, Error> {
    Ok(match *loss {
        Loss::CrossEntropyLoss { label_smoothing } => {
            Box::new(losses::CrossEntropyLoss::new().label_smoothing(label_smoothing)?)
        }
        Loss::BCEWithLogitsLoss {} => Box::new(losses::BCEWithLogitsLoss::new()),
        Loss::MSELoss {} => Box::new(losses::MSELoss::new()),
        Loss::L1Loss {} => Box::new(losses::L1Loss::new()),
        Loss::HuberLoss { delta } => Box::new(losses::HuberLoss::new().delta(delta)?),
        Loss::HingeLoss {} => Box::new(losses::HingeLoss::new()),
    })
}

/// Builds the optimiser of a configuration.
///
/// # Errors
///
/// If an option is invalid.
pub fn build_optimizer<T: Scalar>(optimizer: &Optimizer) -> Result<Box<dyn OptimizerTrait<T>>, Error> {
    Ok(match *optimizer {
        Optimizer::SGD {
            learning_rate,
            momentum,
            nesterov,
            weight_decay,
        } => {
            let sgd = optim::SGD::new(learning_rate)?;
            let sgd = if nesterov {
                sgd.nesterov(momentum)?
            } else {
                sgd.momentum(momentum)?
            };
            Box::new(sgd.weight_decay(weight_decay)?)
        }
        Optimizer::Adam {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let adam = optim::Adam::new(learning_rate)?.betas(beta_1, beta_2)?;
            Box::new(adam.weight_decay(weight_decay)?)
        }
        Optimizer::AdamW {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let adam_w = optim::AdamW::new(learning_rate)?.betas(beta_1, beta_2)?;
            Box::new(adam_w.weight_decay(weight_decay)?)
        }
        Optimizer::RMSprop {
            learning_rate,
            alpha,
            momentum,
            weight_decay,
        } => {
            let rmsprop = optim::RMSprop::new(learning_rate)?.alpha(alpha)?;
            Box::new(rmsprop.momentum(momentum)?.weight_decay(weight_decay)?)
        }
        Optimizer::Adagrad {
            learning_rate,
            lr_decay,
            weight_decay,
        } => {
            let adagrad = optim::Adagrad::new(learning_rate)?.lr_decay(lr_decay)?;
            Box::new(adagrad.weight_decay(weight_decay)?)
        }
    })
}

/// Builds the schedule of a configuration, which counts in steps.
///
/// # Errors
///
/// If an option is invalid.
pub fn build_schedule(schedule: &Schedule) -> Result<optim::Schedule, Error> {
    Ok(match *schedule {
        Schedule::Constant {} => optim::Schedule::Constant,
        Schedule::Step { every, gamma } => optim::Schedule::step(every, gamma)?,
        Schedule::Exponential { gamma } => optim::Schedule::exponential(gamma)?,
        Schedule::Cosine { lowest } => optim::Schedule::cosine(lowest)?,
        Schedule::WarmUp { steps, lowest } => {
            optim::Schedule::warm_up(steps, optim::Schedule::cosine(lowest)?)
        }
        Schedule::OneCycle {} => optim::Schedule::one_cycle(),
    })
}
