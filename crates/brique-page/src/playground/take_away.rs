//! What a person takes away from the playground: programs that do the same, and files of the network.

mod data;
mod pytorch;
mod pytorch_network;
mod rust;
mod rust_network;

use brique_checkpoint::Writer;
use brique_core::Module;
use brique_layers::registry;
use brique_onnx::Export;
use brique_tensor::Scalar;

use super::{Dtype, Error, Playground, to_json};

/// The key of the configuration in the metadata of files.
const CONFIGURATION: &str = "playground";

impl Playground {
    /// Returns a complete program with the crate `brique` that makes the same training: compiled, and run at the SIMD
    /// level `Baseline`, it prints the digest that [`bits`](Self::bits) returns at the end of the training.
    #[must_use]
    pub fn rust(&self) -> String {
        rust::program(self)
    }

    /// Returns a complete PyTorch program with the same data, split, network, loss, optimiser, schedule and batches. It
    /// draws its own random numbers. If `brique.safetensors` lies beside it, it begins with the parameters in this file.
    #[must_use]
    pub fn pytorch(&self) -> String {
        pytorch::program(self)
    }

    /// Returns the shown network as the content of a safetensors file, with the names of the classes and the
    /// configuration. Its numbers have the type of the training.
    ///
    /// # Errors
    ///
    /// None in practice: all names of a configuration are valid.
    pub fn safetensors(&mut self) -> Result<Vec<u8>, Error> {
        let configuration = to_json(self.config())?;
        let class_names = self.examples().class_names.clone().unwrap_or_default();
        let dtype = self.config().dtype;
        let network = self.shown();
        Ok(match dtype {
            // Exact: the shown network of such a training has numbers of 32 bits.
            Dtype::Float32 => safetensors(&*rounded_to_f32(network)?, class_names, &configuration),
            Dtype::Float64 => safetensors(network, class_names, &configuration),
        }?)
    }

    /// Returns the shown network as the content of an ONNX file, with the configuration. Its numbers are rounded to f32,
    /// because ONNX Runtime computes convolutions and some activations in f32 only.
    ///
    /// # Errors
    ///
    /// None in practice: all modules of a configuration have a counterpart in ONNX.
    pub fn onnx(&mut self) -> Result<Vec<u8>, Error> {
        let configuration = to_json(self.config())?;
        let network = rounded_to_f32(self.shown())?;
        let export = Export::new(&*network).metadata(CONFIGURATION, &configuration);
        Ok(export.to_bytes()?)
    }
}

fn safetensors<T: Scalar>(
    network: &dyn Module<T>,
    class_names: Vec<String>,
    configuration: &str,
) -> Result<Vec<u8>, brique_checkpoint::Error> {
    let writer = Writer::new(network)
        .class_names(class_names)
        .metadata(CONFIGURATION, configuration);
    writer.to_bytes()
}

/// Returns a copy of a network with its parameters rounded to f32.
fn rounded_to_f32(network: &dyn Module) -> Result<Box<dyn Module<f32>>, brique_core::Error> {
    let mut copy = registry::<f32>().build(&network.describe())?;
    let mut values = Vec::new();
    network.visit_parameters(&mut |parameter| values.extend(parameter.value().iter().copied()));
    let mut values = values.into_iter();
    copy.visit_parameters_mut(&mut |parameter| {
        for (copy, value) in parameter.value_mut().iter_mut().zip(&mut values) {
            *copy = f32::from_f64(value);
        }
    });
    Ok(copy)
}
