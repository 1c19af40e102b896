#!/usr/bin/env python3
"""Trains MLPRegressor and MLPClassifier of scikit-learn on three small tables, and Brique on the same splits.

    python3 scripts/scikit_learn.py        needs: pip install scikit-learn; and cargo

Mean score over ten splits (R² of diabetes, accuracy of the others), its standard error, and seconds a training.
The splits are the same: Brique draws those of train_test_split.
"""
import os
import subprocess
import sys
import tempfile
import time
import warnings

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

SPLITS = 10
SIZES = (32, 16)
TABLES = {"diabetes": load_diabetes(scaled=False), "breast_cancer": load_breast_cancer(), "wine": load_wine()}


def write(folder):
    for name, table in TABLES.items():
        with open(os.path.join(folder, name + ".csv"), "w") as file:
            print(",".join([*table.feature_names, "target"]), file=file)
            for x, y in zip(table.data, table.target):
                print(",".join(repr(float(number)) for number in [*x, y]), file=file)


def models(is_regression):
    perceptron = MLPRegressor if is_regression else MLPClassifier
    linear = LinearRegression if is_regression else LogisticRegression
    yield "defaults", lambda seed: perceptron(hidden_layer_sizes=SIZES, random_state=seed)
    yield "early_stopping", lambda seed: perceptron(hidden_layer_sizes=SIZES, random_state=seed, early_stopping=True)
    yield "max_iter=1000", lambda seed: perceptron(hidden_layer_sizes=SIZES, random_state=seed, max_iter=1000)
    yield "linear model", lambda seed: linear()


def score(name, make, seed):
    table, is_regression = TABLES[name], name == "diabetes"
    x_train, x_test, y_train, y_test = train_test_split(
        table.data, table.target, test_size=0.2, random_state=seed, stratify=None if is_regression else table.target
    )
    scaler = StandardScaler().fit(x_train)
    return make(seed).fit(scaler.transform(x_train), y_train).score(scaler.transform(x_test), y_test)


def main():
    warnings.filterwarnings("ignore")
    for name in TABLES:
        for label, make in models(name == "diabetes"):
            start = time.perf_counter()
            scores = [score(name, make, seed) for seed in range(SPLITS)]
            seconds = (time.perf_counter() - start) / SPLITS
            error = np.std(scores, ddof=1) / np.sqrt(SPLITS)
            print(f"scikit-learn {name} {label}: {np.mean(scores):.4f} ± {error:.4f}, {seconds:.3f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        write(folder)
        command = ["cargo", "run", "--quiet", "--release", "-p", "brique", "--example", "small_tables", "--", folder]
        lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for line in lines.splitlines():
        name, training, mean, error, seconds = line.split()
        print(f"Brique {name} {training}: {mean} ± {error}, {seconds} s")


if __name__ == "__main__":
    sys.exit(main())
