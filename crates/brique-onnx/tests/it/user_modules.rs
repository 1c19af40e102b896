//! Modules that the library does not have.

use std::fmt;

use brique_core::{Description, Fault, Memory, Module, Parameter, Shape};
use brique_layers::{Flatten, Linear, Sequential, Tanh};
use brique_onnx::{Error, Export};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};

/// `y = x · diag(s)`.
#[derive(Debug)]
struct Scale(Parameter);

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Scale")
    }
}

impl Module for Scale {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        Ok(input)
    }

    fn forward_kernel(&self, input: &Matrix, output: &mut Matrix, _: &mut Memory) {
        output.assign(&(input * self.0.value()));
    }

    fn delta_kernel(&self, _: &Matrix, delta: &Matrix, input_delta: &mut Matrix, _: &mut Memory) {
        input_delta.assign(&(delta * self.0.value()));
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        visit(&self.0);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        visit(&mut self.0);
    }

    fn description(&self) -> Description {
        Description::new("Scale").attribute("values", self.0.shape().1)
    }
}

fn network() -> Sequential {
    let scale = Scale(Parameter::with_weight_rows(
        array![[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]],
        0,
    ));
    let inner = Sequential::new([2, 2, 2])
        .then(Tanh)
        .and_then(|inner| inner.then_named("scale", scale))
        .unwrap();
    let network = Sequential::new([2, 2, 2])
        .then_named("inner", Box::new(inner))
        .unwrap();
    let linear = Linear::from_parameters(Array2::from_elem((9, 1), 0.5)).unwrap();
    network.then(Flatten).unwrap().then(linear).unwrap()
}

#[test]
fn a_module_without_a_counterpart_is_named() {
    let error = Export::new(&network()).to_bytes().unwrap_err();
    let Error::NoCounterpart { path, module } = &error else {
        panic!("{error}");
    };
    assert_eq!((&**path, &**module), ("inner.scale", "Scale"));
    assert!(error.to_string().contains("Export::module"), "{error}");
}

#[test]
fn a_module_supplies_its_own_nodes() {
    let network = network();
    let export = Export::new(&network).module("Scale", |module, graph, input| {
        let mut factors = Vec::new();
        module.own_parameters(&mut |parameter| factors.extend(parameter.value().iter().copied()));
        let factors = graph.constant("weight", &[factors.len()], factors);
        Ok(graph.node("Mul", &[input, &factors], &[]))
    });
    // An importer reads a product with a constant as an affine map, which becomes part of the linear layer.
    let imported = brique_onnx::Import::new()
        .bytes::<f64>(export.to_bytes().unwrap())
        .unwrap();
    let x = array![[0.1, -0.2, 0.3, -0.4, 0.5, -0.6, 0.7, -0.8]];
    let distance = imported.network.predict(&x).unwrap() - network.predict(&x).unwrap();
    assert!(distance[[0, 0]].abs() < 1e-14, "{distance}");
    assert!(
        imported
            .network
            .names()
            .any(|name| name == "inner.0" || name == "0")
    );
}

#[test]
fn a_network_that_does_not_know_its_input_is_told() {
    assert!(
        Export::<f64>::new(&Tanh)
            .to_bytes()
            .unwrap_err()
            .to_string()
            .contains("Export::input_shape")
    );
    assert!(Export::<f64>::new(&Tanh).input_shape(3).to_bytes().is_ok());
}
