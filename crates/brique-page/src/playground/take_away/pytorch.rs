//! The PyTorch program that does the same.

use super::data::rows;
use super::pytorch_network;
use crate::playground::targets::TargetForm;
use crate::playground::{Dtype, Loss, Optimizer, Playground, Schedule, Task};

/// Returns the whole program.
pub(super) fn program(playground: &Playground) -> String {
    let split = &playground.examples().split;
    let [classes, model] = pytorch_network::network(playground);
    let import = if playground.examples().inputs.ncols() == 2 {
        ""
    } else {
        "from sklearn.datasets import load_digits\n"
    };
    let seed = playground.config().seed;
    let dtype = dtype(playground.config().dtype);
    let constant =
        |name: &str, indices: &[usize]| format!("{name} = \"\"\"\n{}\"\"\"\n\n", rows(playground, indices));
    let classes = if classes.is_empty() {
        classes
    } else {
        format!("{classes}\n\n")
    };
    [
        HEADER.to_owned(),
        format!(
            "{import}from torch import nn\n\ntorch.set_default_dtype({dtype})\ntorch.manual_seed({seed})\n\n"
        ),
        constant("TRAIN", &split.train),
        constant("TEST", &split.test),
        format!("\n{}\n\n", dataset(playground)),
        classes,
        "x_train, y_train = dataset(TRAIN)\nx_test, y_test = dataset(TEST)\n\n".to_owned(),
        model,
        WEIGHTS.to_owned(),
        training(playground),
        evaluation(playground),
    ]
    .concat()
}

const HEADER: &str = r#""""Trains the network of a playground in PyTorch: the same data, split, network, loss, optimiser and schedule.

