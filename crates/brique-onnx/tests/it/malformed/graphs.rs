//! Graphs with a node that cannot be read.

use super::{Case, flat, image, one, weights};
use crate::message::{Model, float, integer, integers};

#[allow(clippy::too_many_lines, reason = "a list")]
pub fn graphs() -> Vec<Case> {
    let reshape = |sizes: &[i64]| one(flat().integers("s", sizes), "Reshape", &["x", "s"], &[]);
    let two = |numbers: &[f32]| flat().constant("c", &[numbers.len() as u64], numbers);
    vec![
        (
            "an unknown operator",
            one(flat(), "Sing", &["x"], &[]),
            "node \"the Sing\" (Sing): the operator is not supported",
        ),
        (
            "an operator without inputs",
            one(flat(), "Relu", &[], &[]),
            "constant in a way",
        ),
        (
            "an input that nothing computes",
            one(flat(), "Relu", &["z"], &[]),
            "nothing before it computes its input \"z\"",
        ),
        (
            "a node that needs itself",
            one(flat(), "Add", &["x", "y"], &[]),
            "nothing before it computes its input \"y\"",
        ),
        (
            "a matrix of another size",
            one(weights(flat(), &[3, 2]), "Gemm", &["x", "w"], &[]),
            "has 2 values, expected 3",
        ),
        (
            "a matrix with one axis",
            one(weights(flat(), &[2]), "Gemm", &["x", "w"], &[]),
            "not a matrix",
        ),
        (
            "a matrix of integers",
            one(flat().integers("w", &[1, 2]), "MatMul", &["x", "w"], &[]),
            "has integers",
        ),
        (
            "a matrix that is not there",
            one(flat(), "Gemm", &["x"], &[]),
            "it has no input 1",
        ),
        (
            "a matrix that is computed",
            one(flat(), "Gemm", &["x", "x"], &[]),
            "is computed, expected a constant",
        ),
        (
            "a transposed input",
            one(
                weights(flat(), &[2, 2]),
                "Gemm",
                &["x", "w"],
                &[integer("transA", 1)],
            ),
            "transposed",
        ),
        (
            "an attribute of another type",
            one(
                weights(flat(), &[2, 2]),
                "Gemm",
                &["x", "w"],
                &[float("transB", 1.0)],
            ),
            "another type",
        ),
        (
            "statistics of other channels",
            one(
                two(&[1.0; 3]),
                "BatchNormalization",
                &["x", "c", "c", "c", "c"],
                &[],
            ),
            "each of 2 channels",
        ),
        (
            "a normalisation in training",
            one(
                two(&[1.0; 2]),
                "BatchNormalization",
                &["x", "c", "c", "c", "c"],
                &[integer("training_mode", 1)],
            ),
            "from the batch",
        ),
        (
            "another epsilon",
            one(
                two(&[1.0; 2]),
                "LayerNormalization",
                &["x", "c"],
                &[float("epsilon", 0.1)],
            ),
            "its epsilon is 0.1",
        ),
        (
            "gains of another size",
            one(two(&[1.0; 3]), "LayerNormalization", &["x", "c"], &[]),
            "do not have 2 numbers",
        ),
        (
            "no groups of channels",
            one(
                image().constant("c", &[1], &[1.0]),
                "GroupNormalization",
                &["x", "c", "c"],
                &[integer("num_groups", 0)],
            ),
            "groups",
        ),
        (
            "a softmax over the rows",
            one(flat(), "Softmax", &["x"], &[integer("axis", 0)]),
            "that of the rows",
        ),
        (
            "a softmax over axis 7",
            one(flat(), "Softmax", &["x"], &[integer("axis", 7)]),
            "axis 7 is not one of 2 axes",
        ),
        (
            "a softmax over axis -2^63",
            one(flat(), "Softmax", &["x"], &[integer("axis", i64::MIN)]),
            "is not one of 2 axes",
        ),
        (
            "a constant for each row",
            one(flat().constant("c", &[3, 2], &[1.0; 6]), "Add", &["x", "c"], &[]),
            "for each row",
        ),
        (
            "a constant of another width",
            one(two(&[1.0; 3]), "Add", &["x", "c"], &[]),
            "the same numbers",
        ),
        (
            "a constant with more axes",
            one(
                flat().constant("c", &[1, 1, 2], &[1.0; 2]),
                "Add",
                &["x", "c"],
                &[],
            ),
            "more axes",
        ),
        (
            "a constant divided",
            one(two(&[1.0; 2]), "Div", &["c", "x"], &[]),
            "divides a constant",
        ),
        (
            "a square",
            one(flat(), "Mul", &["x", "x"], &[]),
            "multiplies two values",
        ),
        (
            "three terms",
            one(flat(), "Sum", &["x", "x", "x"], &[]),
            "it has 3 inputs",
        ),
        (
            "a slope of NaN",
            one(flat(), "LeakyRelu", &["x"], &[float("alpha", f32::NAN)]),
            "NaN",
        ),
        (
            "two slopes",
            one(two(&[0.1, 0.2]), "PRelu", &["x", "c"], &[]),
            "several factors",
        ),
        (
            "an approximation",
            one(
                flat(),
                "Gelu",
                &["x"],
                &[vec![
                    (1, "approximate".into()),
                    (4, "tanh".into()),
                    (20, 3.into()),
                ]],
            ),
            "approximated",
        ),
        (
            "an error function alone",
            one(flat(), "Erf", &["x"], &[]),
            "part of a GELU",
        ),
        (
            "a logarithm alone",
            one(flat(), "Log", &["x"], &[]),
            "behind a Sigmoid",
        ),
        (
            "rows taken apart",
            reshape(&[1, -1]),
            "does not keep rows of 2 values",
        ),
        (
            "rows in the middle",
            reshape(&[2, -1]),
            "does not keep rows of 2 values",
        ),
        (
            "two free sizes",
            reshape(&[-1, -1]),
            "does not keep rows of 2 values",
        ),
        ("no sizes", reshape(&[]), "a single number"),
        ("sizes of 2^63", reshape(&[-1, i64::MAX, i64::MAX]), "do not fit"),
        ("a negative new size", reshape(&[-1, -2]), "negative"),
        ("a size that is not there", reshape(&[0, 0, 0]), "do not fit"),
        (
            "rows flattened",
            one(flat(), "Flatten", &["x"], &[integer("axis", 0)]),
            "its axis is not 1",
        ),
        (
            "rows transposed",
            one(flat(), "Transpose", &["x"], &[integers("perm", &[1, 0])]),
            "the axis of the rows",
        ),
        (
            "an axis twice",
            one(image(), "Transpose", &["x"], &[integers("perm", &[0, 1, 1, 2])]),
            "expected each of 4 axes once",
        ),
        (
            "an axis removed",
            one(image().integers("s", &[2]), "Squeeze", &["x", "s"], &[]),
            "whose size is not 1",
        ),
        (
            "axes added twice",
            one(image().integers("s", &[1, 1]), "Unsqueeze", &["x", "s"], &[]),
            "an axis twice",
        ),
        (
            "values selected",
            one(
                flat().integers("s", &[0, 0]),
                "Gather",
                &["x", "s"],
                &[integer("axis", 1)],
            ),
            "another order",
        ),
        (
            "values selected from afar",
            one(
                flat().integers("s", &[0, 9]),
                "Gather",
                &["x", "s"],
                &[integer("axis", 1)],
            ),
            "axis 9",
        ),
        (
            "a constant beside the rows",
            one(two(&[1.0; 2]), "Concat", &["x", "c"], &[integer("axis", 1)]),
            "is constant",
        ),
        (
            "rows one below the other",
            one(flat(), "Concat", &["x", "x"], &[integer("axis", 0)]),
            "that of the rows",
        ),
        (
            "a constant of 2^60 numbers",
            one(
                flat()
                    .integers("s", &[1 << 60])
                    .node("ConstantOfShape", &["s"], "c", &[]),
                "Add",
                &["x", "c"],
                &[],
            ),
            "many times as large as the file",
        ),
        (
            "a constant without value",
            one(flat().node("Constant", &[], "c", &[]), "Add", &["x", "c"], &[]),
            "it has no value",
        ),
        (
            "an image in another order",
            one(
                weights(
                    Model::new(&[4, 4, 2])
                        .node("Transpose", &["x"], "t", &[integers("perm", &[0, 2, 1, 3])])
                        .node("MaxPool", &["t"], "p", &[integers("kernel_shape", &[1, 1])])
                        .node("Transpose", &["p"], "z", &[integers("perm", &[0, 3, 1, 2])]),
                    &[1, 2, 1, 1],
                ),
                "Conv",
                &["z", "w"],
                &[],
            ),
            "another order whenever",
        ),
        (
            "two computed terms",
            one(
                flat()
                    .node("Relu", &["x"], "a", &[])
                    .node("Tanh", &["x"], "b", &[]),
                "Add",
                &["a", "b"],
                &[],
            ),
            "a Residual adds its own input",
        ),
    ]
}
