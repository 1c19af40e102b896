//! What a run found.

use serde_json::{Value, json};

/// A result of a module or loss in one type of number, over all cases of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorRow {
    /// The module or loss, as the file names it.
    pub module: String,
    /// `f32` or `f64`.
    pub dtype: &'static str,
    /// `y`, `gx`, `gparameters` or `gbias`.
    pub tensor: String,
    /// How many cases were run.
    pub cases: usize,
    /// The worst normwise error, `max |got − truth| / max |truth|`, in units of the last place of the type.
    pub worst: f64,
    /// PyTorch's worst error on the same cases, where `index.json` has it.
    pub torch: Option<f64>,
    /// The largest error that is accepted.
    pub bound: f64,
}

impl VectorRow {
    /// Whether the error is within its bound.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.worst <= self.bound
    }
}

/// A whole training.
#[derive(Debug, Clone, PartialEq)]
pub struct TrajectoryRow {
    /// The name of the file.
    pub name: String,
    /// How many steps were made.
    pub steps: usize,
    /// The worst relative distance of a loss.
    pub loss_distance: f64,
    /// The worst distance of the final parameters, relative to the largest of their layer.
    pub parameter_distance: f64,
    /// PyTorch's worst relative distance of a loss, where `index.json` has it.
    pub torch: Option<f64>,
    /// The largest distance of a loss that is accepted.
    pub bound: f64,
}

impl TrajectoryRow {
    /// The largest distance of the final parameters that is accepted: the last step, which no loss shows, was made.
    pub const PARAMETER_BOUND: f64 = 1e-6;

    /// Whether the loss curve and the final parameters are within their bounds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.loss_distance <= self.bound && self.parameter_distance <= Self::PARAMETER_BOUND
    }
}

/// A file that asks for what the library does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotBuilt {
    /// The name of the file.
    pub file: String,
    /// What is missing, in words.
    pub missing: Vec<String>,
}

/// A file that could not be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The name of the file.
    pub file: String,
    /// Why.
    pub error: String,
}

/// What became of every file of a folder.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Conformance {
    /// Every result of every file of vectors that was run.
    pub vectors: Vec<VectorRow>,
    /// Every training that was run.
    pub trajectories: Vec<TrajectoryRow>,
    /// The files that ask for what the library does not have. They are not passed.
    pub not_built: Vec<NotBuilt>,
    /// The files that could not be run.
    pub failed: Vec<Failed>,
}

impl Conformance {
    /// Whether every file that asks for what the library has could be run, and is within its bounds.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.failed.is_empty()
            && self.vectors.iter().all(VectorRow::holds)
            && self.trajectories.iter().all(TrajectoryRow::holds)
    }

    /// All of it as JSON. An error that is infinite, because a result was no number, is `null`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let vectors = self.vectors.iter().map(|row| {
            json!({
                "module": row.module, "dtype": row.dtype, "tensor": row.tensor, "cases": row.cases,
                "worst_error_in_eps": row.worst, "torch_error_in_eps": row.torch,
                "bound_in_eps": row.bound, "holds": row.holds(),
            })
        });
        let trajectories = self.trajectories.iter().map(|row| {
            json!({
                "name": row.name, "steps": row.steps, "loss_distance": row.loss_distance,
                "parameter_distance": row.parameter_distance, "torch_loss_distance": row.torch,
                "bound": row.bound, "holds": row.holds(),
            })
        });
        let not_built = self
            .not_built
            .iter()
            .map(|file| json!({ "file": file.file, "missing": file.missing }));
        let failed = self
            .failed
            .iter()
            .map(|file| json!({ "file": file.file, "error": file.error }));
        json!({
            "holds": self.holds(),
            "vectors": vectors.collect::<Vec<_>>(),
            "trajectories": trajectories.collect::<Vec<_>>(),
            "not_built": not_built.collect::<Vec<_>>(),
            "failed": failed.collect::<Vec<_>>(),
        })
    }
}
