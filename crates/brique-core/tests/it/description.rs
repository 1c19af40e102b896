//! Modules as plain data, their texts, and modules built from them.

use brique_core::{
    Attribute, AttributeValue, Description, Error, Layout, Module, Parameter, Registry, Shape,
    TensorDescription,
};
use brique_tensor::ndarray::array;

use crate::modules::{Exponential, Saves, Scale, Twice, nested};
use crate::toys::ScaledTwins;

#[test]
fn a_description_names_kind_attributes_tensors_and_inner_modules() {
    let description = nested(Saves::Apart).describe();
    assert_eq!(description.kind, "Twice");
    assert!(description.is_composite);
    assert!(description.tensors.is_empty());
    assert_eq!(description.value("in"), Some(&AttributeValue::Sizes(vec![2])));
    assert_eq!(description.value("out"), None);
    let names: Vec<&str> = description.inner.iter().map(|inner| &*inner.name).collect();
    assert_eq!(names, ["first", "second"]);
    assert_eq!(description.inner[0].output, Some(vec![2]));

    let scale = &description.inner[1].module;
    assert!(!scale.is_composite);
    let tensor = |name: &str| TensorDescription {
        name: name.to_owned(),
        shape: (1, 2),
        layout: Layout::Vector,
    };
    assert_eq!(scale.tensors, [tensor("weight"), tensor("bias")]);
    assert_eq!(scale.attributes[1].name, "seed");
    assert!(scale.attributes[0].is_shown && !scale.attributes[1].is_shown);
    assert_eq!(description.parameter_count(), 8);
    assert_eq!(scale.parameter_count(), 4);
}

#[test]
fn the_type_is_the_kind_by_default() {
    let twins = ScaledTwins::new(3.0).describe();
    assert_eq!((&*twins.kind, twins.attributes.len()), ("ScaledTwins", 0));
    assert_eq!(twins.tensors[0].layout, Layout::Transposed);
}

#[test]
fn a_line_and_a_table_show_it() {
    let description = nested(Saves::Apart).describe();
    assert_eq!(description.to_string(), "Twice((2), 2 modules, 8 parameters)");
    assert_eq!(
        format!("{description:#}"),
        "Twice((2), 2 modules, 8 parameters)\n  \
         first     Twice((2), 2 modules, 4 parameters)  (2)  4\n    \
         first   Scale(2)                             (2)  4\n    \
         second  Exponential                          (2)  –\n  \
         second    Scale(2)                             (2)  4"
    );
    let one = Twice::new(1, Exponential(Saves::Apart), Exponential(Saves::Apart));
    assert_eq!(one.describe().to_string(), "Twice((1), 2 modules, 0 parameters)");
}

#[test]
fn attributes_are_shown_unless_they_are_details() {
    let shown = Description::new("Kind")
        .attribute("in", 3_usize)
        .attribute("out", 4_usize)
        .attribute("unit", "metre")
        .attribute("factor", 0.5)
        .detail("out", 9_u64);
    assert_eq!(shown.to_string(), "Kind(3 → 4, metre, 0.5)");
    let alone = Description::new("Kind").attribute("out", 4_usize);
    assert_eq!(alone.to_string(), "Kind(4)");
    let window = Description::new("Kind").attribute("kernel", Shape::from([5, 6]));
    assert_eq!(window.to_string(), "Kind(kernel (5, 6))");
    let hidden = Description::new("Kind")
        .attribute("in", 3_usize)
        .detail("out", 4_usize);
    assert_eq!(hidden.to_string(), "Kind(3)");
    let empty = Description {
        is_composite: true,
        ..Description::new("Kind")
    };
    assert_eq!(empty.to_string(), "Kind(0 modules, 0 parameters)");
}

fn registry() -> Registry {
    let mut registry = Registry::default();
    registry.register("Scale", |d, _| Ok(Box::new(Scale::new(d.size("values")?, 0.0))));
    registry.register("Exponential", |_, _| Ok(Box::new(Exponential(Saves::Apart))));
    registry.register("Twice", |d, inner| {
        let mut modules = inner.into_iter().map(|(_, module)| module);
        let (Some(first), Some(second)) = (modules.next(), modules.next()) else {
            return Ok(Box::new(Exponential(Saves::Apart)));
        };
        Ok(Box::new(Twice {
            values: d.shape("in")?.size(),
            first,
            second,
        }))
    });
    registry
}

