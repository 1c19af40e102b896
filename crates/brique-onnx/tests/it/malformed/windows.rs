//! Convolutions and pools that do not fit their input.

use super::{Case, flat, image, one, weights};
use crate::message::{Message, Model, integer, integers};

#[allow(clippy::too_many_lines, reason = "a list")]
pub fn windows() -> Vec<Case> {
    let conv =
        |sizes: &[u64], attributes: &[Message]| one(weights(image(), sizes), "Conv", &["x", "w"], attributes);
    let pool = |attributes: &[Message]| one(image(), "MaxPool", &["x"], attributes);
    vec![
        (
            "weights for other channels",
            conv(&[2, 3, 3, 3], &[]),
            "do not fit 1 channels",
        ),
        ("weights with one axis", conv(&[3], &[]), "do not fit 1 channels"),
        (
            "no groups",
            conv(&[2, 1, 3, 3], &[integer("group", 0)]),
            "do not fit 1 channels",
        ),
        (
            "2^63 groups",
            conv(&[2, 1, 3, 3], &[integer("group", i64::MAX)]),
            "do not fit 1 channels",
        ),
        (
            "groups that do not divide the outputs",
            one(
                weights(Model::new(&[2, 4, 4]), &[3, 1, 1, 1]),
                "Conv",
                &["x", "w"],
                &[integer("group", 2)],
            ),
            "groups",
        ),
        (
            "a kernel longer than the image",
            conv(&[2, 1, 5, 5], &[]),
            "longer than its input",
        ),
        (
            "another kernel",
            conv(&[2, 1, 3, 3], &[integers("kernel_shape", &[2, 2])]),
            "kernel_shape is [2, 2]",
        ),
        (
            "a kernel without elements",
            conv(&[2, 1, 0, 3], &[]),
            "its kernel is [0, 3]",
        ),
        (
            "a stride of 0",
            conv(&[2, 1, 3, 3], &[integers("strides", &[0, 1])]),
            "strides is [0, 1]",
        ),
        (
            "a negative dilation",
            conv(&[2, 1, 3, 3], &[integers("dilations", &[-1, 1])]),
            "dilations is [-1, 1]",
        ),
        (
            "three strides",
            conv(&[2, 1, 3, 3], &[integers("strides", &[1, 1, 1])]),
            "strides is [1, 1, 1]",
        ),
        (
            "one pad",
            conv(&[2, 1, 3, 3], &[integers("pads", &[1])]),
            "pads is [1]",
        ),
        (
            "a negative pad",
            conv(&[2, 1, 3, 3], &[integers("pads", &[-1, 0, -1, 0])]),
            "pads is [-1, 0, -1, 0]",
        ),
        (
            "unequal pads",
            conv(&[2, 1, 3, 3], &[integers("pads", &[0, 0, 1, 1])]),
            "expected the same",
        ),
        (
            "pads of 2^62",
            conv(&[2, 1, 3, 3], &[integers("pads", &[1 << 62; 4])]),
            "pads is",
        ),
        (
            "pads of 2^40",
            conv(&[2, 1, 3, 3], &[integers("pads", &[1 << 40; 4])]),
            "address",
        ),
        (
            "a convolution of a flat value",
            one(weights(flat(), &[2, 1, 1, 1]), "Conv", &["x", "w"], &[]),
            "it works along 0 axes",
        ),
        ("a pool without a kernel", pool(&[]), "it has no kernel_shape"),
        (
            "a pool without windows",
            pool(&[integers("kernel_shape", &[0, 2])]),
            "its kernel is [0, 2]",
        ),
        (
            "a negative pool",
            pool(&[integers("kernel_shape", &[-2, 2])]),
            "its kernel is negative",
        ),
        (
            "a pool of 2^62",
            pool(&[integers("kernel_shape", &[1 << 62, 2])]),
            "its kernel is",
        ),
    ]
}
