//! What many machines gain, computed from times and costs.

use brique_bench::{GradientTime, MessageCost, StepTimes};

const FREE: MessageCost = MessageCost {
    message: 0.0,
    byte: 0.0,
    work: 0.0,
};

/// Two gradients of 1 MB. That of the first parameter is known last.
fn times() -> StepTimes {
    let gradient = |ready| GradientTime {
        bytes: 1_000_000,
        ready,
    };
    StepTimes {
        name: "network".to_owned(),
        gradients: vec![gradient(0.75), gradient(0.5)],
        batch: 4,
        seconds: (0..=10).map(|exponent| f64::from(1 << exponent) * 1e-3).collect(),
    }
}

#[test]
fn without_costs_machines_gain_what_they_are() {
    assert_eq!(times().strong(64, &FREE), Some(64.0));
    assert_eq!(times().weak(64, &FREE), Some(64.0));
    assert_eq!(times().strong(2048, &FREE), None);
    assert_eq!(
        times().pays_up_to(|processes| times().strong(processes, &FREE)),
        1024
    );
}

/// In seconds of a step of 1 s in four processes: the losses arrive at 0.3; the gradients are known at 0.8 and 1.05; their
/// messages take 0.3 + 0.75 · 0.2 each, and those of the sums as long again.
#[test]
fn messages_travel_during_the_backward_pass() {
    let cost = MessageCost {
        message: 0.1,
        byte: 0.2e-6,
        work: 0.0,
    };
    let expected = 0.8 + 0.45 + 0.45 + 0.9 + 0.25;
    assert!((times().with_messages(1.0, 4, &cost) - expected).abs() < 1e-12);
    // If the first exchange ends before the second one can start, only the second one is waited for.
    let cost = MessageCost {
        message: 0.01,
        byte: 0.1e-6,
        work: 0.0,
    };
    let expected = 0.03 + 0.75 + 0.105 + 0.21 + 0.25;
    assert!((times().with_messages(1.0, 4, &cost) - expected).abs() < 1e-12);
}

#[test]
fn the_work_of_the_processor_is_added_to_the_backward_pass() {
    let cost = MessageCost { work: 0.1e-6, ..FREE };
    assert!((times().with_messages(1.0, 4, &cost) - (1.0 + 2.0 * 0.15)).abs() < 1e-12);
}

/// Small gradients are exchanged together, after the last of them is known, and all processes add them.
#[test]
fn small_gradients_are_one_message() {
    let mut times = times();
    times
        .gradients
        .iter_mut()
        .for_each(|gradient| gradient.bytes = 100);
    let cost = MessageCost {
        message: 0.1,
        byte: 1e-3,
        work: 0.0,
    };
    let expected = 0.3 + 0.75 + 3.0 * (0.1 + 0.2) + 0.25;
    assert!((times.with_messages(1.0, 4, &cost) - expected).abs() < 1e-12);
}

#[test]
fn one_machine_exchanges_nothing() {
    let cost = MessageCost {
        message: 1.0,
        byte: 1.0,
        work: 1.0,
    };
    assert_eq!(times().with_messages(1.0, 1, &cost), 1.0);
    assert_eq!(times().weak(1, &cost), Some(1.0));
}

#[test]
fn the_cost_of_two_exchanges_is_a_line() {
    let cost = MessageCost::of_exchanges((8.0, 1.0), (1008.0, 3.0), 0.504);
    assert_eq!((cost.message, cost.work), (1.0 - 0.016, 0.0005));
    assert!((cost.byte - 0.0015).abs() < 1e-15);
}