#[test]
fn a_registry_builds_and_copies() {
    let network = nested(Saves::Apart);
    let built = registry().build(&network.describe()).unwrap();
    assert_eq!(built.describe(), network.describe());
    let x = array![[0.1, -0.2]];
    assert_ne!(built.forward(&x).unwrap(), network.forward(&x).unwrap());

    let mut copy = registry().copy(&network).unwrap();
    assert_eq!(copy.forward(&x).unwrap(), network.forward(&x).unwrap());
    copy.visit_parameters_mut(&mut |parameter: &mut Parameter| parameter.value_mut().fill(9.0));
    assert_ne!(copy.forward(&x).unwrap(), network.forward(&x).unwrap());
    assert!(format!("{:?}", registry()).contains("\"Exponential\", \"Scale\", \"Twice\""));
}

#[test]
fn what_does_not_fit_is_named() {
    let said = |description: &Description| registry().build(description).unwrap_err().to_string();
    assert_eq!(
        said(&Description::new("Other")),
        "Other, build: kind is \"Other\", expected one of those registered: Exponential, Scale, Twice"
    );
    assert_eq!(
        said(&Description::new("Scale")),
        "Scale, build: attribute \"values\" is missing, expected an integer of at least 0"
    );
    assert_eq!(
        said(&Description::new("Scale").attribute("values", 2_usize)),
        "Scale(2), build: the list of tensors is , expected weight (1, 2), bias (1, 2)"
    );
    let mut wrong = Scale::new(2, 1.0).describe();
    wrong.tensors[1].layout = Layout::Matrix;
    assert!(registry().build(&wrong).is_err());
    let mut inside = nested(Saves::Apart).describe();
    inside.inner[0].module.inner[0].module.tensors.pop();
    assert!(said(&inside).starts_with("Scale(2), build: the list of tensors is weight (1, 2), expected"));
    let mut renamed = nested(Saves::Apart).describe();
    renamed.inner[0].name = "other".to_owned();
    assert!(
        said(&renamed)
            .ends_with("build: the list of inner modules is [other, second], expected [first, second]")
    );
}

#[test]
fn tensors_are_compared_before_a_module_is_built() {
    let scale = Scale::new(3, 1.0).describe();
    scale
        .check_tensors(&[("weight", (1, 3)), ("bias", (1, 3))])
        .unwrap();
    for wrong in [
        &[("weight", (1, 3))][..],
        &[("weight", (1, 3)), ("bias", (1, 4))],
        &[("weight", (1, 3)), ("shift", (1, 3))],
        &[("bias", (1, 3)), ("weight", (1, 3))],
    ] {
        let error = scale.check_tensors(wrong).unwrap_err().to_string();
        assert!(
            error.starts_with("Scale(3), build: the list of tensors is weight (1, 3), bias (1, 3), expected"),
            "{error}"
        );
    }
}

#[test]
fn attributes_have_types() {
    let description = Description::new("Kind")
        .attribute("count", 3_u64)
        .attribute("number", 0.5)
        .attribute("text", "word")
        .attribute("none", Shape::from([]))
        .attribute("one", Shape::from([5]))
        .attribute("two", Shape::from([5, 6]))
        .attribute("three", Shape::from([5, 6, 7]))
        .attribute("four", Shape::from([5, 6, 7, 8]));
    assert_eq!(description.integer("count"), Ok(3));
    assert_eq!(description.size("count"), Ok(3));
    assert_eq!(description.number("number"), Ok(0.5));
    for (name, sizes) in [
        ("none", &[][..]),
        ("one", &[5]),
        ("two", &[5, 6]),
        ("three", &[5, 6, 7]),
        ("four", &[5, 6, 7, 8]),
    ] {
        assert_eq!(description.shape(name).unwrap().sizes(), sizes, "{name}");
    }
    let said = |result: Result<(), Error>| result.unwrap_err().to_string();
    let ends = |result: Result<(), Error>, end: &str| assert!(said(result).ends_with(end));
    ends(
        description.integer("number").map(drop),
        "is Number(0.5), expected an integer of at least 0",
    );
    ends(
        description.size("text").map(drop),
        "is Text(\"word\"), expected an integer of at least 0",
    );
    ends(
        description.number("count").map(drop),
        "is Integer(3), expected a number",
    );
    ends(
        description.shape("count").map(drop),
        "is Integer(3), expected at most four sizes",
    );
    ends(
        description.shape("other").map(drop),
        "\"other\" is missing, expected at most four sizes",
    );
    let mut five = Description::new("Kind");
    five.attributes.push(Attribute {
        name: "five".to_owned(),
        value: AttributeValue::Sizes(vec![1; 5]),
        is_shown: true,
    });
    ends(five.shape("five").map(drop), "expected at most four sizes");
}
