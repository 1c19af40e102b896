//! Orders of values: nothing is transposed when a network computes.

use brique_core::Module;
use brique_onnx::{Import, Imported};
use brique_tensor::ndarray::{Array2, array};

use crate::message::{Model, integer, integers};

fn imported(model: &Model) -> Imported<f32> {
    Import::new().bytes::<f32>(model.bytes()).unwrap()
}

fn kinds(imported: &Imported<f32>) -> Vec<String> {
    let description = imported.network.describe();
    description
        .inner
        .iter()
        .map(|inner| inner.module.kind.clone())
        .collect()
}

/// Images with the channels last, transposed in front of a convolution, as other libraries write them.
#[test]
fn a_transposed_input_is_read_in_its_own_order() {
    let model = Model::new(&[2, 2, 3]).constant("w", &[1, 3, 1, 1], &[1.0, 10.0, 100.0]);
    let model = model.node("Transpose", &["x"], "t", &[integers("perm", &[0, 3, 1, 2])]);
    let imported = imported(&model.node("Conv", &["t", "w"], "y", &[]));
    let x = Array2::from_shape_fn((1, 12), |(_, column)| column as f32);
    assert_eq!(
        imported.predict(&x).unwrap(),
        array![[210.0, 543.0, 876.0, 1209.0]]
    );
    // The columns of the network are those of the file.
    assert_eq!(imported.to_network(&x).unwrap(), x);
    assert_eq!(kinds(&imported), ["Reshape", "Conv2D"]);
}

#[test]
fn a_product_at_each_position_is_a_convolution() {
    let model = Model::new(&[3, 2]).constant("w", &[2, 2], &[1.0, 2.0, 10.0, 20.0]);
    let imported = imported(&model.node("MatMul", &["x", "w"], "y", &[]));
    let x = array![[1.0, 0.0, 0.0, 1.0, 1.0, 1.0]];
    assert_eq!(
        imported.predict(&x).unwrap(),
        array![[1.0, 2.0, 10.0, 20.0, 11.0, 22.0]]
    );
    assert_eq!(imported.to_network(&x).unwrap(), x);
}

/// The output of a linear layer becomes an image: its weights are put into another order.
#[test]
fn a_linear_layer_in_front_of_an_image_is_reordered() {
    let weights: Vec<f32> = (0..8).map(|number| number as f32).collect();
    let model = Model::new(&[1])
        .constant("w", &[1, 8], &weights)
        .integers("s", &[0, 2, 2, 2]);
    let model = model.constant("k", &[1, 2, 1, 1], &[1.0, 100.0]);
    let model = model
        .node("MatMul", &["x", "w"], "a", &[])
        .node("Relu", &["a"], "b", &[]);
    let model = model
        .node("Reshape", &["b", "s"], "c", &[])
        .node("Conv", &["c", "k"], "y", &[]);
    let imported = imported(&model);
    assert_eq!(
        imported.predict(&array![[1.0]]).unwrap(),
        array![[400.0, 501.0, 602.0, 703.0]]
    );
    assert_eq!(kinds(&imported), ["Linear", "ReLU", "Reshape", "Conv2D"]);
}

#[test]
fn maps_of_channels_become_part_of_their_neighbours() {
    let model = Model::new(&[2, 2, 1]).constant("k", &[2, 2, 1, 1], &[1.0, 2.0, 3.0, 4.0]);
    let model =
        model
            .constant("scale", &[2, 1, 1], &[2.0, 0.5])
            .constant("shift", &[1, 2, 1, 1], &[1.0, -1.0]);
    let model = model
        .node("Mul", &["x", "scale"], "a", &[])
        .node("Sub", &["a", "shift"], "b", &[]);
    let model = model
        .node("Conv", &["b", "k"], "c", &[])
        .node("Mul", &["c", "scale"], "d", &[]);
    let imported = imported(&model.node("Add", &["d", "shift"], "y", &[]));
    assert_eq!(kinds(&imported), ["Conv2D"]);
    // Channels (1, 2) and (4, 8): scaled and shifted (1, 3) and (3, 5); the convolution gives (7, 13) and (15, 29).
    let y = imported.predict(&array![[1.0, 2.0, 4.0, 8.0]]).unwrap();
    assert_eq!(y, array![[15.0, 27.0, 6.5, 13.5]]);
}

#[test]
fn a_map_without_a_neighbour_is_a_convolution_of_each_channel() {
    let model = Model::new(&[3]).constant("c", &[3], &[1.0, 2.0, 4.0]);
    let model = model
        .node("Mul", &["x", "c"], "a", &[])
        .node("Tanh", &["a"], "y", &[]);
    let imported = imported(&model);
    assert_eq!(kinds(&imported), ["Reshape", "Conv1D", "Flatten", "Tanh"]);
    assert_eq!(
        imported.predict(&array![[0.5, 0.25, 0.0]]).unwrap(),
        array![[0.5_f32.tanh(), 0.5_f32.tanh(), 0.0]]
    );
}

#[test]
fn branches_that_join_elsewhere_are_refused() {
    // `b` is in both branches of the sum, and computed once.
    let model = Model::new(&[2])
        .node("Relu", &["x"], "a", &[])
        .node("Tanh", &["a"], "b", &[]);
    let model =
        model
            .node("Sigmoid", &["b"], "c", &[])
            .node("Concat", &["b", "c"], "d", &[integer("axis", 1)]);
    let model = model.node("Concat", &["a", "c"], "e", &[integer("axis", 1)]);
    let model = model.node("Concat", &["d", "e"], "y", &[integer("axis", 1)]);
    let message = Import::new().bytes::<f32>(model.bytes()).unwrap_err().to_string();
    assert!(
        message.contains("do not end at the same sum or concatenation"),
        "{message}"
    );
}
