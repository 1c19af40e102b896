//! The responses of the server of a dashboard.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use serde::Serialize;
use serde_json::to_vec;

use super::assets::asset;
use super::record::{BatchPoint, EpochPoint, Head, Shared, State, lock};
use super::{Runs, token};
use crate::{Request, Response};

/// The files of the page are the same for every program and everybody. Everything else needs the token.
pub(super) fn respond(request: &Request<'_>, runs: &Runs, expected: &str) -> Response {
    if !request.is_post
        && let Some(file) = asset(request.path)
    {
        return file;
    }
    let is_known = request
        .value("token")
        .is_some_and(|value| token::is_same(value, expected));
    if !is_known {
        return Response::forbidden("open the address that the program has, with its token");
    }
    match (request.is_post, request.path) {
        (false, "/" | "/dashboard.html") => super::assets::page(),
        (false, "/data") => data(runs, request.value("after").unwrap_or_default()),
        (true, "/stop") => stop(runs, request.value("run")),
        _ => Response::not_found(),
    }
}

/// The runs, as JSON.
#[derive(Serialize)]
struct Data<'a> {
    runs: Vec<RunData<'a>>,
}

#[derive(Serialize)]
struct RunData<'a> {
    #[serde(flatten)]
    head: Head<'a>,
    epochs: Vec<&'a EpochPoint>,
    batches: Vec<&'a BatchPoint>,
}

/// What a page has of a run already: the number of the training, the first epoch that it lacks, and the last step that it
/// has.
#[derive(Clone, Copy, Default)]
struct After {
    training: u64,
    epoch: usize,
    step: u64,
}

impl After {
    /// Reads `training.epoch.step`.
    fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split('.');
        Some(Self {
            training: numbers.next()?.parse().ok()?,
            epoch: numbers.next()?.parse().ok()?,
            step: numbers.next()?.parse().ok()?,
        })
    }
}

/// Returns all runs, with the points that come after those that the page has: `after` has an [`After`] for each run.
fn data(runs: &Runs, after: &str) -> Response {
    let runs: Vec<Arc<Shared>> = lock(runs).clone();
    // Copies of the records share their points: no training waits while the numbers become text.
    let records: Vec<_> = runs.iter().map(|run| lock(&run.record).clone()).collect();
    let mut known = after.split(',').map(After::read);
    let mut listed = Vec::new();
    for (run, record) in runs.iter().zip(&records) {
        let after = known.next().flatten().unwrap_or_default();
        let after = if after.training == record.training {
            after
        } else {
            After::default()
        };
        let epochs = record.epochs.iter().map(|point| &**point);
        let batches = record.batches.iter().map(|point| &**point);
        listed.push(RunData {
            head: record.head(&run.name, run.stop.load(Relaxed)),
            epochs: epochs.filter(|point| point.epoch >= after.epoch).collect(),
            batches: batches.filter(|point| point.step > after.step).collect(),
        });
    }
    match to_vec(&Data { runs: listed }) {
        Ok(json) => Response::new("application/json", json),
        Err(error) => Response::text(500, error.to_string()),
    }
}

/// Asks the training of a run to stop.
fn stop(runs: &Runs, number: Option<&str>) -> Response {
    let number = number.and_then(|number| number.parse::<usize>().ok());
    let run = number.and_then(|number| lock(runs).get(number).cloned());
    let Some(run) = run else {
        return Response::text(404, "there is no such run");
    };
    if lock(&run.record).state != State::Running {
        return Response::text(409, "the run is not running");
    }
    run.stop.store(true, Relaxed);
    Response::new("application/json", b"{}".as_slice())
}
