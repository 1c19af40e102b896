use allocation_counter::measure;
use brique_page::playground::{Config, Module, Playground};

use super::config;

#[test]
fn steps_within_an_epoch_allocate_nothing() {
    let network = vec![
        Module::Linear { out: 64 },
        Module::Tanh {},
        Module::Linear { out: 64 },
        Module::Dropout { rate: 0.1 },
        Module::Linear { out: 2 },
    ];
    let mut playground = Playground::new(Config {
        network,
        batch: 4,
        clip_norm: Some(1.0),
        ..config()
    })
    .unwrap();
    playground.step(2).unwrap();
    let allocated = measure(|| {
        playground.step(6).unwrap();
        playground.step(1).unwrap();
    });
    assert_eq!((allocated.count_total, playground.status().step), (0, 9));
}
