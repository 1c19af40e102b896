use std::collections::BTreeSet;

use brique_page::playground::{Catalogue, Config, Field, Playground, catalogue, describe};
use serde_json::{Value, json};

/// The configuration with which the page begins, with one part replaced.
fn with(part: &str, value: Value) -> Value {
    let mut config = serde_json::to_value(catalogue().config).unwrap();
    config[part] = value;
    config
}

fn read(config: &Value) -> Config {
    serde_json::from_value(config.clone()).unwrap_or_else(|error| panic!("{error}: {config}"))
}

#[test]
fn defaults_of_every_kind_are_valid() {
    let all = catalogue();
    for data in all
        .data
        .iter()
        .filter(|data| !["csv", "points"].contains(&data.kind))
    {
        let config = read(&with("data", Catalogue::default_of(data.kind, &data.fields)));
        let examples = brique_page::playground::examples(&config).unwrap();
        let task = serde_json::to_value(examples.task).unwrap();
        assert_eq!(Value::from(data.task.unwrap()), task);
        assert_eq!(data.input == "digits", examples.inputs.ncols() == 64);
    }
    for (part, kinds) in [
        ("loss", &all.losses),
        ("optimizer", &all.optimizers),
        ("schedule", &all.schedules),
    ] {
        for kind in kinds {
            read(&with(part, Catalogue::default_of(kind.kind, &kind.fields)));
        }
    }
    for init in &all.inits {
        read(&with("init", Value::from(*init)));
    }
}

#[test]
fn defaults_of_every_module_are_read() {
    let all = catalogue();
    assert_eq!(all.modules.len(), 18);
    for module in &all.modules {
        let mut default = Catalogue::default_of(module.kind, &module.fields);
        if module.kind == "Residual" {
            default["inner"] = json!([]);
        }
        read(&with("network", json!([default])));
    }
}

#[test]
fn fields_are_within_their_ranges() {
    let all = catalogue();
    let kinds = [&all.losses, &all.optimizers, &all.schedules]
        .into_iter()
        .flatten();
    let fields: Vec<Field> = kinds
        .flat_map(|kind| kind.fields.clone())
        .chain(all.modules.iter().flat_map(|module| module.fields.clone()))
        .chain(all.data.iter().flat_map(|data| data.fields.clone()))
        .collect();
    for field in fields
        .iter()
        .filter(|field| ["integer", "number"].contains(&field.type_))
    {
        let number = |value: &Option<Value>| value.as_ref().unwrap().as_f64().unwrap();
        let default = field.default.as_f64().unwrap();
        assert!(
            (number(&field.min)..=number(&field.max)).contains(&default),
            "{field:?}"
        );
        assert!(number(&field.step) > 0.0);
    }
}

#[test]
fn every_named_configuration_begins_to_learn() {
    let examples = catalogue().examples;
    let names: BTreeSet<&str> = examples.iter().map(|example| example.name).collect();
    assert_eq!(names.len(), examples.len());
    for example in examples {
        assert_eq!(describe(&example.config).error, None, "{}", example.name);
        assert_eq!(
            Config::from_json(&example.config.to_json().unwrap()).unwrap(),
            example.config
        );
    }
    let mut first = Playground::new(catalogue().config).unwrap();
    first.step(usize::MAX).unwrap();
    assert!(first.history().test_accuracy.as_ref().unwrap()[200] > 0.9);
}

/// Experiments that the configurations name exist.
#[test]
fn experiments_of_the_report_are_named_as_there() {
    let results = include_str!("../../../../../docs/report/results.json");
    let results: Value = serde_json::from_str(results).unwrap();
    for example in catalogue().examples {
        if let Some(name) = example.report {
            assert!(results.to_string().contains(&format!("\"{name}\"")), "{name}");
        }
    }
}

#[test]
fn the_report_links_to_examples_of_the_catalogue() {
    let report = include_str!("../../../../../docs/report/report.md");
    let linked: BTreeSet<&str> = report
        .split("playground/index.html#example=")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .collect();
    let examples = catalogue().examples.into_iter();
    let of_the_report: Vec<_> = examples.filter(|example| example.report.is_some()).collect();
    let known: BTreeSet<&str> = of_the_report.iter().map(|example| example.name).collect();
    assert_eq!(linked, known);
}
