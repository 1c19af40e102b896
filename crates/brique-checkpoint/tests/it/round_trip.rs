//! Networks come back from files with every bit.

use std::fs;

use brique_checkpoint::{Error, Reader, Writer, load, load_into, save};
use brique_core::{Module, visit_tensors};
use brique_datasets::Standardizer;
use brique_layers::{Conv2D, Init, Linear, Sequential, Tanh, registry};
use brique_random::portable;
use brique_tensor::Scalar;
use brique_tensor::ndarray::{Array2, array};
use safetensors::SafeTensors;
use tempfile::TempDir;

use crate::networks::architectures;

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

/// The bits of all parameters, with their paths.
fn bits<T: Scalar>(network: &dyn Module<T>) -> Vec<(String, Vec<u64>)> {
    let mut bits = Vec::new();
    visit_tensors(network, &mut |path, tensor| {
        let numbers = tensor.values.iter().map(|number| number.as_f64().to_bits());
        bits.push((path.to_owned(), numbers.collect()));
    });
    bits
}

fn network(seed: u64) -> Sequential {
    let mut rng = portable(seed);
    let network = Sequential::new(2).then(Linear::new(2, 3, Init::StandardNormal, &mut rng).unwrap());
    let network = network.and_then(|network| network.then(Tanh)).unwrap();
    network
        .then(Linear::new(3, 1, Init::StandardNormal, &mut rng).unwrap())
        .unwrap()
}

fn every_architecture_comes_back<T: Scalar>() {
    let folder = folder();
    let path = folder.path().join("network.safetensors");
    for (name, network) in architectures::<T>() {
        save(&*network, &path).unwrap();
        let loaded = load::<T>(&path).unwrap();
        assert_eq!(loaded.describe(), network.describe(), "{name}");
        assert_eq!(bits(&*loaded), bits(&*network), "{name}");

        let mut other = registry::<T>().build(&network.describe()).unwrap();
        load_into(&mut *other, &path).unwrap();
        assert_eq!(bits(&*other), bits(&*network), "{name}");

        let first = fs::read(&path).unwrap();
        save(&*network, &path).unwrap();
        assert_eq!(
            fs::read(&path).unwrap(),
            first,
            "{name}: the same network, other bytes"
        );
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{name}");
    }
}

#[test]
fn every_architecture_comes_back_in_f64() {
    every_architecture_comes_back::<f64>();
}

#[test]
fn every_architecture_comes_back_in_f32() {
    every_architecture_comes_back::<f32>();
}

#[test]
fn unusual_numbers_come_back() {
    let numbers = array![
        [0.0, -0.0, f64::INFINITY],
        [f64::NEG_INFINITY, 5e-324, f64::MAX],
        [f64::from_bits(0xfff8_0000_0000_0001), f64::NAN, -1.0]
    ];
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    let linear = Linear::from_parameters(numbers).unwrap();
    save(&linear, &path).unwrap();
    assert_eq!(bits(&*load::<f64>(&path).unwrap()), bits(&linear));
}

#[test]
fn sizes_of_0_and_of_several_blocks_come_back() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    for (inputs, outputs) in [
        (0, 3),
        (3, 0),
        (0, 0),
        (1, 1),
        (300, 1000),
        (70_000, 2),
        (2, 70_000),
    ] {
        let linear: Linear<f32> =
            Linear::new(inputs, outputs, Init::StandardNormal, &mut portable(1)).unwrap();
        save(&linear, &path).unwrap();
        assert_eq!(
            bits(&*load::<f32>(&path).unwrap()),
            bits(&linear),
            "{inputs}, {outputs}"
        );
    }
}

/// The names, shapes and numbers are those of PyTorch's `state_dict`.
#[test]
fn tensors_have_pytorchs_names_and_layouts() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    let linear = Linear::from_parameters(array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]).unwrap();
    let network: Sequential = Sequential::new(2).then(linear).unwrap();
    save(&network, &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let numbers = |name: &str| {
        let tensor = file.tensor(name).unwrap();
        let numbers = tensor.data().chunks_exact(8);
        let numbers = numbers
            .map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap()))
            .collect::<Vec<_>>();
        (tensor.shape().to_vec(), numbers)
    };
    assert_eq!(
        numbers("0.weight"),
        (vec![3, 2], vec![1.0, 4.0, 2.0, 5.0, 3.0, 6.0])
    );
    assert_eq!(numbers("0.bias"), (vec![3], vec![7.0, 8.0, 9.0]));
    assert_eq!(file.len(), 2);
}

