//! The microscope on units and weights of every module.

use brique_core::Module;
use brique_layers::Sequential;
use brique_page::playground::inspect::{
    Inspection, Request, Specimen, Unit, Weight, inspect_unit, inspect_weight,
};
use brique_page::playground::{Config, Dtype, Error, Playground};
use serde_json::Value;

use crate::networks::{averaged, cross_entropy, flat, image, losses, numbers};

/// Looks at units and weights of every module of a network, with one example and with three.
fn visit(network: &Sequential, columns: usize, visit: &mut dyn FnMut(&str, &Inspection)) {
    for examples in [1, 3] {
        let (loss, config, y) = cross_entropy(examples);
        let x = numbers((examples, columns), 7);
        let indices: Vec<usize> = (10..10 + examples).collect();
        let specimen = Specimen {
            network,
            loss: &*loss,
            loss_config: &config,
            x: &x,
            y: &y,
            examples: &indices,
        };
        let mut index = 0;
        let mut input = x.clone();
        while let Some((_, module)) = network.inner(index) {
            let units = module.predict(&input).unwrap();
            for unit in (0..units.ncols()).step_by(3) {
                let found = inspect_unit(&specimen, Unit { module: index, unit }).unwrap();
                let mean = units.column(unit).sum() / examples as f64;
                assert!((found.value - mean).abs() < 1e-12);
                visit(
                    &format!("unit {unit} of module {index} ({module}), {examples} examples"),
                    &found,
                );
            }
            let mut shape = None;
            module.visit_parameters(&mut |parameter| {
                shape.get_or_insert(parameter.shape());
            });
            let (rows, columns) = shape.unwrap_or_default();
            for entry in (0..rows * columns)
                .step_by(2)
                .chain((rows * columns).checked_sub(1))
            {
                let (row, column) = (entry / columns, entry % columns);
                let weight = Weight {
                    module: index,
                    row,
                    column,
                };
                let found = inspect_weight(&specimen, weight).unwrap();
                visit(
                    &format!("weight {row}, {column} of module {index} ({module}), {examples} examples"),
                    &found,
                );
            }
            input = units;
            index += 1;
        }
    }
}

fn visit_all(visit_one: &mut dyn FnMut(&str, &Inspection)) {
    for network in flat() {
        visit(&network, 2, visit_one);
    }
    visit(&image(), 36, visit_one);
    visit(&averaged(), 36, visit_one);
}

#[test]
fn analytic_and_numeric_derivatives_agree() {
    let mut count = 0;
    visit_all(&mut |what, found| {
        let analytic = found.delta.or(found.gradient).unwrap();
        let error = (analytic - found.numeric).abs();
        // The rounding error of the difference is about 10⁻¹⁰.
        assert!(error <= 1e-6 * analytic.abs() + 2e-10, "{what}: {found:?}");
        assert!(
            error <= 1e-6 * analytic.abs() || analytic.abs() < 1e-3,
            "{what}: {found:?}"
        );
        assert_eq!(found.delta.is_some(), found.what == "unit");
        assert_eq!(found.gradient.is_some(), found.what == "weight");
        count += 1;
    });
    assert!(count > 500, "{count}");
}

/// Computes a sum of products as the microscope writes it, `0.5·(−2) + 0.25`, or returns `None` if it is something else.
fn computed(text: &str) -> Option<f64> {
    let factor = |text: &str| {
        text.trim()
            .trim_matches(['(', ')'])
            .replace('−', "-")
            .parse::<f64>()
            .ok()
    };
    let term = |text: &str| text.split('·').map(factor).product::<Option<f64>>();
    text.split(" + ").map(term).sum()
}

#[test]
fn the_numbers_of_formulas_add_up_to_the_result() {
    let (mut computed_sums, mut abbreviated) = (0, 0);
    visit_all(&mut |what, found| {
        for formula in &found.formula {
            let Some((left, right)) = formula.numbers.rsplit_once(" = ") else {
                continue;
            };
            abbreviated += usize::from(left.contains('…'));
            let (Some(left), Some(right)) = (computed(left), computed(right)) else {
                continue;
            };
            assert!(
                (left - right).abs() < 2e-3 * (1.0 + right.abs()),
                "{what}: {formula:?}"
            );
            computed_sums += 1;
        }
    });
    assert!(computed_sums > 400, "{computed_sums}");
    assert!(abbreviated > 20, "{abbreviated}");
}

