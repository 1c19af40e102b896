//! What many machines gain, computed from times and costs.

use brique_bench::{MessageCost, StepTimes};

const FREE: MessageCost = MessageCost {
    message: 0.0,
    byte: 0.0,
};

fn times() -> StepTimes {
    StepTimes {
        name: "network".to_owned(),
        bytes: 1e6,
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

#[test]
fn costs_are_those_of_the_formula() {
    let cost = MessageCost {
        message: 1e-3,
        byte: 1e-9,
    };
    let messages = 3.0 * 3.0 * 1e-3 + 2.0 * 0.75 * 1e-3;
    assert_eq!(times().strong(4, &cost), Some(1.024 / (0.256 + messages)));
    assert_eq!(times().weak(4, &cost), Some(4.0 * 0.004 / (0.004 + messages)));
    assert_eq!(times().pays_up_to(|processes| times().weak(processes, &cost)), 2);
}

#[test]
fn the_cost_of_two_exchanges_is_a_line() {
    let cost = MessageCost::of_exchanges((8.0, 1.0), (1008.0, 3.0));
    assert_eq!((cost.message, cost.byte), (1.0 - 0.016, 0.002));
}
