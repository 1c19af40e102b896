//! Activation functions, softmaxes, and nodes that change nothing.

use brique_core::Module;
use brique_layers::{
    ELU, GELU, LeakyReLU, LogSigmoid, LogSoftmax, ReLU, SiLU, Sigmoid, Softmax, Softplus, Tanh,
};
use brique_tensor::Scalar;

use super::steps::{Affine, Kind};
use super::translate::{Refusal, Translator, example_axis};
use super::values::{Activation, Value};
use crate::proto::{Node, data_type};
use crate::tensor::{Numbers, Tensor};

pub(super) fn activation<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    match &*node.operator {
        "Relu" => applied(it, value, ReLU),
        "Tanh" => applied(it, value, Tanh),
        "Sigmoid" => applied(it, value, Sigmoid),
        "Softplus" => applied(it, value, Softplus),
        "LeakyRelu" => {
            let factor = it.number(node.float("alpha", 0.01)?);
            let module = LeakyReLU::new(factor).map_err(|error| error.to_string())?;
            applied(it, value, module)
        }
        "PRelu" => {
            let tensor = it.floats(node, 1)?;
            let factors = tensor.floats().unwrap_or_default();
            let (Some(&first), true) = (
                factors.first(),
                factors.windows(2).all(|two| two[0].to_bits() == two[1].to_bits()),
            ) else {
                return Err("it has several factors, expected one".to_owned());
            };
            #[allow(clippy::cast_possible_truncation, reason = "files of f32 have such numbers")]
            let factor = if it.element == data_type::DOUBLE {
                first
            } else {
                it.number(first as f32)
            };
            let module = LeakyReLU::new(factor).map_err(|error| error.to_string())?;
            applied(it, value, module)
        }
        "Elu" => {
            let alpha = it.number(node.float("alpha", 1.0)?);
            let module = ELU::new(alpha).map_err(|error| error.to_string())?;
            applied(it, value, module)
        }
        "Selu" => selu(it, node, value),
        "Swish" => match node.float("alpha", 1.0)? {
            1.0 => applied(it, value, SiLU),
            alpha => Err(format!("its alpha is {alpha}, expected 1")),
        },
        "Gelu" => match &*node.text("approximate", "none")? {
            "none" => applied(it, value, GELU),
            other => Err(format!(
                "it is approximated by {other:?}, expected the exact function"
            )),
        },
        "Erf" => Ok(part(it, value, "Erf")),
        "Greater" => Ok(part(it, value, "Greater")),
        "Where" => softplus(it, node, &value),
        "Log" => logarithm(it, value),
        "Softmax" => {
            check_axis(it, node, &value)?;
            applied(it, value, Softmax)
        }
        "LogSoftmax" => {
            check_axis(it, node, &value)?;
            applied(it, value, LogSoftmax)
        }
        "Identity" => Ok(Value::Batch(value)),
        "Dropout" => {
            let training = it.constant(node, 2)?;
            let is_training =
                |tensor: &Tensor| !matches!(tensor.numbers(), Numbers::Integers(list) if list[..] == [0]);
            if training.is_some_and(|tensor| is_training(&tensor)) {
                return Err("it drops values, expected training_mode false".to_owned());
            }
            Ok(Value::Batch(value))
        }
        "Cast" => match i32::try_from(node.integer("to", 0)?) {
            Ok(data_type::FLOAT | data_type::DOUBLE) => Ok(Value::Batch(value)),
            to => Err(format!("it converts to {}", data_type::name(to.unwrap_or(0)))),
        },
        _ => Err("it is supported for constants only".to_owned()),
    }
}

fn applied<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    value: Activation,
    module: impl Module<T> + 'static,
) -> Result<Value<'f>, Refusal> {
    let step = it.apply(value.step, module)?;
    Ok(Value::Batch(Activation { step, ..value }))
}

/// An operator that a later node makes part of a module.
fn part<'f, T: Scalar>(it: &mut Translator<'f, T>, value: Activation, operator: &'static str) -> Value<'f> {
    let shape = it.steps.shape(value.step);
    let step = it.step(Kind::Part(operator), vec![value.step], shape);
    Value::Batch(Activation { step, ..value })
}

/// Recognises PyTorch's softplus, which is x where x is above 20. The softplus itself has that value there.
fn softplus<'f, T: Scalar>(
    it: &Translator<'f, T>,
    node: &Node,
    condition: &Activation,
) -> Result<Value<'f>, Refusal> {
    let (x, softplus) = (it.batch(node, 1)?, it.batch(node, 2)?);
    let is_of_x = |step: usize| it.steps.0[step].inputs[..] == [x.step];
    let is_greater = matches!(it.steps.0[condition.step].kind, Kind::Part("Greater"));
    let is_softplus = it.steps.is_module(softplus.step, "Softplus");
    if is_greater && is_softplus && is_of_x(condition.step) && is_of_x(softplus.step) {
        return Ok(Value::Batch(softplus));
    }
    Err("it selects values, expected a softplus".to_owned())
}

/// A scaled ELU.
fn selu<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
    value: Activation,
) -> Result<Value<'f>, Refusal> {
    // The defaults of the operator, in f32.
    let alpha = it.number(node.float("alpha", 1.673_263_2)?);
    let gamma = f64::from(node.float("gamma", 1.050_701)?);
    let step = it.apply(value.step, ELU::new(alpha).map_err(|error| error.to_string())?)?;
    let step = it.affine(step, Affine::uniform(gamma, 0.0));
    Ok(Value::Batch(Activation { step, ..value }))
}

/// The logarithm of a sigmoid or of a softmax, which have modules of their own.
fn logarithm<'f, T: Scalar>(it: &mut Translator<'f, T>, value: Activation) -> Result<Value<'f>, Refusal> {
    let input = it.steps.0[value.step].inputs.first().copied();
    let step = match (it.steps.module_kind(value.step).as_deref(), input) {
        (Some("Sigmoid"), Some(input)) => it.apply(input, LogSigmoid)?,
        (Some("Softmax"), Some(input)) => it.apply(input, LogSoftmax)?,
        _ => return Err("it is supported behind a Sigmoid or a Softmax only".to_owned()),
    };
    Ok(Value::Batch(Activation { step, ..value }))
}

/// Checks that a softmax is one over all values of an example.
fn check_axis<T: Scalar>(it: &Translator<'_, T>, node: &Node, value: &Activation) -> Result<(), Refusal> {
    let is_old = it.opset < 13;
    let first = example_axis(node.integer("axis", if is_old { 1 } else { -1 })?, &value.layout)?;
    let sizes = &value.layout.sizes;
    // Old operators flatten the axes from this one on.
    let others = if is_old {
        &sizes[..first]
    } else {
        &[&sizes[..first], &sizes[first + 1..]].concat()[..]
    };
    if others.iter().all(|&size| size == 1) {
        return Ok(());
    }
    Err(format!(
        "it is a softmax at each position of {sizes:?}, expected one over all values of an example"
    ))
}
