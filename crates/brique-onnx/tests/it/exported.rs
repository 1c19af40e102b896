//! What an exported file says, field by field.

use brique_core::Module;
use brique_datasets::Standardizer;
use brique_layers::{Concat, Conv2D, Dropout, Init, LeakyReLU, Linear, Sequential, Tanh};
use brique_onnx::{Export, Import, Numbers, OPSET, Tensor};
use brique_random::portable;
use brique_tensor::ndarray::array;

use crate::message::{Field, MODEL, Message, Model, decode};

/// Returns the fields of a message with this number.
fn all(message: &Message, number: u64) -> impl Iterator<Item = &Field> {
    message
        .iter()
        .filter(move |(found, _)| *found == number)
        .map(|(_, field)| field)
}

fn texts(message: &Message, number: u64) -> Vec<String> {
    let text = |field: &Field| match field {
        Field::Bytes(bytes) => String::from_utf8(bytes.clone()).unwrap(),
        field => panic!("{field:?}"),
    };
    all(message, number).map(text).collect()
}

/// Returns the messages of the graph with this number.
fn of_graph(bytes: &[u8], number: u64) -> Vec<Message> {
    let inner = |field: &Field| match field {
        Field::Message(inner) => inner.clone(),
        field => panic!("{field:?}"),
    };
    let graph = inner(all(&decode(bytes, MODEL), 7).next().unwrap());
    all(&graph, number).map(inner).collect()
}

fn names(bytes: &[u8], number: u64, name: u64) -> Vec<String> {
    of_graph(bytes, number)
        .iter()
        .flat_map(|message| texts(message, name))
        .collect()
}

fn linear(inputs: usize, outputs: usize) -> Linear {
    Linear::new(inputs, outputs, Init::PyTorch, &mut portable(1)).unwrap()
}

#[test]
fn a_file_says_where_it_comes_from() {
    let bytes = Export::new(&linear(2, 1))
        .metadata("b", "2")
        .metadata("a", "1")
        .to_bytes()
        .unwrap();
    let model = decode(&bytes, MODEL);
    assert_eq!(texts(&model, 2), ["brique"]);
    assert_eq!(texts(&model, 3), [env!("CARGO_PKG_VERSION")]);
    let imported = Import::new().bytes::<f64>(bytes).unwrap();
    let metadata: Vec<_> = imported
        .metadata()
        .iter()
        .map(|(key, text)| format!("{key} {text}"))
        .collect();
    assert_eq!(metadata, ["a 1", "b 2"]);
    let Some(Field::Message(opset)) = all(&model, 8).next() else {
        panic!("no opset");
    };
    assert_eq!(opset[..], [(2, Field::Number(OPSET.cast_unsigned()))]);
}

#[test]
fn nodes_and_constants_have_the_paths_of_their_modules() {
    let encoder: Sequential = Sequential::new(2).then(linear(2, 3)).unwrap().then(Tanh).unwrap();
    let network = Sequential::new(2)
        .then_named("encoder", Box::new(encoder))
        .unwrap();
    let network = network
        .then(Dropout::new(0.5, 1).unwrap())
        .unwrap()
        .then_named("head", linear(3, 1))
        .unwrap();
    let bytes = Export::new(&network)
        .names("features", "price")
        .to_bytes()
        .unwrap();
    assert_eq!(
        names(&bytes, 1, 3),
        ["encoder.0/Gemm", "encoder.1/Tanh", "head/Gemm"]
    );
    assert_eq!(
        names(&bytes, 5, 8),
        ["encoder.0.weight", "encoder.0.bias", "head.weight", "head.bias"]
    );
    assert_eq!(
        [names(&bytes, 11, 1), names(&bytes, 12, 1)].concat(),
        ["features", "price"]
    );
    let imported = Import::new().bytes::<f64>(bytes).unwrap();
    assert_eq!(
        (imported.input_name(), imported.output_name()),
        ("features", "price")
    );
    assert_eq!(
        imported.network.names().collect::<Vec<_>>(),
        ["encoder.0", "encoder.1", "head"]
    );
}

