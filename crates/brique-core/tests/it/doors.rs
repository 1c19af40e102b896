use std::fmt;
use std::sync::Mutex;

use brique_core::{Description, Error, Fault, Gradient, Memory, Module, Node, Parameter, Plan, Shape, Step};
use brique_tensor::Matrix;
use brique_tensor::ndarray::{Array2, array};

use crate::toys::ScaledTwins;

fn nothing_to_double() -> Fault {
    Fault::ExampleShape {
        found: Shape::from(0),
        expected: "at least one value".to_owned(),
        reason: "there is nothing to double".into(),
    }
}

fn check_refused(result: Result<(), Error>, operation: &str, fault: &Fault, message: &str) {
    let error = result.expect_err("the door stood open");
    assert_eq!(error.location(), "ScaledTwins");
    assert_eq!(error.operation(), operation);
    assert_eq!(error.fault(), fault);
    assert_eq!(error.to_string(), format!("ScaledTwins, {operation}: {message}"));
}

#[test]
fn the_five_names_through_an_object() {
    let mut module: Box<dyn Module> = Box::new(ScaledTwins::new(3.0));
    let x = array![[1.0, 2.0]];
    let delta = array![[1.0, 10.0, 100.0, 1000.0]];
    assert_eq!(module.forward(&x).unwrap(), array![[3.0, 3.0, 6.0, 6.0]]);
    assert_eq!(module.backward_delta(&x, &delta).unwrap(), array![[33.0, 3300.0]]);

    let gradient = |module: &dyn Module| {
        let mut seen = Vec::new();
        module.visit_parameters(&mut |parameter| seen.push(parameter.gradient()[[0, 0]]));
        seen
    };
    module.backward_update_gradient(&x, &delta).unwrap();
    module.backward_update_gradient(&x, &delta).unwrap();
    assert_eq!(gradient(&*module), [2.0 * 2211.0]);

    module.update_parameters(0.001).unwrap();
    assert_eq!(gradient(&*module), [2.0 * 2211.0]);
    assert_eq!(
        module.forward(&array![[1.0]]).unwrap()[[0, 0]],
        3.0 - 0.001 * 4422.0
    );

    module.zero_grad();
    assert_eq!(gradient(&*module), [0.0]);
}

#[test]
fn an_input_that_does_not_fit_is_refused_everywhere() {
    let mut module = ScaledTwins::new(3.0);
    let untouched = module.factor.clone();
    let empty = Array2::zeros((2, 0));
    let delta = Array2::zeros((2, 0));
    let message =
        "an example of the input has shape (0), expected at least one value: there is nothing to double";
    let fault = nothing_to_double();
    check_refused(module.forward(&empty).map(drop), "forward", &fault, message);
    check_refused(
        module.backward_delta(&empty, &delta).map(drop),
        "backward_delta",
        &fault,
        message,
    );
    let refused = module.backward_update_gradient(&empty, &delta);
    check_refused(refused, "backward_update_gradient", &fault, message);
    assert_eq!(module.factor, untouched);
}

#[test]
fn a_delta_that_does_not_fit_is_refused_and_nothing_changes() {
    let mut module = ScaledTwins::new(3.0);
    let untouched = module.factor.clone();
    let x = Array2::ones((2, 3));
    let columns = "as many columns as the module's output";
    let rows = "as many rows as the input has examples";
    for (found, reason) in [
        ((2, 3), columns),
        ((2, 7), columns),
        ((2, 0), columns),
        ((1, 6), rows),
        ((3, 6), rows),
        ((6, 2), rows),
    ] {
        let delta = Array2::ones(found);
        let fault = Fault::Shape {
            argument: "delta",
            found,
            expected: (2, 6),
            reason,
        };
        let message = format!("delta has shape {found:?}, expected (2, 6): {reason}");
        check_refused(
            module.backward_delta(&x, &delta).map(drop),
            "backward_delta",
            &fault,
            &message,
        );
        let refused = module.backward_update_gradient(&x, &delta);
        check_refused(refused, "backward_update_gradient", &fault, &message);
        assert_eq!(module.factor, untouched);
    }
}

#[test]
fn a_step_that_is_no_number_is_refused_and_nothing_changes() {
    let mut module = ScaledTwins::new(3.0);
    module.factor.gradient_mut().fill(1.0);
    let untouched = module.factor.clone();
    for (step, found) in [
        (f64::NAN, "NaN"),
        (f64::INFINITY, "inf"),
        (f64::NEG_INFINITY, "-inf"),
    ] {
        let fault = Fault::Value {
            argument: "gradient_step".into(),
            found: found.to_owned(),
            expected: "a finite number".into(),
        };
        let message = format!("gradient_step is {found}, expected a finite number");
        check_refused(
            module.update_parameters(step),
            "update_parameters",
            &fault,
            &message,
        );
        assert_eq!(module.factor, untouched);
    }
}

