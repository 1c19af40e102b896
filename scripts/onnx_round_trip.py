#!/usr/bin/env python3
"""Sends networks to onnxruntime, and networks of PyTorch and scikit-learn to Brique and on. Exits with 1 if one fails.

Brique writes its networks (`cargo run -p brique-onnx --example onnx_files -- write FOLDER`): each passes `onnx.checker`
with full checks, and onnxruntime's outputs are compared on 100 rows. onnxruntime has no kernels in f64 for some operators;
the reference evaluator of the `onnx` package computes those. If torch is there, PyTorch exports the networks below, with
its old and its new exporter; Brique imports them, compares its outputs, trains, and exports them again (`-- read FOLDER`),
and onnxruntime computes the outputs of the trained networks. If skl2onnx is there, networks of scikit-learn follow.

`--fixtures` writes the files that the tests of brique-onnx read instead, and `--node-tests FOLDER` the onnx package's tests
of single operators, for `cargo xtask onnx-backend FOLDER`. The script needs the packages numpy, onnx and
onnxruntime. An error is `max |a - b| / max |b|` over the outputs of a network, in units of eps of the type.
"""

import argparse
import logging
import math
import platform
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

BOUND = 8.0
ROWS = 100
ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "crates/brique-onnx/tests/data"
TYPES = {"f32": np.float32, "f64": np.float64}
CARGO = ["cargo", "run", "--quiet", "--locked", "--package", "brique-onnx", "--example"]


