//! The differences between two results.

use serde_json::Value;

/// Smaller numbers are compared as if they had this size: they are differences of larger numbers, with rounding errors.
const FLOOR: f64 = 1e-6;

/// The differences between `current` and `committed`: numbers that differ by more than `tolerance`, relative, and all
/// other values that are not equal.
///
/// Numbers smaller than 10⁻⁶ are compared by `tolerance` · 10⁻⁶ absolute. Each difference names its path, as in
/// `experiments.step_size.sweep[3].step: 0.02 became 0.03`.
#[must_use]
pub fn differences(committed: &Value, current: &Value, tolerance: f64) -> Vec<String> {
    let mut found = Vec::new();
    compare("", committed, current, tolerance, &mut found);
    found
}

fn compare(path: &str, committed: &Value, current: &Value, tolerance: f64, found: &mut Vec<String>) {
    match (committed, current) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, old) in old {
                match new.get(key) {
                    Some(new) => compare(&join(path, key), old, new, tolerance, found),
                    None => found.push(format!("{} is missing", join(path, key))),
                }
            }
            let added = new.keys().filter(|key| !old.contains_key(*key));
            found.extend(added.map(|key| format!("{} is new", join(path, key))));
        }
        (Value::Array(old), Value::Array(new)) => {
            if old.len() != new.len() {
                found.push(format!("{path} had {} entries, has {}", old.len(), new.len()));
            }
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}[{index}]"), old, new, tolerance, found);
            }
        }
        (Value::Number(old), Value::Number(new)) if agree(old.as_f64(), new.as_f64(), tolerance) => {}
        (old, new) if old == new => {}
        (old, new) => found.push(format!("{path}: {old} became {new}")),
    }
}

fn agree(old: Option<f64>, new: Option<f64>, tolerance: f64) -> bool {
    match (old, new) {
        (Some(old), Some(new)) => (old - new).abs() <= tolerance * old.abs().max(new.abs()).max(FLOOR),
        _ => false,
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}