#[test]
fn an_empty_batch_goes_through_and_adds_nothing() {
    let mut module = ScaledTwins::new(3.0);
    let (x, delta) = (Array2::zeros((0, 3)), Array2::zeros((0, 6)));
    assert_eq!(module.forward(&x).unwrap().dim(), (0, 6));
    assert_eq!(module.backward_delta(&x, &delta).unwrap().dim(), (0, 3));
    module.backward_update_gradient(&x, &delta).unwrap();
    assert_eq!(module.factor, ScaledTwins::new(3.0).factor);
}

#[test]
fn a_parameter_lies_row_by_row_whatever_it_was_made_of() {
    let columns_first = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]].reversed_axes();
    let parameter = Parameter::new(columns_first.clone());
    assert!(parameter.value().is_standard_layout());
    assert_eq!(parameter.value(), columns_first);
    assert_eq!(parameter.shape(), (3, 2));
    assert_eq!(parameter.gradient(), Array2::<f64>::zeros((3, 2)));
}

#[test]
fn a_parameter_keeps_its_shape_whatever_is_done_to_its_views() {
    let mut parameter = Parameter::new(array![[1.0, 2.0, 3.0]]);
    parameter.value_mut().swap_axes(0, 1);
    parameter.gradient_mut().swap_axes(0, 1);
    assert_eq!(parameter.shape(), (1, 3));
    parameter.update(1.0);
    assert_eq!(parameter.value(), array![[1.0, 2.0, 3.0]]);
}

#[test]
fn value_and_gradient_are_borrowed_together() {
    let mut parameter = Parameter::new(array![[1.0_f32, 2.0]]);
    let (mut value, mut gradient) = parameter.value_and_gradient_mut();
    gradient.assign(&value);
    value.fill(9.0);
    assert_eq!(parameter.gradient(), array![[1.0, 2.0]]);
    parameter.value_mut()[[0, 1]] = 5.0;
    assert_eq!(parameter.value(), array![[9.0, 5.0]]);
}

/// Writes down which of its methods were called.
#[derive(Debug)]
struct Listener {
    heard: Mutex<Vec<&'static str>>,
    parameter: Parameter,
}

impl Listener {
    fn hear(&self, method: &'static str) {
        self.heard.lock().unwrap().push(method);
    }
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Listener")
    }
}

impl Module for Listener {
    fn output_shape(&self, input: Shape) -> Result<Shape, Fault> {
        self.hear("output_shape");
        Ok(input)
    }

    fn forward_kernel(&self, _input: &Matrix, _output: &mut Matrix, _: &mut Memory) {
        self.hear("forward_kernel");
    }

    fn delta_kernel(&self, _input: &Matrix, _delta: &Matrix, _input_delta: &mut Matrix, _: &mut Memory) {
        self.hear("delta_kernel");
    }

    fn gradient_kernel(&mut self, _input: &Matrix, _delta: &Matrix, _: &mut Memory) {
        self.hear("gradient_kernel");
    }

    fn backward_kernel(
        &mut self,
        _input: &Matrix,
        _delta: &Matrix,
        _input_delta: Option<&mut Matrix>,
        _gradient: Gradient,
        _: &mut Memory,
    ) {
        self.hear("backward_kernel");
    }

    fn plan_memory(&self, _input: Shape, _plan: &mut Plan<'_>) {
        self.hear("plan_memory");
    }

    fn set_step(&mut self, _step: Step) {
        self.hear("set_step");
    }

    fn description(&self) -> Description {
        self.hear("description");
        Description::new("Listener")
    }

    fn inner(&self, _number: usize) -> Option<(&str, &dyn Module)> {
        self.hear("inner");
        None
    }

    fn inner_mut(&mut self, _number: usize) -> Option<(&str, &mut dyn Module)> {
        self.hear("inner_mut");
        None
    }

    fn describe(&self) -> Description {
        self.hear("describe");
        Description::new("Listener")
    }

    fn own_parameters(&self, visit: &mut dyn FnMut(&Parameter)) {
        visit(&self.parameter);
    }

    fn own_parameters_mut(&mut self, visit: &mut dyn FnMut(&mut Parameter)) {
        visit(&mut self.parameter);
    }

    fn forward(&self, _input: &Matrix) -> Result<Array2<f64>, Error> {
        self.hear("forward");
        Ok(array![[1.0]])
    }

    fn begin_step(&mut self, step: u64) {
        assert_eq!(step, 9);
        self.hear("begin_step");
    }

    fn predict(&self, _input: &Matrix) -> Result<Array2<f64>, Error> {
        self.hear("predict");
        Ok(array![[3.0]])
    }

    fn zero_grad(&mut self) {
        self.hear("zero_grad");
    }

