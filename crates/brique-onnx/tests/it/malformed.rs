//! Files with a named mistake. Each is an error that says what was found and what was expected.

use std::fs::{self, File};

use brique_onnx::{Error, Import, import};

use crate::message::{Message, Model, encode, float, info, integer, integers, tensor};

/// A name, the bytes of a file, and a part of the message.
type Case = (&'static str, Vec<u8>, &'static str);

fn flat() -> Model {
    Model::new(&[2])
}

fn image() -> Model {
    Model::new(&[1, 4, 4])
}

/// A graph with a single node.
fn one(model: Model, operator: &str, inputs: &[&str], attributes: &[Message]) -> Vec<u8> {
    model.node(operator, inputs, "y", attributes).bytes()
}

fn with_inputs(inputs: &[Message]) -> Vec<u8> {
    let mut model = flat().node("Relu", &["x"], "y", &[]);
    model.inputs = inputs.to_vec();
    model.bytes()
}

fn with_opset(opset: u64) -> Vec<u8> {
    let mut model = flat().node("Relu", &["x"], "y", &[]);
    model.opset = opset;
    model.bytes()
}

/// A graph that adds a constant.
fn with_constant(constant: Message) -> Vec<u8> {
    let mut model = flat().node("Add", &["x", "c"], "y", &[]);
    model.constants.push(constant);
    model.bytes()
}

fn files() -> Vec<Case> {
    let relu = flat().node("Relu", &["x"], "y", &[]);
    let text = |name: &'static str| (1, name.into());
    vec![
        ("no bytes", vec![], "the graph of the file is missing"),
        ("text", b"hello, world".to_vec(), "the file is"),
        ("zeros", vec![0; 64], "the file is"),
        ("cut", relu.bytes()[..40].to_vec(), "the file is"),
        (
            "no graph",
            encode(&vec![(1, 10.into())]),
            "the graph of the file is missing",
        ),
        (
            "a graph without anything",
            encode(&vec![(7, Message::new().into())]),
            "the list of inputs is []",
        ),
        (
            "a name that is not UTF-8",
            encode(&vec![
                (7, vec![(2, vec![0xff].into())].into()),
                (2, vec![0xff].into()),
            ]),
            "the file is",
        ),
        (
            "many empty nodes",
            encode(&vec![(7, vec![(1, Message::new().into()); 100_000].into())]),
            "the number of messages",
        ),
        (
            "many empty metadata",
            encode(&vec![(14, Message::new().into()); 100_000]),
            "the number of messages",
        ),
        ("no input", with_inputs(&[]), "the list of inputs is []"),
        (
            "two inputs",
            with_inputs(&[info("x", 1, &[2]), info("z", 1, &[2])]),
            "Import::bind",
        ),
        (
            "an input of f16",
            with_inputs(&[info("x", 10, &[2])]),
            "is f16, expected f32",
        ),
        (
            "an input of f64",
            with_inputs(&[info("x", 11, &[2])]),
            "Import::convert",
        ),
        (
            "an input of i64",
            with_inputs(&[info("x", 7, &[2])]),
            "is i64, expected f32",
        ),
        (
            "an input of an unknown type",
            with_inputs(&[info("x", 99, &[2])]),
            "expected f32",
        ),
        (
            "an input without a type",
            with_inputs(&[vec![text("x")]]),
            "the shape of input \"x\" is unknown",
        ),
        (
            "a negative size",
            with_inputs(&[info("x", 1, &[u64::MAX])]),
            "free beside the number of rows",
        ),
        (
            "an input of 2^40 values",
            with_inputs(&[info("x", 1, &[1 << 40])]),
            "values",
        ),
        (
            "an input of 2^64 values",
            with_inputs(&[info("x", 1, &[1 << 32, 1 << 32])]),
            "values",
        ),
        (
            "no values and 2^64 of them",
            with_inputs(&[info("x", 1, &[0, 1 << 32, 1 << 32])]),
            "values",
        ),
        (
            "a hundred sizes",
            with_inputs(&[info("x", 1, &[1; 100])]),
            "values",
        ),
        (
            "operators of version 0",
            with_opset(0),
            "the version of the operators is 0",
        ),
        (
            "operators of version 1000",
            with_opset(1000),
            "the version of the operators is 1000",
        ),
        (
            "operators of version -1",
            with_opset(u64::MAX),
            "the version of the operators is -1",
        ),
        (
            "an output that nothing computes",
            flat().bytes(),
            "the output is \"y\"",
        ),
        (
            "a constant output",
            one(flat().constant("c", &[], &[1.0]), "Identity", &["c"], &[]),
            "constant",
        ),
        (
            "a constant of another size",
            with_constant(tensor("c", &[2], &[1.0])),
            "number of bytes",
        ),
        (
            "a constant of a negative size",
            with_constant(tensor("c", &[u64::MAX], &[1.0])),
            "sizes of at least 0",
        ),
        (
            "a constant of 2^128 numbers",
            with_constant(tensor("c", &[1 << 62, 1 << 62], &[1.0])),
            "memory can address",
        ),
        (
            "a constant without data",
            with_constant(tensor("c", &[2], &[])),
            "the number of numbers",
        ),
        (
            "a constant in another file",
            with_constant([tensor("c", &[2], &[]), vec![(14, 1.into())]].concat()),
            "external_data=False",
        ),
        (
            "a constant with a place",
            with_constant([tensor("c", &[2], &[]), vec![(13, Message::new().into())]].concat()),
            "external_data=False",
        ),
        (
            "a constant of texts",
            with_constant(vec![
                (1, 1.into()),
                (2, 8.into()),
                (6, "a".into()),
                (8, "c".into()),
            ]),
            "is string, expected f32",
        ),
    ]
}