def example(name, *arguments):
    """Runs an example of brique-onnx, and returns its lines."""
    run = subprocess.run([*CARGO, name, "--", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return run.stdout.splitlines()


def error_in_eps(found, expected):
    distance = np.max(np.abs(found.astype(np.float64) - expected), initial=0.0)
    if distance == 0.0:
        return 0.0
    return distance / np.max(np.abs(expected)) / np.finfo(expected.dtype).eps


def sizes(model, number):
    shape = model.graph.input[0].type.tensor_type.shape
    return [number] + [dim.dim_value for dim in shape.dim[1:]]


class Gelu(OpRun):
    """That of the reference evaluator has an error function in f32."""

    op_domain = ""

    def _run(self, x, approximate=None):
        return (x * (1 + np.vectorize(math.erf, otypes=[x.dtype])(x / math.sqrt(2))) / 2,)


class LayerNormalization(OpRun):
    """That of the reference evaluator computes in f32."""

    op_domain = ""

    def _run(self, x, gain, bias, axis=None, epsilon=None, stash_type=None):
        distance = x - x.mean(axis=-1, keepdims=True)
        return (distance / np.sqrt((distance**2).mean(axis=-1, keepdims=True) + epsilon) * gain + bias,)


def compute(path, x):
    """Returns the outputs of a file, and which program computed them."""
    try:
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    except onnxruntime.capi.onnxruntime_pybind11_state.NotImplemented:
        model = ReferenceEvaluator(str(path), new_ops=[Gelu, LayerNormalization])
        return model.run(None, {model.input_names[0]: x})[0], "reference"
    return session.run(None, {session.get_inputs()[0].name: x})[0], "onnxruntime"


def check_file(path, x_path, y_path, number):
    """Checks a file of Brique. Returns the error of another program's outputs, and the program."""
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    x = np.fromfile(x_path, TYPES[number])
    expected = np.fromfile(y_path, TYPES[number])
    x = x.reshape(sizes(model, ROWS))
    found, program = compute(path, x)
    return error_in_eps(found.reshape(-1), expected), program


def from_brique(folder):
    example("onnx_files", "write", folder)
    for path in sorted(folder.glob("*.onnx")):
        name, number, _ = path.name.split(".")
        yield name, number, *check_file(path, path.with_suffix(".x"), path.with_suffix(".y"), number)


def torch_networks():
    """Returns networks as PyTorch's users write them, with the sizes of an example and the exporter."""
    from torch import nn
    from torch.nn import functional

    class LeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 4, 5, padding=2), nn.Conv2d(4, 6, 3)
            self.fc1, self.fc2 = nn.Linear(24, 12), nn.Linear(12, 10)

        def forward(self, x):
            x = functional.max_pool2d(functional.relu(self.conv1(x)), 2)
            x = functional.max_pool2d(functional.relu(self.conv2(x)), 2)
            x = x.view(x.size(0), -1)
            return self.fc2(functional.relu(self.fc1(x)))

    class Block(nn.Module):
        def __init__(self, width):
            super().__init__()
            self.first, self.second = nn.Linear(width, 9), nn.Linear(9, width)
            self.norm = nn.LayerNorm(width)

        def forward(self, x):
            return x + self.second(functional.gelu(self.first(self.norm(x))))

    class Branches(nn.Module):
        def __init__(self):
            super().__init__()
            self.wide, self.deep = nn.Conv2d(2, 3, 3, stride=2), nn.Conv2d(2, 4, 2)
            self.head = nn.Linear(2 * 2 * 3 + 2 * 2 * 4, 5)

        def forward(self, x):
            import torch

            deep = functional.avg_pool2d(torch.tanh(self.deep(x)), 2)
            x = torch.cat([torch.flatten(self.wide(x), 1), torch.flatten(deep, 1)], dim=1)
            return functional.log_softmax(self.head(x), dim=1)

    def normalised():
        network = nn.Sequential(
            nn.BatchNorm2d(3),
            nn.Conv2d(3, 4, 3, padding=1, bias=False),
            nn.BatchNorm2d(4),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.BatchNorm2d(4),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, 2),
        )
        for module in network:
            if isinstance(module, nn.BatchNorm2d):
                nn.init.normal_(module.running_mean)
                nn.init.uniform_(module.running_var, 0.5, 2.0)
                nn.init.normal_(module.weight)
                nn.init.normal_(module.bias)
        return network

    def perceptron():
        return nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Dropout(0.5), nn.Linear(16, 3))

    def activations():
        return nn.Sequential(
            nn.Linear(5, 8), nn.LeakyReLU(0.2), nn.Linear(8, 8), nn.ELU(0.7), nn.Linear(8, 8), nn.SiLU(),
            nn.Linear(8, 8), nn.GELU(), nn.Linear(8, 8), nn.Softplus(), nn.Linear(8, 8), nn.SELU(), nn.Linear(8, 8),
            nn.Sigmoid(), nn.Linear(8, 4), nn.LogSigmoid(),
        )  # fmt: skip

    def sequence():
        return nn.Sequential(
            nn.Conv1d(2, 6, 3, padding=1, stride=2), nn.ReLU(), nn.Conv1d(6, 4, 2, dilation=3, groups=2),
            nn.MaxPool1d(3, 2), nn.Flatten(), nn.Linear(12, 3), nn.Softmax(dim=1),
        )  # fmt: skip

    def grouped():
        network = nn.Sequential(
            nn.Conv2d(4, 8, 3, groups=4), nn.GroupNorm(2, 8), nn.SiLU(), nn.AvgPool2d(2), nn.Flatten(),
            nn.Linear(32, 2),
        )  # fmt: skip
        nn.init.normal_(network[1].weight)
        nn.init.normal_(network[1].bias)
        return network

    return {
        "perceptron_old": (perceptron, [8], "old"),
        "perceptron_new": (perceptron, [8], "new"),
        "lenet_old": (LeNet, [1, 12, 12], "old"),
        "lenet_new": (LeNet, [1, 12, 12], "new"),
        "normalised_old": (normalised, [3, 6, 6], "old, unfolded"),
        "normalised_new": (normalised, [3, 6, 6], "new"),
        "residual_old": (lambda: nn.Sequential(nn.Linear(4, 6), Block(6), Block(6), nn.Linear(6, 1)), [4], "old"),
        "residual_new": (lambda: nn.Sequential(nn.Linear(4, 6), Block(6), Block(6), nn.Linear(6, 1)), [4], "new"),
        "branches_old": (Branches, [2, 6, 6], "old"),
        "branches_new": (Branches, [2, 6, 6], "new"),
        "activations_old": (activations, [5], "old, opset 17"),
        "activations_new": (activations, [5], "new"),
        "sequence_old": (sequence, [2, 20], "old"),
        "sequence_new": (sequence, [2, 20], "new"),
        "grouped_old": (grouped, [4, 6, 6], "old"),
        "grouped_new": (grouped, [4, 6, 6], "new"),
    }