#[test]
fn rows_multiply_to_the_value_of_a_linear_unit() {
    let network = flat().remove(0);
    let (loss, config, y) = cross_entropy(1);
    let x = numbers((1, 2), 7);
    let specimen = Specimen {
        network: &network,
        loss: &*loss,
        loss_config: &config,
        x: &x,
        y: &y,
        examples: &[4],
    };
    let found = inspect_unit(&specimen, Unit { module: 0, unit: 3 }).unwrap();
    let names: Vec<&str> = found.rows.iter().map(|row| &*row.name).collect();
    assert_eq!(
        names,
        [
            "x₀",
            "W₀₃",
            "x₁",
            "W₁₃",
            "b₃",
            "δ′₀",
            "W′₃₀",
            "δ′₁",
            "W′₃₁",
            "δ′₂",
            "W′₃₂"
        ]
    );
    let value = |index: usize| found.rows[index].value;
    assert!((value(0) * value(1) + value(2) * value(3) + value(4) - found.value).abs() < 1e-15);
    let delta = value(5) * value(6) + value(7) * value(8) + value(9) * value(10);
    assert!((delta - found.delta.unwrap()).abs() < 1e-15);
    assert_eq!(found.formula[0].symbols, "z₃ = Σᵢ xᵢ·Wᵢ₃ + b₃");
    assert_eq!(found.formula[1].symbols, "δ₃ = Σⱼ δ′ⱼ·W′₃ⱼ");
    assert_eq!(found.formula[2].symbols, "∂L/∂z₃ ≈ (L(z₃ + h) − L(z₃ − h)) / 2h");
    let weight = inspect_weight(
        &specimen,
        Weight {
            module: 0,
            row: 1,
            column: 3,
        },
    )
    .unwrap();
    assert_eq!(
        weight.formula[0].symbols,
        "∂L/∂W₁₃ = Σ over the examples of x₁·δ₃"
    );
    assert_eq!(weight.rows[1].name, "x for δ₃ of example 4");
}

#[test]
fn delta_at_the_prediction_follows_from_every_loss() {
    for (loss, config, y) in losses(1) {
        let network = flat().remove(4);
        let x = numbers((1, 2), 7);
        let specimen = Specimen {
            network: &network,
            loss: &*loss,
            loss_config: &config,
            x: &x,
            y: &y,
            examples: &[0],
        };
        for unit in 0..3 {
            let found = inspect_unit(&specimen, Unit { module: 2, unit }).unwrap();
            let delta = found.delta.unwrap();
            assert!((delta - found.numeric).abs() < 1e-9, "{loss}: {found:?}");
            let numbers = &found.formula[1].numbers;
            let (left, right) = numbers.rsplit_once(" = ").unwrap();
            let parse = |text: &str| text.trim_matches(['(', ')']).replace('−', "-").parse::<f64>();
            assert!((parse(right).unwrap() - delta).abs() < 1e-4, "{loss}: {numbers}");
            if let Some((difference, divisor)) = left.trim_start_matches("2·").rsplit_once(" / ")
                && let Some((a, b)) = difference[1..].split_once(" − ")
                && let (Ok(a), Ok(b), Ok(divisor)) = (parse(a), parse(b), divisor.parse::<f64>())
            {
                let factor = if left.starts_with("2·") { 2.0 } else { 1.0 };
                assert!(
                    (factor * (a - b) / divisor - delta).abs() < 1e-3,
                    "{loss}: {numbers}"
                );
            }
        }
    }
}

