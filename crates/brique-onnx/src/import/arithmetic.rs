//! Sums and products: with constants, an affine map; of two values, a residual connection or part of an activation.

use std::rc::Rc;

use brique_layers::{GELU, SiLU};
use brique_tensor::Scalar;

use super::steps::{Affine, Kind};
use super::translate::{Refusal, TOO_MANY, Translator, example_axis};
use super::values::{Activation, Value};
use crate::layout::Layout;
use crate::proto::Node;
use crate::tensor::Tensor;

pub(super) fn arithmetic<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
) -> Result<Value<'f>, Refusal> {
    if node.operator == "Neg" {
        return negated(it, node);
    }
    if node.inputs.len() == 1 && node.operator == "Sum" {
        return Ok(Value::Batch(it.batch(node, 0)?));
    }
    if node.inputs.len() != 2 {
        return Err(format!("it has {} inputs, expected 2", node.inputs.len()));
    }
    match (it.batch(node, 0), it.batch(node, 1)) {
        (Ok(a), Ok(b)) => of_two(it, node, a, b),
        (Ok(value), _) => {
            let numbers = it.floats(node, 1)?;
            with_constant(it, node, value, &numbers, false)
        }
        (_, Ok(value)) => {
            let numbers = it.floats(node, 0)?;
            with_constant(it, node, value, &numbers, true)
        }
        (Err(reason), _) => Err(reason),
    }
}

/// Computes an operator with a constant, which comes first if `is_first`.
fn with_constant<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
    value: Activation,
    constant: &Rc<Tensor>,
    is_first: bool,
) -> Result<Value<'f>, Refusal> {
    let numbers = per_column(it, node, &value.layout, constant)?;
    let map = |scale: fn(f64) -> f64, shift: fn(f64) -> f64| Affine {
        scale: numbers.iter().copied().map(scale).collect(),
        shift: numbers.iter().copied().map(shift).collect(),
    };
    let affine = match (&*node.operator, is_first) {
        ("Add" | "Sum", _) => map(|_| 1.0, |b| b),
        ("Sub", false) => map(|_| 1.0, |b| -b),
        ("Sub", true) => map(|_| -1.0, |b| b),
        ("Mul", _) => map(|a| a, |_| 0.0),
        ("Div", false) => map(|a| 1.0 / a, |_| 0.0),
        _ => return Err("it divides a constant by a value".to_owned()),
    };
    let step = it.affine(value.step, affine);
    Ok(Value::Batch(Activation { step, ..value }))
}

/// Returns the numbers of a constant for the columns; fewer than there are columns if they repeat.
fn per_column<T: Scalar>(
    it: &mut Translator<'_, T>,
    node: &Node,
    layout: &Layout,
    constant: &Tensor,
) -> Result<Vec<f64>, Refusal> {
    let numbers = constant.floats().unwrap_or_default();
    if layout.size() == 0 {
        return Err("its input has no values".to_owned());
    }
    if let &[number] = numbers {
        return Ok(vec![number]);
    }
    let rank = layout.sizes.len() + 1;
    let mut sizes = constant.sizes().to_vec();
    if it.opset < 7 && node.has("axis") {
        // Old operators say at which axis the constant begins.
        let first = example_axis(node.integer("axis", 0)?, layout)? + 1;
        sizes.resize(sizes.len().max(rank - first), 1);
    }
    if sizes.len() > rank {
        return Err("its constant has more axes than its input".to_owned());
    }
    let mut all = vec![1; rank - sizes.len()];
    all.extend(&sizes);
    let does_fit = all
        .iter()
        .skip(1)
        .zip(&layout.sizes)
        .all(|(&size, &length)| size == 1 || size == length);
    if all[0] != 1 || !does_fit {
        return Err(format!(
            "its constant has the sizes {sizes:?}, expected the same numbers for each row of examples {:?}",
            layout.sizes
        ));
    }
    let channels = layout.sizes[0];
    let is_image = layout.order == Layout::image(layout.sizes.clone()).order;
    if is_image && all[1] == channels && all[2..].iter().all(|&size| size == 1) {
        // Channels are the last axis here: they repeat from position to position.
        return Ok(numbers.to_vec());
    }
    let size = layout.size();
    it.spend(size)?;
    let at = |mut index: usize| {
        let (mut found, mut stride) = (0, 1);
        for (&size, &length) in all.iter().skip(1).zip(&layout.sizes).rev() {
            if size > 1 {
                found += index % length * stride;
            }
            stride *= size;
            index /= length;
        }
        numbers[found]
    };
    Ok((0..size).map(|column| at(layout.order.index(column))).collect())
}

fn of_two<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    node: &Node,
    a: Activation,
    b: Activation,
) -> Result<Value<'f>, Refusal> {
    if a.layout.sizes != b.layout.sizes {
        let (a, b) = (&a.layout.sizes, &b.layout.sizes);
        return Err(format!(
            "the examples of its inputs have the sizes {a:?} and {b:?}, expected the same"
        ));
    }
    match &*node.operator {
        "Add" | "Sum" => {
            let order = a.layout.order.clone();
            let b = it.ordered(b, order)?;
            let shape = it.steps.shape(a.step);
            let step = it.step(Kind::Add, vec![a.step, b.step], shape);
            Ok(Value::Batch(Activation { step, ..a }))
        }
        "Mul" => gate(it, &a, &b).or_else(|| gate(it, &b, &a)).unwrap_or_else(|| {
            Err("it multiplies two values, expected a value and its sigmoid, or a GELU".to_owned())
        }),
        _ => Err("it computes with two values, expected a constant".to_owned()),
    }
}

