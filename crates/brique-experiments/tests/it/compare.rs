use brique_experiments::differences;
use serde_json::{Value, json};

fn check(committed: &Value, fresh: &Value, expected: &[&str]) {
    assert_eq!(differences(committed, fresh, 1e-9), expected);
}

#[test]
fn numbers_agree_within_the_tolerance() {
    check(
        &json!({ "a": [1.0, 2.0] }),
        &json!({ "a": [1.0, 2.0 + 1e-9] }),
        &[],
    );
    check(
        &json!({ "a": [1.0, 2.0] }),
        &json!({ "a": [1.0, 2.000_000_01] }),
        &["a[1]: 2.0 became 2.00000001"],
    );
    check(&json!(1e12), &json!(1e12 + 100.0), &[]);
    check(&json!(-1.0), &json!(1.0), &[": -1.0 became 1.0"]);
}

#[test]
fn rounding_errors_are_no_results() {
    check(&json!(1e-16), &json!(3e-16), &[]);
    check(&json!(0.0), &json!(1e-16), &[]);
    check(&json!(0.0), &json!(1e-14), &[": 0.0 became 1e-14"]);
    check(
        &json!(1.2e-8),
        &json!(1.200_06e-8),
        &[": 1.2e-8 became 1.20006e-8"],
    );
}

#[test]
fn other_values_agree_or_do_not() {
    check(
        &json!({ "holds": true, "text": "x" }),
        &json!({ "holds": true, "text": "x" }),
        &[],
    );
    check(
        &json!({ "holds": true }),
        &json!({ "holds": false }),
        &["holds: true became false"],
    );
    check(&json!("x"), &json!(1.0), &[": \"x\" became 1.0"]);
    check(&json!(null), &json!(1.0), &[": null became 1.0"]);
}

#[test]
fn what_is_missing_or_new_is_named() {
    check(
        &json!({ "a": { "b": 1 } }),
        &json!({ "a": {} }),
        &["a.b is missing"],
    );
    check(&json!({ "a": {} }), &json!({ "a": { "b": 1 } }), &["a.b is new"]);
    check(
        &json!({ "a": [1, 2] }),
        &json!({ "a": [1] }),
        &["a had 2 entries, has 1"],
    );
}