#[test]
fn what_does_not_exist_is_an_error() {
    let network = flat().remove(1);
    let (loss, config, y) = cross_entropy(1);
    let x = numbers((1, 2), 7);
    let specimen = Specimen {
        network: &network,
        loss: &*loss,
        loss_config: &config,
        x: &x,
        y: &y,
        examples: &[4],
    };
    let unit = |module, unit| {
        inspect_unit(&specimen, Unit { module, unit })
            .unwrap_err()
            .to_string()
    };
    assert!(unit(3, 0).ends_with("inspect: the index of the module is 3, expected at most 2"));
    assert!(unit(0, 4).ends_with("inspect: the index of the unit is 4, expected at most 3"));
    let weight = Weight {
        module: 1,
        row: 0,
        column: 0,
    };
    let error = inspect_weight(&specimen, weight).unwrap_err().to_string();
    assert!(error.ends_with("the row of the weight is 0, expected none, because there is none"));
    let (x, y) = (numbers((0, 2), 1), numbers((0, 1), 1));
    let empty = Specimen {
        x: &x,
        y: &y,
        examples: &[],
        ..specimen
    };
    let error = inspect_unit(&empty, Unit { module: 0, unit: 0 })
        .unwrap_err()
        .to_string();
    assert!(
        error.ends_with("the number of examples is 0, expected at least 1"),
        "{error}"
    );
}

fn playground() -> Playground {
    let config = Config::from_json(
        r#"{"data":{"kind":"moons","examples":60,"noise":0.1,"seed":1},"test_fraction":0.5,
            "network":[{"kind":"Linear","out":4},{"kind":"ReLU"},{"kind":"Dropout","rate":0.5},{"kind":"Linear","out":1}],
            "init":"XavierUniform","loss":{"kind":"HingeLoss"},
            "optimizer":{"kind":"SGD","learning_rate":0.1,"momentum":0,"nesterov":false,"weight_decay":0},
            "schedule":{"kind":"Constant"},"batch":10,"epochs":3,"seed":1}"#,
    );
    Playground::new(config.unwrap()).unwrap()
}

