#!/usr/bin/env python3
"""Prints PyTorch's own numbers as Rust constants, and those of 80-bit arithmetic.

    pip install numpy torch
    python tests/data/pytorch.py > tests/it/numbers.rs && rustfmt --edition 2024 --config max_width=110 tests/it/numbers.rs
"""
import warnings

import numpy as np
import torch

warnings.filterwarnings("ignore")
torch.set_default_dtype(torch.float64)
L = np.longdouble
START = [0.75, -1.5, 2.0]
CURVATURES = [0.5, 2.0, 0.125]


def gradient(t, k):
    """Exact in binary, and 0 now and then."""
    return ((7 * k + 3 * t) % 11 - 5) / 4


def optimizer(kind, weights_only=False, **options):
    """The values of three parameters after each of five steps; the second one is a bias."""
    values = [torch.tensor([p], requires_grad=True) for p in START]
    groups = [dict(params=[p]) for p in values]
    if weights_only:
        groups[1]["weight_decay"] = 0.0
    rule = kind(groups, **options)
    rows = []
    for t in range(5):
        for k, p in enumerate(values):
            p.grad = torch.tensor([gradient(t, k)])
        rule.step()
        rows.append([p.item() for p in values])
    return rows


O = torch.optim
OPTIMIZERS = {
    "SGD": optimizer(O.SGD, lr=0.1),
    "SGD_DECAY": optimizer(O.SGD, lr=0.1, weight_decay=0.25),
    "SGD_MOMENTUM": optimizer(O.SGD, lr=0.1, momentum=0.9),
    "SGD_NESTEROV": optimizer(O.SGD, lr=0.1, momentum=0.9, nesterov=True),
    "SGD_NESTEROV_DECAY_WEIGHTS": optimizer(O.SGD, True, lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.25),
    "ADAM": optimizer(O.Adam, lr=0.1),
    "ADAM_OPTIONS": optimizer(O.Adam, lr=0.1, betas=(0.5, 0.75), eps=0.125, weight_decay=0.25),
    "ADAM_DECAY_WEIGHTS": optimizer(O.Adam, True, lr=0.1, weight_decay=0.25),
    "ADAM_W": optimizer(O.AdamW, lr=0.1),
    "ADAM_W_OPTIONS": optimizer(O.AdamW, lr=0.1, betas=(0.5, 0.75), eps=0.125, weight_decay=0.25),
    "ADAM_W_DECAY_WEIGHTS": optimizer(O.AdamW, True, lr=0.1, weight_decay=0.25),
    "RMS_PROP": optimizer(O.RMSprop, lr=0.1),
    "RMS_PROP_OPTIONS": optimizer(O.RMSprop, lr=0.1, alpha=0.5, eps=0.125, weight_decay=0.25),
    "RMS_PROP_MOMENTUM": optimizer(O.RMSprop, lr=0.1, momentum=0.9),
    "RMS_PROP_MOMENTUM_DECAY_WEIGHTS": optimizer(O.RMSprop, True, lr=0.1, momentum=0.9, weight_decay=0.25),
    "ADA_GRAD": optimizer(O.Adagrad, lr=0.1),
    "ADA_GRAD_OPTIONS": optimizer(O.Adagrad, lr=0.1, lr_decay=0.5, eps=0.125, weight_decay=0.25),
    "ADA_GRAD_DECAY_WEIGHTS": optimizer(O.Adagrad, True, lr=0.1, weight_decay=0.25),
}


def clip(largest):
    """The norm of the first gradients, and the gradients after it was clipped."""
    values = [torch.tensor([p], requires_grad=True) for p in START]
    for k, p in enumerate(values):
        p.grad = torch.tensor([gradient(0, k)])
    norm = torch.nn.utils.clip_grad_norm_(values, largest)
    return [norm.item()] + [p.grad.item() for p in values]


def schedule(make):
    """The factors of twenty steps: the rates for a base rate of 1."""
    rule = O.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    plan, rates = make(rule), []
    for _ in range(20):
        rates.append(rule.param_groups[0]["lr"])
        rule.step()
        plan.step()
    return rates


S = torch.optim.lr_scheduler


def warm_up(rule):
    parts = [S.LinearLR(rule, start_factor=1 / 5, total_iters=4), S.CosineAnnealingLR(rule, T_max=15, eta_min=0.1)]
    return S.SequentialLR(rule, parts, milestones=[5])


