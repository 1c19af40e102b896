use brique_page::playground::{Config, Playground};

use super::config;

#[test]
fn an_epoch_that_is_shown_has_its_own_parameters() {
    let mut playground = Playground::new(config()).unwrap();
    let mut by_epoch = vec![playground.weights(0).unwrap()];
    while !playground.epoch().unwrap().ended {
        by_epoch.push(playground.weights(0).unwrap());
    }
    let bits = playground.bits();
    assert_eq!(playground.recorded_epochs(), (0..=8).collect::<Vec<_>>());
    for (epoch, weights) in by_epoch.iter().enumerate() {
        playground.look_at(Some(epoch)).unwrap();
        assert_eq!(playground.weights(0).unwrap(), *weights);
        assert_eq!(playground.bits(), bits, "the digest is that of the live training");
    }
    playground.look_at(None).unwrap();
    assert_ne!(playground.weights(0).unwrap(), by_epoch[7]);
}

#[test]
fn a_picture_is_that_of_the_epoch_that_is_shown() {
    let mut playground = Playground::new(config()).unwrap();
    let before = playground.regions(8).unwrap();
    playground.step(usize::MAX).unwrap();
    let after = playground.regions(8).unwrap();
    assert_ne!(before, after);
    playground.look_at(Some(0)).unwrap();
    assert_eq!(playground.regions(8).unwrap(), before);
    playground.look_at(None).unwrap();
    assert_eq!(playground.regions(8).unwrap(), after);
}

#[test]
fn looking_back_does_not_change_the_training() {
    let (mut looked, mut other) = (
        Playground::new(config()).unwrap(),
        Playground::new(config()).unwrap(),
    );
    looked.step(6).unwrap();
    looked.look_at(Some(0)).unwrap();
    looked.regions(4).unwrap();
    looked.step(6).unwrap();
    other.step(12).unwrap();
    assert_eq!(looked.bits(), other.bits());
}

#[test]
fn at_most_200_epochs_are_recorded() {
    let mut playground = Playground::new(Config {
        epochs: 1000,
        batch: 80,
        ..config()
    })
    .unwrap();
    for _ in 0..148 {
        playground.epoch().unwrap();
    }
    let after_148 = playground.weights(0).unwrap();
    playground.step(2).unwrap();
    // The live parameters are those after epoch 150 here: of 149 only the record has them.
    playground.look_at(Some(149)).unwrap();
    let shown = playground.weights(0).unwrap();
    playground.step(480).unwrap();
    let recorded = playground.recorded_epochs();
    assert_eq!(recorded, (0..=630).step_by(4).collect::<Vec<_>>());
    assert_eq!(
        playground.weights(0).unwrap(),
        shown,
        "what is shown stays, recorded or not"
    );
    let error = playground.look_at(Some(149)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the epoch is 149, expected one of the recorded epochs"
    );
    playground.look_at(Some(148)).unwrap();
    assert_eq!(playground.weights(0).unwrap(), after_148);
    assert_eq!(playground.history().epochs.len(), 631, "numbers of all epochs");
}

#[test]
fn a_history_can_be_asked_for_in_parts() {
    let mut playground = Playground::new(config()).unwrap();
    playground.step(usize::MAX).unwrap();
    let (all, last) = (playground.history_answer(0), playground.history_answer(6));
    assert_eq!(last.history.epochs, [6, 7, 8]);
    assert_eq!(last.history.train_loss, all.history.train_loss[6..]);
    assert_eq!(
        last.history.test_accuracy.unwrap(),
        all.history.test_accuracy.unwrap()[6..]
    );
    assert!(playground.history_answer(100).history.epochs.is_empty());
}

#[test]
fn an_ended_training_makes_no_more_steps() {
    let mut playground = Playground::new(config()).unwrap();
    let ended = playground.step(usize::MAX).unwrap();
    assert_eq!((ended.step, ended.epoch), (32, 8));
    assert_eq!(playground.step(5).unwrap(), ended);
    assert_eq!(playground.epoch().unwrap(), ended);
    let none = Playground::new(Config {
        epochs: 0,
        ..config()
    })
    .unwrap();
    assert!(none.status().ended);
}
