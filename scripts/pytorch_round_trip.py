#!/usr/bin/env python3
"""Sends networks to PyTorch and back, and exits with 1 if a tensor loses a bit or an output differs by more than 4 eps.

Brique writes its networks (`cargo run -p brique-checkpoint --example pytorch -- write FOLDER`). PyTorch loads them into the
modules below, with `load_state_dict(strict=True)`, and saves them again. Then PyTorch saves new parameters, and Brique loads
them (`-- check FOLDER`). The script needs the packages torch, safetensors and numpy.

An error is `max |a - b| / max |b|` over the outputs of a network, in units of eps of the type.
"""

import math
import platform
import subprocess
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path

import safetensors
import torch
from safetensors.torch import load_file, save_file
from torch import nn

BOUND = 4.0
ROOT = Path(__file__).resolve().parent.parent
TYPES = {"f32": torch.float32, "f64": torch.float64}
CARGO = ["cargo", "run", "--quiet", "--locked", "--package", "brique-checkpoint", "--example", "pytorch", "--"]


class Residual(nn.Module):
    """Computes x + module(x)."""

    def __init__(self, module):
        super().__init__()
        self.module = module

    def forward(self, x):
        return x + self.module(x)


class Concat(nn.Module):
    """Computes all branches from the same input, and places their outputs side by side."""

    def __init__(self, **branches):
        super().__init__()
        for name, branch in branches.items():
            self.add_module(name, branch)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.children()], dim=1)


def block():
    return nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 3))


# The networks of crates/brique-checkpoint/tests/it/networks.rs, as PyTorch's users write them.
NETWORKS = {
    "linear": lambda: nn.Linear(3, 2),
    "no_parameters": lambda: nn.Sequential(nn.Tanh()),
    "empty": lambda: nn.Sequential(),
    "perceptron": block,
    "softmax": lambda: nn.Sequential(nn.Linear(3, 10), nn.Softmax(dim=1)),
    "activations": lambda: nn.Sequential(
        nn.ReLU(),
        nn.Linear(3, 10),
        nn.LeakyReLU(0.2),
        nn.ELU(0.5),
        nn.SiLU(),
        nn.GELU(),
        nn.Softplus(),
        nn.Sigmoid(),
        nn.LogSigmoid(),
        nn.LogSoftmax(dim=1),
    ),
    "norm": lambda: nn.Sequential(nn.LayerNorm(3), nn.Linear(3, 2)),
    "dropout": lambda: nn.Sequential(*block(), nn.Dropout(0.5)),
    "residual": lambda: Residual(block()),
    "concat": lambda: nn.Sequential(
        Concat(**{"0": nn.Linear(3, 2), "wide": nn.Linear(3, 7)}),
        nn.Linear(9, 1),
    ),
    "nested": lambda: nn.Sequential(
        Concat(**{"0": Residual(block()), "1": block()}),
        nn.LayerNorm(6),
    ),
    "named": lambda: nn.Sequential(
        OrderedDict(encoder=block(), head=nn.Linear(3, 1)),
    ),
    "convolution": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 3)),
        nn.Conv1d(1, 4, 2, padding=1),
        nn.Tanh(),
        nn.Conv1d(4, 6, 2, dilation=2, groups=2),
        nn.MaxPool1d(2),
        nn.Sequential(nn.AdaptiveAvgPool1d(1), nn.Flatten()),
        nn.Linear(6, 2),
    ),
    "image": lambda: nn.Sequential(
        nn.Unflatten(1, (1, 1, 3)),
        nn.Conv2d(1, 4, (2, 3), padding=(1, 2), stride=(1, 2)),
        nn.GroupNorm(2, 4),
        nn.ReLU(),
        nn.AvgPool2d((2, 1)),
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        nn.Linear(4, 2),
    ),
}


def path(folder, name, number, kind=""):
    return folder / f"{name}.{number}.{kind}safetensors"


