//! A file of vectors: every case of one module in one type of number.

use brique_tensor::Scalar;
use serde_json::Value;

use crate::Error;
use crate::case::Case;
use crate::file::Content;
use crate::index::Index;
use crate::measure::normwise;
use crate::outcome::VectorRow;
use crate::subjects::{Subject, subject};

/// What any result may be off, in units of the last place of its largest number.
const ALWAYS_ALLOWED: f64 = 4.0;

/// What a result may be off at most that is no sum whose terms cancel, however far off others are.
const NEVER_EXCEEDED: f64 = 8.0;

/// What became of a file of vectors.
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
    Ok(Vectors::Rows(worst.into_iter().map(row).collect()))
}

/// The normwise error of every result of a case, in units of the last place: `max |got − truth| / max |truth|` / ε.
fn errors<T: Scalar>(subject: &Subject<T>, case: &Case<'_>) -> Result<Vec<(String, f64)>, Error> {
    let results = (subject.results)(case)?;
    let of_truth = |name: String| {
        let truth = case.truth(&name)?;
        let got = results
            .iter()
            .find(|(result, _)| *result == name)
            .map(|(_, numbers)| numbers);
        let got = got
            .filter(|got| got.len() == truth.len())
            .ok_or_else(|| Error::Tensor {
                tensor: format!("{}/truth.{name}", case.number),
                found: format!("of {} numbers", truth.len()),
                expected: got.map_or("nothing of that name".to_owned(), |got| {
                    format!("{} numbers", got.len())
                }),
            })?;
        Ok((name, normwise(got, &truth) / T::epsilon().as_f64()))
    };
    case.truths().into_iter().map(of_truth).collect()
}

/// At most what PyTorch is off, and at least 4; but 8 at most unless the terms of a sum cancel.
fn bound(torch: Option<f64>, is_cancelled: bool) -> f64 {
    let bound = torch.map_or(ALWAYS_ALLOWED, |torch| torch.max(ALWAYS_ALLOWED));
    if is_cancelled {
        bound
    } else {
        bound.min(NEVER_EXCEEDED)
    }
}