def export_by_torch(network, x, path, exporter):
    import torch

    if exporter.startswith("new"):
        torch.onnx.export(
            network, (x,), path, dynamo=True, external_data=False, verbose=False,
            dynamic_shapes=({0: torch.export.Dim("batch")},),
        )  # fmt: skip
        return
    mode = torch.onnx.TrainingMode.PRESERVE if "unfolded" in exporter else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(
        network, (x,), path, dynamo=False, training=mode, do_constant_folding="unfolded" not in exporter,
        input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}},
        opset_version=17 if "17" in exporter else 20,
    )  # fmt: skip


def strip(path):
    """Removes what PyTorch says about the program that exported a file, its paths among it."""
    model = onnx.load(path)
    graph = model.graph
    for part in [graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        part.ClearField("doc_string")
        part.ClearField("metadata_props")
    graph.ClearField("value_info")
    onnx.save(model, path)


def write_torch_files(folder, rows):
    import torch

    logging.disable(logging.WARNING)
    torch.manual_seed(23)
    torch.set_num_threads(1)
    with torch.no_grad():
        for name, (build, example_sizes, exporter) in torch_networks().items():
            network = build().eval()
            x = torch.randn(rows, *example_sizes)
            path = folder / f"{name}.f32.onnx"
            export_by_torch(network, x, str(path), exporter)
            x.numpy().tofile(path.with_suffix(".x"))
            network(x).numpy().tofile(path.with_suffix(".y"))


def write_scikit_learn_files(folder, rows):
    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    warnings.simplefilter("ignore")
    rng = np.random.default_rng(24)
    x = (rng.standard_normal((ROWS, 4)) * 3 + 1).astype(np.float32)
    classes = (x[:, 0] > 1).astype(int) + (x[:, 1] > 1)
    models = {
        "sk_regressor": (MLPRegressor(hidden_layer_sizes=(6,), max_iter=20, random_state=1), x[:, 0] * x[:, 1]),
        "sk_classifier": (MLPClassifier(hidden_layer_sizes=(6, 5), max_iter=20, random_state=1), classes),
        "sk_binary": (MLPClassifier(hidden_layer_sizes=(6,), activation="tanh", max_iter=20, random_state=1), classes > 0),
    }
    for name, (model, target) in models.items():
        pipeline = make_pipeline(StandardScaler(), model).fit(x, target)
        options = {"zipmap": False} if isinstance(model, MLPClassifier) else None
        path = folder / f"{name}.f32.onnx"
        path.write_bytes(to_onnx(pipeline, x[:1], options=options).SerializeToString())
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        x[:rows].tofile(path.with_suffix(".x"))
        session.run(None, {session.get_inputs()[0].name: x[:rows]})[-1].tofile(path.with_suffix(".y"))


def to_brique(folder):
    """Returns, for each file of another program, its error, and that of onnxruntime after the training."""
    for line in example("onnx_files", "read", folder):
        name, error, before, after = line.split()
        path = folder / f"{name}.f32.onnx"
        paths = (path.with_suffix(end) for end in (".trained.onnx", ".x", ".trained.y"))
        back, _ = check_file(*paths, "f32")
        yield name, float(error), back, float(after) < float(before)


def write_digits_files(folder):
    """Trains a LeNet and a perceptron on 300 digits, and exports them: the files that the example trains further."""
    import torch
    from torch import nn

    table = np.loadtxt(ROOT / "crates/brique-datasets/data/digits.csv.gz", delimiter=",", skiprows=0, max_rows=300)
    x, classes = torch.tensor(table[:, :-1] / 16, dtype=torch.float32), torch.tensor(table[:, -1]).long()
    torch.manual_seed(25)
    lenet = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 8, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32, 16), nn.ReLU(), nn.Linear(16, 10),
    )  # fmt: skip
    perceptron = nn.Sequential(nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 10))
    for name, network, example_sizes, exporter in [
        ("lenet", lenet, (1, 8, 8), "old"),
        ("perceptron", perceptron, (64,), "new"),
    ]:
        images = x.reshape(-1, *example_sizes)
        adam = torch.optim.Adam(network.parameters(), 0.01)
        for _ in range(60):
            adam.zero_grad()
            nn.functional.cross_entropy(network(images), classes).backward()
            adam.step()
        export_by_torch(network.eval(), images[:3], str(folder / f"digits_{name}.onnx"), exporter)


