//! The form of targets that a loss takes.

use brique_core::Loss as LossTrait;
use brique_datasets::one_hot;
use brique_tensor::ndarray::Array2;

use super::{Error, Loss};

/// What a network has to put out for a loss, and what its targets are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetForm {
    /// A column of class indices; one output a class.
    ClassIndices {
        /// The number of classes.
        classes: usize,
    },
    /// A column of 0 and 1; one output.
    ZeroOne,
    /// A column of −1 and 1; one output.
    Signs,
    /// A 1 in the column of the class, 0 elsewhere; one output a class.
    OneHot {
        /// The number of classes.
        classes: usize,
    },
    /// A column of numbers; one output.
    Numbers,
}

impl TargetForm {
    /// Returns the form of the targets for a loss, with the number of classes for a classification.
    ///
    /// # Errors
    ///
    /// If the loss does not take such targets.
    pub(crate) fn of(loss: &Loss, classes: Option<usize>) -> Result<Self, Error> {
        let found = || match classes {
            None => "a number".to_owned(),
            Some(classes) => format!("one of {classes} classes"),
        };
        match (loss, classes) {
            (Loss::CrossEntropyLoss { .. }, Some(classes)) => Ok(Self::ClassIndices { classes }),
            (Loss::BCEWithLogitsLoss {}, Some(2)) => Ok(Self::ZeroOne),
            (Loss::BCEWithLogitsLoss {}, Some(classes)) => Ok(Self::OneHot { classes }),
            (Loss::HingeLoss {}, Some(2)) => Ok(Self::Signs),
            (Loss::HingeLoss {}, Some(_)) => Err(Error::value(
                "the target",
                found(),
                "one of 2 classes: HingeLoss takes −1 and 1; CrossEntropyLoss takes more classes",
            )),
            (Loss::CrossEntropyLoss { .. } | Loss::BCEWithLogitsLoss {} | Loss::HingeLoss {}, None) => {
                Err(Error::value(
                    "the target",
                    found(),
                    "a class for this loss; MSELoss, L1Loss and HuberLoss take numbers",
                ))
            }
            (_, Some(2)) => Ok(Self::Signs),
            (_, Some(classes)) => Ok(Self::OneHot { classes }),
            (_, None) => Ok(Self::Numbers),
        }
    }

    /// Returns the number of outputs that the network needs.
    pub(crate) fn outputs(self) -> usize {
        match self {
            Self::ClassIndices { classes } | Self::OneHot { classes } => classes,
            Self::ZeroOne | Self::Signs | Self::Numbers => 1,
        }
    }

    /// Converts class indices or numbers to the targets of the loss.
    ///
    /// # Errors
    ///
    /// If a target is not a class.
    pub(crate) fn targets(self, targets: &[f64]) -> Result<Array2<f64>, Error> {
        let column = |value: &dyn Fn(f64) -> f64| {
            Array2::from_shape_fn((targets.len(), 1), |(row, _)| value(targets[row]))
        };
        match self {
            Self::ClassIndices { .. } | Self::ZeroOne | Self::Numbers => Ok(column(&|target| target)),
            Self::Signs => Ok(column(&|class| 2.0 * class - 1.0)),
            Self::OneHot { classes } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a class is below 10"
                )]
                let labels: Vec<usize> = targets.iter().map(|&class| class as usize).collect();
                Ok(one_hot(&labels, classes)?)
            }
        }
    }

    /// Checks that a network with `outputs` outputs fits the loss.
    ///
    /// # Errors
    ///
    /// If it does not: the loss's own message, unless the loss would accept more outputs than there are classes.
    pub(crate) fn check_outputs(self, loss: &dyn LossTrait<f64>, outputs: usize) -> Result<(), Error> {
        let largest = match self {
            Self::ClassIndices { classes } | Self::OneHot { classes } => classes.saturating_sub(1) as f64,
            Self::ZeroOne | Self::Signs | Self::Numbers => 1.0,
        };
        let y = self.targets(&[largest])?;
        loss.forward(&y, &Array2::zeros((1, outputs)))?;
        if outputs == self.outputs() {
            return Ok(());
        }
        let expected = format!("{}, one for each class", self.outputs());
        Err(Error::value(
            "the number of outputs of the network",
            outputs,
            expected,
        ))
    }
}
