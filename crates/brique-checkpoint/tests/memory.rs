//! The memory that a file takes at most is the one that `Reader` states.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on fails"
)]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use brique_checkpoint::{Reader, load_into, save};
use brique_core::Module;
use brique_layers::{Linear, Sequential, registry};
use brique_tensor::ndarray::Array2;
use serde_json::json;
use tempfile::TempDir;

const MIB: usize = 1 << 20;

/// Runs `read` and returns its result, after a check of the largest number of bytes that were allocated at a time.
fn within<R>(name: &str, most: usize, read: impl FnOnce() -> R) -> R {
    let mut result = None;
    let info = allocation_counter::measure(|| result = Some(read()));
    let peak = usize::try_from(info.bytes_max).unwrap();
    assert!(peak <= most, "{name}: {peak} bytes, expected at most {most}");
    result.unwrap()
}

/// Writes a file of this header and `data` bytes, and returns the bytes of the header.
fn write(path: &Path, header: &str, data: usize) -> usize {
    let bytes = [
        &(header.len() as u64).to_le_bytes(),
        header.as_bytes(),
        &vec![0; data],
    ]
    .concat();
    fs::write(path, bytes).unwrap();
    header.len()
}

/// Opens a file with this header, and builds its network if that is possible. Both stay within the stated memory.
fn open(name: &str, header: &str) -> Option<Reader> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("hostile");
    let most = 32 * write(&path, header, 0) + MIB;
    let mut file = within(name, most, || {
        Reader::open(&path).map_err(|error| drop(error.to_string()))
    })
    .ok()?;
    let registry = registry::<f64>();
    let _ = within(name, most, || {
        file.network(&registry).map_err(|error| error.to_string())
    });
    Some(file)
}

/// `count` entries, separated by commas.
fn list(count: usize, entry: impl Fn(usize) -> String) -> String {
    let mut list = String::new();
    for number in 0..count {
        let separator = if number == 0 { "" } else { "," };
        write!(list, "{separator}{}", entry(number)).unwrap();
    }
    list
}

/// A header whose content has this text as its last field.
fn with(network: &str, field: &str) -> String {
    let content = format!("{{\"checksums\":\"\",\"version\":1,\"network\":{network}{field}}}");
    json!({"__metadata__": {"brique": content}}).to_string()
}

fn chain(modules: &str) -> String {
    format!(
        r#"{{"kind":"Sequential","attributes":[{{"name":"in","value":{{"sizes":[1]}}}}],"inner":[{modules}]}}"#
    )
}