def fine_tuned(folder):
    """Runs the example that trains these files further, and computes the accuracies in onnxruntime too."""
    for line in example("fine_tune", folder):
        name, before, after = line.split()
        path = folder / f"{name}.onnx"
        onnx.checker.check_model(onnx.load(path), full_check=True)
        table = np.fromfile(path.with_suffix(".test"), np.float32).reshape(-1, 65)
        y, _ = compute(path, table[:, :-1].reshape(sizes(onnx.load(path), len(table))))
        yield name, float(before), float(after), float(np.mean(np.argmax(y, axis=1) == table[:, -1]))


def write_node_tests(folder):
    """Writes the tests of single operators, which `backend-test-tools generate-data` of onnx 1.23 leaves out."""
    from onnx.backend.test import cmd_tools
    from onnx.backend.test.case import node

    warnings.simplefilter("ignore")
    cases = node.collect_testcases(None)
    cmd_tools.model_test = argparse.Namespace(collect_testcases=lambda: cases)
    cmd_tools.generate_data(argparse.Namespace(output=folder))


def has(package):
    try:
        __import__(package)
    except ImportError:
        print(f"onnx: Python does not have the package {package}, its networks are skipped")
        return False
    return True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", action="store_true", help="write the files of the tests")
    parser.add_argument("--node-tests", metavar="FOLDER", help="write the onnx package's tests of single operators")
    arguments = parser.parse_args()
    if arguments.node_tests:
        write_node_tests(arguments.node_tests)
        return 0
    if arguments.fixtures:
        write_torch_files(FIXTURES, 3)
        write_scikit_learn_files(FIXTURES, 3)
        write_digits_files(FIXTURES)
        for path in FIXTURES.glob("*.onnx"):
            strip(path)
        return 0
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        print("| network of Brique | type | computed by | error [eps] |\n|---|---|---|---|")
        for name, number, error, program in from_brique(Path(folder)):
            print(f"| {name} | {number} | {program} | {error:.3f} |")
            if not error <= BOUND:
                failures.append(f"{name} in {number}: outputs differ by more than {BOUND:.0f} eps")
    with tempfile.TemporaryDirectory() as folder:
        writers = {"torch": write_torch_files, "skl2onnx": write_scikit_learn_files}
        for package, write in writers.items():
            if has(package):
                write(Path(folder), ROWS)
        print("\n| network of others | error here [eps] | error trained, in onnxruntime [eps] |\n|---|---|---|")
        expected = {path.name.removesuffix(".f32.onnx") for path in Path(folder).glob("*.onnx")}
        for name, error, back, is_better in to_brique(Path(folder)):
            expected.discard(name)
            print(f"| {name} | {error:.3f} | {back:.3f} |")
            if not max(error, back) <= BOUND:
                failures.append(f"{name}: outputs differ by more than {BOUND:.0f} eps")
            if not is_better:
                failures.append(f"{name}: the training did not lower the loss")
        failures += [f"{name}: was not read" for name in expected]
    with tempfile.TemporaryDirectory() as folder:
        print("\n| fine-tuned | accuracy before | accuracy after | in onnxruntime |\n|---|---|---|---|")
        for name, before, after, there in fine_tuned(Path(folder)):
            print(f"| {name} | {before:.4f} | {after:.4f} | {there:.4f} |")
            if not before < after == there:
                failures.append(f"{name}: the accuracy fell, or is another one in onnxruntime")
    print(f"\nPython {platform.python_version()}, onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}")
    for failure in failures:
        print(f"onnx: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