    fn backward_update_gradient(&mut self, _input: &Matrix, _delta: &Matrix) -> Result<(), Error> {
        self.hear("backward_update_gradient");
        Err(Error::new(
            "Listener",
            "backward_update_gradient",
            nothing_to_double(),
        ))
    }

    fn backward_delta(&self, _input: &Matrix, _delta: &Matrix) -> Result<Array2<f64>, Error> {
        self.hear("backward_delta");
        Ok(array![[2.0]])
    }

    fn update_parameters(&mut self, _gradient_step: f64) -> Result<(), Error> {
        self.hear("update_parameters");
        Err(Error::new("Listener", "update_parameters", nothing_to_double()))
    }
}

/// Every method of a box is the module's own, those with a default body too.
#[test]
fn a_box_asks_the_module_in_it() {
    let listener = Listener {
        heard: Mutex::default(),
        parameter: Parameter::new(array![[7.0]]),
    };
    let mut boxed = Box::new(listener);
    let x = Array2::zeros((1, 1));
    <Box<Listener> as Module>::output_shape(&boxed, Shape::from(1)).unwrap();
    let mut node = Node::for_training(&boxed, &x, 1);
    node.forward(&boxed, &x);
    node.delta(&boxed, &x, &x);
    node.backward(&mut boxed, &x, &x, Gradient::Add);
    let mut memory = Memory::default();
    <Box<Listener> as Module>::gradient_kernel(&mut boxed, &x, &x, &mut memory);
    <Box<Listener> as Module>::set_step(&mut boxed, Step::new(1));
    <Box<Listener> as Module>::description(&boxed);
    <Box<Listener> as Module>::describe(&boxed);
    assert!(<Box<Listener> as Module>::inner(&boxed, 0).is_none());
    assert!(<Box<Listener> as Module>::inner_mut(&mut boxed, 0).is_none());
    assert_eq!(
        <Box<Listener> as Module>::forward(&boxed, &x).unwrap(),
        array![[1.0]]
    );
    <Box<Listener> as Module>::begin_step(&mut boxed, 9);
    assert_eq!(
        <Box<Listener> as Module>::predict(&boxed, &x).unwrap(),
        array![[3.0]]
    );
    <Box<Listener> as Module>::zero_grad(&mut boxed);
    assert!(<Box<Listener> as Module>::backward_update_gradient(&mut boxed, &x, &x).is_err());
    assert_eq!(
        <Box<Listener> as Module>::backward_delta(&boxed, &x, &x).unwrap(),
        array![[2.0]]
    );
    assert!(<Box<Listener> as Module>::update_parameters(&mut boxed, 1.0).is_err());
    assert_eq!(
        *boxed.heard.lock().unwrap(),
        [
            "output_shape",
            "plan_memory",
            "forward_kernel",
            "delta_kernel",
            "backward_kernel",
            "gradient_kernel",
            "set_step",
            "description",
            "describe",
            "inner",
            "inner_mut",
            "forward",
            "begin_step",
            "predict",
            "zero_grad",
            "backward_update_gradient",
            "backward_delta",
            "update_parameters"
        ]
    );
    <Box<Listener> as Module>::visit_parameters_mut(&mut boxed, &mut |parameter| {
        parameter.value_mut().fill(8.0);
    });
    let mut seen = Vec::new();
    <Box<Listener> as Module>::visit_parameters(&boxed, &mut |parameter| {
        seen.push(parameter.value()[[0, 0]]);
    });
    assert_eq!(seen, [8.0]);
    <Box<Listener> as Module>::own_parameters_mut(&mut boxed, &mut |parameter| {
        parameter.value_mut().fill(9.0);
    });
    let mut own = Vec::new();
    <Box<Listener> as Module>::own_parameters(&boxed, &mut |parameter| own.push(parameter.value()[[0, 0]]));
    assert_eq!(own, [9.0]);
}

#[test]
fn a_finite_gradient_is_known_until_somebody_may_have_changed_it() {
    let mut parameter = Parameter::new(array![[1.0, 2.0]]);
    assert!(parameter.has_finite_gradient());
    parameter.gradient_mut()[[0, 1]] = f64::NAN;
    assert!(!parameter.has_finite_gradient());
    parameter.zero_grad();
    assert!(parameter.has_finite_gradient());
    parameter.value_and_gradient_mut().1[[0, 0]] = f64::INFINITY;
    assert!(!parameter.has_finite_gradient());

    parameter.overwrite_gradient(|gradient| {
        gradient.fill(3.0);
        true
    });
    assert!(parameter.has_finite_gradient());
    let mut other = Parameter::new(array![[1.0, 2.0]]);
    other.gradient_mut().fill(3.0);
    assert_eq!(parameter, other);
    parameter.overwrite_gradient(|gradient| {
        gradient.fill(f64::NAN);
        false
    });
    assert!(!parameter.has_finite_gradient());
    assert_ne!(parameter, other);
}