/// Recognises `x · sigmoid(x)`, a `SiLU`, and `x · (1 + erf(x / √2)) / 2`, a GELU.
fn gate<'f, T: Scalar>(
    it: &mut Translator<'f, T>,
    value: &Activation,
    gate: &Activation,
) -> Option<Result<Value<'f>, Refusal>> {
    let input = |step: usize| it.steps.0[step].inputs.first().copied();
    if it.steps.is_module(gate.step, "Sigmoid") && input(gate.step) == Some(value.step) {
        let step = it.apply(value.step, SiLU);
        return Some(step.map(|step| {
            Value::Batch(Activation {
                step,
                layout: value.layout.clone(),
            })
        }));
    }
    // The value may have a factor of its own: 0.5 · x.
    let (factor, x) = match &it.steps.0[value.step].kind {
        Kind::Affine(Affine { scale, shift }) if scale.len() == 1 && shift[..] == [0.0] => {
            (scale[0], input(value.step)?)
        }
        _ => (1.0, value.step),
    };
    let uniform = |step: usize| match &it.steps.0[step].kind {
        Kind::Affine(Affine { scale, shift }) if scale.len() == 1 => Some((scale[0], shift[0])),
        _ => None,
    };
    let (scale, shift) = uniform(gate.step)?;
    // 0.5 · (1 + erf) is written as two maps.
    let (mut scale, mut shift, mut inner) = (scale, shift, input(gate.step)?);
    if let Some((before, added)) = uniform(inner) {
        (scale, shift) = (before * scale, added * scale + shift);
        inner = input(inner)?;
    }
    if !matches!(it.steps.0[inner].kind, Kind::Part("Erf")) {
        return None;
    }
    let argument = input(inner)?;
    let (inner_scale, offset) = uniform(argument)?;
    let is_gelu = close(inner_scale, std::f64::consts::FRAC_1_SQRT_2) && offset == 0.0 && close(scale, shift);
    if !is_gelu || input(argument) != Some(x) {
        return None;
    }
    let step = it.apply(x, GELU).map(|step| {
        let affine = Affine::uniform(2.0 * factor * scale, 0.0);
        if affine.is_identity() {
            step
        } else {
            it.affine(step, affine)
        }
    });
    Some(step.map(|step| {
        Value::Batch(Activation {
            step,
            layout: value.layout.clone(),
        })
    }))
}

/// Returns whether two numbers are the same in f32, up to the last digit.
fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= f64::from(f32::EPSILON) * b.abs()
}

fn negated<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    let negative = Affine::uniform(-1.0, 0.0);
    if it.steps.is_module(value.step, "Softplus") {
        let inner = it.steps.0[value.step].inputs[0];
        if matches!(&it.steps.0[inner].kind, Kind::Affine(affine) if *affine == negative) {
            let x = it.steps.0[inner].inputs[0];
            let step = it.apply(x, brique_layers::LogSigmoid)?;
            return Ok(Value::Batch(Activation { step, ..value }));
        }
    }
    let step = it.affine(value.step, negative);
    Ok(Value::Batch(Activation { step, ..value }))
}

/// Computes `(x − offset) · scale`, a standardizer of scikit-learn.
pub(super) fn scaler<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let value = it.batch(node, 0)?;
    let size = value.layout.size();
    let list = |name, default: f64| {
        let found: Vec<f64> = node
            .floats(name)?
            .unwrap_or_default()
            .iter()
            .copied()
            .map(f64::from)
            .collect();
        match found.len() {
            0 => Ok(vec![default; size]),
            1 => Ok(vec![found[0]; size]),
            length if length == size => Ok(found),
            length => Err(format!("{name} has {length} numbers, expected {size}")),
        }
    };
    it.spend(size)?;
    let (offset, scale) = (list("offset", 0.0)?, list("scale", 1.0)?);
    if size == 0 {
        return Ok(Value::Batch(value));
    }
    let order = &value.layout.order;
    let affine = Affine {
        scale: (0..size).map(|column| scale[order.index(column)]).collect(),
        shift: (0..size)
            .map(|column| -offset[order.index(column)] * scale[order.index(column)])
            .collect(),
    };
    let step = it.affine(value.step, affine);
    Ok(Value::Batch(Activation { step, ..value }))
}

/// Places values side by side.
pub(super) fn concat<'f, T: Scalar>(it: &mut Translator<'f, T>, node: &Node) -> Result<Value<'f>, Refusal> {
    let values: Vec<Activation> = (0..node.inputs.len())
        .map(|number| it.batch(node, number))
        .collect::<Result<_, _>>()?;
    let first = &values.first().ok_or("it has no inputs")?.layout;
    let axis = example_axis(node.integer("axis", 1)?, first)?;
    let sizes = &first.sizes;
    let rest = |layout: &Layout| [&layout.sizes[..axis], &layout.sizes[axis + 1..]].concat();
    let fits =
        |value: &Activation| value.layout.sizes.len() == sizes.len() && rest(&value.layout) == rest(first);
    if !values.iter().all(fits) {
        return Err("the sizes of its inputs do not fit together".to_owned());
    }
    // Row by row, the numbers are those of the inputs one after the other only along the first axis that is not 1.
    if sizes[..axis].iter().any(|&size| size != 1) {
        return Err("it joins values behind the first axis of an example".to_owned());
    }
    let mut joined = sizes.clone();
    joined[axis] = values.iter().map(|value| value.layout.sizes[axis]).sum();
    let layout = Layout::concatenated(values.iter().map(|value| &value.layout)).ok_or(TOO_MANY)?;
    let layout = Layout {
        sizes: joined,
        ..layout
    };
    it.spend_order(&layout)?;
    let shape = brique_core::Shape::from(layout.size());
    let step = it.step(
        Kind::Concat,
        values.iter().map(|value| value.step).collect(),
        shape,
    );
    it.settled(Activation { step, layout })
}