#[test]
fn headers_of_many_short_entries() {
    let entry = |number| format!(r#""{number:x}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}"#);
    let tensors = list(1 << 14, entry);
    assert!(open("tensors", &format!("{{{tensors}}}")).is_some());
    // One more than a power of two: lists have grown just before.
    let tensors = list((1 << 14) + 1, entry);
    assert!(open("tensors", &format!("{{{tensors}}}")).is_some());
    let twice = list(1 << 14, |number| entry(number / 2));
    assert!(open("tensors, each twice", &format!("{{{twice}}}")).is_none());
    let empty = list((1 << 16) + 1, |number| format!("\"{number:x}\":\"\""));
    assert!(open("metadata", &format!(r#"{{"__metadata__":{{{empty}}}}}"#)).is_some());
    let long = format!(r#"{{"__metadata__":{{"a":"{}"}}}}"#, "x".repeat(8 * MIB));
    assert!(open("a long text", &long).is_some());
    let escapes = format!(r#"{{"__metadata__":{{"a":"{}"}}}}"#, "\\n".repeat(4 * MIB));
    assert!(open("escapes", &escapes).is_some());
}

#[test]
fn content_of_many_short_entries() {
    let tanh = r#"{"kind":"Tanh"}"#;
    let numbers = list((1 << 17) + 1, |_| "0".to_owned());
    let ones = list((1 << 17) + 1, |_| "1".to_owned());
    let fields = [
        (
            "standardizer",
            format!(r#","standardizer":{{"mean":[{numbers}],"scale":[{ones}]}}"#),
        ),
        (
            "class names",
            format!(
                r#","class_names":[{}]"#,
                list((1 << 16) + 1, |_| "\"\"".to_owned())
            ),
        ),
        (
            "metadata",
            format!(
                r#","metadata":{{{}}}"#,
                list((1 << 16) + 1, |number| format!("\"{number:x}\":\"\""))
            ),
        ),
        (
            "sections",
            format!(
                r#","sections":{{{}}}"#,
                list((1 << 16) + 1, |number| format!("\"{number:x}\":0"))
            ),
        ),
        (
            "a section of numbers",
            format!(r#","sections":{{"a":[{numbers}]}}"#),
        ),
        (
            "a section of tables",
            format!(
                r#","sections":{{"a":[{}]}}"#,
                list((1 << 16) + 1, |_| r#"{"":0}"#.to_owned())
            ),
        ),
    ];
    for (name, field) in fields {
        assert!(open(name, &with(tanh, &field)).is_some(), "{name}");
    }
    let matrices = format!(r#","matrices":[{}]"#, list((1 << 16) + 1, |_| "\"\"".to_owned()));
    assert!(open("matrices", &with(tanh, &matrices)).is_none());
    let sizes = format!(r#"{{"kind":"Tanh","attributes":[{{"name":"a","value":{{"sizes":[{numbers}]}}}}]}}"#);
    assert!(open("sizes", &with(&sizes, "")).is_none());
    let attributes = list((1 << 14) + 1, |number| {
        format!(r#"{{"name":"{number:x}","value":{{"integer":0}}}}"#)
    });
    let attributes = format!(r#"{{"kind":"Tanh","attributes":[{attributes}]}}"#);
    assert!(open("attributes", &with(&attributes, "")).is_some());
    let unknown = format!(r#"{{"kind":"{}"}}"#, "x".repeat(4 * MIB));
    assert!(open("a long kind", &with(&unknown, "")).is_none());
    let text = format!(
        r#"{{"kind":"Dropout","attributes":[{{"name":"rate","value":{{"text":"{}"}}}}]}}"#,
        "\u{80}".repeat(MIB)
    );
    assert!(open("a long attribute", &with(&text, "")).is_some());
}

#[test]
fn networks_of_many_modules() {
    let modules = |count, kind: &str| {
        chain(&list(count, |number| {
            format!(r#"{{"name":"{number}","module":{{"kind":"{kind}"}}}}"#)
        }))
    };
    assert!(open("modules", &with(&modules((1 << 14) + 1, "Tanh"), "")).is_some());
    let branches = modules((1 << 14) + 1, "Tanh").replace("Sequential", "Concat");
    assert!(open("branches", &with(&branches, "")).is_some());
    assert!(
        open(
            "modules of an unknown kind",
            &with(&modules((1 << 13) + 1, "Other"), "")
        )
        .is_some()
    );
    let deep = (0..40).fold(modules((1 << 10) + 1, "Tanh"), |inner, _| {
        chain(&format!(r#"{{"name":"0","module":{inner}}}"#))
    });
    assert!(open("modules in 40 levels", &with(&deep, "")).is_some());
}

/// A long name of an outer module is a part of the path of each tensor inside it.
#[test]
fn long_names_over_many_tensors() {
    let outer = |count, name: &str| {
        let tensor = |number| format!(r#"{{"name":"{number:x}","rows":1,"columns":0,"layout":"vector"}}"#);
        let scale = format!(r#"{{"kind":"Scale","tensors":[{}]}}"#, list(count, tensor));
        format!(r#"{{"kind":"Residual","inner":[{{"name":"{name}","module":{scale}}}]}}"#)
    };
    let wide = outer(100_000, &"x".repeat(MIB));
    assert!(open("a name of a megabyte", &with(&wide, "")).is_none());
    let long = outer(10_000, &"x".repeat(1000));
    assert!(open("a name of 1000 bytes", &with(&long, "")).is_none());
    // As many tensors in the file, under other names.
    let entry = |number| format!(r#""{number:x}":{{"dtype":"F64","shape":[0],"data_offsets":[0,0]}}"#);
    let checksums = "0".repeat(80_000);
    let content = format!(r#"{{"checksums":"{checksums}","version":1,"network":{long}}}"#);
    let entries = list(10_000, entry);
    let header = format!(r#"{{"__metadata__":{{"brique":{}}},{entries}}}"#, json!(content));
    assert!(open("a name of 1000 bytes, with tensors", &header).is_none());
}

#[test]
fn headers_of_20_mb() {
    let nested = format!("{{\"a\":{}", "[".repeat(20 * MIB));
    assert!(open("lists in lists", &nested).is_none());
    let field = format!(r#"{{"a":{{"{}":1}}}}"#, "\\u0080".repeat(3 * MIB));
    assert!(open("a long field", &field).is_none());
    let name = format!(
        r#"{{"{}":{{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}}}"#,
        "x".repeat(20 * MIB)
    );
    assert!(open("a long name", &name).is_none());
    let spaces = format!("{{{}}}", " ".repeat(20 * MIB));
    assert!(open("white space", &spaces).is_some());
}

/// The numbers of a layer of a single output lie in one row of the file, those of a layer of a single input in one each.
#[test]
fn a_network_of_20_mb_takes_the_stated_multiples() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("network.safetensors");
    let wide = |inputs: usize, outputs: usize| {
        Linear::<f64>::from_parameters(Array2::ones((inputs + 1, outputs))).unwrap()
    };
    let square = Sequential::new(900).then(wide(900, 900)).unwrap();
    let networks: [Box<dyn Module>; 4] = [
        Box::new(wide(2_500_000, 1)),
        Box::new(wide(1, 1_250_000)),
        Box::new(
            square
                .then(wide(900, 900))
                .and_then(|network| network.then(wide(900, 900)))
                .unwrap(),
        ),
        Box::new((0..500).fold(Sequential::new(70), |network, _| {
            network.then(wide(70, 70)).unwrap()
        })),
    ];
    for mut network in networks {
        let (name, numbers) = (network.to_string(), 8 * network.describe().parameter_count());
        save(&*network, &path).unwrap();
        let header = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap() - numbers;
        let fixed = 32 * header + MIB;
        let mut file = within(&name, fixed, || Reader::open(&path)).unwrap();
        within(&name, MIB, || file.verify()).unwrap();
        within(&name, 5 * numbers + fixed, || file.network(&registry::<f64>())).unwrap();
        within(&name, numbers + fixed, || load_into(&mut *network, &path)).unwrap();
    }
}