/// A file as the `safetensors` package writes it, in its own order and without a description.
#[test]
fn files_of_other_programs_are_loaded_into_a_network() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    let network = network(1);
    let mut tensors = Vec::new();
    visit_tensors(&network, &mut |name, tensor| {
        let stored: Vec<u8> = match tensor.layout {
            brique_core::Layout::Transposed => {
                tensor.values.t().iter().flat_map(|n| n.to_le_bytes()).collect()
            }
            _ => tensor.values.iter().flat_map(|n| n.to_le_bytes()).collect(),
        };
        tensors.push((
            name.to_owned(),
            tensor.layout.stored_shape(tensor.values.dim()),
            stored,
        ));
    });
    let views = tensors.iter().map(|(name, shape, bytes)| {
        (
            name,
            safetensors::tensor::TensorView::new(safetensors::Dtype::F64, shape.clone(), bytes).unwrap(),
        )
    });
    fs::write(&path, safetensors::serialize(views, None).unwrap()).unwrap();

    let mut other = self::network(2);
    load_into(&mut other, &path).unwrap();
    assert_eq!(bits(&other), bits(&network));
    let error = load::<f64>(&path).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with("build the network and read its parameters with load_into"),
        "{error}"
    );
    let mut file = Reader::open(&path).unwrap();
    file.verify().unwrap();
    assert_eq!(file.description(), None);
}

#[test]
fn every_difference_is_listed_and_nothing_changes() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    save(&network(1), &path).unwrap();
    let mut rng = portable(3);
    let mut other: Sequential = Sequential::new(2)
        .then(Linear::new(2, 4, Init::StandardNormal, &mut rng).unwrap())
        .unwrap();
    let before = bits(&other);
    let error = load_into(&mut other, &path).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "n.safetensors: the file does not fit the network: unexpected: 2.bias [1], 2.weight [1, 3]; \
             of another shape: 0.weight is [3, 2], expected [4, 2], 0.bias is [3], expected [4]"
        ),
        "{error}"
    );
    assert_eq!(bits(&other), before);

    let mut wide = self::network(1)
        .then(Linear::new(1, 1, Init::PyTorch, &mut rng).unwrap())
        .unwrap();
    let error = load_into(&mut wide, &path).unwrap_err().to_string();
    assert!(error.ends_with("missing: 3.weight [1, 1], 3.bias [1]"), "{error}");
}

#[test]
fn numbers_are_converted_on_request() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    let linear = Linear::from_parameters(array![[0.1], [2.0]]).unwrap();
    save(&linear, &path).unwrap();
    let error = load::<f32>(&path).unwrap_err().to_string();
    assert!(
        error.ends_with(
            "of another type: weight is F64, expected F32, bias is F64, expected F32; \
             Reader::convert converts between f32 and f64"
        ),
        "{error}"
    );
    let mut file = Reader::open(&path).unwrap().convert();
    let single = file.network(&registry::<f32>()).unwrap();
    assert_eq!(
        single.predict(&array![[1.0_f32]]).unwrap(),
        array![[0.1_f32 + 2.0]]
    );

    save(&*single, &path).unwrap();
    let double = Reader::open(&path)
        .unwrap()
        .convert()
        .network(&registry::<f64>())
        .unwrap();
    assert_eq!(
        double.predict(&array![[1.0]]).unwrap(),
        array![[f64::from(0.1_f32) + 2.0]]
    );

    save(&Linear::from_parameters(array![[1e300], [0.0]]).unwrap(), &path).unwrap();
    let error = Reader::open(&path)
        .unwrap()
        .convert()
        .network(&registry::<f32>())
        .unwrap_err();
    assert!(error.to_string().contains("has the number 1e300"), "{error}");
}

#[test]
fn what_belongs_to_a_network_comes_back() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    let standardizer = Standardizer::fit(&array![[1.0, 0.1], [2.0, 0.3], [4.0, 0.7]]).unwrap();
    let extra: Array2<f64> = array![[1.0, 2.0, 3.0]];
    let network = network(1);
    Writer::new(&network)
        .standardizer(&standardizer)
        .class_names(["cat", "dog \"quoted\"", "ω\n"])
        .metadata("author", "somebody")
        .metadata("checksums\\\":\\\"", "a key that looks like the header")
        .section("counts", &vec![1_u64, u64::MAX])
        .unwrap()
        .matrix("momentum.0", &extra)
        .save(&path)
        .unwrap();
    let mut file = Reader::open(&path).unwrap();
    file.verify().unwrap();
    assert_eq!(file.standardizer(), Some(&standardizer));
    assert_eq!(file.class_names(), ["cat", "dog \"quoted\"", "ω\n"]);
    assert_eq!(file.metadata()["author"], "somebody");
    assert_eq!(file.metadata().len(), 2);
    assert_eq!(
        file.section::<Vec<u64>>("counts").unwrap(),
        Some(vec![1, u64::MAX])
    );
    assert_eq!(file.section::<Vec<u64>>("other").unwrap(), None);
    assert!(file.section::<String>("counts").is_err());
    assert_eq!(file.matrix::<f64>("momentum.0").unwrap(), Some(extra));
    assert_eq!(file.matrix::<f64>("momentum.1").unwrap(), None);
    assert!(matches!(
        file.matrix::<f32>("momentum.0"),
        Err(Error::File { source, .. }) if matches!(*source, Error::Tensors(_))
    ));
    let names: Vec<&str> = file.tensors().map(|(name, _)| name).collect();
    assert_eq!(names, ["0.weight", "0.bias", "2.weight", "2.bias", "momentum.0"]);
    let mut other = self::network(2);
    file.load_into(&mut other).unwrap();
    assert_eq!(bits(&other), bits(&network));
    assert_eq!(bits(&*file.network(&registry::<f64>()).unwrap()), bits(&network));
}

