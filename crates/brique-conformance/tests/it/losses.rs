//! What only files of losses have: class indices, options, results smaller than any number of their type.

use brique_conformance::{Conformance, run};
use safetensors::Dtype;

use crate::files::{File, Tensor, f32s, f64s, mse};

fn i64s(integers: &[i64]) -> Tensor {
    let bytes = integers
        .iter()
        .flat_map(|integer| integer.to_le_bytes())
        .collect();
    (Dtype::I64, vec![integers.len()], bytes)
}

/// One sum of two cross-entropies: logits (0, 0) of class 1, and (1000, 0) of class 1.
fn cross_entropy() -> File {
    File {
        name: "cross_entropy.f64",
        tensors: vec![
            ("0/in.x", f64s(&[2, 2], &[0.0, 0.0, 1000.0, 0.0])),
            ("0/in.target", i64s(&[1, 1])),
            ("0/truth.y", f64s(&[], &[1000.0 + 2.0_f64.ln()])),
            ("0/truth.gx", f64s(&[2, 2], &[0.5, -0.5, 1.0, -1.0])),
        ],
        metadata: ("cases", r#"[{"reduction": "sum"}]"#.to_owned()),
    }
}

/// The cross-entropy of logits (`far`, 0) of class 0, and its gradient by the softmax.
fn surely_right(name: &'static str, x: Tensor, exact: [f64; 3]) -> File {
    let file = cross_entropy().named(name).set("0/in.x", x);
    file.set("0/in.target", i64s(&[0]))
        .set("0/truth.y", f64s(&[], &exact[..1]))
        .set("0/truth.gx", f64s(&[1, 2], &exact[1..]))
}

fn run_alone(file: &File) -> Conformance {
    run(file.alone().path()).unwrap()
}

fn error(file: &File) -> String {
    let conformance = run_alone(file);
    assert_eq!(conformance.failed.len(), 1, "{conformance:?}");
    conformance.failed[0].error.clone()
}

fn worst(file: &File, tensor: &str) -> f64 {
    let conformance = run_alone(file);
    let row = conformance.vectors.iter().find(|row| row.tensor == tensor);
    row.expect("there is such a tensor").worst
}

#[test]
fn class_indices_are_integers() {
    let conformance = run_alone(&cross_entropy());
    assert!(
        conformance.holds() && conformance.vectors.len() == 2,
        "{conformance:?}"
    );
    assert!(
        error(&cross_entropy().set("0/in.target", f64s(&[2], &[1.0, 1.0])))
            .starts_with("tensor 0/in.target is of type F64, expected I64")
    );
    assert_eq!(
        error(&cross_entropy().set("0/in.target", i64s(&[1, 2]))),
        "CrossEntropyLoss(sum), forward: y[1, 0] is 2, expected a class index: a whole number below 2"
    );
    assert_eq!(
        error(&mse().set("0/in.target", i64s(&[1, 2]))),
        "tensor 0/in.target is of type I64, expected F32",
        "of a loss whose targets are numbers"
    );
    let other_class = cross_entropy().set("0/in.target", i64s(&[1, 0]));
    assert!(!run_alone(&other_class).holds());
}

#[test]
fn the_option_of_a_loss_is_read() {
    let huber = |attributes: &str| {
        let file = mse().named("huber.f32").metadata("cases", attributes);
        // With δ = 1.5 the errors 1 and 2 cost ½ and 1.5 · (2 − ¾).
        file.set("0/truth.y", f64s(&[], &[2.375]))
            .set("0/truth.gx", f64s(&[1, 2], &[1.0, 1.5]))
    };
    assert!(run_alone(&huber(r#"[{"reduction": "sum", "delta": 1.5}]"#)).holds());
    assert!(!run_alone(&huber(r#"[{"reduction": "sum", "delta": 1.0}]"#)).holds());
    assert_eq!(
        error(&huber(r#"[{"reduction": "sum"}]"#)),
        "attribute delta is null, expected a number"
    );
    assert!(
        error(&huber(r#"[{"reduction": "sum", "delta": 0}]"#))
            .ends_with("delta is 0, expected a finite number above 0")
    );
}

#[test]
fn what_is_smaller_than_any_number_of_the_type_may_be_zero() {
    // e^−110 is 1.7e-48: no f32 is that small. e^−80 has all of its digits.
    let far = |x: f32, exact: f64| {
        surely_right(
            "cross_entropy.f32",
            f32s(&[1, 2], &[x, 0.0]),
            [exact, -exact, exact],
        )
    };
    let below = far(110.0, (-110.0_f64).exp());
    assert!(run_alone(&below).holds() && worst(&below, "gx") < 0.01);
    let above = far(80.0, (-80.0_f64).exp());
    assert!(run_alone(&above).holds() && worst(&above, "gx") > 0.01);
    let wrong = far(80.0, 1.01 * (-80.0_f64).exp());
    assert!(worst(&wrong, "gx") > 1e4 && worst(&wrong, "y") > 1e4);
    // A number where there should be none is seen.
    assert!(worst(&far(80.0, (-110.0_f64).exp()), "y") > 1e3);
}

#[test]
fn a_difference_is_asked_for_as_many_digits_as_the_file_has() {
    // 200 bits do not hold 1 + e^−300: the files say that the softmax of the right class is 1.
    let far = |x: f64, exact: [f64; 3]| surely_right("cross_entropy.f64", f64s(&[1, 2], &[x, 0.0]), exact);
    let small = (-300.0_f64).exp();
    let lost = far(300.0, [0.0, 0.0, small]);
    assert!(run_alone(&lost).holds() && worst(&lost, "gx") < 1e-60);
    // They do hold 1 + e^−90.
    let small = (-90.0_f64).exp();
    assert!(run_alone(&far(90.0, [small, -small, small])).holds());
    assert!(worst(&far(90.0, [small, 0.0, small]), "gx") > 1e15);
    // Of another loss every digit is asked for: −ln σ(300) is no difference.
    let certain = |exact: f64| {
        let file = cross_entropy().named("bce_with_logits.f64");
        file.set("0/in.x", f64s(&[1, 1], &[300.0]))
            .set("0/in.target", f64s(&[1, 1], &[1.0]))
            .set("0/truth.y", f64s(&[], &[exact]))
            .set("0/truth.gx", f64s(&[1, 1], &[-exact]))
    };
    let small = (-300.0_f64).exp();
    assert!(run_alone(&certain(small)).holds());
    assert!(worst(&certain(1.01 * small), "y") > 1e13);
}