#[test]
fn the_standardizer_comes_first() {
    let network: Sequential<f32> = Sequential::new(2)
        .then(Linear::new(2, 1, Init::PyTorch, &mut portable(1)).unwrap())
        .unwrap();
    let standardizer = Standardizer::new(vec![1000.0, -3.0], vec![0.5, 7.0]).unwrap();
    let bytes = Export::new(&network)
        .standardizer(&standardizer)
        .to_bytes()
        .unwrap();
    assert_eq!(names(&bytes, 1, 4), ["Cast", "Sub", "Div", "Cast", "Gemm"]);
    // It becomes part of the linear layer.
    let imported = Import::new().bytes::<f32>(bytes).unwrap();
    assert_eq!(imported.network.describe().parameter_count(), 3);
    let x = array![[1000.5_f32, 4.0], [999.0, -10.0]];
    let expected = network.predict(&standardizer.transform(&x).unwrap()).unwrap();
    let found = imported.predict(&x).unwrap();
    // The bias is large now, and so is the rounding error.
    assert!(
        (&found - &expected).iter().all(|distance| distance.abs() < 1e-3),
        "{found} {expected}"
    );

    let other = Standardizer::new(vec![0.0], vec![1.0]).unwrap();
    let error = Export::new(&network).standardizer(&other).to_bytes().unwrap_err();
    assert!(
        error
            .to_string()
            .contains("columns of the standardizer is 1, expected 2"),
        "{error}"
    );
}

#[test]
fn an_image_has_its_channels_first() {
    let conv = Conv2D::new([4, 5, 3], 2, 3, Init::PyTorch, &mut portable(1)).unwrap();
    let network: Sequential = Sequential::new([4, 5, 3]).then(conv).unwrap();
    let bytes = Export::new(&network).to_bytes().unwrap();
    assert_eq!(names(&bytes, 1, 4), ["Conv"]);
    let imported = Import::new().bytes::<f64>(bytes).unwrap();
    assert_eq!(
        (imported.input_sizes(), imported.output_sizes()),
        (&[3, 4, 5][..], &[2, 2, 3][..])
    );
}

/// A factor that no f32 has is a tensor in f64: attributes of nodes are f32.
#[test]
fn factors_keep_their_digits() {
    let in_f32 = Sequential::<f32>::new(2)
        .then(LeakyReLU::new(0.2).unwrap())
        .unwrap();
    let in_f64 = Sequential::<f64>::new(2)
        .then(LeakyReLU::new(0.2).unwrap())
        .unwrap();
    assert_eq!(
        names(&Export::new(&in_f32).to_bytes().unwrap(), 1, 4),
        ["LeakyRelu"]
    );
    let bytes = Export::new(&in_f64).to_bytes().unwrap();
    assert_eq!(names(&bytes, 1, 4), ["PRelu"]);
    assert_eq!(
        Import::new().bytes::<f64>(bytes).unwrap().network.describe(),
        in_f64.describe()
    );
}

#[test]
fn branches_without_a_value_are_refused() {
    let message = Export::<f64>::new(&Concat::new(2))
        .to_bytes()
        .unwrap_err()
        .to_string();
    assert!(
        message.contains("Concat") && message.contains("no counterpart"),
        "{message}"
    );
}

#[test]
fn an_input_can_be_bound_to_a_value() {
    let mut model = Model::new(&[2]).node("MatMul", &["x", "w"], "y", &[]);
    model.inputs.push(crate::message::info("w", 1, &[]));
    let bytes = model.bytes();
    assert!(Import::new().bytes::<f32>(bytes.clone()).is_err());
    let weights = Tensor::new(vec![2, 1], Numbers::Floats(vec![2.0, 3.0])).unwrap();
    let imported = Import::new()
        .bind("w", weights.clone())
        .bytes::<f32>(bytes.clone())
        .unwrap();
    assert_eq!(imported.predict(&array![[1.0, 10.0]]).unwrap(), array![[32.0]]);
    let error = Import::new()
        .bind("w", weights.clone())
        .bind("z", weights)
        .bytes::<f32>(bytes)
        .unwrap_err();
    assert!(
        error.to_string().contains("expected an input of the graph"),
        "{error}"
    );
}

#[test]
fn free_sizes_can_be_set() {
    let mut model = Model::new(&[]).node("Relu", &["x"], "y", &[]);
    model.inputs = vec![crate::message::info("x", 1, &[0])];
    // A name in place of the size.
    let text = String::from_utf8_lossy(&model.bytes()).into_owned();
    assert!(text.contains("batch"));
    let imported = Import::new()
        .input_sizes(&[2, 3])
        .bytes::<f32>(model.bytes())
        .unwrap();
    assert_eq!(imported.input_sizes(), [2, 3]);
    let wrong = imported.predict(&array![[1.0]]).unwrap_err().to_string();
    assert!(
        wrong.contains("the number of columns is 1, expected 6"),
        "{wrong}"
    );
}
