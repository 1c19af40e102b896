//! A module of a program's own is saved and loaded as those of the library.

use std::fmt;

use brique_checkpoint::{Reader, save};
use brique_core::{Description, Fault, Memory, Module, Parameter, Shape};
use brique_layers::{Linear, Sequential, Tanh, registry};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};

/// `y = x · diag(s) + shift`, with an attribute that is no number of JSON.
#[derive(Debug)]
struct Scale {
    parameter: Parameter,
    shift: f64,
}

impl Scale {
    fn new(values: usize, shift: f64) -> Self {
        let parameter = Parameter::with_weight_rows(Array2::ones((1, values)), 0).named("scale", 1, "");
        Self { parameter, shift }
    }
}

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
        output.assign(&(input * self.parameter.value() + self.shift));
    }

    fn delta_kernel(&self, _: &Matrix, delta: &Matrix, input_delta: &mut Matrix, _: &mut Memory) {
        input_delta.assign(&(delta * self.parameter.value()));
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        visit(&self.parameter);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        visit(&mut self.parameter);
    }

    fn description(&self) -> Description {
        Description::new("Scale")
            .attribute("values", self.parameter.shape().1)
            .attribute("unit", "metre")
            .detail("shift", self.shift)
    }
}

#[test]
fn a_registered_kind_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.safetensors");
    let mut scale = Scale::new(2, f64::NEG_INFINITY);
    scale.parameter.value_mut().assign(&array![[3.0, 4.0]]);
    let network: Sequential = Sequential::new(2)
        .then_named("scale", scale)
        .and_then(|network| network.then(Linear::from_parameters(array![[1.0], [1.0], [0.0]]).unwrap()))
        .unwrap();
    save(&network, &path).unwrap();

    let mut file = Reader::open(&path).unwrap();
    let error = file.network(&registry::<f64>()).unwrap_err().to_string();
    assert!(
        error.contains("kind is \"Scale\", expected one of those registered: "),
        "{error}"
    );

    let mut registry = registry::<f64>();
    registry.register("Scale", |d, _| {
        Ok(Box::new(Scale::new(d.size("values")?, d.number("shift")?)))
    });
    let loaded = file.network(&registry).unwrap();
    assert_eq!(loaded.describe(), network.describe());
    let shape = file
        .tensors()
        .find(|(name, _)| *name == "scale.scale")
        .unwrap()
        .1
        .to_vec();
    assert_eq!(shape, [2]);
}

/// The function of a kind may build modules that the description does not name. The file has no values for them.
#[test]
fn modules_that_the_file_does_not_describe_are_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.safetensors");
    save::<f64>(&Tanh, &path).unwrap();
    let mut registry = registry::<f64>();
    registry.register("Tanh", |_, _| {
        let linear = Linear::from_parameters(array![[1.0], [0.0]])?;
        Ok(Box::new(Sequential::new(1).then(linear)?))
    });
    let error = Reader::open(&path).unwrap().network(&registry).unwrap_err();
    assert!(error.to_string().ends_with("missing: 0.weight"), "{error}");
}