SCHEDULES = {
    "STEP": schedule(lambda rule: S.StepLR(rule, step_size=6, gamma=0.3)),
    "EXPONENTIAL": schedule(lambda rule: S.ExponentialLR(rule, gamma=0.9)),
    "COSINE": schedule(lambda rule: S.CosineAnnealingLR(rule, T_max=8, eta_min=0.1)),
    "WARM_UP_COSINE": schedule(warm_up),
    "ONE_CYCLE": schedule(lambda rule: S.OneCycleLR(rule, max_lr=1.0, total_steps=20)),
    "ONE_CYCLE_OPTIONS": schedule(
        lambda rule: S.OneCycleLR(rule, 1.0, total_steps=21, pct_start=0.45, div_factor=10, final_div_factor=50)
    ),
}

LOSSES = [5.0, 4.0, 4.0, 3.99999, 4.1, 4.2, 3.0, 3.0, 2.9999, 3.0, 3.0, 3.0, 3.0, float("nan"), 3.0, 3.0, 3.0, 2.0, 2.0, 2.0]


def plateau(**options):
    """The rates after each of twenty losses, for a base rate of 1."""
    rule = O.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    plan, rates = S.ReduceLROnPlateau(rule, **options), []
    for loss in LOSSES:
        rule.step()
        plan.step(loss)
        rates.append(rule.param_groups[0]["lr"])
    return rates


PLATEAUS = {
    "PLATEAU": plateau(patience=2, factor=0.5),
    "PLATEAU_OPTIONS": plateau(patience=1, factor=0.25, threshold=0.25, cooldown=2, min_lr=0.05),
}


def long_run(rule):
    """400 steps down three parabolas with noise, in 80 bits, and what is left rounded once."""
    p, state = np.array(START, L), {}
    for t in range(400):
        g = np.array(CURVATURES, L) * p + np.array([gradient(t, k) for k in range(3)], L)
        p = rule(state, p, g, t + 1)
    return [float(value) for value in p]


def sgd(s, p, g, t):
    g = g + L(0.001) * p
    s["v"] = L(0.9) * s.get("v", 0) + g
    return p - L(0.05) * (g + L(0.9) * s["v"])


def adam(s, p, g, t):
    b1, b2 = L(0.9), L(0.999)
    s["m"], s["v"] = b1 * s.get("m", 0) + (1 - b1) * g, b2 * s.get("v", 0) + (1 - b2) * g * g
    return p - L(0.01) / (1 - b1**t) * s["m"] / (np.sqrt(s["v"]) / np.sqrt(1 - b2**t) + L(1e-8))


def adam_w(s, p, g, t):
    return adam(s, p * (1 - L(0.01) * L(0.05)), g, t)


def rmsprop(s, p, g, t):
    s["v"] = L(0.99) * s.get("v", 0) + (1 - L(0.99)) * g * g
    return p - L(0.005) * g / (np.sqrt(s["v"]) + L(1e-8))


def adagrad(s, p, g, t):
    s["v"] = s.get("v", 0) + g * g
    return p - L(0.05) * g / (np.sqrt(s["v"]) + L(1e-10))


LONG = {
    "LONG_SGD": long_run(sgd),
    "LONG_ADAM": long_run(adam),
    "LONG_ADAM_W": long_run(adam_w),
    "LONG_RMS_PROP": long_run(rmsprop),
    "LONG_ADA_GRAD": long_run(adagrad),
}


def show(name, numbers, kind):
    print(f"pub const {name}: {kind} = {numbers};")


print(f"//! Made by `tests/data/pytorch.py` with PyTorch {torch.__version__.split('+')[0]} and NumPy {np.__version__}.")
print('#![allow(clippy::unreadable_literal, clippy::excessive_precision, reason = "as they were printed")]\n')
show("START", START, "[f64; 3]")
show("CURVATURES", CURVATURES, "[f64; 3]")
print("\n// Three parameters after each of five steps.")
for name, rows in OPTIMIZERS.items():
    show(name, rows, "[[f64; 3]; 5]")
print("\n// The norm before, and three gradients after.")
show("CLIP_TO_1", clip(1.0), "[f64; 4]")
show("CLIP_TO_5", clip(5.0), "[f64; 4]")
print("\n// The factors of twenty steps.")
for name, row in SCHEDULES.items():
    show(name, row, "[f64; 20]")
print("\n// Twenty losses, and the factors after each.")
show("LOSSES", str(LOSSES).replace("nan", "f64::NAN"), "[f64; 20]")
for name, row in PLATEAUS.items():
    show(name, row, "[f64; 20]")
print("\n// Three parameters after 400 steps in 80 bits.")
for name, row in LONG.items():
    show(name, row, "[f64; 3]")
