use brique::tensor::Scalar;
use brique_bench::{Activation, Pass, Subject, Workload};

#[test]
fn the_default_workloads() {
    let found: Vec<_> = Workload::defaults()
        .iter()
        .map(|workload| {
            (
                workload.name().to_owned(),
                workload.sizes().to_vec(),
                workload.batch(),
                workload.activation(),
                workload.pass(),
            )
        })
        .collect();
    let toy = vec![2, 64, 64, 1];
    let training =
        |name: &str, sizes, batch, activation| (name.to_owned(), sizes, batch, activation, Pass::Training);
    let expected = [
        training("w1_line", vec![1, 1], 1000, Activation::None),
        training("w2_toy", toy.clone(), 32, Activation::Tanh),
        training("w3_toy_full_batch", toy.clone(), 1000, Activation::Tanh),
        training("w4_digits", vec![784, 256, 128, 10], 128, Activation::ReLU),
        training("w5_wide", vec![1024; 5], 256, Activation::ReLU),
        (
            "p1_predict".to_owned(),
            toy,
            1,
            Activation::Tanh,
            Pass::Prediction,
        ),
    ];
    assert_eq!(found, expected);
}

#[test]
fn operations_by_hand() {
    let operations = Workload::defaults()
        .iter()
        .map(Workload::operations)
        .collect::<Vec<_>>();
    let expected = [
        // 2 · 1000 · (forward + gradient) of one weight
        4000.0,
        // 2 · 32 · (3 · (2·64 + 64·64 + 64·1) − 2·64)
        815_104.0,
        // 2 · 1000 · (3 · 4288 − 128)
        25_472_000.0,
        // 2 · 128 · (3 · (784·256 + 256·128 + 128·10) − 784·256)
        128_909_312.0,
        // 2 · 256 · (3 · 4 − 1) · 1024²
        5_905_580_032.0,
        // 2 · 1 · 4288
        8576.0,
    ];
    assert_eq!(operations, expected);
}

#[test]
fn networks_with_convolutions_have_names() {
    let found: Vec<_> = Workload::convolutions()
        .iter()
        .map(|workload| {
            (
                workload.name().to_owned(),
                workload.sizes().to_vec(),
                workload.batch(),
            )
        })
        .collect();
    let expected = [
        ("c1_course", 256, 32),
        ("c2_mnist1d", 40, 100),
        ("c3_lenet", 784, 64),
        ("c4_vgg", 3072, 32),
    ];
    let expected = expected.map(|(name, inputs, batch)| (name.to_owned(), vec![inputs, 10], batch));
    assert_eq!(found, expected);
    for workload in Workload::convolutions() {
        assert_eq!(workload.name().parse(), Ok(workload));
    }
}

#[test]
fn operations_of_convolutions_by_hand() {
    let found = Workload::convolutions()
        .iter()
        .map(Workload::operations)
        .collect::<Vec<_>>();
    let expected = [
        // 2 · 32 · (3 · (254·3·32 + 127·32·100 + 1000) − 254·3·32)
        64.0 * (3.0 * (24_384.0 + 406_400.0 + 1000.0) - 24_384.0),
        // 2 · 100 · (3 · (19·5·25 + 10·75·25 + 5·75·25 + 1250) − 19·5·25)
        200.0 * (3.0 * (2375.0 + 18_750.0 + 9375.0 + 1250.0) - 2375.0),
        // 2 · 64 · (3 · (576·25·6 + 64·150·16 + 256·120 + 120·84 + 840) − 576·25·6)
        128.0 * (3.0 * (86_400.0 + 153_600.0 + 30_720.0 + 10_080.0 + 840.0) - 86_400.0),
        // 2 · 32 · (3 · (1024·(27 + 288)·32 + 256·(288 + 576)·64 + 40960) − 1024·27·32)
        64.0 * (3.0 * (10_321_920.0 + 14_155_776.0 + 40_960.0) - 884_736.0),
    ];
    assert_eq!(found, expected);
}

#[test]
fn networks_with_convolutions_learn() {
    for name in ["c1_course", "c2_mnist1d", "c3_lenet"] {
        let mut subject = Subject::<f32>::new(&name.parse().unwrap()).unwrap();
        for _ in 0..3 {
            subject.step().unwrap();
        }
    }
}

#[test]
fn every_activation_of_the_command_line_has_its_module() {
    for (name, activation) in Activation::NAMES {
        let workload: Workload = format!("2-3-1:4:{name}").parse().unwrap();
        assert_eq!(workload.activation(), activation);
        let picture = format!("{:?}", Subject::<f64>::new(&workload).unwrap()).to_lowercase();
        let modules: Vec<_> = Activation::NAMES
            .iter()
            .filter(|(other, _)| picture.contains(&format!("module: {}", other.replace('_', ""))))
            .map(|(other, _)| *other)
            .collect();
        let expected: &[&str] = if activation == Activation::None {
            &[]
        } else {
            &[name]
        };
        assert_eq!(modules, expected, "{picture}");
    }
}

fn check_learns<T: Scalar>(workload: &str) {
    let mut subject = Subject::<T>::new(&workload.parse().unwrap()).unwrap();
    for step in 0..200 {
        if let Err(error) = subject.step() {
            panic!("step {step}: {error}");
        }
    }
}

/// Wide inputs make the loss steep, depth multiplies, and one example is all that is learnt.
#[test]
fn learning_stays_finite_for_extreme_networks() {
    for workload in [
        "20000-1:1:-",
        "20000-1-1:2:elu",
        "1-1:1:-",
        "1-500-1:1:relu",
        "500-500-1:1:none",
        "200-200-200-200-200-200-1:1:-",
        "16-16-16-16-16-16-16-16-16-16-16-16-16-16-16-16:3:-",
        "2-2-2-2-2-2-2-2-2-2-2-2-2-2-2-2:3:softplus",
    ] {
        check_learns::<f32>(workload);
        check_learns::<f64>(workload);
    }
}
