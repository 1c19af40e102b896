//! The names of the operators that are supported.

use crate::proto::Node;

/// The operators that are supported, at least with some attributes.
const OPERATORS: &[&str] = &[
    "Add",
    "AveragePool",
    "BatchNormalization",
    "Cast",
    "Concat",
    "Constant",
    "ConstantOfShape",
    "Conv",
    "Div",
    "Dropout",
    "Elu",
    "Erf",
    "Flatten",
    "Gather",
    "Gelu",
    "Gemm",
    "Greater",
    "GlobalAveragePool",
    "GlobalMaxPool",
    "GroupNormalization",
    "Identity",
    "InstanceNormalization",
    "LayerNormalization",
    "LeakyRelu",
    "Log",
    "LogSoftmax",
    "MatMul",
    "MaxPool",
    "Mul",
    "Neg",
    "PRelu",
    "ReduceMax",
    "ReduceMean",
    "Relu",
    "Reshape",
    "Selu",
    "Shape",
    "Sigmoid",
    "Size",
    "Slice",
    "Softmax",
    "Softplus",
    "Sqrt",
    "Squeeze",
    "Sub",
    "Sum",
    "Swish",
    "Tanh",
    "Transpose",
    "Unsqueeze",
    "Where",
];

/// The operators of the domain `ai.onnx.ml`.
const LEARNING_OPERATORS: &[&str] = &["Scaler"];

/// Returns whether an operator is supported with some attributes.
pub(super) fn is_known(node: &Node) -> bool {
    match &*node.domain {
        "" | "ai.onnx" => OPERATORS.contains(&&*node.operator),
        "ai.onnx.ml" => LEARNING_OPERATORS.contains(&&*node.operator),
        _ => false,
    }
}
