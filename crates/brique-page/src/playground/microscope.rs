//! The microscope and the gradient check of a playground: what a request asks for, on the shown network.

use brique_tensor::ndarray::{Array2, Axis};

use super::check::{self, Check, Planted, check};
use super::inspect::{self, Backward, Inspection, Specimen, inspect_backward, inspect_unit, inspect_weight};
use super::{Error, Playground, to_json};

/// The number of examples of the gradient check: the first ones of the training set.
const CHECKED: usize = 8;

impl Playground {
    /// Looks at a unit or a weight of the shown network.
    ///
    /// # Errors
    ///
    /// If there is no such example, unit or weight, or the request has not one of unit and weight.
    pub fn inspect(&mut self, request: &inspect::Request) -> Result<Inspection, Error> {
        self.look(&request.examples, |specimen| {
            match (request.unit, request.weight) {
                (Some(unit), None) => Ok(inspect_unit(specimen, unit)?),
                (None, Some(weight)) => Ok(inspect_weight(specimen, weight)?),
                (unit, _) => Err(Error::value(
                    "what to look at",
                    if unit.is_some() {
                        "a unit and a weight"
                    } else {
                        "nothing"
                    },
                    "a unit or a weight",
                )),
            }
        })
    }

    /// Runs the backward pass of the shown network on some examples.
    ///
    /// # Errors
    ///
    /// If there is no such example.
    pub fn backward(&mut self, examples: &[usize]) -> Result<Backward, Error> {
        self.look(examples, |specimen| Ok(inspect_backward(specimen)?))
    }

    fn look<R>(
        &mut self,
        examples: &[usize],
        look: impl FnOnce(&Specimen<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let (x, y) = self.batch_of(examples)?;
        self.shown();
        look(&Specimen {
            network: self.shown_network(),
            loss: &*self.loss,
            loss_config: &self.config().loss,
            x: &x,
            y: &y,
            examples,
        })
    }

    /// Compares all gradients of the shown network with differences of the loss, on the first examples of the training
    /// set.
    ///
    /// # Errors
    ///
    /// If the mistake does not apply to its module.
    pub fn check(&mut self, mistake: Option<Planted>) -> Result<Check, Error> {
        let train = &self.examples().split.train;
        let examples = train[..train.len().min(CHECKED)].to_vec();
        let (x, y) = self.batch_of(&examples)?;
        let step = self.training.steps();
        self.shown();
        let loss = &*self.loss;
        Ok(check(self.shown_network(), loss, (&x, &y), step, mistake)?)
    }

    /// Returns the inputs of some examples, and their targets in the form that the loss takes.
    fn batch_of(&self, examples: &[usize]) -> Result<(Array2<f64>, Array2<f64>), Error> {
        let all = self.examples();
        let count = all.targets.len();
        if let Some(wrong) = examples.iter().find(|&&example| example >= count) {
            let expected = format!("below {count}, the number of examples");
            return Err(Error::value("the index of an example", wrong, expected));
        }
        let targets: Vec<f64> = examples.iter().map(|&example| all.targets[example]).collect();
        Ok((all.inputs.select(Axis(0), examples), self.form.targets(&targets)?))
    }

    /// As [`inspect`](Self::inspect), with JSON.
    ///
    /// # Errors
    ///
    /// As [`inspect`](Self::inspect), and if the JSON is not that of a request.
    pub fn inspect_json(&mut self, request: &str) -> Result<String, Error> {
        let request: inspect::Request = serde_json::from_str(request)?;
        to_json(&self.inspect(&request)?)
    }

    /// As [`backward`](Self::backward), with JSON.
    ///
    /// # Errors
    ///
    /// As [`backward`](Self::backward), and if the JSON is not that of a request.
    pub fn backward_json(&mut self, request: &str) -> Result<String, Error> {
        let request: inspect::BackwardRequest = serde_json::from_str(request)?;
        to_json(&self.backward(&request.examples)?)
    }

    /// As [`check`](Self::check), with JSON.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check), and if the JSON is not that of a request.
    pub fn check_json(&mut self, request: &str) -> Result<String, Error> {
        let request: check::Request = serde_json::from_str(request)?;
        to_json(&self.check(request.mistake)?)
    }
}
