//! A file of vectors: every case of one module in one number type.

use brique_tensor::Scalar;
use serde_json::Value;

use crate::Error;
use crate::case::Case;
use crate::file::Content;
use crate::index::Index;
use crate::measure::normwise_above;
use crate::outcome::VectorRow;
use crate::subjects::{Subject, subject};

/// The error that is accepted for every result, in units of the last place of its largest number.
const ALWAYS_ALLOWED: f64 = 4.0;

/// The largest error that is accepted for a result that is not a sum with cancelling terms, even if PyTorch's error is
/// larger.
const NEVER_EXCEEDED: f64 = 8.0;

/// The result for a file of vectors.
pub(crate) enum Vectors {
    Rows(Vec<VectorRow>),
    NotBuilt { module: String },
}

/// Runs every case of a file named `name`, such as `linear.f32`.
pub(crate) fn run(name: &str, content: &Content, cases: &Value, index: &Index) -> Result<Vectors, Error> {
    match name.rsplit_once('.') {
        Some((module, "f32")) => run_as::<f32>(module, content, cases, index),
        Some((module, "f64")) => run_as::<f64>(module, content, cases, index),
        _ => Err(Error::Name),
    }
}

fn run_as<T: Scalar>(
    module: &str,
    content: &Content,
    cases: &Value,
    index: &Index,
) -> Result<Vectors, Error> {
    let Some(subject) = subject::<T>(module) else {
        return Ok(Vectors::NotBuilt {
            module: module.to_owned(),
        });
    };
    let attributes = cases
        .as_array()
        .filter(|cases| !cases.is_empty())
        .ok_or_else(|| Error::Attribute {
            attribute: "cases",
            found: cases.to_string(),
            expected: "a list of the attributes of at least one case",
        })?;
    let tensors = content.tensors()?;
    let after = format!("{}/", attributes.len());
    if !tensors.names_after(&after).is_empty() {
        return Err(Error::Attribute {
            attribute: "cases",
            found: format!("a list of {} cases", attributes.len()),
            expected: "one entry a case; there are tensors of more cases",
        });
    }
    let mut worst: Vec<(String, usize, f64)> = Vec::new();
    for (number, attributes) in attributes.iter().enumerate() {
        let case = Case {
            tensors: &tensors,
            number,
            attributes,
        };
        for (tensor, error) in errors(&subject, &case)? {
            match worst.iter_mut().find(|(name, ..)| *name == tensor) {
                None => worst.push((tensor, 1, error)),
                Some((_, cases, worst)) => {
                    *cases += 1;
                    *worst = worst.max(error);
                }
            }
        }
    }
    let row = |(tensor, cases, worst): (String, usize, f64)| {
        let torch = index.vector_error(&format!("{module}.{}", T::NAME), &tensor);
        let bound = bound(torch, subject.cancelled.contains(&tensor.as_str()));
        VectorRow {
            module: module.to_owned(),
            dtype: T::NAME,
            tensor,
            cases,
            worst,
            torch,
            bound,
        }
    };
    worst.sort_by(|(a, ..), (b, ..)| a.cmp(b));
    Ok(Vectors::Rows(worst.into_iter().map(row).collect()))
}

/// Returns the normwise error of every result of a case, in units of the last place: `max |got − truth| / max |truth|`
/// / ε.
///
/// If the whole truth is so small that it has fewer digits, in this number type or in the file, the error is relative
/// to the smallest number that has all digits. Every result must have a truth, and every truth a result.
fn errors<T: Scalar>(subject: &Subject<T>, case: &Case<'_>) -> Result<Vec<(String, f64)>, Error> {
    let results = (subject.results)(case)?;
    let epsilon = T::epsilon().as_f64();
    let smallest = T::min_positive_value()
        .as_f64()
        .max(subject.truth_known_to / epsilon);
    let is_result = |truth: &String| results.iter().any(|(name, _)| name == truth);
    if let Some(foreign) = case.truths().into_iter().find(|truth| !is_result(truth)) {
        let names: Vec<&str> = results.iter().map(|(name, _)| *name).collect();
        return Err(Error::Tensor {
            tensor: case.truth_name(&foreign),
            found: "no result of the module".to_owned(),
            expected: format!("one of {}", names.join(", ")),
        });
    }
    let of_result = |(name, got): &(&str, Vec<T>)| {
        let truth = case.truth(name)?;
        if truth.len() != got.len() {
            return Err(Error::Tensor {
                tensor: case.truth_name(name),
                found: format!("of {} numbers", truth.len()),
                expected: format!("{} numbers", got.len()),
            });
        }
        let error = normwise_above(smallest, got, &truth);
        Ok(((*name).to_owned(), error / epsilon))
    };
    results.iter().map(of_result).collect()
}

/// Returns the accepted error: PyTorch's error, but at least 4, and at most 8 unless the terms of a sum cancel.
fn bound(torch: Option<f64>, is_cancelled: bool) -> f64 {
    let bound = torch.map_or(ALWAYS_ALLOWED, |torch| torch.max(ALWAYS_ALLOWED));
    if is_cancelled {
        bound
    } else {
        bound.min(NEVER_EXCEEDED)
    }
}