/// Differences of a loss that is computed with 32 bits would differ from the gradients in the third digit.
#[test]
fn with_32_bits_gradients_are_compared_with_64() {
    let config = Config {
        dtype: Dtype::Float32,
        ..playground().config().clone()
    };
    let mut playground = Playground::new(config).unwrap();
    playground.step(3).unwrap();
    let check = playground.check(None).unwrap();
    assert!(check.passes, "{}", check.message);
    let mistake: brique_page::playground::check::Request =
        serde_json::from_str(r#"{"mistake":{"module":2,"kind":"mask_forgotten"}}"#).unwrap();
    assert!(!playground.check(mistake.mistake).unwrap().passes);
    let request = serde_json::from_str(r#"{"examples":[3,4],"weight":{"module":3,"row":4,"column":0}}"#);
    let inspection = playground.inspect(&request.unwrap()).unwrap();
    assert!(inspection.relative_error < 1e-7, "{inspection:?}");
}

#[test]
fn requests_are_answered_and_change_no_bit_of_the_training() {
    let mut playground = playground();
    let mut untouched = self::playground();
    playground.step(2).unwrap();
    untouched.step(2).unwrap();
    let answer = |text: Result<String, Error>| -> Value { serde_json::from_str(&text.unwrap()).unwrap() };
    let unit = answer(playground.inspect_json(r#"{"examples":[3],"unit":{"module":0,"unit":1}}"#));
    assert_eq!(unit["what"], "unit");
    assert!(unit["delta"].is_number() && unit["gradient"].is_null());
    let weight =
        answer(playground.inspect_json(r#"{"examples":[3,4],"weight":{"module":3,"row":4,"column":0}}"#));
    assert_eq!(weight["what"], "weight");
    assert!(
        weight["formula"][0]["symbols"]
            .as_str()
            .unwrap()
            .starts_with("∂L/∂b₀")
    );
    let check = answer(playground.check_json(r#"{"mistake":null}"#));
    assert_eq!(check["passes"], true, "{check}");
    let wrong = r#"{"mistake":{"module":2,"kind":"mask_forgotten"}}"#;
    let check = answer(playground.check_json(wrong));
    assert_eq!(check["passes"], false, "{check}");
    let backward = answer(playground.backward_json(r#"{"examples":[0,1,2]}"#));
    assert_eq!(backward["modules"][0]["delta"].as_array().unwrap().len(), 4);
    assert_eq!(backward["modules"][0]["gradient"].as_array().unwrap().len(), 12);
    assert!(backward["modules"][1]["gradient"].is_null());
    for it in [&mut playground, &mut untouched] {
        it.step(100).unwrap();
    }
    assert_eq!(playground.bits(), untouched.bits());
}

#[test]
fn the_backward_view_has_the_numbers_of_the_microscope() {
    let mut playground = playground();
    let examples = vec![1, 5, 7];
    let backward = playground.backward(&examples).unwrap();
    let request = Request {
        examples,
        unit: Some(Unit { module: 1, unit: 2 }),
        weight: None,
    };
    let unit = playground.inspect(&request).unwrap();
    assert_eq!(
        backward.modules[1].delta[2].to_bits(),
        unit.delta.unwrap().to_bits()
    );
    let request = Request {
        unit: None,
        weight: Some(Weight {
            module: 0,
            row: 1,
            column: 3,
        }),
        ..request
    };
    let weight = playground.inspect(&request).unwrap();
    let gradient = backward.modules[0].gradient.as_ref().unwrap();
    assert_eq!(gradient[4 + 3].to_bits(), weight.gradient.unwrap().to_bits());
}

#[test]
fn wrong_requests_are_errors() {
    let mut playground = playground();
    let refused = |result: Result<String, Error>| result.unwrap_err().to_string();
    assert_eq!(
        refused(playground.inspect_json(r#"{"examples":[60],"unit":{"module":0,"unit":0}}"#)),
        "the index of an example is 60, expected below 60, the number of examples"
    );
    assert_eq!(
        refused(playground.inspect_json(r#"{"examples":[0]}"#)),
        "what to look at is nothing, expected a unit or a weight"
    );
    assert!(refused(playground.check_json("{")).starts_with("the JSON cannot be read"));
}

#[test]
fn the_record_has_the_statistics_of_every_epoch() {
    let mut playground = playground();
    playground.step(100).unwrap();
    let layers = &playground.history().layers;
    assert_eq!(layers.len(), 4);
    assert!(layers.iter().all(|layer| layer.delta.len() == 4));
    assert_eq!(layers[0].gradient.as_ref().unwrap().len(), 4);
    assert!(layers[1].gradient.is_none() && layers[1].dead.as_ref().unwrap().len() == 4);
    assert!(layers[2].dead.is_none());
    assert_eq!(playground.history().from(3).layers[0].delta, layers[0].delta[3..]);
}

#[test]
fn rows_of_a_normalisation_and_of_a_pool_give_the_value() {
    let (mut norms, mut pools) = (0, 0);
    visit_all(&mut |what, found| {
        let row = |name: &str| {
            let found = found.rows.iter().find(|row| row.name.starts_with(name));
            found.map(|row| row.value)
        };
        if let (Some(mean), Some(variance)) = (row("mean"), row("variance")) {
            let (x, gain, bias) = (found.rows[0].value, row("g").unwrap(), row("b").unwrap());
            let value = gain * (x - mean) / (variance + 1e-5).sqrt() + bias;
            assert!((value - found.value).abs() < 1e-12, "{what}: {found:?}");
            norms += 1;
        }
        if found.formula[0].symbols.ends_with("max x over the window") {
            let inputs = found.rows.iter().filter(|row| row.name.starts_with('x'));
            let values: Vec<f64> = inputs.map(|row| row.value).collect();
            assert_eq!(values.len(), 4, "{what}");
            let largest = values.into_iter().fold(f64::NEG_INFINITY, f64::max);
            assert_eq!(largest.to_bits(), found.value.to_bits(), "{what}");
            pools += 1;
        }
    });
    assert!(norms > 5 && pools > 2, "{norms}, {pools}");
}
