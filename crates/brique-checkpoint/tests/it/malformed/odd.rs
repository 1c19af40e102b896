//! Odd files that are right.

use std::fs;

use brique_checkpoint::{Reader, load_into};
use brique_tensor::ndarray::{Array2, array};
use serde_json::json;

use super::{
    accepted, chain, content, entry, file, inner, line, number, numbers, sizes, with_content, with_text,
    without_tensors,
};

fn opened(bytes: &[u8]) -> Reader {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd");
    fs::write(&path, bytes).unwrap();
    let mut file = Reader::open(&path).unwrap();
    file.verify().unwrap();
    file
}

#[test]
fn the_file_that_the_others_change_is_right() {
    let network = accepted("a line", &with_content(|_| ()));
    assert_eq!(network.predict(&array![[10.0]]).unwrap(), array![[23.0]]);
    let mut other = super::network();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("n");
    fs::write(&path, with_content(|_| ())).unwrap();
    load_into(&mut other, &path).unwrap();
    assert_eq!(other.parameters().value(), array![[2.0], [3.0]]);
}

#[test]
fn odd_headers_are_accepted() {
    let spaced = file(
        "{ \"a\" :\n\t{\"shape\":[2], \"data_offsets\":[0, 16],\"dtype\":\"F64\" } }   \n",
        &numbers(),
    );
    assert_eq!(opened(&spaced).tensors().count(), 1);
    for (name, header, data, count) in [
        ("nothing", "{}".to_owned(), 0, 0),
        ("only metadata", r#"{"__metadata__":{}}"#.to_owned(), 0, 0),
        (
            "an empty tensor last",
            json!({"a": entry(&[2], 0), "z": entry(&[0], 16)}).to_string(),
            16,
            2,
        ),
        (
            "tensors against the order of the data",
            json!({"a": entry(&[1], 8), "b": entry(&[1], 0)}).to_string(),
            16,
            2,
        ),
        (
            "without elements in the middle",
            json!({"a": entry(&[1], 0), "b": entry(&[0, 7], 8), "c": entry(&[1], 8)}).to_string(),
            16,
            3,
        ),
        ("a scalar", json!({"a": entry(&[], 0)}).to_string(), 8, 1),
        (
            "eight dimensions",
            json!({"a": entry(&[1; 8], 0)}).to_string(),
            8,
            1,
        ),
        (
            "names that are odd",
            json!({"ä 🙂": entry(&[1], 0), "\"": entry(&[1], 8)}).to_string(),
            16,
            2,
        ),
        (
            "a name of 1024 bytes",
            json!({"x".repeat(1024): entry(&[1], 0)}).to_string(),
            8,
            1,
        ),
        (
            "an entry as a list",
            r#"{"a":["F64",[2],[0,16]]}"#.to_owned(),
            16,
            1,
        ),
        (
            "two numbers of 4 bits",
            r#"{"a":{"dtype":"F4","shape":[2],"data_offsets":[0,1]}}"#.to_owned(),
            1,
            1,
        ),
    ] {
        let file = opened(&file(&header, &numbers()[..data]));
        assert_eq!(file.tensors().count(), count, "{name}");
        assert_eq!(file.description(), None, "{name}");
    }
}

#[test]
fn odd_tensors_are_no_matrices() {
    let header = json!({
        "scalar": entry(&[], 0),
        "vector": entry(&[1], 8),
        "empty": entry(&[0, 1 << 50], 16),
        "cube": {"dtype": "F32", "shape": [0, 1, 1], "data_offsets": [16, 16]},
    });
    let mut file = opened(&file(&header.to_string(), &numbers()));
    assert_eq!(
        file.matrix("empty").unwrap(),
        Some(Array2::<f64>::zeros((0, 1 << 50)))
    );
    for name in ["scalar", "vector", "cube"] {
        let error = file.matrix::<f64>(name).unwrap_err().to_string();
        assert!(error.contains("of another shape: "), "{error}");
    }
    assert_eq!(file.matrix::<f64>("other").unwrap(), None);
}

#[test]
fn odd_content_is_accepted() {
    let text = content(&line()).to_string();
    accepted("white space", &with_text(&format!("\n {text}\t")));
    accepted(
        "checksums in capitals",
        &with_content(|content| {
            content["checksums"] = json!(content["checksums"].as_str().unwrap().to_uppercase());
        }),
    );
    accepted(
        "empty lists",
        &with_content(|content| {
            content["matrices"] = json!([]);
            content["sections"] = json!({"": null});
            content["metadata"] = json!({"": ""});
            content["standardizer"] = json!({"mean": [], "scale": []});
        }),
    );
    accepted(
        "an attribute that nobody asks for",
        &with_content(|content| {
            content["network"]["attributes"]
                .as_array_mut()
                .unwrap()
                .push(number("other", 1.0));
        }),
    );
    let deep = format!("{{\"sections\":{{\"a\":{}{}}},", "[".repeat(200), "]".repeat(200));
    let file = opened(&with_text(&text.replacen('{', &deep, 1)));
    let error = file.section::<serde_json::Value>("a").unwrap_err().to_string();
    assert!(
        error.contains("section \"a\": recursion limit exceeded"),
        "{error}"
    );
}

#[test]
fn odd_networks_are_accepted() {
    let tanh = json!({"kind": "Tanh", "inner": []});
    accepted(
        "an activation that says it has no modules",
        &without_tensors(&tanh),
    );
    accepted(
        "a chain of nothing",
        &without_tensors(&json!({"kind": "Sequential", "attributes": [sizes("in", &[1])]})),
    );
    accepted(
        "names that are numbers of others",
        &without_tensors(&chain(&[inner("1", &tanh), inner("0", &tanh)])),
    );
    accepted(
        "a branch of nothing",
        &without_tensors(&json!({"kind": "Concat", "attributes": [sizes("in", &[0])], "inner": []})),
    );
    let largest = json!({"kind": "Sequential", "attributes": [sizes("in", &[usize::MAX])], "inner": [inner("0", &tanh)]});
    let network = accepted("the largest shape", &without_tensors(&largest));
    assert!(network.predict(&array![[1.0]]).is_err());
    let product = json!({"kind": "Sequential", "attributes": [sizes("in", &[usize::MAX; 4])]});
    accepted("a shape whose product is too large", &without_tensors(&product));
}
