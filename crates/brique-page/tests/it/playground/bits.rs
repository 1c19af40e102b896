use brique_page::playground::{
    Config, Dtype, Loss, Module, Optimizer, Playground, Schedule, build_loss, build_network, build_optimizer,
    build_schedule,
};
use brique_tensor::{Scalar, SimdLevel};
use brique_train::{Fit, Weights};

use super::{config, on_digits};

/// Trains with a fit, and returns the parameters and the loss of the last epoch's validation.
fn fitted<T: Scalar>(config: &Config) -> (Vec<f64>, f64) {
    let playground = Playground::new(config.clone()).unwrap();
    let (train, test) = (playground.train().cast::<T>(), playground.test().unwrap().cast());
    let mut network = build_network::<T>(config, playground.examples().input).unwrap();
    let loss = build_loss(&config.loss).unwrap();
    let mut optimizer = build_optimizer(&config.optimizer).unwrap();
    let fit = Fit::new(config.epochs, config.batch)
        .shuffle(config.seed)
        .schedule_by_step(build_schedule(&config.schedule).unwrap())
        .validate(&test);
    let fit = match config.clip_norm {
        Some(norm) => fit.clip_norm(norm),
        None => fit,
    };
    let history = fit.run(&mut network, &*loss, &mut *optimizer, &train).unwrap();
    (
        numbers(&Weights::of(&network)),
        history.epochs().last().unwrap().validation_loss.unwrap(),
    )
}

fn numbers<T: Scalar>(weights: &Weights<T>) -> Vec<f64> {
    let values = weights.values().iter().flatten();
    values.map(|value| value.as_f64()).collect()
}

fn shown(playground: &mut Playground) -> Vec<f64> {
    numbers(&Weights::of(playground.shown()))
}

fn with_32_bits(config: Config) -> Config {
    Config {
        dtype: Dtype::Float32,
        ..config
    }
}

fn trainings() -> Vec<Config> {
    let sgd = Optimizer::SGD {
        learning_rate: 0.1,
        momentum: 0.9,
        nesterov: true,
        weight_decay: 0.01,
    };
    vec![
        config(),
        Config {
            optimizer: sgd,
            schedule: Schedule::OneCycle {},
            clip_norm: Some(0.1),
            ..config()
        },
        Config {
            network: vec![
                Module::Linear { out: 8 },
                Module::Dropout { rate: 0.3 },
                Module::Linear { out: 1 },
            ],
            loss: Loss::BCEWithLogitsLoss {},
            schedule: Schedule::WarmUp {
                steps: 5,
                lowest: 0.1,
            },
            batch: 7,
            ..config()
        },
        on_digits(),
    ]
}

/// The trainings with 64 bits, then with 32.
fn both_types() -> impl Iterator<Item = Config> {
    trainings()
        .into_iter()
        .chain(trainings().into_iter().map(with_32_bits))
}

#[test]
fn training_is_that_of_a_fit_bit_for_bit() {
    for config in trainings() {
        let (weights, test_loss) = fitted::<f64>(&config);
        let mut playground = Playground::new(config).unwrap();
        // In pieces that do not end with the epochs.
        while !playground.step(5).unwrap().ended {}
        assert_eq!(shown(&mut playground), weights);
        assert_eq!(
            playground.history().test_loss.as_ref().unwrap().last(),
            Some(&test_loss)
        );
    }
}

#[test]
fn training_with_32_bits_is_that_of_a_fit_bit_for_bit() {
    for config in trainings().into_iter().map(with_32_bits) {
        let (weights, test_loss) = fitted::<f32>(&config);
        let mut playground = Playground::new(config).unwrap();
        while !playground.step(5).unwrap().ended {}
        assert_eq!(shown(&mut playground), weights);
        // The playground evaluates with 64 bits.
        let losses = playground.history().test_loss.as_ref().unwrap();
        let difference = losses.last().unwrap() - test_loss;
        assert!(difference.abs() < 1e-5, "{difference}");
    }
}

#[test]
fn pieces_do_not_matter() {
    for config in both_types() {
        let mut whole = Playground::new(config.clone()).unwrap();
        let mut epochs = Playground::new(config.clone()).unwrap();
        whole.step(9).unwrap();
        epochs.epoch().unwrap();
        while epochs.status().step < 9 {
            epochs.step(1).unwrap();
        }
        assert_eq!(whole.bits(), epochs.bits());
        whole.epoch().unwrap();
        assert_eq!(whole.status().batch, 0);
    }
}

#[test]
fn the_json_of_a_configuration_gives_its_bits() {
    for config in both_types() {
        let json = config.to_json().unwrap();
        let read = Config::from_json(&json).unwrap();
        assert_eq!(read, config);
        assert_eq!(read.to_json().unwrap(), json);
        let bits = |config| {
            let mut playground = Playground::new(config).unwrap();
            playground.step(6).unwrap();
            playground.bits()
        };
        assert_eq!(bits(read), bits(config));
    }
}

#[test]
fn a_configuration_without_a_type_has_64_bits() {
    let json = config().to_json().unwrap();
    assert!(!json.contains("dtype"));
    assert_eq!(Config::from_json(&json).unwrap().dtype, Dtype::Float64);
    let json = with_32_bits(config()).to_json().unwrap();
    assert!(json.ends_with(r#","dtype":"float32"}"#));
}

/// The page has these digests too, whatever the browser.
#[test]
fn the_bits_of_the_baseline_stay_the_same() {
    const WITHOUT_FUSED_MULTIPLY_ADD: [&str; 8] = [
        "419f24f38ab86746",
        "cb1344656142b59e",
        "91537de572196ec5",
        "43252d8ea5d08029",
        // With 32 bits.
        "62e4e8d9e3ec773e",
        "8f5eaa0dab88553c",
        "4e508931df67b101",
        "c8ad19086b8ca9fd",
    ];
    if SimdLevel::Baseline.has_fused_multiply_add() {
        return;
    }
    let bits = |config| {
        let mut playground = Playground::new(config).unwrap();
        playground.step(20).unwrap();
        playground.bits()
    };
    let found = SimdLevel::Baseline.run(|| both_types().map(bits).collect::<Vec<_>>());
    assert_eq!(found.unwrap(), WITHOUT_FUSED_MULTIPLY_ADD);
}

#[test]
fn another_seed_has_other_bits() {
    let bits = |seed| Playground::new(Config { seed, ..config() }).unwrap().bits();
    assert_ne!(bits(1), bits(2));
    assert_eq!(bits(1), bits(1));
}

#[test]
fn a_digest_is_fnv_1a_of_steps_and_parameters() {
    for config in [config(), with_32_bits(config())] {
        let mut playground = Playground::new(config).unwrap();
        let mut bytes = 0_u64.to_le_bytes().to_vec();
        for number in shown(&mut playground) {
            match playground.config().dtype {
                Dtype::Float32 => bytes.extend(f32::from_f64(number).to_le_bytes()),
                Dtype::Float64 => bytes.extend(number.to_le_bytes()),
            }
        }
        let hash = bytes.iter().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3)
        });
        assert_eq!(playground.bits(), format!("{hash:016x}"));
    }
}
