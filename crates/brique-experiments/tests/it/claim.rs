use brique_experiments::{Claim, Relation};

fn claim(measured: f64, relation: Relation, bound: f64) -> Claim {
    Claim {
        id: "a.b".to_owned(),
        text: "a is b".to_owned(),
        measured,
        relation,
        bound,
        reported: None,
    }
}

#[test]
fn bounds_are_kept_or_not() {
    use Relation::{AtLeast, AtMost, RoundsTo};
    assert!(claim(0.5, AtMost, 0.5).holds());
    assert!(!claim(0.500_001, AtMost, 0.5).holds());
    assert!(claim(0.5, AtLeast, 0.5).holds());
    assert!(!claim(0.499_999, AtLeast, 0.5).holds());
    assert!(claim(3.330_249, RoundsTo { decimals: 4 }, 3.3302).holds());
    assert!(!claim(3.330_251, RoundsTo { decimals: 4 }, 3.3302).holds());
    assert!(!claim(-3.3302, RoundsTo { decimals: 4 }, 3.3302).holds());
}

#[test]
fn what_is_not_finite_keeps_no_bound() {
    for measured in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        for relation in [
            Relation::AtMost,
            Relation::AtLeast,
            Relation::RoundsTo { decimals: 1 },
        ] {
            assert!(!claim(measured, relation, measured).holds());
        }
    }
}

#[test]
fn numbers_are_shown_with_the_digits_that_matter() {
    use Relation::{AtLeast, AtMost, RoundsTo};
    let shown = |claim: Claim| (claim.measured_as_text(), claim.bound_as_text());
    let pair = |measured: &str, bound: &str| (measured.to_owned(), bound.to_owned());
    assert_eq!(shown(claim(0.48, AtMost, 0.6)), pair("0.48", "≤ 0.6"));
    assert_eq!(shown(claim(1.234e-8, AtMost, 1e-6)), pair("1.2e-8", "≤ 1.0e-6"));
    assert_eq!(shown(claim(1000.0, AtLeast, 0.0)), pair("1000", "≥ 0"));
    assert_eq!(
        shown(claim(1.0, RoundsTo { decimals: 3 }, 1.0)),
        pair("1.000", "= 1.000")
    );
}

#[test]
fn json_has_every_part() {
    assert_eq!(
        claim(0.25, Relation::AtMost, 0.5).to_json(),
        serde_json::json!({
            "id": "a.b", "text": "a is b", "measured": 0.25, "relation": "at_most", "bound": 0.5, "holds": true
        })
    );
}