fn graphs() -> Vec<Case> {
    let weights = |model: Model, sizes: &[u64]| {
        let count: u64 = sizes.iter().product();
        model.constant("w", sizes, &vec![0.5; count as usize])
    };
    let conv =
        |sizes: &[u64], attributes: &[Message]| one(weights(image(), sizes), "Conv", &["x", "w"], attributes);
    let pool = |attributes: &[Message]| one(image(), "MaxPool", &["x"], attributes);
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
            "several slopes",
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

#[test]
fn malformed_files_are_named() {
    for (name, bytes, expected) in files().into_iter().chain(graphs()) {
        let error = Import::new().bytes::<f32>(bytes).err();
        let message = error
            .unwrap_or_else(|| panic!("{name}: was accepted"))
            .to_string();
        assert!(message.contains(expected), "{name}: {message}");
        assert!(
            message.chars().count() < 1500 && !message.contains(char::is_control),
            "{name}: {message:?}"
        );
    }
}

#[test]
fn the_error_of_a_file_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.onnx");
    assert!(matches!(import::<f32>(&path), Err(Error::File { .. })));
    fs::write(&path, "hello").unwrap();
    let message = import::<f32>(&path).unwrap_err().to_string();
    assert!(message.starts_with(&*path.to_string_lossy()), "{message}");
}

#[test]
fn files_above_two_gigabytes_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n.onnx");
    // A file of holes takes no space.
    File::create(&path).unwrap().set_len(1 << 33).unwrap();
    let message = import::<f32>(&path).unwrap_err().to_string();
    assert!(
        message.contains("8589934592 bytes, expected at most 2147483647 bytes"),
        "{message}"
    );
}

#[test]
fn every_node_that_is_not_supported_is_listed() {
    let model = flat()
        .node("Sing", &["x"], "a", &[])
        .node("Relu", &["a"], "b", &[])
        .node("Dance", &["b"], "c", &[]);
    let model = model
        .node("Softmax", &["x"], "d", &[integer("axis", 0)])
        .node("Play", &["c", "d"], "y", &[]);
    let Err(Error::Unsupported(nodes)) = Import::new().bytes::<f32>(model.bytes()) else {
        panic!("was accepted");
    };
    let operators: Vec<&str> = nodes.0.iter().map(|node| &*node.operator).collect();
    assert_eq!(operators, ["Sing", "Dance", "Softmax", "Play"]);
    assert_eq!(nodes.0[1].name, "the Dance");
}

#[test]
fn nodes_that_the_output_does_not_need_are_not_read() {
    let model = flat()
        .node("Relu", &["x"], "y", &[])
        .node("Sing", &["x"], "z", &[]);
    assert!(Import::new().bytes::<f32>(model.bytes()).is_ok());
    assert!(Import::new().output("z").bytes::<f32>(model.bytes()).is_err());
}

#[test]
fn branches_nested_without_end_are_refused() {
    // Each sum needs the one before it twice: 60 residuals inside one another.
    let mut model = flat();
    for number in 0..60 {
        let before = if number == 0 {
            "x".to_owned()
        } else {
            format!("v{}", number - 1)
        };
        model = model.node("Tanh", &[&before], &format!("v{number}"), &[]);
    }
    for number in (0..60).rev() {
        let above = if number == 59 {
            "v59".to_owned()
        } else {
            format!("s{}", number + 1)
        };
        let base = if number == 0 {
            "x".to_owned()
        } else {
            format!("v{}", number - 1)
        };
        let output = if number == 0 {
            "y".to_owned()
        } else {
            format!("s{number}")
        };
        model = model.node("Add", &[&base, &above], &output, &[]);
    }
    let message = Import::new().bytes::<f32>(model.bytes()).unwrap_err().to_string();
    assert!(message.contains("nested in more than 40"), "{message}");
}