PyTorch draws other random numbers, so the result is similar, not the same. If brique.safetensors lies beside
this file, the training begins with its parameters: those that the playground showed when the file was saved.
"""

import math
import pathlib

import torch
"#;

const WEIGHTS: &str = r#"
weights = pathlib.Path(__file__).with_name("brique.safetensors")
if weights.exists():
    from safetensors.torch import load_file

    model.load_state_dict(load_file(weights))
print(model)

"#;

fn dtype(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::Float32 => "torch.float32",
        Dtype::Float64 => "torch.float64",
    }
}

/// Returns the function that makes a data set of a text.
fn dataset(playground: &Playground) -> String {
    let dtype = dtype(playground.config().dtype);
    let read = if playground.examples().inputs.ncols() == 2 {
        r#"def dataset(text):
    """Reads rows of two coordinates and a target."""
    rows = torch.tensor([float(number) for number in text.split()]).reshape(-1, 3)
    x, y = rows[:, :2], rows[:, 2]
"#
        .to_owned()
    } else {
        format!(
            r#"def dataset(text):
    """Returns the digits with these indices, with pixels from 0 to 1."""
    indices = [int(index) for index in text.split()]
    digits = load_digits()
    x = torch.tensor(digits.data[indices] / 16, dtype={dtype}).reshape(-1, 1, 8, 8)
    y = torch.tensor(digits.target[indices]).to(x.dtype)
"#
        )
    };
    let targets = match playground.form {
        TargetForm::ClassIndices { .. } => "    return x, y.long()\n".to_owned(),
        TargetForm::ZeroOne | TargetForm::Numbers => "    return x, y.reshape(-1, 1)\n".to_owned(),
        TargetForm::Signs => "    return x, 2 * y.reshape(-1, 1) - 1\n".to_owned(),
        TargetForm::OneHot { classes } => {
            format!("    return x, nn.functional.one_hot(y.long(), {classes}).to(x.dtype)\n")
        }
    };
    format!("{read}{targets}")
}

/// Returns the loss, the optimiser, the schedule and the loop.
fn training(playground: &Playground) -> String {
    let config = playground.config();
    let clip = config.clip_norm.map_or_else(String::new, |largest| {
        format!("        nn.utils.clip_grad_norm_(model.parameters(), {largest:?})\n")
    });
    format!(
        r"EPOCHS, BATCH = {epochs}, {batch}
TOTAL = EPOCHS * math.ceil(len(x_train) / BATCH)
{loss}
optimizer = {optimizer}


{factor}

schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
for epoch in range(EPOCHS):
    model.train()
    for batch in torch.randperm(len(x_train)).split(BATCH):
        optimizer.zero_grad()
        value = loss(model(x_train[batch]), y_train[batch])
        value.backward()
{clip}        optimizer.step()
        schedule.step()

",
        epochs = config.epochs,
        batch = config.batch,
        loss = loss(&config.loss),
        optimizer = optimizer(&config.optimizer),
        factor = factor(&config.schedule),
    )
}

fn loss(loss: &Loss) -> String {
    match loss {
        Loss::CrossEntropyLoss { label_smoothing } => {
            format!("loss = nn.CrossEntropyLoss(label_smoothing={label_smoothing:?})")
        }
        Loss::BCEWithLogitsLoss {} => "loss = nn.BCEWithLogitsLoss()".to_owned(),
        Loss::MSELoss {} => "loss = nn.MSELoss()".to_owned(),
        Loss::L1Loss {} => "loss = nn.L1Loss()".to_owned(),
        Loss::HuberLoss { delta } => format!("loss = nn.HuberLoss(delta={delta:?})"),
        Loss::HingeLoss {} => "\n\ndef loss(prediction, y):\n    \
             return torch.clamp(1 - y * prediction, min=0).mean()\n\n"
            .to_owned(),
    }
}

fn optimizer(optimizer: &Optimizer) -> String {
    let (name, options) = match *optimizer {
        Optimizer::SGD {
            learning_rate,
            momentum,
            nesterov,
            weight_decay,
        } => {
            let nesterov = if nesterov { ", nesterov=True" } else { "" };
            let options = format!(
                "lr={learning_rate:?}, momentum={momentum:?}{nesterov}, weight_decay={weight_decay:?}"
            );
            ("SGD", options)
        }
        Optimizer::Adam {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let options = format!(
                "lr={learning_rate:?}, betas=({beta_1:?}, {beta_2:?}), weight_decay={weight_decay:?}"
            );
            ("Adam", options)
        }
        Optimizer::AdamW {
            learning_rate,
            beta_1,
            beta_2,
            weight_decay,
        } => {
            let options = format!(
                "lr={learning_rate:?}, betas=({beta_1:?}, {beta_2:?}), weight_decay={weight_decay:?}"
            );
            ("AdamW", options)
        }
        Optimizer::RMSprop {
            learning_rate,
            alpha,
            momentum,
            weight_decay,
        } => {
            let options = format!(
                "lr={learning_rate:?}, alpha={alpha:?}, momentum={momentum:?}, weight_decay={weight_decay:?}"
            );
            ("RMSprop", options)
        }
        Optimizer::Adagrad {
            learning_rate,
            lr_decay,
            weight_decay,
        } => {
            let options =
                format!("lr={learning_rate:?}, lr_decay={lr_decay:?}, weight_decay={weight_decay:?}");
            ("Adagrad", options)
        }
    };
    format!("torch.optim.{name}(model.parameters(), {options})")
}

/// Returns the function of the factor of the learning rate, for steps counted from 0.
fn factor(schedule: &Schedule) -> String {
    let cosine = |lowest: f64, step: &str, total: &str| {
        let wave = format!("(1 + math.cos(math.pi * {step} / max(1, {total}))) / 2");
        if lowest == 0.0 {
            return wave;
        }
        format!("{lowest:?} + (1 - {lowest:?}) * {wave}")
    };
    let body = match *schedule {
        Schedule::Constant {} => "    return 1.0\n".to_owned(),
        Schedule::Step { every, gamma } => format!("    return {gamma:?} ** (step // {every})\n"),
        Schedule::Exponential { gamma } => format!("    return {gamma:?} ** step\n"),
        Schedule::Cosine { lowest } => format!("    return {}\n", cosine(lowest, "step", "TOTAL")),
        Schedule::WarmUp { steps, lowest } => format!(
            "    if step < {steps}:\n        return (step + 1) / {steps}\n    return {}\n",
            cosine(lowest, &format!("(step - {steps})"), &format!("TOTAL - {steps}"))
        ),
        Schedule::OneCycle {} => r"    def cosine(a, b, q):
        return b + (a - b) / 2 * (1 + math.cos(math.pi * q))

    step, last, peak = min(step, TOTAL - 1), TOTAL - 1, 0.3 * TOTAL - 1
    if step > peak:
        return cosine(1, 1 / 25e4, (step - peak) / (last - peak))
    return cosine(1 / 25, 1, step / peak) if peak > 0 else 1.0
"
        .to_owned(),
    };
    format!("def factor(step):\n    \"\"\"The factor of the learning rate at a step.\"\"\"\n{body}")
}

/// Returns the lines that print the loss and the accuracy.
fn evaluation(playground: &Playground) -> String {
    let (name, measure) = match (playground.examples().task, playground.form) {
        (Task::Regression, _) => ("mean absolute error", "(prediction - y).abs().mean()"),
        (_, TargetForm::ClassIndices { .. }) => ("accuracy", "(prediction.argmax(1) == y).double().mean()"),
        (_, TargetForm::OneHot { .. }) => (
            "accuracy",
            "(prediction.argmax(1) == y.argmax(1)).double().mean()",
        ),
        _ => ("accuracy", "((prediction > 0) == (y > 0)).double().mean()"),
    };
    format!(
        r#"model.eval()
with torch.no_grad():
    for name, x, y in [("training", x_train, y_train), ("test", x_test, y_test)]:
        if len(x) > 0:
            prediction = model(x)
            measure = {measure}
            print(f"{{name}} set: loss {{loss(prediction, y):.6f}}, {name} {{measure:.4f}}")
"#
    )
}