#[test]
fn names_that_a_file_cannot_have_are_refused() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    let linear = || Linear::from_parameters(array![[1.0], [2.0]]).unwrap();
    for (name, reason) in [
        ("a/b", "looks like a path of files"),
        ("a..b", "looks like a path of files"),
        ("a\0b", "has a control character"),
        ("", "looks like a path of files"),
        (&"x".repeat(2000), "is longer than 1024 bytes"),
    ] {
        let network: Sequential = Sequential::new(1).then_named(name, linear()).unwrap();
        let error = save(&network, &path).unwrap_err().to_string();
        assert!(error.contains(reason) || error.ends_with("is empty"), "{error}");
        assert!(!path.exists());
    }
    let twice = Array2::zeros((1, 1));
    let error = Writer::new(&linear())
        .matrix("bias", &twice)
        .save(&path)
        .unwrap_err();
    assert!(
        error.to_string().ends_with("the name \"bias\" is there twice"),
        "{error}"
    );
}

#[test]
fn damage_is_found_and_named() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    save(&network(1), &path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let error = load::<f64>(&path).unwrap_err().to_string();
    assert!(error.contains("tensor \"2.bias\" is damaged"), "{error}");
    let mut other = network(2);
    let before = bits(&other);
    assert!(load_into(&mut other, &path).is_err());
    assert_eq!(bits(&other), before);
    assert!(Reader::open(&path).unwrap().verify().is_err());
}

#[test]
fn copies_of_networks_are_their_own() {
    for (name, network) in architectures::<f64>() {
        let mut copy = registry().copy(&*network).unwrap();
        assert_eq!(bits(&*copy), bits(&*network), "{name}");
        let x = array![[0.1, -0.2, 0.3]];
        assert_eq!(copy.predict(&x).unwrap(), network.predict(&x).unwrap(), "{name}");
        let before = bits(&*network);
        copy.visit_parameters_mut(&mut |parameter| parameter.value_mut().fill(0.0));
        assert_eq!(bits(&*network), before, "{name}");
    }
}

/// The weights of a convolution are (out, channel, row, column) in a file, and (row, column, channel) · out in memory.
#[test]
fn convolutions_have_the_layout_of_pytorch() {
    let folder = folder();
    let path = folder.path().join("n.safetensors");
    let mut number = 0.0;
    let parameters = Array2::from_shape_simple_fn((2 * 3 * 2 + 1, 4), || {
        number += 1.0;
        number
    });
    let conv: Conv2D = Conv2D::from_parameters([5, 6, 4], [2, 3], parameters.clone()).unwrap();
    let network: Sequential = Sequential::new([5, 6, 4]).then(conv).unwrap();
    save(&network, &path).unwrap();
    assert_eq!(bits(&*load::<f64>(&path).unwrap()), bits(&network));

    let bytes = fs::read(&path).unwrap();
    let file = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let weight = file.tensor("0.weight").unwrap();
    assert_eq!(weight.shape(), [4, 2, 2, 3]);
    let (numbers, _) = weight.data().as_chunks();
    let mut numbers = numbers.iter().map(|&bytes| f64::from_le_bytes(bytes));
    for out in 0..4 {
        for channel in 0..2 {
            for (row, column) in (0..2).flat_map(|row| (0..3).map(move |column| (row, column))) {
                let expected = parameters[[(row * 3 + column) * 2 + channel, out]];
                assert_eq!(numbers.next(), Some(expected));
            }
        }
    }
    let mut other: Sequential = Sequential::new([5, 6, 4])
        .then(Conv2D::from_parameters([5, 6, 4], [2, 3], parameters * 0.0).unwrap())
        .unwrap();
    load_into(&mut other, &path).unwrap();
    assert_eq!(bits(&other), bits(&network));
}
