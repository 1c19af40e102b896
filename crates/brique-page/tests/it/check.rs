//! The gradient check of a network, with and without planted mistakes.

use brique_core::{Module, visit_modules};
use brique_layers::Sequential;
use brique_page::playground::check::{Check, Planted, check};
use brique_page::playground::mistakes::{Mistake, Mistaken};

use crate::networks::{averaged, cross_entropy, flat, image, losses, numbers};

const EXAMPLES: usize = 5;

fn all() -> Vec<(Sequential, usize)> {
    let flat = flat().into_iter().map(|network| (network, 2));
    flat.chain([(image(), 36), (averaged(), 36)]).collect()
}

fn checked(network: &Sequential, columns: usize, mistake: Option<Planted>) -> Check {
    let (loss, _, y) = cross_entropy(EXAMPLES);
    check(
        network,
        &*loss,
        (&numbers((EXAMPLES, columns), 1), &y),
        3,
        mistake,
    )
    .unwrap()
}

#[test]
fn correct_networks_pass() {
    for (network, columns) in all() {
        let check = checked(&network, columns, None);
        assert!(check.passes, "{}", check.message);
        assert!(
            check.message.contains("gradient check: all "),
            "{}",
            check.message
        );
        assert!(
            check.rows.iter().all(|row| row.relative_error < 1e-6),
            "{}",
            check.message
        );
        assert_eq!(check.rows[0].name, "input");
        let mut tensors = 0;
        visit_modules(&network, &mut |_, module| {
            tensors += module.describe().tensors.len();
        });
        assert_eq!(check.rows.len(), 1 + tensors);
    }
}

#[test]
fn every_loss_passes() {
    for (loss, _, y) in losses(EXAMPLES) {
        let network = flat().remove(4);
        let check = check(&network, &*loss, (&numbers((EXAMPLES, 2), 1), &y), 0, None).unwrap();
        assert!(check.passes, "{loss}: {}", check.message);
    }
}

#[test]
fn every_planted_mistake_is_seen() {
    let mut planted = Vec::new();
    for (network, columns) in all() {
        for module in 0..network.len() {
            let (_, inner) = network.inner(module).unwrap();
            for kind in Mistake::ALL {
                if kind.check(&inner.describe()).is_err() {
                    continue;
                }
                let check = checked(&network, columns, Some(Planted { module, kind }));
                assert!(!check.passes, "{kind:?} in {inner}: {}", check.message);
                assert!(
                    check
                        .message
                        .contains("entries differ from the differences of forward")
                );
                planted.push(kind);
            }
        }
    }
    for kind in Mistake::ALL {
        // The square layer of the residual is not at the top.
        let is_planted = planted.contains(&kind) || kind == Mistake::WeightsNotTransposed;
        assert!(is_planted, "{kind:?} was never planted");
    }
}

#[test]
fn weights_that_are_not_transposed_are_seen() {
    let square = Sequential::new(2)
        .then(brique_layers::Linear::from_parameters(numbers((3, 2), 1)).unwrap())
        .and_then(|network| {
            network.then(brique_layers::Linear::from_parameters(numbers((3, 3), 2)).unwrap())
        });
    let kind = Mistake::WeightsNotTransposed;
    let check = checked(&square.unwrap(), 2, Some(Planted { module: 0, kind }));
    assert!(!check.rows[0].passes, "{}", check.message);
    assert!(check.rows[1..].iter().all(|row| row.passes), "{}", check.message);
}

#[test]
fn a_forgotten_bias_is_seen_in_the_bias_alone() {
    let kind = Mistake::BiasForgotten;
    let check = checked(&flat().remove(4), 2, Some(Planted { module: 2, kind }));
    let wrong: Vec<(&str, &str)> = check
        .rows
        .iter()
        .filter(|row| !row.passes)
        .map(|row| (&*row.path, &*row.name))
        .collect();
    assert_eq!(wrong, [("2", "bias")]);
    let worst = check.rows.last().unwrap().worst.unwrap();
    assert_eq!(worst.analytic.to_bits(), 0);
    assert!(check.rows.last().unwrap().relative_error > 0.99);
}

#[test]
fn factors_are_measured() {
    let kind = Mistake::Factor2;
    let check = checked(&flat().remove(4), 2, Some(Planted { module: 1, kind }));
    // Everything before the module is twice as large, everything behind it is right.
    let ratios: Vec<f64> = check.rows.iter().map(|row| row.analytic / row.numeric).collect();
    let expected = [2.0, 2.0, 2.0, 1.0, 1.0];
    for (ratio, expected) in ratios.iter().zip(expected) {
        assert!((ratio - expected).abs() < 1e-6, "{ratios:?}");
    }
}

#[test]
fn mistakes_that_do_not_apply_are_errors() {
    let network = flat().remove(1);
    let (loss, _, y) = cross_entropy(EXAMPLES);
    let x = numbers((EXAMPLES, 2), 1);
    let refused = |module, kind| {
        let planted = Some(Planted { module, kind });
        check(&network, &*loss, (&x, &y), 0, planted)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        refused(1, Mistake::BiasForgotten),
        "bias_forgotten, check: the module of this mistake is ReLU, expected a module with parameters of its own"
    );
    assert_eq!(
        refused(1, Mistake::DerivativeAtOutput),
        "derivative_at_output, check: the module of this mistake is ReLU, \
         expected an activation whose derivative at the output differs from that at the input"
    );
    assert!(refused(7, Mistake::WrongSign).contains("expected below 3, the number of modules"));
}

#[test]
fn names_of_mistakes_are_those_of_requests() {
    for kind in Mistake::ALL {
        let text = format!(r#"{{"mistake":{{"module":0,"kind":"{}"}}}}"#, kind.kind());
        let request: brique_page::playground::check::Request = serde_json::from_str(&text).unwrap();
        assert_eq!(request.mistake.unwrap().kind, kind);
    }
}

#[test]
fn a_check_changes_nothing() {
    let network = flat().remove(12);
    let before = format!("{network:?}");
    checked(
        &network,
        2,
        Some(Planted {
            module: 1,
            kind: Mistake::InputForgotten,
        }),
    );
    assert_eq!(format!("{network:?}"), before);
}

#[test]
fn a_mistaken_module_still_computes_the_right_output() {
    let registry = brique_layers::registry();
    for (network, columns) in all() {
        let copy = registry.copy(&network).unwrap();
        let mistaken = Mistaken::new(copy, Mistake::WrongSign).unwrap();
        let x = numbers((3, columns), 2);
        assert_eq!(mistaken.predict(&x).unwrap(), network.predict(&x).unwrap());
        let (right, wrong) = (
            network.backward_delta(&x, &numbers((3, 3), 3)),
            mistaken.backward_delta(&x, &numbers((3, 3), 3)),
        );
        assert_eq!(wrong.unwrap(), -right.unwrap());
    }
}