def have_same_bits(a, b):
    """Whether two tensors have the same type, shape and bits: 0 and -0 differ, a NaN equals itself."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return False
    bits = {4: torch.int32, 8: torch.int64}[a.element_size()]
    return torch.equal(a.contiguous().view(bits), b.contiguous().view(bits))


def error_in_eps(a, b):
    """Returns max |a - b| / max |b| in units of eps, infinity for a NaN."""
    if a.dtype != b.dtype or a.shape != b.shape:
        return math.inf
    distance, size = (a.double() - b.double()).abs().max().item(), b.double().abs().max().item()
    if distance == 0.0:
        return 0.0
    error = distance / size / torch.finfo(b.dtype).eps if size else math.inf
    return math.inf if math.isnan(error) else error


def to_torch(folder, name, number):
    """Loads a network of Brique. Returns its module, the tensors, those with the same bits, and the error of the outputs."""
    module = NETWORKS[name]().to(TYPES[number]).eval()
    stored = load_file(path(folder, name, number))
    module.load_state_dict(stored, strict=True)
    save_file(module.state_dict(), path(folder, name, number, "copy."))
    copy = load_file(path(folder, name, number, "copy."))
    equal = sum(key in copy and have_same_bits(copy[key], tensor) for key, tensor in stored.items())
    examples = load_file(path(folder, name, number, "io."))
    error = error_in_eps(module(examples["x"]), examples["y"])
    return module, max(len(stored), len(copy)), equal, error


def from_torch(folder, name, number, module, generator):
    """Saves new parameters, and inputs with the outputs for them."""
    for parameter in module.parameters():
        parameter.normal_(generator=generator)
    save_file(module.state_dict(), path(folder, name, number, "torch."))
    x = torch.randn((8, 3), dtype=TYPES[number], generator=generator)
    # An empty chain returns its input; safetensors refuses two names for one tensor.
    examples = {"x": x, "y": module(x).clone()}
    save_file(examples, path(folder, name, number, "torch.io."))


def round_trip(folder):
    """Returns a row for each network and type, and what went wrong."""
    rows, failures = {}, []
    subprocess.run([*CARGO, "write", folder], cwd=ROOT, check=True)
    written = {file.name for file in folder.iterdir() if file.name.count(".") == 2}
    expected = {path(folder, name, number).name for name in NETWORKS for number in TYPES}
    if written != expected:
        return rows, [f"{name}: only one side has this network" for name in sorted(written ^ expected)]
    generator = torch.Generator().manual_seed(11)
    for name in NETWORKS:
        for number in TYPES:
            module, *row = to_torch(folder, name, number)
            from_torch(folder, name, number, module, generator)
            rows[name, number] = row

    checked = subprocess.run([*CARGO, "check", folder], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if checked.returncode:
        failures.append("Brique found differences in the files of PyTorch, or could not load them")
    for line in checked.stdout.splitlines():
        name, number, tensors, equal, error = line.split()
        rows[name, number] += [int(tensors), int(equal), float(error)]
    return rows, failures


def main():
    # On one thread, PyTorch adds in the same order in every run.
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder, torch.no_grad():
        rows, failures = round_trip(Path(folder))

    print("| network | type | tensors | same bits, there | same bits, back | error there [eps] | error back [eps] |")
    print("|---|---|---|---|---|---|---|")
    for (name, number), row in rows.items():
        if len(row) != 6:
            failures.append(f"{name} in {number}: Brique did not load it")
            continue
        tensors, to_equal, to_error, back_tensors, back_equal, back_error = row
        print(f"| {name} | {number} | {tensors} | {to_equal} | {back_equal} | {to_error:.3f} | {back_error:.3f} |")
        if not to_equal == back_equal == tensors == back_tensors:
            failures.append(f"{name} in {number}: tensors changed")
        if not max(to_error, back_error) <= BOUND:
            failures.append(f"{name} in {number}: outputs differ by more than {BOUND:.0f} eps")
    print(f"\nPython {platform.python_version()}, torch {torch.__version__}, safetensors {safetensors.__version__}")
    for failure in failures:
        print(f"pytorch: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
