//! The functions that JavaScript calls. Errors are thrown as texts.

use wasm_bindgen::prelude::wasm_bindgen;

use crate::playground::{self, Config, Error, to_json};

/// A text that JavaScript catches.
type Thrown<T> = Result<T, String>;

fn thrown<T>(result: Result<T, Error>) -> Thrown<T> {
    result.map_err(|error| error.to_string())
}

/// Returns what a configuration can be made of, as JSON.
#[wasm_bindgen]
pub fn catalogue() -> Thrown<String> {
    thrown(to_json(&playground::catalogue()))
}

/// Describes a configuration; a mistake is part of the result.
#[wasm_bindgen]
pub fn describe(config: &str) -> Thrown<String> {
    thrown(to_json(&playground::describe_json(config)))
}

/// Returns the columns of a table of one's own.
#[wasm_bindgen(js_name = csvColumns)]
pub fn csv_columns(text: &str) -> Thrown<String> {
    thrown(playground::csv_columns(text).and_then(|columns| to_json(&columns)))
}

/// The playground of one configuration.
#[wasm_bindgen]
pub struct Playground(playground::Playground);

#[wasm_bindgen]
impl Playground {
    /// Generates or reads the data and builds the network.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &str) -> Thrown<Playground> {
        thrown(Config::from_json(config).and_then(playground::Playground::new)).map(Self)
    }

    /// Returns the examples.
    pub fn examples(&self) -> Thrown<String> {
        thrown(to_json(&self.0.examples_answer()))
    }

    /// Makes up to `count` steps, and returns where the training stands.
    pub fn step(&mut self, count: usize) -> Thrown<String> {
        thrown(self.0.step(count).and_then(|status| to_json(&status)))
    }

    /// Makes the steps that are left of the epoch, and returns where the training stands.
    pub fn epoch(&mut self) -> Thrown<String> {
        thrown(self.0.epoch().and_then(|status| to_json(&status)))
    }

    /// Returns the numbers of the epochs from number `first` on.
    pub fn history(&self, first: usize) -> Thrown<String> {
        thrown(to_json(&self.0.history_answer(first)))
    }

    /// Returns the epochs whose parameters are recorded.
    #[wasm_bindgen(js_name = recordedEpochs)]
    pub fn recorded_epochs(&self) -> Vec<f64> {
        let epochs = self.0.recorded_epochs();
        epochs.into_iter().map(|epoch| epoch as f64).collect()
    }

    /// Shows the parameters of a recorded epoch; with −1, the live ones.
    #[wasm_bindgen(js_name = lookAt)]
    pub fn look_at(&mut self, epoch: i32) -> Thrown<()> {
        thrown(self.0.look_at(usize::try_from(epoch).ok()))
    }

    /// Computes the picture of the probabilities or predictions.
    pub fn regions(&mut self, resolution: usize) -> Thrown<Vec<f32>> {
        thrown(self.0.regions(resolution))
    }

    /// Computes a picture for each output of a module.
    pub fn units(&mut self, module: usize, resolution: usize) -> Thrown<Vec<f32>> {
        thrown(self.0.units(module, resolution))
    }

    /// Computes the output of a module for one input; with −1, that of the network.
    pub fn outputs(&mut self, module: i32, input: &[f64]) -> Thrown<Vec<f64>> {
        thrown(self.0.outputs(usize::try_from(module).ok(), input))
    }

    /// Returns the first parameter of a module.
    pub fn weights(&mut self, module: usize) -> Thrown<Vec<f64>> {
        thrown(self.0.weights(module))
    }

    /// Returns a digest of the live training.
    pub fn bits(&self) -> String {
        self.0.bits()
    }

    /// Looks at a unit or a weight with the microscope.
    pub fn inspect(&mut self, request: &str) -> Thrown<String> {
        thrown(self.0.inspect_json(request))
    }

    /// Returns δ of all units and the gradients of all weights.
    pub fn backward(&mut self, request: &str) -> Thrown<String> {
        thrown(self.0.backward_json(request))
    }

    /// Checks the gradients, with a planted mistake if the request has one.
    pub fn check(&mut self, request: &str) -> Thrown<String> {
        thrown(self.0.check_json(request))
    }

    /// Returns the Rust program that does the same.
    pub fn rust(&self) -> String {
        self.0.rust()
    }

    /// Returns the PyTorch program that does the same.
    pub fn pytorch(&self) -> String {
        self.0.pytorch()
    }

    /// Returns the shown network as a safetensors file.
    pub fn safetensors(&mut self) -> Thrown<Vec<u8>> {
        thrown(self.0.safetensors())
    }

    /// Returns the shown network as an ONNX file.
    pub fn onnx(&mut self) -> Thrown<Vec<u8>> {
        thrown(self.0.onnx())
    }
}
