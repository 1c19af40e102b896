//! Programs and files that a person takes away from the playground.
//!
//! After a change of the programs, write the two expected ones again with
//! `cargo run -p brique-page --example playground_take_away -- crates/brique-page/tests/it/taken_away/config.json FOLDER`.

#[path = "../../examples/taken_away.rs"]
#[allow(dead_code, reason = "the test calls what `main` calls")]
mod taken_away;

use brique_core::{Module, visit_tensors};
use brique_onnx::import;
use brique_page::playground::{Config, Playground, catalogue};
use brique_tensor::{Scalar, SimdLevel};

const CONFIG: &str = include_str!("taken_away/config.json");

fn playground(config: &str) -> Playground {
    Playground::new(Config::from_json(config).unwrap()).unwrap()
}

#[test]
fn the_programs_are_the_expected_ones() {
    let playground = playground(CONFIG);
    assert_eq!(playground.rust(), include_str!("../../examples/taken_away.rs"));
    assert_eq!(playground.pytorch(), include_str!("taken_away/program.py"));
}

#[test]
fn the_rust_program_gives_the_bits_of_the_playground() {
    let bits = || {
        let mut playground = playground(CONFIG);
        playground.step(usize::MAX).unwrap();
        playground.bits()
    };
    for level in SimdLevel::available() {
        let program = level.run(taken_away::train).unwrap().unwrap();
        assert_eq!(program, level.run(bits).unwrap(), "at SIMD level {level}");
    }
}

#[test]
fn every_named_configuration_has_programs_and_files() {
    for named in catalogue().examples {
        let name = named.name;
        let mut playground = Playground::new(named.config).unwrap();
        let rust = playground.rust();
        for part in [
            "fn main()",
            "fn train()",
            "fn network()",
            "fn dataset(",
            "const TRAIN: &str",
        ] {
            assert_eq!(rust.matches(part).count(), 1, "{name}: {part}");
        }
        let has_test = !playground.examples().split.test.is_empty();
        assert_eq!(rust.contains("const TEST: &str"), has_test, "{name}");
        let pytorch = playground.pytorch();
        for part in [
            "def dataset(",
            "model = nn.Sequential(",
            "optimizer = torch.optim.",
            "def factor(",
        ] {
            assert_eq!(pytorch.matches(part).count(), 1, "{name}: {part}");
        }
        assert!(
            playground.safetensors().is_ok() && playground.onnx().is_ok(),
            "{name}"
        );
    }
}

#[test]
fn files_hold_the_shown_network() {
    let mut playground = playground(CONFIG);
    playground.step(7).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (safetensors, onnx) = (folder.path().join("a.safetensors"), folder.path().join("a.onnx"));
    std::fs::write(&safetensors, playground.safetensors().unwrap()).unwrap();
    std::fs::write(&onnx, playground.onnx().unwrap()).unwrap();

    let x = crate::networks::numbers((5, 2), 1);
    let predicted = playground.shown().predict(&x).unwrap();
    let loaded = brique_checkpoint::load::<f64>(&safetensors).unwrap();
    assert_eq!(loaded.predict(&x).unwrap(), predicted);
    // The numbers of the ONNX file are f32.
    let imported = import::<f32>(&onnx).unwrap();
    let found = imported.predict(&x.mapv(f32::from_f64)).unwrap();
    let difference = found.mapv(f64::from) - &predicted;
    assert!(difference.iter().all(|difference| difference.abs() < 1e-5));

    let file = brique_checkpoint::Reader::open(&safetensors).unwrap();
    let config = Config::from_json(&file.metadata()["playground"]).unwrap();
    assert_eq!(&config, playground.config());

    playground.look_at(Some(0)).unwrap();
    std::fs::write(&safetensors, playground.safetensors().unwrap()).unwrap();
    let first = brique_checkpoint::load::<f64>(&safetensors).unwrap();
    assert_ne!(first.predict(&x).unwrap(), predicted);
}

#[test]
fn what_is_taken_away_has_the_type_of_the_training() {
    let config = CONFIG.replacen('{', r#"{"dtype":"float32","#, 1);
    let mut playground = playground(&config);
    playground.step(7).unwrap();
    let rust = playground.rust();
    for part in [
        "fn network() -> Result<Sequential<f32>, ",
        "fn dataset(text: &str) -> Result<Dataset<f32>, ",
        "fn digest(network: &Sequential<f32>, ",
        "    let data = data.cast::<f32>();\n",
    ] {
        assert_eq!(rust.matches(part).count(), 1, "{part}");
    }
    assert!(
        playground
            .pytorch()
            .contains("torch.set_default_dtype(torch.float32)")
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.safetensors");
    std::fs::write(&path, playground.safetensors().unwrap()).unwrap();
    assert!(brique_checkpoint::load::<f64>(&path).is_err());
    let loaded = brique_checkpoint::load::<f32>(&path).unwrap();
    let (mut found, mut shown) = (Vec::new(), Vec::new());
    loaded.visit_parameters(&mut |parameter| found.extend(parameter.value().mapv(f64::from)));
    playground
        .shown()
        .visit_parameters(&mut |parameter| shown.extend(parameter.value().iter().copied()));
    assert_eq!(found, shown);
}

#[test]
fn tensors_have_the_names_of_the_pytorch_program() {
    let mut playground = playground(CONFIG);
    let mut names = Vec::new();
    visit_tensors(playground.shown(), &mut |path, _| {
        names.push(path.to_owned());
    });
    assert_eq!(
        names,
        [
            "0.weight",
            "0.bias",
            "2.module.0.weight",
            "2.module.0.bias",
            "3.weight",
            "3.bias",
            "4.weight",
            "4.bias"
        ]
    );
    // The residual of the program has the attribute `module`, and `nn.Sequential` counts from 0.
    assert!(playground.pytorch().contains("self.module = module"));
}
